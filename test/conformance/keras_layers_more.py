# test/conformance/keras_layers_more.py
#    The Keras cases of one layer each: groups, depthwise, global pools, norms, wrappers, 2-D, older spellings.
#
# k is the Keras of generate_keras.py.
from itertools import product

import keras
import numpy as np

from common import some
from keras_layers import INF, NAN, RANGE, effective


def rest(k):
    conv1d_groups(k)
    depthwise(k)
    separable(k)
    global_pools(k)
    adaptive_pools(k)
    permute_repeat(k)
    activation_kinds(k)
    batch_normalization(k)
    other_normalizations(k)
    identities(k)
    time_distributed(k)
    conv2d(k)
    pooling2d(k)
    resize2d(k)
    older_spellings(k)


def conv1d_groups(k):
    for g, p in product((2, 4), ("valid", "same", "causal")):
        k.case(f"conv1d-groups{g}-{p}", ("Conv1D", dict(filters=8, kernel_size=3, padding=p, groups=g)), (6, 4))
    for g, s in product((2, 3, 6), (1, 2, 3)):
        k.case(f"conv1d-groups{g}-same-s{s}", ("Conv1D", dict(filters=6, kernel_size=4, strides=s, padding="same", groups=g)), (7, 6))
    for g, d in product((2, 4), (2, 3)):
        k.case(f"conv1d-groups{g}-d{d}", ("Conv1D", dict(filters=4, kernel_size=2, dilation_rate=d, groups=g, activation="relu")), (7, 4))
    k.case("conv1d-groups3-3-filters", ("Conv1D", dict(filters=3, kernel_size=2, groups=3, use_bias=False)), (5, 6))
    for name, layer in (
        ("leaky-relu", lambda: keras.layers.LeakyReLU(0.1)),
        ("elu", lambda: keras.layers.ELU(0.5)),
        ("relu", lambda: keras.layers.ReLU(max_value=1.5)),
    ):
        k.case(f"conv1d-activation-layer-{name}", ("Conv1D", dict(filters=2, kernel_size=3, activation=layer)), (6, 2))
        k.case(f"dense-activation-layer-{name}", ("Dense", dict(units=4, activation=layer)), (5,))


def depthwise(k):
    grid = [
        (p, w, s, d, m, n)
        for p, w, s, d, m, n in product(("valid", "same"), (1, 2, 3, 4), (1, 2, 3), (1, 2), (1, 2, 3), (1, 4, 9))
        if (s == 1 or d == 1) and (p == "same" or n >= effective(w, d))
    ]
    for i, (p, w, s, d, m, n) in enumerate(some(grid, 36)):
        k.case(
            f"depthwise-conv1d-{p}-k{w}-s{s}-d{d}-m{m}-L{n}",
            ("DepthwiseConv1D", dict(kernel_size=w, strides=s, padding=p, dilation_rate=d, depth_multiplier=m)),
            (n, 1 + i % 4),
        )
    for p, w, s, d in product(("valid", "same"), (2, 3), (2,), (2, 3)):
        k.case(
            f"depthwise-conv1d-{p}-k{w}-s{s}-d{d}-both",
            ("DepthwiseConv1D", dict(kernel_size=w, strides=s, padding=p, dilation_rate=d)),
            (11, 2),
        )
    k.case("depthwise-conv1d-no-bias", ("DepthwiseConv1D", dict(kernel_size=3, use_bias=False, depth_multiplier=2)), (5, 3))
    k.case("depthwise-conv1d-relu", ("DepthwiseConv1D", dict(kernel_size=3, padding="same", activation="relu")), (5, 3))
    k.case("depthwise-conv1d-gapnan", ("DepthwiseConv1D", dict(kernel_size=3, padding="same")), (7, 2), gaps={(3, 1): NAN})


def separable(k):
    grid = [
        (p, w, s, d, m, n)
        for p, w, s, d, m, n in product(("valid", "same"), (1, 2, 3, 4), (1, 2, 3), (1, 2), (1, 2), (1, 4, 9))
        if (s == 1 or d == 1) and (p == "same" or n >= effective(w, d))
    ]
    for i, (p, w, s, d, m, n) in enumerate(some(grid, 30)):
        k.case(
            f"separable-conv1d-{p}-k{w}-s{s}-d{d}-m{m}-L{n}",
            ("SeparableConv1D", dict(filters=1 + i % 4, kernel_size=w, strides=s, padding=p, dilation_rate=d, depth_multiplier=m)),
            (n, 1 + i % 3),
        )
    for p, d in product(("valid", "same"), (2, 3)):
        k.case(
            f"separable-conv1d-{p}-s2-d{d}-both",
            ("SeparableConv1D", dict(filters=2, kernel_size=3, strides=2, padding=p, dilation_rate=d)),
            (11, 2),
        )
    k.case("separable-conv1d-no-bias", ("SeparableConv1D", dict(filters=3, kernel_size=2, use_bias=False)), (5, 2))
    k.case(
        "separable-conv1d-relu",
        ("SeparableConv1D", dict(filters=3, kernel_size=3, padding="same", activation="relu", depth_multiplier=2)),
        (5, 2),
    )


def global_pools(k):
    for kind, n, keep in product(("Max", "Average"), (1, 2, 7), (False, True)):
        k.case(f"global-{kind.lower()}-pooling1d-L{n}-keepdims{keep}", (f"Global{kind}Pooling1D", dict(keepdims=keep)), (n, 3))
        k.case(f"global-{kind.lower()}-pooling2d-{n}-keepdims{keep}", (f"Global{kind}Pooling2D", dict(keepdims=keep)), (n, 3, 2))
    k.case("global-average-pooling1d-gaps", ("GlobalAveragePooling1D", {}), (4, 3), gaps={(1, 0): NAN, (2, 1): INF})
    k.case("global-max-pooling1d-infinite", ("GlobalMaxPooling1D", {}), (4, 3), gaps={(1, 0): INF, (2, 1): -INF})
    k.case("global-max-pooling1d-negative", ("GlobalMaxPooling1D", {}), (3, 1), x=[[-3], [-1], [-2]])


def adaptive_pools(k):
    for kind, (n, o) in product(("Max", "Average"), ((1, 1), (5, 1), (5, 5), (10, 4), (7, 3), (8, 4), (3, 5), (1, 3))):
        k.case(f"adaptive-{kind.lower()}-pooling1d-L{n}-to-{o}", (f"Adaptive{kind}Pooling1D", dict(output_size=o)), (n, 2))


def permute_repeat(k):
    for dims, shape in (
        ((1,), (4,)),
        ((1, 2), (3, 4)),
        ((2, 1), (3, 4)),
        ((2, 1), (1, 5)),
        ((2, 1), (5, 1)),
        ((1, 2, 3), (2, 3, 4)),
        ((3, 1, 2), (2, 3, 4)),
        ((2, 3, 1), (2, 3, 4)),
        ((3, 2, 1), (2, 3, 4)),
        ((1, 3, 2), (2, 3, 4)),
    ):
        k.case(f"permute-{''.join(map(str, dims))}-{'x'.join(map(str, shape))}", ("Permute", dict(dims=dims)), shape)
    for n, c in product((1, 2, 5), (1, 4)):
        k.case(f"repeat-vector-{n}-of-{c}", ("RepeatVector", dict(n=n)), (c,))


def activation_kinds(k):
    for i, config in enumerate((dict(), dict(negative_slope=0.1), dict(negative_slope=0.0), dict(negative_slope=1.5))):
        k.case(f"leaky-relu-layer-{i}", ("LeakyReLU", config), RANGE.shape, x=RANGE)
    k.case("leaky-relu-layer-default", ("LeakyReLU", {}), (4, 2), form="written")
    for alpha in (1.0, 0.5, 2.0):
        k.case(f"elu-layer-{alpha}", ("ELU", dict(alpha=alpha)), RANGE.shape, x=RANGE)
    k.case("elu-layer-default", ("ELU", {}), (4, 2), form="written")
    for axes, shape in (
        (None, (5,)),
        (None, (4, 3)),
        ([1], (4, 3)),
        ([2], (4, 3)),
        ([1, 2], (4, 3)),
        ([1, 2], (3, 2, 2)),
        (None, (3, 2, 2)),
    ):
        name = "prelu-" + ("".join(map(str, axes)) if axes else "all") + "-" + "x".join(map(str, shape))
        k.case(name, ("PReLU", dict(shared_axes=axes)), shape)


def batch_normalization(k):
    for shape, center, scale in product(((3,), (5, 3), (1, 2), (2, 3, 4)), (True, False), (True, False)):
        k.case(
            f"batch-normalization-rank{len(shape)}-{'x'.join(map(str, shape))}-center{center}-scale{scale}",
            ("BatchNormalization", dict(center=center, scale=scale)),
            shape,
        )
    for axis, shape in ((1, (5, 3)), (2, (5, 3)), (-2, (5, 3)), (3, (2, 3, 4)), (1, (4,)), (1, (2, 3, 4))):
        k.case(f"batch-normalization-axis{axis}-rank{len(shape)}", ("BatchNormalization", dict(axis=axis)), shape)
    for epsilon in (1e-5, 0.1):
        k.case(f"batch-normalization-epsilon{epsilon}", ("BatchNormalization", dict(epsilon=epsilon, momentum=0.9)), (4, 2))
    k.case("batch-normalization-default", ("BatchNormalization", {}), (4, 2), form="written")
    k.case("batch-normalization-gaps", ("BatchNormalization", {}), (4, 2), gaps={(1, 0): NAN, (2, 1): INF})


def other_normalizations(k):
    for shape, center, scale in product(((6,), (5, 3)), (True, False), (True, False)):
        k.case(
            f"layer-normalization-rank{len(shape)}-center{center}-scale{scale}",
            ("LayerNormalization", dict(center=center, scale=scale)),
            shape,
        )
    for axis, shape in (
        (1, (5, 3)),
        (2, (5, 3)),
        (-2, (5, 3)),
        ([1, 2], (5, 3)),
        ([-2, -1], (5, 3)),
        (-1, (2, 3, 4)),
        ([2, 3], (2, 3, 4)),
        ([1, 2, 3], (2, 3, 4)),
    ):
        name = f"layer-normalization-axis{axis}-rank{len(shape)}".replace(" ", "")
        k.case(name, ("LayerNormalization", dict(axis=axis)), shape)
    for epsilon in (1e-6, 0.1):
        k.case(f"layer-normalization-epsilon{epsilon}", ("LayerNormalization", dict(epsilon=epsilon)), (4, 3))
    k.case("layer-normalization-constant-step", ("LayerNormalization", {}), (2, 3), x=[[2, 2, 2], [1, 2, 4]])
    k.case("layer-normalization-gapnan", ("LayerNormalization", {}), (3, 3), gaps={(1, 1): NAN})
    for groups, shape in ((1, (5, 4)), (2, (5, 4)), (4, (5, 4)), (-1, (5, 4)), (3, (1, 6)), (2, (2, 3, 4)), (2, (4,))):
        k.case(f"group-normalization-{groups}-rank{len(shape)}", ("GroupNormalization", dict(groups=groups)), shape)
    k.case("group-normalization-bare", ("GroupNormalization", dict(groups=2, center=False, scale=False, epsilon=1e-5)), (4, 4))


def identities(k):
    for cls, config, shape in (
        ("Dropout", dict(rate=0.5), (4, 2)),
        ("Dropout", dict(rate=0.0), (3,)),
        ("SpatialDropout1D", dict(rate=0.3), (4, 2)),
        ("SpatialDropout2D", dict(rate=0.3), (2, 3, 2)),
        ("GaussianNoise", dict(stddev=0.5), (4, 2)),
        ("GaussianDropout", dict(rate=0.5), (4, 2)),
        ("AlphaDropout", dict(rate=0.5), (4, 2)),
        ("ActivityRegularization", dict(l1=0.1, l2=0.2), (4, 2)),
        ("Identity", {}, (4, 2)),
    ):
        k.case(f"identity-{cls.lower()}-rank{len(shape)}", (cls, config), shape)
        k.case(f"identity-{cls.lower()}-rank{len(shape)}-full", (cls, config), shape, form="full")
    steps = [[1, 0], [0, 0], [0, 2], [0, 0]]
    k.case("masking-zero", ("Masking", {}), (4, 2), x=steps, form="written")
    k.case("masking-value", ("Masking", dict(mask_value=-1.0)), (3, 2), x=[[-1, -1], [-1, 0], [3, -1]])
    k.case(
        "masking-then-conv1d", [("Masking", dict(mask_value=2.0)), ("Conv1D", dict(filters=2, kernel_size=2))], (4, 2), x=np.add(steps, 2)
    )
    k.case("masking-then-global-average", [("Masking", dict(mask_value=2.0)), ("GlobalAveragePooling1D", {})], (4, 2), x=np.add(steps, 2))


def time_distributed(k):
    for name, make, shape in (
        ("dense", lambda: keras.layers.Dense(3), (4, 2)),
        ("dense-relu", lambda: keras.layers.Dense(2, activation="relu"), (5, 3)),
        ("dense-rank3", lambda: keras.layers.Dense(2), (2, 3, 4)),
        ("activation", lambda: keras.layers.Activation("tanh"), (3, 2)),
        ("conv1d", lambda: keras.layers.Conv1D(2, 3), (2, 5, 2)),
        ("conv1d-same", lambda: keras.layers.Conv1D(2, 4, strides=2, padding="same"), (3, 5, 1)),
        ("max-pooling", lambda: keras.layers.MaxPooling1D(2), (2, 5, 2)),
        ("global-average", lambda: keras.layers.GlobalAveragePooling1D(), (3, 4, 2)),
        ("flatten", lambda: keras.layers.Flatten(), (2, 3, 2)),
        ("reshape", lambda: keras.layers.Reshape((2, 2)), (3, 4)),
        ("conv1d-transpose", lambda: keras.layers.Conv1DTranspose(1, 3, strides=2, padding="same"), (2, 3, 2)),
        ("layer-normalization", lambda: keras.layers.LayerNormalization(), (3, 4)),
    ):
        k.case(
            f"time-distributed-{name}",
            ("TimeDistributed", dict(layer=make)),
            shape,
            form="full" if name in ("dense", "conv1d") else "trimmed",
        )


def conv2d(k):
    grid = [
        (p, w, s, d)
        for p, w, s, d in product(("valid", "same"), (1, 2, 3, (3, 2), (1, 4)), (1, 2, 3, (2, 1), (1, 3)), (1, 2, (1, 2)))
        if s == 1 or d == 1
    ]
    for i, (p, w, s, d) in enumerate(some(grid, 26)):
        k.case(
            f"conv2d-{p}-k{w}-s{s}-d{d}".replace(" ", ""),
            ("Conv2D", dict(filters=1 + i % 3, kernel_size=w, strides=s, padding=p, dilation_rate=d)),
            (5, 6, 1 + i % 2),
        )
    k.case("conv2d-1x1-input", ("Conv2D", dict(filters=2, kernel_size=3, padding="same", activation="relu")), (1, 1, 2))
    k.case("conv2d-no-bias", ("Conv2D", dict(filters=2, kernel_size=2, use_bias=False)), (3, 3, 2))
    k.case("conv2d-groups", ("Conv2D", dict(filters=4, kernel_size=2, groups=2)), (3, 4, 4))
    k.case("conv2d-gapnan", ("Conv2D", dict(filters=1, kernel_size=2, padding="same")), (3, 3, 1), gaps={(1, 1, 0): NAN})
    grid = [
        (p, w, s, op)
        for p, w, s in product(("valid", "same"), (1, 2, 3, 4, (3, 2)), (1, 2, 3, (2, 1)))
        for op in (None, 0, 1)
        if op is None or (isinstance(s, int) and op < s and not (p == "same" and op == 0 and w in (2, 4, (3, 2))))
    ]
    for i, (p, w, s, op) in enumerate(some(grid, 26)):
        k.case(
            f"conv2d-transpose-{p}-k{w}-s{s}-op{op}".replace(" ", ""),
            ("Conv2DTranspose", dict(filters=1 + i % 2, kernel_size=w, strides=s, padding=p, output_padding=op)),
            (2, 3, 1 + i % 3),
        )
    for p, s, m in product(("valid", "same"), (1, 2), (1, 2)):
        k.case(
            f"depthwise-conv2d-{p}-s{s}-m{m}",
            ("DepthwiseConv2D", dict(kernel_size=(2, 3), strides=s, padding=p, depth_multiplier=m)),
            (4, 5, 2),
        )
        k.case(
            f"separable-conv2d-{p}-s{s}-m{m}",
            ("SeparableConv2D", dict(filters=3, kernel_size=(3, 2), strides=s, padding=p, depth_multiplier=m)),
            (4, 5, 2),
        )
    for p in ("valid", "same"):
        k.case(
            f"depthwise-conv2d-{p}-d2", ("DepthwiseConv2D", dict(kernel_size=2, padding=p, dilation_rate=2, activation="relu")), (5, 4, 2)
        )
        k.case(f"separable-conv2d-{p}-d2", ("SeparableConv2D", dict(filters=2, kernel_size=2, padding=p, dilation_rate=2)), (5, 4, 2))


def pooling2d(k):
    grid = list(product(("valid", "same"), (1, 2, 3, (3, 2), (1, 2)), (None, 1, 2, (1, 3))))
    for kind, seed in (("Max", 4), ("Average", 5)):
        for p, w, s in some(grid, 16, seed):
            k.case(
                f"{kind.lower()}-pooling2d-{p}-k{w}-s{s}".replace(" ", ""),
                (f"{kind}Pooling2D", dict(pool_size=w, strides=s, padding=p)),
                (5, 4, 2),
            )


def resize2d(k):
    for size, how in product((1, 2, 3, (2, 1), (1, 3)), ("nearest", "bilinear")):
        k.case(f"upsampling2d-{size}-{how}".replace(" ", ""), ("UpSampling2D", dict(size=size, interpolation=how)), (2, 3, 2))
    k.case("upsampling2d-bilinear-one", ("UpSampling2D", dict(size=2, interpolation="bilinear")), (1, 1, 2))
    for padding in (0, 1, (1, 2), ((1, 0), (0, 2)), ((0, 1), (2, 1))):
        k.case(f"zero-padding2d-{padding}".replace(" ", ""), ("ZeroPadding2D", dict(padding=padding)), (2, 3, 2))
        k.case(f"cropping2d-{padding}".replace(" ", ""), ("Cropping2D", dict(cropping=padding)), (4, 6, 2))


def older_spellings(k):
    pair = {"class_name": "__tuple__", "items": [3]}
    conv = "Conv1D", dict(filters=2, kernel_size=3, padding="same", activation="relu")
    k.respelled("keras2-conv1d-tuples", conv, (6, 2), kernel_size=pair, strides={"class_name": "__tuple__", "items": [1]})
    k.respelled("keras2-conv1d-plain-numbers", conv, (6, 2), kernel_size=3, strides=1, dilation_rate=1)
    k.respelled("keras2-conv1d-batch-input-shape", conv, (6, 2), batch_input_shape=[None, 6, 2], dtype="float32", trainable=True)
    k.respelled("keras2-conv1d-free-length", conv, (6, 2), batch_input_shape=[None, None, 2])
    k.respelled("keras2-conv1d-tuple-input-shape", conv, (6, 2), batch_input_shape={"class_name": "__tuple__", "items": [None, 6, 2]})
    k.respelled(
        "keras2-conv1d-keys",
        conv,
        (6, 2),
        kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        bias_initializer={"class_name": "Zeros", "config": {}},
        kernel_regularizer={"class_name": "L2", "config": {"l2": 0.01}},
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
    )
    k.respelled("keras2-batch-normalization-axis-list", ("BatchNormalization", {}), (4, 3), axis=[2])
    k.respelled("keras2-layer-normalization-axis-list", ("LayerNormalization", {}), (4, 3), axis=[2])
    k.respelled("keras2-leaky-relu-alpha", ("LeakyReLU", dict(negative_slope=0.3)), (4, 2), negative_slope=None, alpha=0.30000001192092896)
    k.respelled("keras2-leaky-relu-alpha-0.1", ("LeakyReLU", dict(negative_slope=0.1)), (4, 2), negative_slope=None, alpha=0.1)
    k.respelled(
        "keras2-separable-conv1d",
        ("SeparableConv1D", dict(filters=2, kernel_size=3)),
        (6, 2),
        groups=1,
        kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        kernel_regularizer={"class_name": "L2", "config": {"l2": 0.01}},
    )
    k.respelled(
        "keras2-depthwise-conv1d",
        ("DepthwiseConv1D", dict(kernel_size=3)),
        (6, 2),
        groups=1,
        depthwise_regularizer={"class_name": "L2", "config": {"l2": 0.01}},
    )
    k.respelled(
        "keras2-reshape-tuple", ("Reshape", dict(target_shape=(3, 4))), (6, 2), target_shape={"class_name": "__tuple__", "items": [3, 4]}
    )
    k.respelled(
        "keras2-zero-padding1d-tuple", ("ZeroPadding1D", dict(padding=(1, 2))), (3, 2), padding={"class_name": "__tuple__", "items": [1, 2]}
    )
    k.respelled("keras2-max-pooling1d-number", ("MaxPooling1D", dict(pool_size=2)), (5, 2), pool_size=2, strides=2)
    k.respelled("keras2-swish", ("Conv1D", dict(filters=2, kernel_size=2, activation="silu")), (4, 2), activation="swish")
