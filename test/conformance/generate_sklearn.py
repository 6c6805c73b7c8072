#!/usr/bin/env python3
# test/conformance/generate_sklearn.py
#    Write sklearn.copy: what scikit-learn's MinMaxScaler learns, computes and refuses.
#
# The scaler is fitted on float32 values widened to double, so its state is double; transform and inverse_transform get
# float32, as a tensor1d is.  README.md describes the columns.
import os
import sys
import warnings
from itertools import product

import numpy as np
from sklearn.preprocessing import MinMaxScaler

import common

NAN, INF = np.nan, np.inf


class Scalers:
    """Runs cases and collects their rows."""

    def __init__(self):
        self.file = common.CopyFile()

    def case(self, name, batches, x=None, feature_range=(0, 1), clip=False):
        """Fit on the batches, one partial_fit each, then transform and inverse_transform x (by default the last batch)."""
        batches = [np.asarray(batch, np.float32) for batch in batches]
        x = np.asarray(batches[-1] if x is None else x, np.float32)
        scaler = fit(batches, feature_range, clip)
        self.save(name, feature_range, clip, batches, scaler, x, scaler.transform(x), scaler.inverse_transform(x))

    def refuse(self, name, step, batches, x, feature_range=(0, 1), clip=False):
        """The named step must fail; the steps before it must not."""
        batches = [np.asarray(batch, np.float32) for batch in batches]
        x = np.asarray(x, np.float32)
        scaler = None
        try:
            scaler = fit(batches, feature_range, clip)
            if step != "fit":
                getattr(scaler, step)(x)
        except ValueError as error:
            if (scaler is None) != (step == "fit"):
                raise
            self.save(name, feature_range, clip, batches, scaler, x, None, None, step, common.error_text(error))
        else:
            raise AssertionError(f"scikit-learn accepts {name}")

    def save(self, name, feature_range, clip, batches, scaler, x, transformed, inverted, step=None, refused=None):
        state = (
            [None] * 5
            if scaler is None
            else [*(doubles(a) for a in (scaler.data_min_, scaler.data_max_, scaler.scale_, scaler.min_)), str(int(scaler.n_samples_seen_))]
        )
        self.file.add(
            name,
            *(common.number(np.float64(v)) for v in feature_range),
            "t" if clip else "f",
            common.jsonb([common.literal(batch) for batch in batches]),
            *state,
            common.literal(x),
            *(None if y is None else common.literal(y) for y in (transformed, inverted)),
            step,
            refused,
        )


def fit(batches, feature_range, clip):
    scaler = MinMaxScaler(feature_range=feature_range, clip=clip)
    for batch in batches:
        scaler.partial_fit(batch.astype(np.float64))
    return scaler


def doubles(array):
    """A float8[] literal."""
    return "{" + ",".join(common.number(value) for value in array.astype(np.float64)) + "}"


def cases(s):
    ranges = ((0, 1), (-1, 1), (0, 255), (-3.5, 2.25), (10, 10.5))
    for (low, high), clip, (rows, columns) in product(ranges, (False, True), ((1, 1), (2, 1), (5, 3), (8, 2))):
        name = f"range-{low}-{high}-clip{clip}-{rows}x{columns}"
        s.case(name, [common.tensor(name, (rows, columns), 3)], common.tensor(name + ":x", (4, columns), 5), (low, high), clip)
    for feature_range, clip in product(((0, 1), (-1, 1)), (False, True)):
        end = f"{feature_range[0]}-clip{clip}"
        s.case(f"constant-column-{end}", [[[5, 1], [5, 2], [5, 4]]], [[5, 1], [7, 3], [-1, 5]], feature_range, clip)
        s.case(f"constant-zero-{end}", [[[0], [0]]], [[0], [1], [-2.5]], feature_range, clip)
        s.case(f"single-row-{end}", [[[3, -1, 0.5]]], [[3, -1, 0.5], [4, 0, 0]], feature_range, clip)
        s.case(f"nearly-constant-{end}", [[[1e-16, 1], [3e-16, 1 + 2e-7]]], [[2e-16, 1], [1, 2]], feature_range, clip)
        s.case(f"just-over-the-limit-{end}", [[[0], [2.3e-15]]], [[1e-15], [2.3e-15]], feature_range, clip)
        s.case(f"nan-cells-{end}", [[[1, NAN], [NAN, 2], [3, 6]]], [[NAN, 4], [2, NAN], [9, -1]], feature_range, clip)
        s.case(f"nan-column-{end}", [[[1, NAN], [2, NAN]]], [[1.5, 1], [NAN, NAN]], feature_range, clip)
        s.case(f"large-values-{end}", [[[1e30, -3e38], [-1e30, 3e38]]], [[5e29, 0], [1e30, 1e38]], feature_range, clip)
        s.case(f"tiny-values-{end}", [[[1e-30], [3e-12]]], [[1e-12], [2e-12]], feature_range, clip)
        s.case(f"offset-values-{end}", [[[100000], [100001.5]]], [[100000.75], [100003]], feature_range, clip)
    for count, columns in product((2, 3), (1, 2, 3)):
        name = f"partial-fit-{count}-batches-{columns}-columns"
        s.case(name, [common.tensor(f"{name}:{i}", (1 + i, columns), 1 + i) for i in range(count)], common.tensor(name, (3, columns), 4))
    s.case("partial-fit-nan-cells", [[[1, NAN], [NAN, 2]], [[NAN, 5], [4, NAN]]], [[2, 3], [NAN, 4]])
    s.case("partial-fit-nan-batch", [[[1, 1], [2, 3]], [[NAN, 0], [NAN, 4]]], [[1, 1], [2, 2]])
    s.case("partial-fit-nan-batch-first", [[[NAN, 1], [NAN, 3]], [[1, 0], [3, 4]]], [[1, 1], [2, 2]])
    s.case("partial-fit-nan-column-stays", [[[NAN], [NAN]], [[NAN]]], [[1], [NAN]])
    s.case("many-columns", [common.tensor("many-columns", (4, 32))], common.tensor("many-columns:x", (2, 32)))
    s.case("many-rows", [common.tensor("many-rows", (100, 1), 9)], common.tensor("many-rows:x", (7, 1), 9))
    for i in range(12):
        columns = 1 + i % 4
        scale = 10.0 ** (i - 6)
        s.case(f"scale-1e{i - 6}", [rough(f"scale-{i}", (6, columns), scale)], rough(f"scale-{i}:x", (5, columns), scale), (-1, 1))


def rough(name, shape, scale):
    """Float32 with all its bits used, so that every rounding shows."""
    return (common.rng(name).normal(0.3, 1, shape) * scale).astype(np.float32)


def refusals(s):
    fitted = [[[1, 2, 3], [4, 6, 8]]]
    for low, high in ((1, 1), (1, 0), (0, -1)):
        s.refuse(f"refuse-range-{low}-{high}", "fit", fitted, [[1, 2, 3]], (low, high))
    for value, text in ((INF, "infinity"), (-INF, "minus-infinity")):
        s.refuse(f"refuse-fit-{text}", "fit", [[[1], [value]]], [[1]])
        s.refuse(f"refuse-transform-{text}", "transform", [[[1], [2]]], [[value]])
        s.refuse(f"refuse-inverse-{text}", "inverse_transform", [[[1], [2]]], [[value]])
    s.refuse("refuse-partial-fit-width", "fit", [[[1, 2, 3]], [[1, 2]]], [[1, 2, 3]])
    for columns in (1, 2, 4):
        s.refuse(f"refuse-transform-3-features-on-{columns}", "transform", fitted, np.ones((2, columns)))
        if columns != 1:
            s.refuse(f"refuse-inverse-3-features-on-{columns}", "inverse_transform", fitted, np.ones((2, columns)))
    s.refuse("refuse-inverse-3-features-on-1", "inverse_transform", fitted, np.ones((2, 1)))
    s.refuse("refuse-transform-rank1", "transform", fitted, [1, 2, 3])
    s.refuse("refuse-transform-rank3", "transform", fitted, [[[1, 2, 3]]])
    s.refuse("refuse-inverse-rank1", "inverse_transform", fitted, [1, 2, 3])
    s.refuse("refuse-inverse-rank3", "inverse_transform", fitted, [[[1, 2, 3]]])


def main():
    warnings.simplefilter("ignore")
    s = Scalers()
    cases(s)
    refusals(s)
    s.file.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn.copy"))


if __name__ == "__main__":
    sys.exit(main())
