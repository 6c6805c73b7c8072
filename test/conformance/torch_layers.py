# test/conformance/torch_layers.py
#    The torch cases of one module each: convolutions, pools, resampling and padding along time.
#
# t is the Torch of generate_torch.py; shapes are (timesteps, channels).
from itertools import product

import numpy as np

from common import some

NAN, INF = np.nan, np.inf


def all_cases(t):
    conv1d(t)
    conv_transpose1d(t)
    max_pool1d(t)
    avg_pool1d(t)
    adaptive_pools(t)
    upsample(t)
    pads(t)


def effective(k, d=1):
    return d * (k - 1) + 1


def conv1d(t):
    grid = [
        (k, s, p, d, n)
        for k, s, p, d, n in product((1, 2, 3, 4, 5), (1, 2, 3, 5), (0, 1, 2, 3), (1, 2, 3), (1, 2, 5, 10))
        if n + 2 * p >= effective(k, d)
    ]
    for i, (k, s, p, d, n) in enumerate(some(grid, 120)):
        config = dict(in_channels=1 + i % 3, out_channels=1 + i % 4, kernel_size=k, stride=s, padding=p, dilation=d)
        t.case(f"conv1d-k{k}-s{s}-p{p}-d{d}-L{n}", ("Conv1d", config), (n, 1 + i % 3))
    for k, d, n in product((1, 2, 3, 4, 5), (1, 2), (1, 4, 7)):
        t.case(
            f"conv1d-same-k{k}-d{d}-L{n}",
            ("Conv1d", dict(in_channels=2, out_channels=2, kernel_size=k, padding="same", dilation=d)),
            (n, 2),
        )
    for k in (1, 2, 3, 6):
        t.case(f"conv1d-valid-k{k}-L-equals-k", ("Conv1d", dict(in_channels=3, out_channels=2, kernel_size=k, padding="valid")), (k, 3))
        t.case(f"conv1d-default-k{k}", ("Conv1d", dict(in_channels=2, out_channels=1, kernel_size=k)), (k + 2, 2))
    for g, s, p in product((2, 4), (1, 2), (0, 1)):
        t.case(
            f"conv1d-groups{g}-s{s}-p{p}",
            ("Conv1d", dict(in_channels=4, out_channels=8, kernel_size=3, stride=s, padding=p, groups=g)),
            (6, 4),
        )
    for g, c, f in ((3, 6, 3), (3, 3, 6), (6, 6, 6), (2, 2, 2)):
        t.case(
            f"conv1d-groups{g}-{c}-to-{f}",
            ("Conv1d", dict(in_channels=c, out_channels=f, kernel_size=2, groups=g, dilation=2, bias=False)),
            (5, c),
        )
    for s, p in product((1, 2), (0, 2)):
        t.case(
            f"conv1d-s{s}-p{p}-no-bias",
            ("Conv1d", dict(in_channels=2, out_channels=3, kernel_size=3, stride=s, padding=p, bias=False)),
            (6, 2),
        )
    for value, p in product((NAN, INF, -INF), (0, 2)):
        t.case(
            f"conv1d-p{p}-gap{value}",
            ("Conv1d", dict(in_channels=2, out_channels=2, kernel_size=3, stride=2, padding=p)),
            (9, 2),
            gaps={(0, 0): value, (5, 1): value},
        )
    t.case("conv1d-inf-minus-inf", ("Conv1d", dict(in_channels=1, out_channels=1, kernel_size=2)), (5, 1), gaps={(1, 0): INF, (2, 0): -INF})
    for mode, p in product(("reflect", "replicate", "circular"), (1, 2, "same")):
        config = dict(in_channels=2, out_channels=2, kernel_size=4 if p == "same" else 3, padding=p, padding_mode=mode)
        t.case(f"conv1d-padding-mode-{mode}-p{p}", ("Conv1d", config), (6, 2))
    for key in ("kernel_size", "stride", "padding", "dilation"):
        t.case(f"conv1d-{key}-as-list", ("Conv1d", dict(in_channels=1, out_channels=2, kernel_size=2) | {key: [2]}), (6, 1))
    t.case("conv1d-many-channels", ("Conv1d", dict(in_channels=9, out_channels=17, kernel_size=3, padding=1)), (5, 9))
    t.case(
        "conv1d-ones",
        ("Conv1d", dict(in_channels=1, out_channels=1, kernel_size=3, stride=2, padding=1)),
        (6, 1),
        x=np.arange(1, 7).reshape(6, 1),
    )


def conv_transpose1d(t):
    grid = [
        (k, s, p, op, d, n)
        for k, s, p, d, n in product((1, 2, 3, 4, 5), (1, 2, 3, 4), (0, 1, 2), (1, 2, 3), (1, 2, 4, 7))
        for op in range(max(s, d))
        if (n - 1) * s - 2 * p + effective(k, d) + op > 0
    ]
    for i, (k, s, p, op, d, n) in enumerate(some(grid, 140)):
        config = dict(in_channels=1 + i % 3, out_channels=1 + i // 3 % 3, kernel_size=k, stride=s, padding=p, output_padding=op, dilation=d)
        t.case(f"conv-transpose1d-k{k}-s{s}-p{p}-op{op}-d{d}-L{n}", ("ConvTranspose1d", config), (n, 1 + i % 3))
    for g, s in product((2, 4), (1, 2, 3)):
        t.case(
            f"conv-transpose1d-groups{g}-s{s}",
            ("ConvTranspose1d", dict(in_channels=4, out_channels=8, kernel_size=3, stride=s, groups=g)),
            (3, 4),
        )
    t.case(
        "conv-transpose1d-groups3",
        ("ConvTranspose1d", dict(in_channels=3, out_channels=6, kernel_size=2, stride=2, groups=3, bias=False)),
        (3, 3),
    )
    for s, p in product((1, 2), (0, 1)):
        t.case(
            f"conv-transpose1d-s{s}-p{p}-no-bias",
            ("ConvTranspose1d", dict(in_channels=2, out_channels=3, kernel_size=3, stride=s, padding=p, bias=False)),
            (4, 2),
        )
    for value, p in product((NAN, INF, -INF), (0, 1)):
        t.case(
            f"conv-transpose1d-p{p}-gap{value}",
            ("ConvTranspose1d", dict(in_channels=2, out_channels=2, kernel_size=3, stride=2, padding=p, output_padding=1)),
            (5, 2),
            gaps={(2, 1): value},
        )
    for k, s in ((2, 2), (3, 2), (4, 2)):
        t.case(
            f"conv-transpose1d-default-k{k}-s{s}", ("ConvTranspose1d", dict(in_channels=1, out_channels=1, kernel_size=k, stride=s)), (3, 1)
        )
    t.case("conv-transpose1d-many", ("ConvTranspose1d", dict(in_channels=9, out_channels=17, kernel_size=4, stride=2, padding=1)), (4, 9))


def max_pool1d(t):
    grid = [
        (k, s, p, d, ceil, n)
        for k, s, p, d, ceil, n in product((1, 2, 3, 4, 5), (None, 1, 2, 3, 5), (0, 1, 2), (1, 2, 3), (False, True), (1, 2, 3, 7, 10))
        if p <= k // 2 and n + 2 * p >= effective(k, d)
    ]
    for i, (k, s, p, d, ceil, n) in enumerate(some(grid, 90)):
        t.case(
            f"max-pool1d-k{k}-s{s}-p{p}-d{d}-ceil{ceil}-L{n}",
            ("MaxPool1d", dict(kernel_size=k, stride=s, padding=p, dilation=d, ceil_mode=ceil)),
            (n, 1 + i % 3),
        )
    for value, ceil in product((NAN, INF, -INF), (False, True)):
        t.case(
            f"max-pool1d-ceil{ceil}-gap{value}",
            ("MaxPool1d", dict(kernel_size=3, stride=2, padding=1, ceil_mode=ceil)),
            (8, 2),
            gaps={(0, 0): value, (4, 1): value},
        )
    t.case("max-pool1d-all-minus-infinity", ("MaxPool1d", dict(kernel_size=2)), (4, 1), x=np.full((4, 1), -INF))
    t.case("max-pool1d-negative", ("MaxPool1d", dict(kernel_size=3, stride=2, padding=1)), (6, 1), x=-np.arange(1, 7).reshape(6, 1))
    for k, s, p, n in ((4, 2, 0, 3), (5, 3, 0, 3), (5, 3, 1, 1), (12, 3, 0, 10), (3, 5, 0, 1), (2, 2, 0, 1)):
        t.case(
            f"max-pool1d-ceil-short-k{k}-s{s}-p{p}-L{n}", ("MaxPool1d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=True)), (n, 2)
        )
        for count in (False, True):
            t.case(
                f"avg-pool1d-ceil-short-k{k}-s{s}-p{p}-L{n}-count{count}",
                ("AvgPool1d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=True, count_include_pad=count)),
                (n, 2),
            )
    t.case("max-pool1d-only-padding", ("MaxPool1d", dict(kernel_size=2, stride=1, padding=1, dilation=3)), (2, 1))
    t.case("max-pool1d-default", ("MaxPool1d", dict(kernel_size=2)), (5, 2))
    t.case("max-pool1d-lists", ("MaxPool1d", dict(kernel_size=[3], stride=[2], padding=[1])), (5, 2))


def avg_pool1d(t):
    grid = [
        (k, s, p, ceil, count, n)
        for k, s, p, ceil, count, n in product(
            (1, 2, 3, 4, 5), (None, 1, 2, 3, 5), (0, 1, 2), (False, True), (True, False), (1, 2, 3, 7, 10)
        )
        if p <= k // 2 and n + 2 * p >= k
    ]
    for i, (k, s, p, ceil, count, n) in enumerate(some(grid, 110)):
        t.case(
            f"avg-pool1d-k{k}-s{s}-p{p}-ceil{ceil}-count{count}-L{n}",
            ("AvgPool1d", dict(kernel_size=k, stride=s, padding=p, ceil_mode=ceil, count_include_pad=count)),
            (n, 1 + i % 3),
        )
    for ceil, count in product((False, True), (False, True)):
        t.case(
            f"avg-pool1d-one-to-eight-ceil{ceil}-count{count}",
            ("AvgPool1d", dict(kernel_size=3, stride=2, padding=1, ceil_mode=ceil, count_include_pad=count)),
            (8, 1),
            x=np.arange(1, 9).reshape(8, 1),
        )
    for value in (NAN, INF, -INF):
        t.case(
            f"avg-pool1d-gap{value}", ("AvgPool1d", dict(kernel_size=3, stride=2, padding=1)), (8, 2), gaps={(0, 0): value, (4, 1): value}
        )
    t.case("avg-pool1d-default", ("AvgPool1d", dict(kernel_size=2)), (5, 2))


def adaptive_pools(t):
    for kind, (n, o) in product(("Max", "Avg"), ((1, 1), (5, 1), (5, 5), (10, 4), (7, 3), (8, 4), (3, 5), (1, 3), (9, 2), (6, 4))):
        t.case(f"adaptive-{kind.lower()}-pool1d-L{n}-to-{o}", (f"Adaptive{kind}Pool1d", dict(output_size=o)), (n, 2))
    for kind in ("Max", "Avg"):
        t.case(
            f"adaptive-{kind.lower()}-pool1d-gaps", (f"Adaptive{kind}Pool1d", dict(output_size=3)), (7, 2), gaps={(1, 0): NAN, (4, 1): INF}
        )


def upsample(t):
    for mode, (n, size) in product(("nearest", "nearest-exact", "linear"), ((3, 7), (3, 3), (5, 2), (1, 4), (4, 1), (7, 10))):
        t.case(f"upsample-{mode}-L{n}-size{size}", ("Upsample", dict(size=size, mode=mode)), (n, 2))
    for mode, n, scale in product(("nearest", "nearest-exact", "linear"), (1, 3, 5), (1, 2, 3, 0.5, 1.6, 2.5, 0.7)):
        if int(n * scale) >= 1:
            t.case(f"upsample-{mode}-L{n}-scale{scale}", ("Upsample", dict(scale_factor=scale, mode=mode)), (n, 2))
    for n, size in ((3, 7), (3, 3), (5, 2), (1, 4), (4, 1), (7, 10)):
        t.case(f"upsample-linear-corners-L{n}-size{size}", ("Upsample", dict(size=size, mode="linear", align_corners=True)), (n, 2))
    for n, scale in product((1, 3, 4), (2, 3, 1.6)):
        t.case(
            f"upsample-linear-corners-L{n}-scale{scale}", ("Upsample", dict(scale_factor=scale, mode="linear", align_corners=True)), (n, 2)
        )
    for mode, n, scale in product(("nearest", "linear"), (3, 5), (1.6, 2.5, 0.7)):
        t.case(
            f"upsample-{mode}-recomputed-L{n}-scale{scale}",
            ("Upsample", dict(scale_factor=scale, mode=mode, recompute_scale_factor=True)),
            (n, 2),
        )
    for mode, corners in (("nearest", None), ("linear", False), ("linear", True)):
        config = dict(scale_factor=2, mode=mode) | ({} if corners is None else dict(align_corners=corners))
        t.case(f"upsample-{mode}-{corners}-golden", ("Upsample", config), (3, 1), x=[[1], [2], [4]])
        t.case(f"upsample-{mode}-{corners}-gaps", ("Upsample", config), (4, 2), gaps={(1, 0): NAN, (2, 1): INF})
    t.case("upsample-default", ("Upsample", dict(scale_factor=2)), (3, 2))


def pads(t):
    amounts = (1, (0, 2), (2, 0), (1, 3))
    for cls, p in product(("ConstantPad1d", "ZeroPad1d", "ReflectionPad1d", "ReplicationPad1d", "CircularPad1d"), amounts):
        more = dict(value=-1.5) if cls == "ConstantPad1d" else {}
        t.case(f"{cls.lower()}-{p}".replace(" ", ""), (cls, dict(padding=p) | more), (5, 2))
    for cls, p in (
        ("ReflectionPad1d", (3, 3)),
        ("ReflectionPad1d", 2),
        ("CircularPad1d", (4, 4)),
        ("CircularPad1d", (3, 1)),
        ("ReplicationPad1d", (7, 5)),
    ):
        t.case(f"{cls.lower()}-wide-{p}".replace(" ", ""), (cls, dict(padding=p)), (4, 2))
    for p, n in (((-1, 0), 4), ((0, -2), 4), ((-1, -1), 3), ((-2, 3), 5), ((2, -3), 5)):
        for cls, more in (("ConstantPad1d", dict(value=0.25)), ("ZeroPad1d", {})):
            t.case(f"{cls.lower()}-negative-{p}".replace(" ", ""), (cls, dict(padding=p) | more), (n, 2))
    t.case("replicationpad1d-one-step", ("ReplicationPad1d", dict(padding=(2, 1))), (1, 2))
    t.case("circularpad1d-one-step", ("CircularPad1d", dict(padding=(1, 1))), (1, 2))
    for cls in ("ReflectionPad1d", "ReplicationPad1d", "CircularPad1d"):
        t.case(f"{cls.lower()}-gaps", (cls, dict(padding=2)), (4, 1), gaps={(1, 0): NAN, (2, 0): INF})
    t.case("constantpad1d-value-infinity", ("ConstantPad1d", dict(padding=1, value=3)), (2, 2), gaps={(0, 0): -INF})
