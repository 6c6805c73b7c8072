# test/conformance/torch_layers_more.py
#    The torch cases of one module each: linear, shapes, activations, norms, and the 2-D modules of hybrids.
#
# t is the Torch of generate_torch.py; shapes are channels last.
from itertools import product

import numpy as np

from common import some
from torch_layers import INF, NAN

# Values that straddle the branches of every activation.
RANGE = np.array([-90, -30, -21, -6.5, -3, -2.5, -1, -0.5, -0.3, -0.0, 0, 1e-3, 0.5, 0.7, 1, 2.5, 3, 6, 6.5, 20, 21, 30, 80], np.float32)


def all_cases(t):
    linear(t)
    flatten_unflatten(t)
    activations(t)
    softmax(t)
    batch_norm(t)
    other_norms(t)
    identities(t)
    conv2d(t)
    pool2d(t)
    resize2d(t)


def linear(t):
    for n, units in product((1, 3, 8), (1, 2, 5)):
        t.case(f"linear-{n}-to-{units}", ("Linear", dict(in_features=n, out_features=units)), (n,))
    for shape, units in product(((1, 1), (4, 1), (5, 3), (1, 4)), (1, 3)):
        t.case(f"linear-on-time-{'x'.join(map(str, shape))}-to-{units}", ("Linear", dict(in_features=shape[0], out_features=units)), shape)
    t.case("linear-on-width", ("Linear", dict(in_features=3, out_features=2)), (2, 3, 4))
    for shape in ((4,), (4, 2)):
        t.case(f"linear-no-bias-rank{len(shape)}", ("Linear", dict(in_features=4, out_features=3, bias=False)), shape)
    for value in (NAN, INF, -INF):
        t.case(f"linear-gap{value}", ("Linear", dict(in_features=4, out_features=2)), (4,), gaps={(1,): value})
    t.case("linear-wide", ("Linear", dict(in_features=67, out_features=2)), (67,))


def flatten_unflatten(t):
    for shape in ((5,), (1, 1), (4, 3), (1, 6), (6, 1), (2, 3, 4)):
        t.case(f"flatten-{'x'.join(map(str, shape))}", ("Flatten", {}), shape)
    for start, end, shape in (
        (1, -1, (4, 3)),
        (1, 2, (4, 3)),
        (1, 3, (2, 3, 4)),
        (2, -1, (2, 3, 4)),
        (2, 3, (2, 3, 4)),
        (1, 2, (2, 3, 4)),
        (2, 2, (4, 3)),
        (-2, -1, (4, 3)),
    ):
        t.case(f"flatten-{start}-to-{end}-{'x'.join(map(str, shape))}", ("Flatten", dict(start_dim=start, end_dim=end)), shape)
    t.case("flatten-gaps", ("Flatten", {}), (2, 2), gaps={(0, 1): NAN, (1, 0): INF})
    for dim, sizes, shape in (
        (1, (3, 4), (12,)),
        (1, (4, 3), (12,)),
        (1, (12, 1), (12,)),
        (1, (1, 12), (12,)),
        (-1, (3, 4), (12,)),
        (1, (2, 3, 2), (12,)),
        (1, (-1, 4), (12,)),
        (1, (3, -1), (12,)),
        (1, (2, 3), (4, 6)),
        (2, (2, 2), (4, 6)),
        (-1, (2, 2), (4, 6)),
        (-2, (2, 3), (4, 6)),
    ):
        name = f"unflatten-{dim}-{','.join(map(str, sizes))}-of-{'x'.join(map(str, shape))}"
        t.case(name, ("Unflatten", dict(dim=dim, unflattened_size=list(sizes))), shape)


def activations(t):
    kinds = [
        (cls, {})
        for cls in (
            "ReLU",
            "ReLU6",
            "LeakyReLU",
            "ELU",
            "SELU",
            "CELU",
            "GELU",
            "Sigmoid",
            "Tanh",
            "Softplus",
            "Softsign",
            "SiLU",
            "Mish",
            "Hardsigmoid",
            "Hardswish",
            "Hardtanh",
            "LogSigmoid",
            "Tanhshrink",
            "Softshrink",
            "Hardshrink",
            "PReLU",
        )
    ]
    kinds += [
        ("LeakyReLU", dict(negative_slope=0.3)),
        ("LeakyReLU", dict(negative_slope=0.0)),
        ("LeakyReLU", dict(negative_slope=-0.2)),
        ("ELU", dict(alpha=0.5)),
        ("CELU", dict(alpha=2.0)),
        ("GELU", dict(approximate="tanh")),
        ("GELU", dict(approximate="none")),
        ("Softplus", dict(beta=2.0)),
        ("Softplus", dict(beta=0.5, threshold=3.0)),
        ("Hardtanh", dict(min_val=-2.0, max_val=0.5)),
        ("Softshrink", dict(lambd=1.5)),
        ("Softshrink", dict(lambd=0.0)),
        ("Hardshrink", dict(lambd=2.0)),
    ]
    for cls, config in kinds:
        name = "-".join([cls.lower(), *(f"{key}={value}" for key, value in config.items())])
        t.case(f"activation-{name}-values", (cls, config), RANGE.shape, x=RANGE)
        t.case(f"activation-{name}-steps", (cls, config), (5, 3))
        t.case(f"activation-{name}-gaps", (cls, config), (3, 2), gaps={(0, 0): INF, (1, 1): -INF, (2, 0): NAN})
    for cls in ("ReLU", "LeakyReLU", "ELU", "SiLU", "Hardswish"):
        t.case(f"activation-{cls.lower()}-inplace", (cls, dict(inplace=True)), (3, 2))
    for shape, c in (((5,), 5), ((4, 3), 3), ((2, 3, 2), 2)):
        t.case(f"prelu-per-channel-rank{len(shape)}", ("PReLU", dict(num_parameters=c)), shape)


def softmax(t):
    for cls, shape in product(("Softmax", "LogSoftmax"), ((5,), (4, 3), (2, 3, 4))):
        for dim in [*range(1, len(shape) + 1), *range(-len(shape), 0)]:
            t.case(f"{cls.lower()}-rank{len(shape)}-dim{dim}", (cls, dict(dim=dim)), shape)
    t.case("softmax2d", ("Softmax2d", {}), (2, 3, 4))
    t.case("softmax-large", ("Softmax", dict(dim=1)), (2, 3), x=[[1000, 999, -1000], [-500, -501, -500]])
    t.case("softmax-gaps", ("Softmax", dict(dim=1)), (4, 3), x=[[NAN, 1, 2], [INF, 1, 2], [-INF, 1, 2], [-INF, -INF, -INF]])
    t.case("softmax-time-gaps", ("Softmax", dict(dim=2)), (2, 3), x=[[NAN, -INF, 1], [0, 2, -1]])


def batch_norm(t):
    for shape, affine in product(((3,), (5, 3), (1, 2)), (True, False)):
        t.case(
            f"batch-norm1d-{'x'.join(map(str, shape))}-affine{affine}", ("BatchNorm1d", dict(num_features=shape[-1], affine=affine)), shape
        )
    for eps in (1e-3, 0.1):
        t.case(f"batch-norm1d-eps{eps}", ("BatchNorm1d", dict(num_features=2, eps=eps, momentum=0.01)), (4, 2))
    t.case("batch-norm1d-gaps", ("BatchNorm1d", dict(num_features=2)), (4, 2), gaps={(1, 0): NAN, (2, 1): INF})
    for affine in (True, False):
        t.case(f"batch-norm2d-affine{affine}", ("BatchNorm2d", dict(num_features=3, affine=affine)), (2, 3, 3))


def other_norms(t):
    for size, shape in ((6, (6,)), ([6], (6,)), (5, (5, 3)), ([5], (5, 3)), ([3, 5], (5, 3)), ([4, 2, 3], (2, 3, 4)), ([2, 3], (2, 3, 4))):
        for more in ({}, dict(elementwise_affine=False), dict(bias=False)):
            name = f"layer-norm-{size}-rank{len(shape)}-{'-'.join(more) or 'affine'}".replace(" ", "")
            t.case(name, ("LayerNorm", dict(normalized_shape=size) | more), shape)
    t.case("layer-norm-eps", ("LayerNorm", dict(normalized_shape=4, eps=0.1)), (4, 2))
    t.case("layer-norm-gapnan", ("LayerNorm", dict(normalized_shape=4)), (4, 2), gaps={(1, 1): NAN})
    for affine, track in product((False, True), (False, True)):
        t.case(
            f"instance-norm1d-affine{affine}-track{track}",
            ("InstanceNorm1d", dict(num_features=3, affine=affine, track_running_stats=track)),
            (5, 3),
        )
    t.case("instance-norm1d-default", ("InstanceNorm1d", dict(num_features=2)), (7, 2))
    t.case("instance-norm1d-eps", ("InstanceNorm1d", dict(num_features=2, eps=0.1)), (4, 2))
    t.case("instance-norm2d", ("InstanceNorm2d", dict(num_features=2, affine=True)), (3, 2, 2))
    for groups, shape in ((1, (5, 4)), (2, (5, 4)), (4, (5, 4)), (3, (1, 6)), (2, (2, 3, 4)), (2, (4,))):
        t.case(f"group-norm-{groups}-rank{len(shape)}", ("GroupNorm", dict(num_groups=groups, num_channels=shape[-1])), shape)
    t.case("group-norm-bare", ("GroupNorm", dict(num_groups=2, num_channels=4, affine=False, eps=1e-3)), (4, 4))


def identities(t):
    for cls, config, shape in (
        ("Dropout", dict(p=0.5), (4, 2)),
        ("Dropout", {}, (3,)),
        ("Dropout1d", dict(p=0.3), (4, 2)),
        ("Dropout2d", dict(p=0.3), (2, 3, 2)),
        ("AlphaDropout", dict(p=0.5), (4, 2)),
        ("FeatureAlphaDropout", dict(p=0.5), (4, 2)),
        ("Identity", {}, (4, 2)),
    ):
        t.case(f"identity-{cls.lower()}-rank{len(shape)}", (cls, config), shape)


def conv2d(t):
    grid = list(product((1, 2, 3, (3, 2), (1, 4)), (1, 2, (2, 1), (1, 3)), (0, 1, (1, 0), (0, 2)), (1, (1, 2))))
    for i, (k, s, p, d) in enumerate(some(grid, 26)):
        config = dict(in_channels=1 + i % 2, out_channels=1 + i % 3, kernel_size=k, stride=s, padding=p, dilation=d)
        t.case(f"conv2d-k{k}-s{s}-p{p}-d{d}".replace(" ", ""), ("Conv2d", config), (5, 7, 1 + i % 2))
    t.case("conv2d-same", ("Conv2d", dict(in_channels=2, out_channels=1, kernel_size=(2, 3), padding="same")), (3, 4, 2))
    t.case("conv2d-groups-no-bias", ("Conv2d", dict(in_channels=4, out_channels=4, kernel_size=2, groups=2, bias=False)), (3, 3, 4))
    t.case("conv2d-depthwise", ("Conv2d", dict(in_channels=2, out_channels=4, kernel_size=2, groups=2)), (3, 3, 2))
    t.case("conv2d-gapnan", ("Conv2d", dict(in_channels=1, out_channels=1, kernel_size=2, padding=1)), (3, 3, 1), gaps={(1, 1, 0): NAN})
    grid = [
        (k, s, p, op)
        for k, s, p, op in product((2, 3, 4, (3, 2)), (1, 2, 3, (2, 1)), (0, 1), (0, 1, (1, 0)))
        if op == 0 or s in (2, 3) or (s == (2, 1) and op == (1, 0))
    ]
    for i, (k, s, p, op) in enumerate(some(grid, 22)):
        config = dict(in_channels=1 + i % 3, out_channels=1 + i % 2, kernel_size=k, stride=s, padding=p, output_padding=op)
        t.case(f"conv-transpose2d-k{k}-s{s}-p{p}-op{op}".replace(" ", ""), ("ConvTranspose2d", config), (3, 4, 1 + i % 3))
    t.case(
        "conv-transpose2d-groups", ("ConvTranspose2d", dict(in_channels=4, out_channels=2, kernel_size=2, stride=2, groups=2)), (2, 2, 4)
    )


def pool2d(t):
    grid = list(product((2, 3, (3, 2), (1, 2)), (None, 1, 2, (1, 3)), (0, 1), (False, True)))
    for k, s, p, ceil in some([g for g in grid if g[2] == 0 or g[0] != (1, 2)], 16, 4):
        t.case(
            f"max-pool2d-k{k}-s{s}-p{p}-ceil{ceil}".replace(" ", ""),
            ("MaxPool2d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=ceil)),
            (5, 4, 2),
        )
    t.case("max-pool2d-dilated", ("MaxPool2d", dict(kernel_size=2, stride=1, dilation=(2, 1))), (4, 4, 1))
    for (k, s, p, ceil), count in product(some([g for g in grid if g[2] == 0 or g[0] != (1, 2)], 10, 5), (True, False)):
        t.case(
            f"avg-pool2d-k{k}-s{s}-p{p}-ceil{ceil}-count{count}".replace(" ", ""),
            ("AvgPool2d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=ceil, count_include_pad=count)),
            (5, 4, 2),
        )
    for kind, size in product(("Max", "Avg"), (1, 2, (3, 2), (None, 2))):
        t.case(f"adaptive-{kind.lower()}-pool2d-{size}".replace(" ", ""), (f"Adaptive{kind}Pool2d", dict(output_size=size)), (5, 4, 2))


def resize2d(t):
    for mode, scale in product(("nearest", "nearest-exact", "bilinear"), (2, 3, (2, 1), (1, 1.5))):
        t.case(f"upsample-{mode}-2d-{scale}".replace(" ", ""), ("Upsample", dict(scale_factor=scale, mode=mode)), (2, 3, 2))
    for size in (5, (4, 2)):
        t.case(
            f"upsample-bilinear-corners-2d-{size}".replace(" ", ""),
            ("Upsample", dict(size=size, mode="bilinear", align_corners=True)),
            (2, 3, 2),
        )
    for p in (1, (1, 2, 0, 3), (0, 1, -1, 0)):
        t.case(f"zeropad2d-{p}".replace(" ", ""), ("ZeroPad2d", dict(padding=p)), (2, 3, 2))
        t.case(f"constantpad2d-{p}".replace(" ", ""), ("ConstantPad2d", dict(padding=p, value=0.5)), (2, 3, 2))
