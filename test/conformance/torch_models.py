# test/conformance/torch_models.py
#    The torch cases of several modules: stacks, autoencoders, hybrids and the models people ask about.
#
# t is the Torch of generate_torch.py; shapes are channels last.
from itertools import product

RELU = "ReLU", {}
FLATTEN = "Flatten", {}


def conv(c, f, k, **more):
    return "Conv1d", dict(in_channels=c, out_channels=f, kernel_size=k, **more)


def transpose(c, f, k, **more):
    return "ConvTranspose1d", dict(in_channels=c, out_channels=f, kernel_size=k, **more)


def linear(n, units):
    return "Linear", dict(in_features=n, out_features=units)


def all_cases(t):
    stacks(t)
    autoencoders(t)
    hybrids(t)
    examples(t)


def stacks(t):
    for length in (8, 9, 12, 13):
        steps = (length - 2) // 2 - 1
        t.case(
            f"sequence-cnn-L{length}",
            [
                conv(2, 3, 3),
                RELU,
                ("MaxPool1d", dict(kernel_size=2)),
                conv(3, 4, 2),
                ("Tanh", {}),
                FLATTEN,
                linear(4 * steps, 3),
                ("Softmax", dict(dim=1)),
            ],
            (length, 2),
        )
        t.case(
            f"sequence-batch-norm-L{length}",
            [
                conv(1, 4, 3, padding=1, bias=False),
                ("BatchNorm1d", dict(num_features=4)),
                RELU,
                ("Dropout", {}),
                conv(4, 2, 3, padding="same"),
                ("BatchNorm1d", dict(num_features=2)),
                ("LeakyReLU", {}),
                ("AdaptiveAvgPool1d", dict(output_size=1)),
                FLATTEN,
                linear(2, 2),
            ],
            (length, 1),
        )
        t.case(
            f"sequence-pools-L{length}",
            [
                conv(1, 2, 3, padding=1),
                ("MaxPool1d", dict(kernel_size=3, stride=2, padding=1)),
                ("SiLU", {}),
                ("AvgPool1d", dict(kernel_size=2, ceil_mode=True)),
                FLATTEN,
            ],
            (length, 1),
        )
        t.case(
            f"sequence-adaptive-L{length}",
            [conv(2, 3, 2), ("GELU", {}), ("AdaptiveMaxPool1d", dict(output_size=3)), FLATTEN, linear(9, 2)],
            (length, 2),
        )
        t.case(
            f"sequence-depthwise-separable-L{length}",
            [conv(3, 6, 3, padding=1, groups=3, bias=False), conv(6, 2, 1), ("Hardswish", {})],
            (length, 3),
        )
        t.case(
            f"sequence-causal-pads-L{length}",
            [
                ("ConstantPad1d", dict(padding=(1, 0), value=0.0)),
                conv(1, 2, 2),
                RELU,
                ("ConstantPad1d", dict(padding=(2, 0), value=0.0)),
                conv(2, 1, 2, dilation=2),
            ],
            (length, 1),
        )
        t.case(f"sequence-linear-on-time-L{length}", [linear(length, 4), conv(2, 3, 2), FLATTEN], (length, 2))
        t.case(
            f"sequence-norms-L{length}",
            [
                conv(2, 4, 3),
                ("GroupNorm", dict(num_groups=2, num_channels=4)),
                ("ELU", {}),
                ("LayerNorm", dict(normalized_shape=length - 2)),
                ("InstanceNorm1d", dict(num_features=4)),
                ("PReLU", dict(num_parameters=4)),
            ],
            (length, 2),
        )
    for c, length in product((1, 3), (4, 6)):
        t.case(f"sequence-flatten-order-{length}x{c}", [FLATTEN, linear(c * length, 2)], (length, c))
        t.case(
            f"sequence-unflatten-order-{length}x{c}",
            [linear(5, c * length), ("Unflatten", dict(dim=1, unflattened_size=[c, length])), conv(c, 2, 2)],
            (5,),
        )


def autoencoders(t):
    for length, k, s in product((8, 9, 12, 15), (2, 3, 4), (2, 3)):
        op = (length - k) % s
        t.case(
            f"sequence-autoencoder-L{length}-k{k}-s{s}",
            [conv(1, 3, k, stride=s), RELU, transpose(3, 1, k, stride=s, output_padding=op)],
            (length, 1),
        )
    for length in (16, 15, 17):
        t.case(
            f"sequence-deep-autoencoder-L{length}",
            [
                conv(1, 2, 3, stride=2, padding=1),
                RELU,
                conv(2, 4, 3, stride=2, padding=1),
                RELU,
                transpose(4, 2, 3, stride=2, padding=1, output_padding=1),
                RELU,
                transpose(2, 1, 4, stride=2, padding=1),
                ("Sigmoid", {}),
            ],
            (length, 1),
        )
        t.case(
            f"sequence-upsample-decoder-L{length}",
            [conv(1, 2, 3, padding="same"), ("MaxPool1d", dict(kernel_size=2)), ("Upsample", dict(size=length)), conv(2, 1, 3, padding=1)],
            (length, 1),
        )
        t.case(
            f"sequence-upsample-linear-decoder-L{length}",
            [
                ("AvgPool1d", dict(kernel_size=2)),
                ("Upsample", dict(scale_factor=2, mode="linear")),
                ("ReplicationPad1d", dict(padding=(0, length % 2))),
            ],
            (length, 1),
        )


def hybrids(t):
    t.case(
        "hybrid-conv1d-conv2d",
        [
            conv(2, 3, 3, padding=1),
            ("Unflatten", dict(dim=2, unflattened_size=[3, 4])),
            ("Conv2d", dict(in_channels=3, out_channels=2, kernel_size=2)),
            FLATTEN,
            linear(12, 2),
        ],
        (12, 2),
    )
    t.case(
        "hybrid-conv2d-conv1d",
        [("Conv2d", dict(in_channels=1, out_channels=2, kernel_size=2)), RELU, ("Flatten", dict(start_dim=2)), conv(2, 3, 3)],
        (4, 5, 1),
    )
    t.case(
        "hybrid-pool2d",
        [
            ("ZeroPad2d", dict(padding=1)),
            ("Conv2d", dict(in_channels=1, out_channels=2, kernel_size=3)),
            ("BatchNorm2d", dict(num_features=2)),
            RELU,
            ("MaxPool2d", dict(kernel_size=2)),
            ("AdaptiveAvgPool2d", dict(output_size=1)),
            FLATTEN,
            linear(2, 1),
        ],
        (4, 4, 1),
    )
    t.case(
        "hybrid-autoencoder2d",
        [
            ("Conv2d", dict(in_channels=1, out_channels=2, kernel_size=3, stride=2, padding=1)),
            RELU,
            ("ConvTranspose2d", dict(in_channels=2, out_channels=1, kernel_size=3, stride=2, padding=1, output_padding=1)),
        ],
        (4, 6, 1),
    )


def examples(t):
    """The models of the questions that started the project, in torch."""
    t.case(
        "example-01-pool-upsample",
        [conv(1, 32, 3), RELU, ("MaxPool1d", dict(kernel_size=2)), ("Upsample", dict(scale_factor=2)), conv(32, 1, 3, padding=1)],
        (100, 1),
    )
    t.case(
        "example-06-conv-pool-conv",
        [conv(1, 32, 3), RELU, ("MaxPool1d", dict(kernel_size=2)), conv(32, 64, 3), RELU, FLATTEN, linear(448, 1)],
        (20, 1),
    )
    t.case("example-07-transpose", [transpose(3, 6, 3, stride=2)], (10, 3))
    t.case("example-07-transpose-padded", [transpose(3, 6, 3, stride=2, padding=1, output_padding=1)], (10, 3))
    for length, op in ((64, 1), (63, 1), (63, 0), (65, 0)):
        t.case(
            f"example-08-autoencoder-L{length}-op{op}",
            [conv(1, 32, 3, stride=2, padding=1), RELU, transpose(32, 1, 3, stride=2, padding=1, output_padding=op), RELU],
            (length, 1),
        )
    t.case(
        "example-09-mended-7x14",
        [
            conv(3, 4, 3),
            RELU,
            ("Unflatten", dict(dim=2, unflattened_size=[7, 14])),
            ("Conv2d", dict(in_channels=4, out_channels=2, kernel_size=3)),
        ],
        (100, 3),
    )
    t.case(
        "example-10-conv2d-conv1d-small",
        [("Conv2d", dict(in_channels=3, out_channels=2, kernel_size=3)), ("Flatten", dict(start_dim=2)), conv(2, 1, 3)],
        (16, 16, 3),
    )
    t.case("example-12-stride-two", [conv(32, 16, 2, stride=2)], (20, 32))
    t.case("example-13-same", [conv(64, 8, 3, padding="same")], (15, 64))
