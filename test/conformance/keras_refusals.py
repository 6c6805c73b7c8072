# test/conformance/keras_refusals.py
#    What Keras refuses: a model that runs, and what is changed until it does not.
from itertools import product

import numpy as np

CONV = dict(filters=4, kernel_size=3)
TRANSPOSE = dict(filters=4, kernel_size=3, strides=2)


def core(k):
    arguments(k)
    shapes(k)
    weights(k)


def rest(k):
    other_arguments(k)
    other_shapes(k)
    merges(k)
    examples(k)


def change(k, prefix, cls, good, shape, changes):
    """Refuse one changed argument at a time."""
    for change in changes:
        words = "-".join(f"{key}={value!r}" for key, value in change.items()).replace(" ", "")
        k.refuse(f"{prefix}-{words}", (cls, good), (cls, good | change), shape)


def arguments(k):
    wrong_sizes = (0, -1, 2.5, "3", (3, 3), (), None)
    change(
        k,
        "refuse-conv1d",
        "Conv1D",
        CONV,
        (10, 4),
        [dict(filters=v) for v in (0, -2, 2.5, "4", None)]
        + [dict(kernel_size=v) for v in wrong_sizes]
        + [dict(strides=v) for v in (0, -1, 1.5, (2, 2), "2")]
        + [dict(dilation_rate=v) for v in (0, -1, 1.5, (2, 2))]
        + [dict(groups=v) for v in (0, -1, 3)]
        + [dict(filters=6, groups=4)]
        + [dict(padding=v) for v in ("full", "SAME_UPPER", 1, None)]
        + [dict(strides=s, dilation_rate=d) for s, d in ((2, 2), (3, 2), (2, 5))]
        + [dict(strides=2, dilation_rate=2, padding=p) for p in ("same", "causal")]
        + [dict(activation=v) for v in ("rellu", "ReLU", "soft max", 3)]
        + [dict(stride=2), dict(dilation=2), dict(bias=False), dict(in_channels=4), dict(output_padding=1)]
        + [dict(data_format="channels_middle")],
    )
    change(
        k,
        "refuse-conv1d-transpose",
        "Conv1DTranspose",
        TRANSPOSE,
        (6, 3),
        [dict(filters=v) for v in (0, -2, 2.5)]
        + [dict(kernel_size=v) for v in wrong_sizes]
        + [dict(strides=v) for v in (0, -1, 1.5, (2, 2))]
        + [dict(dilation_rate=v) for v in (0, -1)]
        + [dict(padding=v) for v in ("causal", "full", 1)]
        + [dict(output_padding=v) for v in (2, 3, -1, 0.5)]
        + [dict(strides=1, output_padding=1), dict(strides=2, dilation_rate=2), dict(activation="rellu"), dict(groups=2), dict(stride=2)],
    )
    for w, s in product((2, 4, 6), (1, 2, 3)):
        k.refuse(
            f"refuse-conv1d-transpose-same-k{w}-s{s}-op0",
            ("Conv1DTranspose", dict(filters=2, kernel_size=w, strides=s, padding="same")),
            ("Conv1DTranspose", dict(filters=2, kernel_size=w, strides=s, padding="same", output_padding=0)),
            (5, 2),
        )
    for cls in ("MaxPooling1D", "AveragePooling1D"):
        change(
            k,
            f"refuse-{cls.lower()}",
            cls,
            dict(pool_size=2),
            (6, 2),
            [dict(pool_size=v) for v in wrong_sizes]
            + [dict(strides=v) for v in (0, -1, 1.5, (2, 2))]
            + [dict(padding=v) for v in ("causal", "full", 1)]
            + [dict(stride=2), dict(dilation_rate=2), dict(ceil_mode=True), dict(kernel_size=3)],
        )
    change(k, "refuse-upsampling1d", "UpSampling1D", dict(size=2), (4, 2), [dict(size=v) for v in (0, -1, 1.5, "2")] + [dict(scale=2)])
    change(
        k,
        "refuse-zero-padding1d",
        "ZeroPadding1D",
        dict(padding=1),
        (4, 2),
        [dict(padding=v) for v in (-1, (1, -1), (1, 2, 3), 1.5, "same")],
    )
    change(
        k,
        "refuse-cropping1d",
        "Cropping1D",
        dict(cropping=1),
        (6, 2),
        [dict(cropping=v) for v in (-1, (-1, 1), (1, 2, 3), 1.5, 3, (6, 0), (0, 6), (4, 2), (5, 5), 100)],
    )
    change(
        k,
        "refuse-dense",
        "Dense",
        dict(units=3),
        (4,),
        [dict(units=v) for v in (0, -1, 2.5, "3", None)] + [dict(activation="rellu"), dict(out_features=3), dict(bias=False)],
    )
    change(
        k,
        "refuse-reshape",
        "Reshape",
        dict(target_shape=(3, 4)),
        (6, 2),
        [dict(target_shape=v) for v in ((5, 2), (13,), (-1, 5), (-1, -1), (-1, -1, 2), (3, 3), (2, 2, 2), (12, 2), (-2, 6), (1, 6))],
    )
    change(k, "refuse-activation", "Activation", dict(activation="relu"), (4, 2), [dict(activation=v) for v in ("rellu", "Sigmoid", "")])
    change(k, "refuse-softmax", "Softmax", dict(axis=-1), (4, 2), [dict(axis=v) for v in (3, 4, -4, "channels")])
    change(
        k,
        "refuse-relu",
        "ReLU",
        dict(max_value=6),
        (4, 2),
        [dict(max_value=-1), dict(negative_slope=-0.5), dict(threshold=-1), dict(alpha=1), dict(slope=1)],
    )
    change(k, "refuse-flatten", "Flatten", {}, (4, 2), [dict(start_dim=1), dict(data_format="channels_middle")])


def shapes(k):
    for w, d, n in ((2, 1, 1), (3, 1, 2), (5, 1, 4), (3, 2, 4), (2, 4, 4), (8, 1, 3), (4, 3, 9)):
        spec = "Conv1D", dict(filters=2, kernel_size=w, dilation_rate=d)
        k.refuse(f"refuse-conv1d-k{w}-d{d}-L{n}", spec, spec, (20, 2), (n, 2))
    for cls, w, s, n in (
        ("MaxPooling1D", 2, 2, 1),
        ("MaxPooling1D", 5, 1, 4),
        ("MaxPooling1D", 3, None, 2),
        ("AveragePooling1D", 2, 2, 1),
        ("AveragePooling1D", 5, 1, 3),
        ("AveragePooling1D", 7, None, 6),
    ):
        spec = cls, dict(pool_size=w, strides=s)
        k.refuse(f"refuse-{cls.lower()}-k{w}-s{s}-L{n}", spec, spec, (20, 2), (n, 2))
    for cls, config in (
        ("Conv1D", CONV),
        ("Conv1DTranspose", TRANSPOSE),
        ("MaxPooling1D", dict(pool_size=2)),
        ("AveragePooling1D", dict(pool_size=2)),
        ("UpSampling1D", {}),
        ("ZeroPadding1D", {}),
        ("Cropping1D", {}),
    ):
        k.refuse(f"refuse-{cls.lower()}-on-rank1", (cls, config), (cls, config), (8, 4), (8,))
        k.refuse(f"refuse-{cls.lower()}-on-rank3", (cls, config), (cls, config), (8, 4), (8, 8, 4))
    for n, c in ((10, 3), (4, 10), (10, 1), (10, 8)):
        k.refuse(f"refuse-conv1d-4-channels-on-{n}x{c}", ("Conv1D", CONV), ("Conv1D", CONV), (10, 4), (n, c))
        k.refuse(
            f"refuse-conv1d-transpose-4-channels-on-{n}x{c}",
            ("Conv1DTranspose", TRANSPOSE),
            ("Conv1DTranspose", TRANSPOSE),
            (10, 4),
            (n, c),
        )
        k.refuse(f"refuse-dense-4-inputs-on-{n}x{c}", ("Dense", dict(units=2)), ("Dense", dict(units=2)), (10, 4), (n, c))
    k.refuse("refuse-dense-4-inputs-on-5", ("Dense", dict(units=2)), ("Dense", dict(units=2)), (4,), (5,))
    k.refuse(
        "refuse-conv1d-groups-on-5-channels",
        ("Conv1D", dict(filters=4, kernel_size=2, groups=2)),
        ("Conv1D", dict(filters=4, kernel_size=2, groups=2)),
        (6, 4),
        (6, 5),
    )
    for target in ((5, 2), (4, 3), (-1, 7)):
        good = [("Conv1D", dict(filters=2, kernel_size=3)), ("Reshape", dict(target_shape=(-1, 2)))]
        k.refuse(f"refuse-conv1d-then-reshape-{target}".replace(" ", ""), good, [good[0], ("Reshape", dict(target_shape=target))], (10, 2))
    head = [("Conv1D", dict(filters=2, kernel_size=3)), ("Flatten", {}), ("Dense", dict(units=2))]
    for n in (9, 11, 12):
        k.refuse(f"refuse-sequence-flatten-dense-L{n}", head, head, (10, 2), (n, 2))
    k.refuse(
        "refuse-sequence-kernel-too-long-late",
        [("MaxPooling1D", dict(pool_size=2))] * 2 + [("Conv1D", CONV)],
        [("MaxPooling1D", dict(pool_size=2))] * 2 + [("Conv1D", CONV)],
        (12, 1),
        (9, 1),
    )
    k.refuse(
        "refuse-sequence-conv1d-after-flatten",
        [("Flatten", {}), ("Reshape", dict(target_shape=(-1, 2))), ("Conv1D", CONV)],
        [("Flatten", {}), ("Activation", dict(activation="linear")), ("Conv1D", CONV)],
        (10, 2),
    )
    k.refuse(
        "refuse-sequence-pool-after-dense",
        [("Dense", dict(units=8)), ("Reshape", dict(target_shape=(8, 1))), ("MaxPooling1D", {})],
        [("Dense", dict(units=8)), ("Activation", dict(activation="relu")), ("MaxPooling1D", {})],
        (5,),
    )
    for shape in ((9, 2), (10, 3), (20,)):
        model = [("InputLayer", dict(batch_shape=(None, 10, 2))), ("Activation", dict(activation="relu"))]
        k.refuse(f"refuse-input-layer-10x2-on-{'x'.join(map(str, shape))}", model, model, (10, 2), shape)


def weights(k):
    """Arrays that do not fit the config: transposed, cut, missing, too many."""
    kinds = (
        ("conv1d", ("Conv1D", dict(filters=4, kernel_size=3)), (8, 2)),
        ("conv1d-transpose", ("Conv1DTranspose", dict(filters=4, kernel_size=3)), (8, 2)),
        ("dense", ("Dense", dict(units=4)), (2,)),
    )
    for name, spec, shape in kinds:
        changes = dict(
            transposed=lambda w: [[w[0][0].T, w[0][1]]],
            short=lambda w: [[w[0][0][:-1], w[0][1]]],
            narrow=lambda w: [[w[0][0][..., :-1], w[0][1]]],
            flat=lambda w: [[w[0][0].reshape(-1), w[0][1]]],
            short_bias=lambda w: [[w[0][0], w[0][1][:-1]]],
            square_bias=lambda w: [[w[0][0], w[0][1].reshape(2, 2)]],
            no_bias=lambda w: [[w[0][0]]],
            no_kernel=lambda w: [[w[0][1]]],
            nothing=lambda w: [[]],
            three=lambda w: [[w[0][0], w[0][1], w[0][1]]],
            swapped=lambda w: [[w[0][1], w[0][0]]],
        )
        for change, function in changes.items():
            k.refuse(f"refuse-{name}-weights-{change.replace('_', '-')}", spec, spec, shape, weights=function)
        spec = spec[0], spec[1] | dict(use_bias=False)
        k.refuse(f"refuse-{name}-weights-bias-unasked", spec, spec, shape, weights=lambda w: [[w[0][0], w[0][0].reshape(-1)[:4]]])
    for cls, config in (("MaxPooling1D", {}), ("Flatten", {}), ("Activation", dict(activation="relu")), ("UpSampling1D", {})):
        k.refuse(f"refuse-{cls.lower()}-with-weights", (cls, config), (cls, config), (4, 2), weights=lambda w: [[np.ones(2, np.float32)]])


def other_arguments(k):
    change(
        k,
        "refuse-depthwise-conv1d",
        "DepthwiseConv1D",
        dict(kernel_size=3),
        (8, 2),
        [
            dict(kernel_size=0),
            dict(strides=0),
            dict(dilation_rate=0),
            dict(depth_multiplier=0),
            dict(depth_multiplier=-1),
            dict(padding="causal"),
            dict(activation="rellu"),
            dict(filters=4),
        ],
    )
    change(
        k,
        "refuse-separable-conv1d",
        "SeparableConv1D",
        dict(filters=3, kernel_size=3),
        (8, 2),
        [
            dict(filters=0),
            dict(kernel_size=-1),
            dict(strides=0),
            dict(dilation_rate=0),
            dict(depth_multiplier=0),
            dict(padding="causal"),
            dict(activation="rellu"),
            dict(groups=2),
        ],
    )
    change(
        k,
        "refuse-conv2d",
        "Conv2D",
        dict(filters=2, kernel_size=2),
        (4, 4, 2),
        [
            dict(filters=0),
            dict(kernel_size=(2, 2, 2)),
            dict(kernel_size=(2, 0)),
            dict(strides=(0, 1)),
            dict(strides=(2, 1), dilation_rate=(1, 2)),
            dict(padding="causal"),
            dict(groups=3),
            dict(kernel_size=(5, 1)),
            dict(kernel_size=3, dilation_rate=2),
        ],
    )
    change(
        k,
        "refuse-conv2d-transpose",
        "Conv2DTranspose",
        dict(filters=2, kernel_size=3, strides=2),
        (3, 3, 2),
        [dict(filters=0), dict(output_padding=2), dict(output_padding=(0, 2)), dict(padding="causal"), dict(dilation_rate=2)],
    )
    for cls in ("MaxPooling2D", "AveragePooling2D"):
        change(
            k,
            f"refuse-{cls.lower()}",
            cls,
            dict(pool_size=2),
            (4, 4, 2),
            [
                dict(pool_size=0),
                dict(pool_size=(2, 2, 2)),
                dict(strides=-1),
                dict(padding="causal"),
                dict(pool_size=5),
                dict(pool_size=(1, 5)),
            ],
        )
    change(
        k,
        "refuse-upsampling2d",
        "UpSampling2D",
        dict(size=2),
        (2, 2, 1),
        [dict(size=(2, 2, 2)), dict(interpolation="cubist"), dict(scale=2)],
    )
    change(k, "refuse-zero-padding2d", "ZeroPadding2D", dict(padding=1), (2, 2, 1), [dict(padding=-1), dict(padding=(1, 2, 3))])
    change(
        k,
        "refuse-cropping2d",
        "Cropping2D",
        dict(cropping=1),
        (4, 4, 1),
        [dict(cropping=-1), dict(cropping=2), dict(cropping=((4, 0), (0, 0)))],
    )
    change(
        k,
        "refuse-permute",
        "Permute",
        dict(dims=(2, 1)),
        (4, 2),
        [dict(dims=v) for v in ((1, 3), (0, 1), (1, 1), (2,), (1, 2, 3), (-1, 1))],
    )
    change(k, "refuse-repeat-vector", "RepeatVector", dict(n=3), (4,), [dict(n=v) for v in (2.5, "3", None)])
    change(
        k, "refuse-batch-normalization", "BatchNormalization", {}, (4, 2), [dict(axis=v) for v in (3, -4, "channels")] + [dict(eps=1e-3)]
    )
    change(k, "refuse-layer-normalization", "LayerNormalization", {}, (4, 2), [dict(axis=v) for v in (3, "channels")] + [dict(eps=1e-3)])
    change(
        k,
        "refuse-group-normalization",
        "GroupNormalization",
        dict(groups=2),
        (4, 4),
        [dict(groups=v) for v in (3, 8, 32)] + [dict(num_groups=2)],
    )
    change(k, "refuse-leaky-relu", "LeakyReLU", {}, (4, 2), [dict(negative_slope=None), dict(slope=0.1)])
    change(k, "refuse-elu", "ELU", {}, (4, 2), [dict(slope=0.1)])
    change(k, "refuse-prelu", "PReLU", {}, (4, 2), [dict(axes=[1])])
    change(k, "refuse-dropout", "Dropout", dict(rate=0.5), (4, 2), [dict(rate=v) for v in (-0.1, 1.5)] + [dict(p=0.5)])
    change(k, "refuse-global-average-pooling1d", "GlobalAveragePooling1D", {}, (4, 2), [dict(pool_size=2), dict(keep_dims=True)])
    change(
        k,
        "refuse-adaptive-average-pooling1d",
        "AdaptiveAveragePooling1D",
        dict(output_size=2),
        (4, 2),
        [dict(output_size=v) for v in (0, -1, 1.5, (2, 2), None)],
    )


def other_shapes(k):
    for cls, config, shape, wrong in (
        ("DepthwiseConv1D", dict(kernel_size=3), (8, 2), (2, 2)),
        ("SeparableConv1D", dict(filters=2, kernel_size=3), (8, 2), (2, 2)),
        ("DepthwiseConv1D", dict(kernel_size=3), (8, 2), (8, 3)),
        ("SeparableConv1D", dict(filters=2, kernel_size=3), (8, 2), (8, 3)),
        ("DepthwiseConv1D", dict(kernel_size=3), (8, 2), (8,)),
        ("SeparableConv1D", dict(filters=2, kernel_size=3), (8, 2), (8,)),
        ("GlobalMaxPooling1D", {}, (4, 2), (4,)),
        ("GlobalAveragePooling1D", {}, (4, 2), (4, 4, 2)),
        ("RepeatVector", dict(n=2), (4,), (4, 2)),
        ("BatchNormalization", {}, (4, 2), (4, 3)),
        ("LayerNormalization", {}, (4, 2), (4, 3)),
        ("GroupNormalization", dict(groups=2), (4, 2), (4, 4)),
        ("PReLU", {}, (4, 2), (5, 2)),
        ("PReLU", dict(shared_axes=[1]), (4, 2), (4, 3)),
        ("Permute", dict(dims=(2, 1)), (4, 2), (8,)),
        ("Conv2D", dict(filters=2, kernel_size=2), (3, 3, 2), (3, 3)),
        ("Conv2D", dict(filters=2, kernel_size=2), (3, 3, 2), (3, 3, 1)),
        ("MaxPooling2D", {}, (4, 4, 1), (4, 4)),
        ("UpSampling2D", {}, (4, 4, 1), (4, 4)),
        ("Conv2DTranspose", dict(filters=2, kernel_size=2), (3, 3, 2), (3, 3, 1)),
        ("ZeroPadding2D", {}, (4, 4, 1), (4, 4)),
        ("Cropping2D", dict(cropping=1), (4, 4, 1), (4, 4)),
        ("GlobalMaxPooling2D", {}, (4, 4, 1), (4, 4)),
        ("SpatialDropout1D", dict(rate=0.5), (4, 2), (4,)),
    ):
        name = f"refuse-{cls.lower()}-of-{'x'.join(map(str, shape))}-on-{'x'.join(map(str, wrong))}"
        k.refuse(f"{name}-{'-'.join(config)}".rstrip("-"), (cls, config), (cls, config), shape, wrong)
    for name, count in (("batch-normalization", 4), ("separable-conv1d", 3), ("layer-normalization", 2), ("depthwise-conv1d", 2)):
        spec = {
            "b": ("BatchNormalization", {}),
            "s": ("SeparableConv1D", dict(filters=2, kernel_size=3)),
            "l": ("LayerNormalization", {}),
            "d": ("DepthwiseConv1D", dict(kernel_size=3)),
        }[name[0]]
        k.refuse(f"refuse-{name}-{count - 1}-weights", spec, spec, (5, 2), weights=lambda w: [w[0][:-1]])
        k.refuse(f"refuse-{name}-short-last-weight", spec, spec, (5, 2), weights=lambda w: [w[0][:-1] + [w[0][-1][:-1]]])


def merges(k):
    for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        for a, b in (((4, 2), (5, 2)), ((4, 2), (4, 3)), ((4, 2), (3,))):
            k.refuse_graph(
                f"refuse-{cls.lower()}-{'x'.join(map(str, a))}-and-{'x'.join(map(str, b))}",
                [a, b],
                [("merge", cls, {}, ["input_1", "input_2"])],
            )
    k.refuse_graph("refuse-subtract-alone", [(4, 2)], [("merge", "Subtract", {}, ["input_1"])])
    k.refuse_graph("refuse-subtract-three", [(4, 2)] * 3, [("merge", "Subtract", {}, ["input_1", "input_2", "input_3"])])
    for axis, a, b in (
        (-1, (4, 2), (5, 2)),
        (1, (4, 2), (4, 3)),
        (2, (4, 2), (3, 2)),
        (-2, (4, 2), (4, 3)),
        (-1, (4, 2), (4,)),
        (3, (4, 2), (4, 2)),
    ):
        k.refuse_graph(
            f"refuse-concatenate-axis{axis}-{'x'.join(map(str, a))}-and-{'x'.join(map(str, b))}",
            [a, b],
            [("merge", "Concatenate", dict(axis=axis), ["input_1", "input_2"])],
        )
    k.refuse_graph(
        "refuse-residual-valid",
        [(8, 2)],
        [("conv", "Conv1D", dict(filters=2, kernel_size=3), ["input_1"]), ("merge", "Add", {}, ["input_1", "conv"])],
    )
    k.refuse_graph(
        "refuse-residual-channels",
        [(8, 2)],
        [("conv", "Conv1D", dict(filters=3, kernel_size=3, padding="same"), ["input_1"]), ("merge", "Add", {}, ["input_1", "conv"])],
    )
    k.refuse_graph(
        "refuse-u-net-odd",
        [(7, 1)],
        [
            ("pool", "MaxPooling1D", dict(pool_size=2), ["input_1"]),
            ("up", "UpSampling1D", dict(size=2), ["pool"]),
            ("merge", "Concatenate", {}, ["input_1", "up"]),
        ],
    )


def examples(k):
    conv, dense = ("Conv1D", dict(filters=32, kernel_size=3)), ("Dense", dict(units=64))
    k.refuse(
        "refuse-example-04-conv1d-on-dense",
        [dense, ("Reshape", dict(target_shape=(64, 1))), conv],
        [dense, ("Activation", dict(activation="linear")), conv],
        (50,),
    )
    k.refuse(
        "refuse-example-05-conv1d-on-flatten",
        [("Flatten", {}), ("Reshape", dict(target_shape=(20, 1))), conv],
        [("Flatten", {}), ("Activation", dict(activation="linear")), conv],
        (20, 1),
    )
    for number, target in (("09", (9, 9, 32)), ("11", (20, 20, 32))):
        k.refuse(
            f"refuse-example-{number}-reshape-{target}".replace(" ", ""),
            [conv, ("Reshape", dict(target_shape=(7, 14, 32))), ("Conv2D", dict(filters=2, kernel_size=2))],
            [conv, ("Reshape", dict(target_shape=target)), ("Conv2D", dict(filters=2, kernel_size=2))],
            (100, 3),
        )
