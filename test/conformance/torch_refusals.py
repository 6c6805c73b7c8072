# test/conformance/torch_refusals.py
#    What torch refuses: a model that runs, and what is changed until it does not.
#
# t is the Torch of generate_torch.py; shapes are channels last.
from itertools import product

import numpy as np

CONV = dict(in_channels=4, out_channels=6, kernel_size=3)
TRANSPOSE = dict(in_channels=3, out_channels=4, kernel_size=3, stride=2)


def all_cases(t):
    convolutions(t)
    pools(t)
    resampling_and_pads(t)
    linear_and_shapes(t)
    activations_and_norms(t)
    two_dimensional(t)
    lengths(t)
    weights(t)
    stacks(t)


def change(t, prefix, cls, good, shape, changes):
    """Refuse one changed argument at a time; the value ... leaves the argument out."""
    for change in changes:
        words = "-".join(f"without-{key}" if value is ... else f"{key}={value!r}" for key, value in change.items()).replace(" ", "")
        config = {key: value for key, value in (good | change).items() if value is not ...}
        t.refuse(f"{prefix}-{words}", (cls, good), (cls, config), shape)


def convolutions(t):
    change(
        t,
        "refuse-conv1d",
        "Conv1d",
        CONV,
        (10, 4),
        [{key: ...} for key in CONV]
        + [dict(in_channels=v) for v in (3, 8, 1, -1, "4")]
        + [dict(out_channels=v) for v in (-1, 5, 2.5)]
        + [dict(kernel_size=v) for v in (0, -1, 4, 2.5, "3", (3, 3))]
        + [dict(stride=v) for v in (0, -1, 1.5, (1, 1), "2")]
        + [dict(dilation=v) for v in (0, -1, 1.5, (1, 1))]
        + [dict(padding=v) for v in (-1, 1.5, "causal", "full", "SAME")]
        + [dict(groups=v) for v in (0, -1, 3, 4, 2.0)]
        + [dict(stride=v, padding="same") for v in (2, 3)]
        + [dict(padding_mode=v) for v in ("zero", "symmetric", "constant")]
        + [dict(strides=2), dict(dilation_rate=2), dict(use_bias=False), dict(filters=6), dict(activation="relu"), dict(output_padding=1)]
        + [dict(dilation=5), dict(kernel_size=11)],
    )
    for mode, p in (("reflect", 10), ("reflect", 12), ("circular", 11)):
        change(t, "refuse-conv1d", "Conv1d", CONV, (10, 4), [dict(padding=p, padding_mode=mode)])
    change(
        t,
        "refuse-conv-transpose1d",
        "ConvTranspose1d",
        TRANSPOSE,
        (6, 3),
        [{key: ...} for key in ("in_channels", "out_channels", "kernel_size")]
        + [dict(in_channels=v) for v in (4, 6, -1)]
        + [dict(out_channels=v) for v in (-1, 3)]
        + [dict(kernel_size=v) for v in (-1, 4, 2.5, (3, 3))]
        + [dict(stride=v) for v in (0, -1, 1.5)]
        + [dict(dilation=v) for v in (0, -1)]
        + [dict(padding=v) for v in ("same", "valid", 7, 10, 1.5)]
        + [dict(output_padding=v) for v in (2, 3, -1, 1.5, "same")]
        + [dict(groups=v) for v in (0, 2)]
        + [dict(stride=1, output_padding=1), dict(stride=2, dilation=3, output_padding=3), dict(padding_mode="reflect")]
        + [dict(strides=2), dict(filters=4), dict(use_bias=False)],
    )


def pools(t):
    change(
        t,
        "refuse-max-pool1d",
        "MaxPool1d",
        dict(kernel_size=2),
        (6, 2),
        [dict(kernel_size=v) for v in (..., 0, -1, 2.5, "2", (2, 2), 7, None)]
        + [dict(stride=v) for v in (0, -1, 1.5, (2, 2))]
        + [dict(padding=v) for v in (2, 3, -1, "same")]
        + [dict(dilation=v) for v in (0, -1, 6)]
        + [dict(pool_size=2), dict(strides=2), dict(count_include_pad=True)]
        + [dict(kernel_size=3, padding=2), dict(kernel_size=3, dilation=3)],
    )
    change(
        t,
        "refuse-avg-pool1d",
        "AvgPool1d",
        dict(kernel_size=2),
        (6, 2),
        [dict(kernel_size=v) for v in (..., 0, -1, 2.5, "2", (2, 2), 7, None)]
        + [dict(stride=v) for v in (0, -1, 1.5, (2, 2))]
        + [dict(padding=v) for v in (2, 3, -1, "same")]
        + [dict(dilation=2), dict(pool_size=2), dict(strides=2), dict(divisor_override=3), dict(kernel_size=3, padding=2)],
    )
    for kind in ("Max", "Avg"):
        change(
            t,
            f"refuse-adaptive-{kind.lower()}-pool1d",
            f"Adaptive{kind}Pool1d",
            dict(output_size=2),
            (6, 2),
            [dict(output_size=v) for v in (..., 0, -1, 1.5, "2", (2, 2))] + [dict(stride=2)],
        )


def resampling_and_pads(t):
    change(
        t,
        "refuse-upsample",
        "Upsample",
        dict(scale_factor=2),
        (4, 2),
        [
            dict(scale_factor=...),
            dict(scale_factor=0),
            dict(scale_factor=-1),
            dict(scale_factor=0.2),
            dict(scale_factor=2, size=8),
            dict(scale_factor=..., size=0),
            dict(scale_factor=..., size=-3),
            dict(scale_factor=..., size=2.5),
            dict(scale_factor=..., size=(2, 3)),
            dict(scale_factor=(2, 2)),
            dict(mode="linearly"),
            dict(mode="bilinear"),
            dict(mode="bicubic"),
            dict(mode="trilinear"),
            dict(align_corners=True),
            dict(align_corners=False),
            dict(mode="nearest-exact", align_corners=True),
            dict(factor=2),
            dict(interpolation="linear"),
            dict(scale_factor=..., size=8, recompute_scale_factor=True),
        ],
    )
    change(
        t,
        "refuse-constantpad1d",
        "ConstantPad1d",
        dict(padding=1, value=0.5),
        (4, 2),
        [dict(padding=v) for v in (..., (-2, -2), (-4, 0), (0, -4), (-3, -1), 1.5, (1.5, 1), "same")]
        + [dict(value=...), dict(value="zero"), dict(mode="reflect")],
    )
    change(
        t,
        "refuse-zeropad1d",
        "ZeroPad1d",
        dict(padding=1),
        (4, 2),
        [dict(padding=v) for v in (..., (-2, -2), (0, -5), 1.5)] + [dict(value=1)],
    )
    change(
        t,
        "refuse-reflectionpad1d",
        "ReflectionPad1d",
        dict(padding=1),
        (4, 2),
        [dict(padding=v) for v in (4, (4, 0), (0, 5), (-2, -2), 1.5)] + [dict(value=1)],
    )
    change(
        t, "refuse-replicationpad1d", "ReplicationPad1d", dict(padding=1), (4, 2), [dict(padding=v) for v in (..., (-2, -2), (-5, 0), 1.5)]
    )
    change(
        t, "refuse-circularpad1d", "CircularPad1d", dict(padding=1), (4, 2), [dict(padding=v) for v in (..., 5, (5, 0), (0, 6), (-2, -2))]
    )


def linear_and_shapes(t):
    change(
        t,
        "refuse-linear",
        "Linear",
        dict(in_features=5, out_features=3),
        (5,),
        [dict(in_features=v) for v in (..., 4, 6, -1, 2.5)]
        + [dict(out_features=v) for v in (..., -1, 4, 2.5, "3")]
        + [dict(units=3), dict(activation="relu"), dict(use_bias=False)],
    )
    for shape in ((5, 3), (3, 5), (4,), (6,), (1, 5)):
        good = (5,) if len(shape) == 1 else (5, 2)
        if shape[0] != 5:
            t.refuse(
                f"refuse-linear-5-on-{'x'.join(map(str, shape))}",
                ("Linear", dict(in_features=5, out_features=3)),
                ("Linear", dict(in_features=5, out_features=3)),
                good,
                shape,
            )
    change(
        t,
        "refuse-flatten",
        "Flatten",
        {},
        (4, 2),
        [dict(start_dim=v) for v in (3, 5, -4)]
        + [dict(end_dim=v) for v in (3, -4)]
        + [dict(start_dim=2, end_dim=1), dict(dim=1), dict(data_format="channels_last")],
    )
    change(
        t,
        "refuse-unflatten",
        "Unflatten",
        dict(dim=1, unflattened_size=[3, 4]),
        (12,),
        [dict(unflattened_size=v) for v in (..., [3, 5], [13], [2, 2, 2], [-1, 5], [-1, -1], [12, 2])]
        + [dict(dim=v) for v in (..., 2, 3, -3)]
        + [dict(target_shape=[3, 4])],
    )


def activations_and_norms(t):
    for cls, changes in (
        ("ReLU", [dict(max_value=6), dict(negative_slope=0.1)]),
        ("LeakyReLU", [dict(alpha=0.1)]),
        ("ELU", [dict(slope=1)]),
        ("GELU", [dict(approximate="erf"), dict(approximate=True), dict(approximate="exact")]),
        ("Sigmoid", [dict(inplace=True)]),
        ("Hardtanh", [dict(min_val=1, max_val=-1), dict(min_val=2)]),
        ("Softshrink", [dict(lambd=-0.5), dict(lower=0.5)]),
        ("CELU", [dict(alpha=0.0)]),
        ("Hardshrink", [dict(lambda_=1)]),
        ("Softplus", [dict(slope=2)]),
    ):
        change(t, f"refuse-{cls.lower()}", cls, {}, (4, 2), changes)
    for cls in ("Softmax", "LogSoftmax"):
        change(t, f"refuse-{cls.lower()}", cls, dict(dim=1), (4, 2), [dict(dim=v) for v in (3, 4, -4, "channels", 1.5)] + [dict(axis=1)])
        t.refuse(f"refuse-{cls.lower()}-dim2-on-rank1", (cls, dict(dim=1)), (cls, dict(dim=2)), (4,))
    change(t, "refuse-prelu", "PReLU", dict(num_parameters=2), (4, 2), [dict(num_parameters=v) for v in (3, 4, -1)] + [dict(alpha=0.1)])
    change(
        t,
        "refuse-batch-norm1d",
        "BatchNorm1d",
        dict(num_features=2),
        (4, 2),
        [dict(num_features=v) for v in (..., 3, 4, -1, 2.5)] + [dict(epsilon=1e-3), dict(axis=-1), dict(center=False), dict(affine=False)],
    )
    change(
        t,
        "refuse-layer-norm",
        "LayerNorm",
        dict(normalized_shape=4),
        (4, 2),
        [dict(normalized_shape=v) for v in (..., 2, 3, [4, 2], [2, 3], [1, 2, 4])] + [dict(epsilon=1e-3), dict(axis=-1)],
    )
    change(t, "refuse-instance-norm1d", "InstanceNorm1d", dict(num_features=2), (4, 2), [dict(num_features=...), dict(epsilon=1e-3)])
    t.refuse(
        "refuse-instance-norm1d-affine-features",
        ("InstanceNorm1d", dict(num_features=2, affine=True)),
        ("InstanceNorm1d", dict(num_features=3, affine=True)),
        (4, 2),
    )
    t.refuse(
        "refuse-instance-norm1d-one-step",
        ("InstanceNorm1d", dict(num_features=2)),
        ("InstanceNorm1d", dict(num_features=2)),
        (4, 2),
        (1, 2),
    )
    change(
        t,
        "refuse-group-norm",
        "GroupNorm",
        dict(num_groups=2, num_channels=4),
        (5, 4),
        [dict(num_groups=v) for v in (..., 0, 3, 8)] + [dict(num_channels=v) for v in (..., 3, 6, 8)] + [dict(groups=2)],
    )
    change(t, "refuse-dropout", "Dropout", dict(p=0.5), (4, 2), [dict(p=v) for v in (-0.1, 1.5)] + [dict(rate=0.5)])
    t.refuse(
        "refuse-batch-norm1d-on-rank3", ("BatchNorm1d", dict(num_features=2)), ("BatchNorm1d", dict(num_features=2)), (4, 2), (4, 3, 2)
    )
    t.refuse(
        "refuse-batch-norm2d-on-rank2", ("BatchNorm2d", dict(num_features=2)), ("BatchNorm2d", dict(num_features=2)), (4, 3, 2), (4, 2)
    )


def two_dimensional(t):
    change(
        t,
        "refuse-conv2d",
        "Conv2d",
        dict(in_channels=2, out_channels=4, kernel_size=2),
        (4, 4, 2),
        [
            dict(in_channels=3),
            dict(kernel_size=5),
            dict(kernel_size=(1, 5)),
            dict(kernel_size=(2, 2, 2)),
            dict(stride=0),
            dict(stride=(1, 0)),
            dict(dilation=0),
            dict(padding=-1),
            dict(groups=3),
            dict(padding="same", stride=2),
            dict(padding="causal"),
            dict(strides=2),
            dict(kernel_size=2, dilation=4),
        ],
    )
    change(
        t,
        "refuse-conv-transpose2d",
        "ConvTranspose2d",
        dict(in_channels=2, out_channels=4, kernel_size=2, stride=2),
        (3, 3, 2),
        [dict(output_padding=2), dict(output_padding=(0, 2)), dict(padding="same"), dict(in_channels=3), dict(groups=3), dict(stride=0)],
    )
    for cls in ("MaxPool2d", "AvgPool2d"):
        change(
            t,
            f"refuse-{cls.lower()}",
            cls,
            dict(kernel_size=2),
            (4, 4, 1),
            [
                dict(kernel_size=0),
                dict(kernel_size=5),
                dict(kernel_size=(1, 5)),
                dict(stride=-1),
                dict(padding=2),
                dict(kernel_size=(2, 2, 2)),
                dict(pool_size=2),
            ],
        )
    change(
        t,
        "refuse-upsample-2d",
        "Upsample",
        dict(scale_factor=2),
        (2, 2, 1),
        [dict(mode="linear"), dict(size=(1, 2, 3), scale_factor=...), dict(scale_factor=(2, 2, 2))],
    )
    change(t, "refuse-zeropad2d", "ZeroPad2d", dict(padding=1), (2, 2, 1), [dict(padding=(-1, -1, 0, 0)), dict(padding=(1, 2, 3))])


def lengths(t):
    for k, d, p, n in ((2, 1, 0, 1), (3, 1, 0, 2), (5, 1, 1, 2), (3, 2, 0, 4), (3, 2, 1, 2), (2, 9, 0, 9), (8, 1, 2, 3)):
        spec = "Conv1d", dict(in_channels=2, out_channels=2, kernel_size=k, dilation=d, padding=p)
        t.refuse(f"refuse-conv1d-k{k}-d{d}-p{p}-L{n}", spec, spec, (20, 2), (n, 2))
    for cls, k, p, n in product(("MaxPool1d", "AvgPool1d"), (2, 3, 5), (0, 1), (1, 2)):
        if n + 2 * p < k:
            t.refuse(
                f"refuse-{cls.lower()}-k{k}-p{p}-L{n}",
                (cls, dict(kernel_size=k, padding=p)),
                (cls, dict(kernel_size=k, padding=p)),
                (20, 2),
                (n, 2),
            )
    for cls, (k, s, n) in product(("MaxPool1d", "AvgPool1d"), ((4, 1, 3), (5, 2, 2), (9, 3, 4))):
        spec = cls, dict(kernel_size=k, stride=s, ceil_mode=True)
        t.refuse(f"refuse-{cls.lower()}-ceil-k{k}-s{s}-L{n}", spec, spec, (20, 2), (n, 2))
    for k, s, p, n in ((3, 1, 2, 2), (1, 2, 1, 1), (3, 2, 3, 2), (4, 1, 2, 1)):
        t.refuse(
            f"refuse-conv-transpose1d-k{k}-s{s}-p{p}-L{n}",
            ("ConvTranspose1d", dict(in_channels=2, out_channels=2, kernel_size=k, stride=s, padding=p)),
            ("ConvTranspose1d", dict(in_channels=2, out_channels=2, kernel_size=k, stride=s, padding=p)),
            (20, 2),
            (n, 2),
        )
    for n, c in ((10, 3), (4, 10), (10, 1), (10, 8)):
        t.refuse(f"refuse-conv1d-4-channels-on-{n}x{c}", ("Conv1d", CONV), ("Conv1d", CONV), (10, 4), (n, c))
        t.refuse(
            f"refuse-conv-transpose1d-3-channels-on-{n}x{c + 3}",
            ("ConvTranspose1d", TRANSPOSE),
            ("ConvTranspose1d", TRANSPOSE),
            (10, 3),
            (n, c + 3),
        )
    for cls, config, shape in (("Conv1d", CONV, (10, 4)), ("ConvTranspose1d", TRANSPOSE, (10, 3))):
        t.refuse(f"refuse-{cls.lower()}-on-rank1", (cls, config), (cls, config), shape, (10,))
        t.refuse(f"refuse-{cls.lower()}-on-rank3", (cls, config), (cls, config), shape, (10, 10, shape[1]))
    for cls, config in (
        ("MaxPool1d", dict(kernel_size=2)),
        ("AvgPool1d", dict(kernel_size=2)),
        ("AdaptiveAvgPool1d", dict(output_size=2)),
        ("AdaptiveMaxPool1d", dict(output_size=2)),
    ):
        t.refuse(f"refuse-{cls.lower()}-on-rank3", (cls, config), (cls, config), (6, 2), (4, 6, 2))


def weights(t):
    """Arrays that do not fit the config: in Keras layout, cut, missing, too many."""
    kinds = (
        ("conv1d", ("Conv1d", dict(in_channels=2, out_channels=4, kernel_size=3)), (8, 2)),
        ("conv-transpose1d", ("ConvTranspose1d", dict(in_channels=2, out_channels=4, kernel_size=3)), (8, 2)),
        ("linear", ("Linear", dict(in_features=3, out_features=4)), (3,)),
    )
    for name, spec, shape in kinds:
        changes = dict(
            keras_layout=lambda w: [[w[0][0].T, w[0][1]]],
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
            t.refuse(f"refuse-{name}-weights-{change.replace('_', '-')}", spec, spec, shape, weights=function)
        bare = spec[0], spec[1] | dict(bias=False)
        t.refuse(f"refuse-{name}-weights-bias-unasked", spec, bare, shape)
        t.refuse(f"refuse-{name}-weights-bias-absent", bare, spec, shape)
    for cls, config in (("ReLU", {}), ("MaxPool1d", dict(kernel_size=2)), ("Flatten", {})):
        t.refuse(f"refuse-{cls.lower()}-with-weights", (cls, config), (cls, config), (4, 2), weights=lambda w: [[np.ones(2, np.float32)]])
    norm = "BatchNorm1d", dict(num_features=3)
    t.refuse("refuse-batch-norm1d-3-weights", norm, norm, (4, 3), weights=lambda w: [w[0][:-1]])
    t.refuse("refuse-batch-norm1d-short-variance", norm, norm, (4, 3), weights=lambda w: [w[0][:-1] + [w[0][-1][:-1]]])


def stacks(t):
    conv, relu = ("Conv1d", dict(in_channels=1, out_channels=2, kernel_size=3)), ("ReLU", {})
    head = [conv, relu, ("Flatten", {}), ("Linear", dict(in_features=16, out_features=2))]
    for n in (9, 11, 12):
        t.refuse(f"refuse-sequence-flatten-linear-L{n}", head, head, (10, 1), (n, 1))
    good = [conv, ("Conv1d", dict(in_channels=2, out_channels=1, kernel_size=2))]
    t.refuse("refuse-sequence-channels", good, [conv, ("Conv1d", dict(in_channels=3, out_channels=1, kernel_size=2))], (10, 1))
    t.refuse(
        "refuse-sequence-kernel-too-long-late",
        [("MaxPool1d", dict(kernel_size=2)), ("MaxPool1d", dict(kernel_size=2)), conv],
        [("MaxPool1d", dict(kernel_size=2)), ("MaxPool1d", dict(kernel_size=2)), conv],
        (12, 1),
        (9, 1),
    )
    t.refuse("refuse-sequence-conv1d-on-image", [("Flatten", dict(start_dim=2)), conv], [relu, conv], (3, 3, 1))
    t.refuse(
        "refuse-sequence-no-flatten",
        [conv, ("Flatten", {}), ("Linear", dict(in_features=16, out_features=2))],
        [conv, relu, ("Linear", dict(in_features=16, out_features=2))],
        (10, 1),
    )
    wide = "Conv1d", dict(in_channels=3, out_channels=32, kernel_size=3)
    for number, size in (("09", [9, 9]), ("11", [20, 20])):
        image = "Conv2d", dict(in_channels=32, out_channels=2, kernel_size=2)
        t.refuse(
            f"refuse-example-{number}-unflatten-{size[0]}x{size[1]}",
            [wide, ("Unflatten", dict(dim=2, unflattened_size=[7, 14])), image],
            [wide, ("Unflatten", dict(dim=2, unflattened_size=size)), image],
            (100, 3),
        )
