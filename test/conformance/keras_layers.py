# test/conformance/keras_layers.py
#    The Keras cases of one layer each: the kinds of a plain autoencoder and all activations.
#
# The other kinds are in keras_layers_more.py.  k is the Keras of generate_keras.py.
from itertools import product

import keras
import numpy as np

import common
from common import some

NAN, INF = np.nan, np.inf
LENGTHS = (1, 2, 3, 5, 10)


def core(k):
    conv1d(k)
    conv1d_transpose(k)
    pooling(k)
    upsampling_padding_cropping(k)
    dense(k)
    flatten_reshape(k)
    activation_layers(k, ("linear", "relu", "sigmoid", "tanh", "softmax"))


def effective(k, d=1):
    return d * (k - 1) + 1


def conv1d(k):
    grid = [
        (p, w, s, n)
        for p, w, s, n in product(("valid", "same", "causal"), (1, 2, 3, 4, 5, 8), (1, 2, 3, 5), LENGTHS)
        if p != "valid" or n >= w
    ]
    for i, (p, w, s, n) in enumerate(some(grid, 110)):
        k.case(f"conv1d-{p}-k{w}-s{s}-L{n}", ("Conv1D", dict(filters=1 + i % 4, kernel_size=w, strides=s, padding=p)), (n, 1 + i % 3))
    for p, w in product(("valid", "same", "causal"), (1, 2, 3, 6)):
        k.case(f"conv1d-{p}-k{w}-L-equals-k", ("Conv1D", dict(filters=2, kernel_size=w, padding=p)), (w, 3))
    grid = [
        (p, w, d, n)
        for p, w, d, n in product(("valid", "same", "causal"), (2, 3, 4), (2, 3, 4), (1, 4, 7, 12))
        if p != "valid" or n >= effective(w, d)
    ]
    for i, (p, w, d, n) in enumerate(some(grid, 36)):
        k.case(f"conv1d-{p}-k{w}-d{d}-L{n}", ("Conv1D", dict(filters=1 + i % 3, kernel_size=w, dilation_rate=d, padding=p)), (n, 1 + i % 4))
    for p, a in product(("valid", "same", "causal"), ("linear", "relu", "sigmoid", "tanh", "softmax")):
        k.case(f"conv1d-{p}-{a}", ("Conv1D", dict(filters=3, kernel_size=4, padding=p, activation=a)), (7, 2))
    for p, s in product(("valid", "same", "causal"), (1, 2)):
        k.case(f"conv1d-{p}-s{s}-no-bias", ("Conv1D", dict(filters=3, kernel_size=2, strides=s, padding=p, use_bias=False)), (6, 2))
    for p, value in product(("valid", "same", "causal"), (NAN, INF, -INF)):
        k.case(f"conv1d-{p}-gap{value}", ("Conv1D", dict(filters=2, kernel_size=3, padding=p)), (9, 2), gaps={(4, 1): value})
        k.case(
            f"conv1d-{p}-s2-gap{value}",
            ("Conv1D", dict(filters=2, kernel_size=3, strides=2, padding=p, activation="relu")),
            (9, 2),
            gaps={(0, 0): value, (8, 1): value},
        )
    k.case("conv1d-inf-minus-inf", ("Conv1D", dict(filters=1, kernel_size=2)), (5, 1), gaps={(1, 0): INF, (2, 0): -INF})
    k.case("conv1d-many-channels", ("Conv1D", dict(filters=17, kernel_size=3, padding="same")), (5, 9))
    k.case("conv1d-many-filters", ("Conv1D", dict(filters=33, kernel_size=2, activation="relu")), (4, 3))
    k.case("conv1d-long", ("Conv1D", dict(filters=1, kernel_size=7, padding="same")), (131, 1))
    k.case("conv1d-ones", ("Conv1D", dict(filters=1, kernel_size=3, strides=2, padding="same")), (6, 1), x=np.arange(1, 7).reshape(6, 1))


def conv1d_transpose(k):
    grid = [
        (p, w, s, op, n)
        for p, w, s, n in product(("valid", "same"), (1, 2, 3, 4, 5, 6), (1, 2, 3, 4), (1, 2, 4, 7))
        for op in (None, *range(s))
        if not (p == "same" and w % 2 == 0 and op == 0)
    ]
    for i, (p, w, s, op, n) in enumerate(some(grid, 140)):
        spec = "Conv1DTranspose", dict(filters=1 + i % 3, kernel_size=w, strides=s, padding=p, output_padding=op)
        k.case(f"conv1d-transpose-{p}-k{w}-s{s}-op{op}-L{n}", spec, (n, 1 + i // 3 % 3))
    for p, a in product(("valid", "same"), ("linear", "relu", "sigmoid", "tanh", "softmax")):
        k.case(f"conv1d-transpose-{p}-{a}", ("Conv1DTranspose", dict(filters=2, kernel_size=2, strides=3, padding=p, activation=a)), (4, 3))
    for p, s in product(("valid", "same"), (1, 2)):
        k.case(
            f"conv1d-transpose-{p}-s{s}-no-bias",
            ("Conv1DTranspose", dict(filters=3, kernel_size=3, strides=s, padding=p, use_bias=False)),
            (5, 2),
        )
    for p, value in product(("valid", "same"), (NAN, INF, -INF)):
        k.case(
            f"conv1d-transpose-{p}-gap{value}",
            ("Conv1DTranspose", dict(filters=2, kernel_size=3, strides=2, padding=p)),
            (6, 2),
            gaps={(2, 0): value},
        )
        k.case(
            f"conv1d-transpose-{p}-end-gap{value}",
            ("Conv1DTranspose", dict(filters=1, kernel_size=1, strides=2, padding=p)),
            (4, 1),
            gaps={(3, 0): value},
        )
    k.case("conv1d-transpose-many", ("Conv1DTranspose", dict(filters=17, kernel_size=4, strides=2, padding="same")), (4, 9))


def pooling(k):
    grid = [
        (p, w, s, n)
        for p, w, s, n in product(("valid", "same"), (1, 2, 3, 4, 5), (None, 1, 2, 3, 5), (1, 2, 3, 7, 10))
        if p == "same" or n >= w
    ]
    for kind, seed in (("max", 2), ("average", 3)):
        cls = kind.capitalize() + "Pooling1D"
        for i, (p, w, s, n) in enumerate(some(grid, 60, seed)):
            k.case(f"{kind}-pool-{p}-k{w}-s{s}-L{n}", (cls, dict(pool_size=w, strides=s, padding=p)), (n, 1 + i % 3))
        k.case(f"{kind}-pool-default", (cls, dict(pool_size=2)), (9, 2), form="written")
        k.case(f"{kind}-pool-negative-same", (cls, dict(pool_size=3, strides=2, padding="same")), (6, 1), x=-np.arange(1, 7).reshape(6, 1))
        k.case(f"{kind}-pool-infinite", (cls, dict(pool_size=3, strides=2, padding="same")), (8, 2), gaps={(1, 0): INF, (5, 1): -INF})
    k.case("max-pool-default-size", ("MaxPooling1D", {}), (5, 1), form="written")
    k.case("average-pool-gapnan", ("AveragePooling1D", dict(pool_size=3, strides=2, padding="same")), (9, 2), gaps={(4, 1): NAN})
    k.case("average-pool-inf-minus-inf", ("AveragePooling1D", dict(pool_size=2, strides=1)), (5, 1), gaps={(1, 0): INF, (2, 0): -INF})


def upsampling_padding_cropping(k):
    for size, n in product((1, 2, 3, 7), (1, 2, 5)):
        k.case(f"upsampling1d-size{size}-L{n}", ("UpSampling1D", dict(size=size)), (n, 2))
    k.case("upsampling1d-default", ("UpSampling1D", {}), (3, 1), form="written")
    k.case("upsampling1d-gaps", ("UpSampling1D", dict(size=2)), (4, 2), gaps={(0, 0): NAN, (1, 1): INF, (3, 0): -INF})
    for padding, n in product((0, 1, 2, (0, 3), (2, 0), (1, 4)), (1, 4)):
        k.case(f"zero-padding1d-{padding}-L{n}".replace(" ", ""), ("ZeroPadding1D", dict(padding=padding)), (n, 2))
    k.case("zero-padding1d-default", ("ZeroPadding1D", {}), (2, 1), form="written")
    k.case("zero-padding1d-gaps", ("ZeroPadding1D", dict(padding=(1, 2))), (2, 2), gaps={(0, 0): NAN, (1, 1): -INF})
    for cropping, n in (((1, 1), 3), ((1, 1), 8), (0, 4), (2, 5), (2, 9), ((0, 3), 4), ((3, 0), 6), ((2, 1), 4), ((1, 4), 10)):
        k.case(f"cropping1d-{cropping}-L{n}".replace(" ", ""), ("Cropping1D", dict(cropping=cropping)), (n, 2))
    k.case("cropping1d-default", ("Cropping1D", {}), (4, 3), form="written")
    k.case("cropping1d-gaps", ("Cropping1D", dict(cropping=(1, 1))), (4, 2), gaps={(0, 0): NAN, (1, 1): INF, (2, 0): NAN})


def dense(k):
    for shape, units in product(((1,), (3,), (8,), (1, 1), (1, 4), (5, 1), (6, 3), (2, 3, 4)), (1, 2, 5)):
        k.case(f"dense-{'x'.join(map(str, shape))}-{units}", ("Dense", dict(units=units)), shape)
    for shape, a in product(((4,), (3, 4)), ("linear", "relu", "sigmoid", "tanh", "softmax")):
        k.case(f"dense-rank{len(shape)}-{a}", ("Dense", dict(units=3, activation=a)), shape)
    for shape in ((4,), (3, 4)):
        k.case(f"dense-rank{len(shape)}-no-bias", ("Dense", dict(units=3, use_bias=False)), shape)
    k.case("dense-wide", ("Dense", dict(units=2)), (67,))
    k.case("dense-many-units", ("Dense", dict(units=35)), (3,))
    for value in (NAN, INF, -INF):
        k.case(f"dense-gap{value}", ("Dense", dict(units=2)), (3, 3), gaps={(1, 1): value})


def flatten_reshape(k):
    for shape in ((5,), (1, 1), (4, 3), (1, 6), (6, 1), (2, 3, 4)):
        k.case(f"flatten-{'x'.join(map(str, shape))}", ("Flatten", {}), shape)
    k.case("flatten-gaps", ("Flatten", {}), (2, 2), gaps={(0, 1): NAN, (1, 0): INF})
    for shape, target in (
        ((12,), (4, 3)),
        ((12,), (12, 1)),
        ((12,), (1, 12)),
        ((12,), (-1, 2)),
        ((12,), (2, -1)),
        ((12,), (2, 3, 2)),
        ((4, 3), (3, 4)),
        ((4, 3), (12,)),
        ((4, 3), (-1,)),
        ((4, 3), (2, 2, 3)),
        ((4, 3), (-1, 1)),
        ((4, 3), (4, 3)),
        ((2, 3, 4), (6, 4)),
        ((2, 3, 4), (24,)),
        ((2, 3, 4), (4, 3, 2)),
        ((2, 3, 4), (-1, 8)),
        ((1, 1), (1,)),
        ((20,), (10, 2)),
        ((7, 2), (2, 7)),
    ):
        name = f"reshape-{'x'.join(map(str, shape))}-to-{','.join(map(str, target))}"
        k.case(name, ("Reshape", dict(target_shape=target)), shape)
    k.case("reshape-gaps", ("Reshape", dict(target_shape=(2, 3))), (6,), gaps={(1,): NAN, (4,): -INF})


# Values that straddle the branches of every activation; a column of their own each, so softmax stays finite.
RANGE = np.array([-90, -30, -21, -6.5, -3, -2.5, -1, -0.5, -0.3, -0.0, 0, 1e-3, 0.5, 0.7, 1, 2.5, 3, 6, 6.5, 20, 21, 30, 80], np.float32)
ACTIVATIONS = (
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "softplus",
    "softsign",
    "silu",
    "mish",
    "exponential",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "tanh_shrink",
    "soft_shrink",
    "hard_shrink",
    "squareplus",
    "swish",
    "hard_swish",
)


def activation_layers(k, names):
    for a in names:
        k.case(f"activation-{a}-values", ("Activation", dict(activation=a)), RANGE.shape, x=RANGE)
        k.case(f"activation-{a}-steps", ("Activation", dict(activation=a)), (5, 3))
        k.case(f"activation-{a}-one", ("Activation", dict(activation=a)), (1, 1))
        k.case(f"activation-{a}-infinities", ("Activation", dict(activation=a)), (2, 2), gaps={(0, 0): INF, (1, 1): -INF})
        k.case(f"activation-{a}-nan", ("Activation", dict(activation=a)), (3, 2), gaps={(1, 0): NAN})
        if a not in ("linear", "relu", "sigmoid", "tanh", "softmax"):
            k.case(f"conv1d-key-{a}", ("Conv1D", dict(filters=3, kernel_size=3, padding="same", activation=a)), (5, 2))
            k.case(f"dense-key-{a}", ("Dense", dict(units=4, activation=a)), (6,))
            k.case(f"conv1d-transpose-key-{a}", ("Conv1DTranspose", dict(filters=2, kernel_size=3, strides=2, activation=a)), (3, 2))
    if "relu" in names:
        softmax_and_relu(k)


def softmax_and_relu(k):
    for shape in ((4,), (3, 4), (2, 3, 2)):
        for axis in range(-len(shape), len(shape) + 1):
            if axis != 0:
                k.case(f"softmax-rank{len(shape)}-axis{axis}", ("Softmax", dict(axis=axis)), shape)
    k.case("softmax-default", ("Softmax", {}), (3, 4), form="written")
    k.case("softmax-large", ("Softmax", {}), (2, 3), x=[[1000, 999, -1000], [-500, -501, -500]])
    for i, config in enumerate(
        (
            dict(),
            dict(max_value=6),
            dict(max_value=1.5),
            dict(negative_slope=0.1),
            dict(threshold=0.5),
            dict(max_value=2, negative_slope=0.2),
            dict(max_value=2, threshold=1),
            dict(negative_slope=0.25, threshold=0.5),
            dict(max_value=2, negative_slope=0.5, threshold=1),
            dict(max_value=0),
            dict(max_value=6, negative_slope=0.01, threshold=0),
        )
    ):
        k.case(f"relu-layer-{i}-values", ("ReLU", config), RANGE.shape, x=RANGE)
        k.case(f"relu-layer-{i}-steps", ("ReLU", config), (4, 2))
    k.case("relu-layer-nan", ("ReLU", {}), (3, 1), gaps={(1, 0): NAN})
    k.case("relu-layer-infinities", ("ReLU", dict(max_value=3)), (3, 1), gaps={(0, 0): INF, (2, 0): -INF})
