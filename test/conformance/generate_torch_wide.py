#!/usr/bin/env python3
# test/conformance/generate_torch_wide.py
#    Write torch_wide.copy: what PyTorch computes for layers that are wide and long enough for every kernel.
#
# Weights and inputs are formula(), which a test computes again in SQL; of an output the row has every 23rd number, the
# largest and the sum of squares.  So the file stays small.  The outputs are those of float64 on the float32 numbers, and the
# row says how far torch's own float32 is from them.  README.md describes the columns.
import os
import sys
import warnings
import zlib

import numpy as np
import torch

import common
from generate_torch import make, rows, run
from torch_models import RELU, conv, linear, transpose

EVERY = 23  # a prime, and less than the channels of any output: every step, every filter
PRIME = 2**31 - 1
POOL = "MaxPool1d", dict(kernel_size=2)
UPSAMPLE = "Upsample", dict(scale_factor=2)


def formula(spec):
    """Odd multiples of scale / 2^23, less than scale: exact in float32, and its last bits are used.  Fits in 64 bits throughout."""
    seed = spec["seed"]
    h = (seed + 48271 * np.arange(np.prod(spec["shape"]), dtype=np.int64)) % PRIME
    h = (h * h + seed) % PRIME
    h = (h * h + seed) % PRIME
    return ((2 * (h // 256) + 1 - 2**23) / 2**23 * spec["scale"]).astype(np.float32).reshape(spec["shape"])


def describe(name, shape, scale=1.0):
    return {"shape": list(shape), "seed": zlib.crc32(name.encode()) % PRIME, "scale": scale}


def describe_weights(name, module):
    """In state_dict() order; a power of two makes them the smaller the more inputs there are."""
    return [
        describe(f"{name}:{key}", weight.shape, 2.0 ** -round(np.log2(np.prod(weight.shape[1:])) / 2) if weight.ndim > 1 else 0.5)
        for key, weight in module.state_dict().items()
    ]


class Wide:
    """Runs cases and collects their rows."""

    def __init__(self):
        self.file = common.CopyFile()

    def case(self, name, specs, shape):
        """A stack of modules on one input of shape (timesteps, channels)."""
        specs = [specs] if isinstance(specs, tuple) else specs
        x = describe(name + ":x", shape)
        weights = [describe_weights(f"{name}:{i}", module) for i, module in enumerate(make(specs))]
        exact, rounded = (self.compute(specs, weights, x, dtype) for dtype in (torch.float64, torch.float32))
        largest = np.abs(exact).max()
        self.file.add(
            name,
            common.jsonb(rows(specs, False)),
            common.jsonb(weights),
            common.jsonb(x),
            "{" + ",".join(map(str, exact.shape)) + "}",
            str(EVERY),
            common.literal(exact.flatten()[::EVERY]),
            common.number(largest),
            common.number(np.square(exact).sum()),
            f"{np.abs(rounded - exact).max() / largest:.1e}",
        )

    def compute(self, specs, weights, x, dtype):
        kind = np.float64 if dtype == torch.float64 else np.float32
        values = [[formula(spec).astype(kind) for spec in layer] for layer in weights]
        return run([module.to(dtype) for module in make(specs)], values, formula(x).astype(kind))


def cases(w):
    w.case("same-k3", conv(48, 64, 3, padding="same"), (200, 48))
    w.case("valid-k2", conv(64, 48, 2), (150, 64))
    w.case("valid-k1", conv(64, 96, 1), (120, 64))
    w.case("same-k5-dilation-4", conv(48, 40, 5, padding="same", dilation=4), (220, 48))
    w.case("same-k3-dilation-4", conv(40, 72, 3, padding="same", dilation=4), (131, 40))
    w.case("causal-k7", [("ConstantPad1d", dict(padding=(6, 0), value=0.0)), conv(32, 40, 7)], (180, 32))
    w.case("same-k9", conv(24, 32, 9, padding="same"), (256, 24))
    w.case("short-k3", conv(96, 128, 3, padding=1), (64, 96))
    w.case("stride-2-k3", conv(64, 96, 3, stride=2, padding=1), (300, 64))
    w.case("stride-2-k5", conv(32, 64, 5, stride=2), (255, 32))
    w.case("pool-k3", [conv(64, 64, 3, padding="same"), POOL], (200, 64))
    w.case("pool-k5-relu", [conv(32, 64, 5, padding="same"), RELU, POOL], (201, 32))
    w.case("transpose-k5-stride-2", transpose(64, 32, 5, stride=2, padding=2, output_padding=1), (100, 64))
    w.case("transpose-k4-stride-2", transpose(96, 48, 4, stride=2), (80, 96))
    w.case("upsample-k5", [UPSAMPLE, conv(48, 48, 5, padding=2)], (96, 48))
    w.case("groups-2-k3", conv(64, 64, 3, padding=1, groups=2), (160, 64))
    w.case("linear-along-time", linear(200, 96), (200, 32))
    w.case(
        "stack-of-three",
        [conv(16, 64, 3, padding="same"), RELU, POOL, conv(64, 96, 3, padding="same"), RELU, UPSAMPLE, conv(96, 24, 3, padding=1)],
        (256, 16),
    )


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    w = Wide()
    cases(w)
    w.file.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_wide.copy"))


if __name__ == "__main__":
    sys.exit(main())
