# test/conformance/keras_models.py
#    The Keras cases of several layers: stacks, branches and the models people ask about.
from itertools import product

import keras

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")


def conv(filters, size, **more):
    return "Conv1D", dict(filters=filters, kernel_size=size, **more)


def transpose(filters, size, **more):
    return "Conv1DTranspose", dict(filters=filters, kernel_size=size, **more)


def sequences(k):
    """Stacks of the kinds of keras_layers.core()."""
    for length, pool in product((12, 13, 17), ("Max", "Average")):
        k.case(
            f"sequence-cnn-{pool.lower()}-L{length}",
            [
                conv(3, 3, activation="relu"),
                (pool + "Pooling1D", dict(pool_size=2)),
                conv(4, 2, padding="same", activation="tanh"),
                ("Flatten", {}),
                ("Dense", dict(units=3, activation="softmax")),
            ],
            (length, 2),
        )
    for length, size, step in product((8, 9, 12, 15), (2, 3, 4), (1, 2, 3)):
        k.case(
            f"sequence-autoencoder-same-L{length}-k{size}-s{step}",
            [conv(3, size, strides=step, padding="same", activation="relu"), transpose(1, size, strides=step, padding="same")],
            (length, 1),
        )
    for length, step in product((9, 10, 11), (2, 3)):
        left = (length - 3) % step
        k.case(
            f"sequence-autoencoder-valid-L{length}-s{step}",
            [conv(2, 3, strides=step, activation="tanh"), transpose(2, 3, strides=step, output_padding=left)],
            (length, 2),
        )
    for length in (8, 9, 11):
        k.case(
            f"sequence-pool-upsample-L{length}",
            [
                conv(4, 3, padding="same", activation="relu"),
                ("MaxPooling1D", dict(pool_size=2, padding="same")),
                ("UpSampling1D", dict(size=2)),
                ("Cropping1D", dict(cropping=(0, length % 2))),
                conv(1, 3, padding="same"),
            ],
            (length, 1),
        )
        k.case(
            f"sequence-causal-stack-L{length}",
            [
                conv(2, 2, padding="causal", activation="relu"),
                conv(2, 2, padding="causal", dilation_rate=2, activation="relu"),
                conv(1, 2, padding="causal", dilation_rate=4),
            ],
            (length, 1),
        )
        k.case(
            f"sequence-dense-first-L{length}",
            [
                ("Dense", dict(units=12, activation="sigmoid")),
                ("Reshape", dict(target_shape=(4, 3))),
                conv(2, 2),
                ("Flatten", {}),
                ("Dense", dict(units=1)),
            ],
            (length,),
        )
        k.case(f"sequence-dense-per-step-L{length}", [("Dense", dict(units=3, activation="relu")), conv(2, 3, padding="same")], (length, 1))
        k.case(
            f"sequence-padded-L{length}",
            [
                ("ZeroPadding1D", dict(padding=(2, 1))),
                conv(2, 4),
                ("Activation", dict(activation="relu")),
                ("Cropping1D", dict(cropping=1)),
                ("Softmax", {}),
            ],
            (length, 2),
        )
        k.case(
            f"sequence-with-input-layer-L{length}",
            [
                ("InputLayer", dict(batch_shape=(None, length, 2))),
                conv(2, 3, strides=2, padding="same"),
                ("ReLU", dict(max_value=1.0)),
                ("Flatten", {}),
                ("Dense", dict(units=2)),
            ],
            (length, 2),
        )
        k.case(
            f"sequence-free-length-L{length}",
            [("InputLayer", dict(batch_shape=(None, None, 2))), conv(2, 3, padding="same"), transpose(1, 4, strides=2, padding="same")],
            (length, 2),
        )
    k.case("sequence-input-layer-only", [("InputLayer", dict(batch_shape=(None, 3, 2))), ("Activation", dict(activation="linear"))], (3, 2))
    k.case("sequence-input-layer-rank1", [("InputLayer", dict(batch_shape=(None, 4))), ("Dense", dict(units=2))], (4,))
    for form in ("full", "written"):
        k.case(
            f"sequence-configs-{form}",
            [
                conv(2, 3, padding="same", activation="relu"),
                ("MaxPooling1D", dict(pool_size=2)),
                ("UpSampling1D", dict(size=2)),
                ("ZeroPadding1D", dict(padding=(1, 0))),
                transpose(1, 2),
                ("Flatten", {}),
                ("Dense", dict(units=2)),
                ("Softmax", {}),
            ],
            (7, 1),
            form=form,
        )


def rest(k):
    merges(k)
    networks(k)
    hybrids(k)
    examples(k)


def merges(k):
    """Every merge layer on branches of one input, then on inputs of different but fitting shapes."""
    for cls, ways in product(("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"), (2, 3)):
        k.graph(
            f"merge-{cls.lower()}-{ways}-ways",
            [(5, 2)],
            lambda layers, x, cls=cls, ways=ways: getattr(layers, cls)()(
                [x] + [layers.Conv1D(2, 2 + i, padding="same")(x) for i in range(ways - 1)]
            ),
        )
    k.graph("merge-subtract", [(5, 2)], lambda layers, x: layers.Subtract()([x, layers.Conv1D(2, 3, padding="same")(x)]))
    k.graph("merge-subtract-swapped", [(5, 2)], lambda layers, x: layers.Subtract()([layers.Conv1D(2, 3, padding="same")(x), x]))
    k.graph("merge-with-itself", [(4, 2)], lambda layers, x: layers.Multiply()([x, x]))
    for cls in ("Add", "Subtract", "Multiply", "Maximum"):
        k.graph(
            f"merge-{cls.lower()}-one-channel", [(5, 3)], lambda layers, x, cls=cls: getattr(layers, cls)()([x, layers.Conv1D(1, 1)(x)])
        )
        k.graph(
            f"merge-{cls.lower()}-one-step",
            [(5, 3)],
            lambda layers, x, cls=cls: getattr(layers, cls)()([x, layers.GlobalAveragePooling1D(keepdims=True)(x)]),
        )
        k.graph(
            f"merge-{cls.lower()}-vector", [(5, 3)], lambda layers, x, cls=cls: getattr(layers, cls)()([x, layers.GlobalMaxPooling1D()(x)])
        )
        k.graph(
            f"merge-{cls.lower()}-vector-first",
            [(5, 3)],
            lambda layers, x, cls=cls: getattr(layers, cls)()([layers.GlobalMaxPooling1D()(x), x]),
        )
        k.graph(
            f"merge-{cls.lower()}-both-stretch",
            [(4, 3)],
            lambda layers, x, cls=cls: getattr(layers, cls)()([layers.Conv1D(1, 1)(x), layers.GlobalMaxPooling1D(keepdims=True)(x)]),
        )
    for axis in (1, 2, -1, -2):
        k.graph(
            f"merge-concatenate-axis{axis}",
            [(4, 3)],
            lambda layers, x, axis=axis: layers.Concatenate(axis=axis)([x, layers.Conv1D(3, 2, padding="same")(x)]),
        )
    k.graph(
        "merge-concatenate-unlike-channels",
        [(4, 3)],
        lambda layers, x: layers.Concatenate()([x, layers.Conv1D(5, 1)(x), layers.Conv1D(1, 2, padding="same")(x)]),
    )
    k.graph(
        "merge-concatenate-unlike-steps",
        [(4, 3)],
        lambda layers, x: layers.Concatenate(axis=1)([x, layers.Conv1D(3, 2)(x), layers.Conv1D(3, 4)(x)]),
    )
    k.graph(
        "merge-concatenate-vectors",
        [(4, 3)],
        lambda layers, x: layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x), layers.Flatten()(x)]),
    )
    k.graph("merge-add-vectors", [(6,)], lambda layers, x: layers.Add()([layers.Dense(3)(x), layers.Dense(3, activation="relu")(x)]))
    k.graph("merge-concatenate-images", [(2, 3, 2)], lambda layers, x: layers.Concatenate(axis=2)([x, layers.Conv2D(2, 1)(x)]))
    for cls in MERGES:
        k.graph(f"two-inputs-{cls.lower()}", [(4, 2), (4, 2)], lambda layers, x, y, cls=cls: getattr(layers, cls)()([x, y]))
    k.graph(
        "two-inputs-signal-and-features",
        [(6, 1), (3,)],
        lambda layers, x, y: layers.Dense(2)(
            layers.Concatenate()(
                [layers.GlobalAveragePooling1D()(layers.Conv1D(4, 3, activation="relu")(x)), layers.Dense(2, activation="tanh")(y)]
            )
        ),
    )


def networks(k):
    """Small forms of well-known 1-D networks."""
    for length in (7, 8, 10):

        def residual(layers, x):
            y = layers.ReLU()(layers.BatchNormalization()(layers.Conv1D(3, 3, padding="same")(x)))
            y = layers.BatchNormalization()(layers.Conv1D(3, 3, padding="same")(y))
            return layers.ReLU()(layers.Add()([layers.Conv1D(3, 1)(x), y]))

        def strided_residual(layers, x):
            y = layers.Conv1D(4, 3, strides=2, padding="same", activation="relu")(x)
            y = layers.Add()([layers.Conv1D(4, 1, strides=2)(x), layers.Conv1D(4, 3, padding="same")(y)])
            return layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(layers.Activation("relu")(y)))

        def inception(layers, x):
            y = layers.Conv1D(2, 1, use_bias=False)(x)
            ways = [layers.Conv1D(2, size, padding="same", use_bias=False)(y) for size in (2, 3, 5)]
            ways.append(layers.Conv1D(2, 1, use_bias=False)(layers.MaxPooling1D(3, strides=1, padding="same")(x)))
            return layers.Activation("relu")(layers.BatchNormalization()(layers.Concatenate()(ways)))

        def squeeze_excite(layers, x):
            y = layers.Conv1D(4, 3, padding="same")(x)
            z = layers.Dense(4, activation="sigmoid")(layers.Dense(2, activation="relu")(layers.GlobalAveragePooling1D()(y)))
            return layers.Multiply()([y, layers.Reshape((1, 4))(z)])

        def causal_block(layers, x):
            y = layers.Conv1D(3, 2, padding="causal", activation="relu")(x)
            y = layers.SpatialDropout1D(0.2)(layers.Conv1D(3, 2, padding="causal", dilation_rate=2, activation="relu")(y))
            y = layers.Add()([y, layers.Conv1D(3, 1)(x)])
            return layers.Dense(1)(layers.Cropping1D((length - 1, 0))(y))

        def separable_stack(layers, x):
            y = layers.SeparableConv1D(3, 3, padding="same", activation="relu")(x)
            y = layers.DepthwiseConv1D(2, depth_multiplier=2, use_bias=False)(y)
            return layers.LayerNormalization()(y)

        for build in (residual, strided_residual, inception, squeeze_excite, causal_block, separable_stack):
            k.graph(f"network-{build.__name__.replace('_', '-')}-L{length}", [(length, 2)], build)

    def u_net(layers, x):
        a = layers.Conv1D(2, 3, padding="same", activation="relu")(x)
        b = layers.Conv1D(3, 3, padding="same", activation="relu")(layers.MaxPooling1D(2)(a))
        c = layers.Conv1D(4, 3, padding="same", activation="relu")(layers.MaxPooling1D(2)(b))
        b = layers.Concatenate()([b, layers.Conv1DTranspose(3, 2, strides=2, padding="same")(c)])
        a = layers.Concatenate()([a, layers.UpSampling1D(2)(layers.Conv1D(2, 3, padding="same", activation="relu")(b))])
        return layers.Conv1D(1, 1, activation="sigmoid")(a)

    for length in (4, 8, 12):
        k.graph(f"network-u-net-L{length}", [(length, 1)], u_net)
    for norm in ("BatchNormalization", "LayerNormalization", "GroupNormalization"):
        config = dict(groups=2) if norm.startswith("Group") else {}
        k.case(
            f"sequence-{norm.lower()}",
            [
                conv(4, 3, padding="same", use_bias=False),
                (norm, config),
                ("LeakyReLU", {}),
                ("GlobalMaxPooling1D", {}),
                ("Dense", dict(units=2)),
            ],
            (6, 2),
        )
    k.case(
        "sequence-repeat-vector-decoder",
        [
            ("Flatten", {}),
            ("Dense", dict(units=3, activation="tanh")),
            ("RepeatVector", dict(n=5)),
            conv(2, 3, padding="same", activation="relu"),
            ("TimeDistributed", dict(layer=lambda: keras.layers.Dense(1))),
        ],
        (5, 2),
    )
    k.case(
        "sequence-dropout-everywhere",
        [
            ("GaussianNoise", dict(stddev=0.1)),
            conv(2, 2),
            ("Dropout", dict(rate=0.5)),
            ("SpatialDropout1D", dict(rate=0.5)),
            ("Flatten", {}),
            ("Dropout", dict(rate=0.25)),
            ("Dense", dict(units=1, activation="sigmoid")),
        ],
        (5, 2),
    )
    k.case(
        "sequence-prelu-elu",
        [conv(2, 3, padding="same"), ("PReLU", dict(shared_axes=[1])), conv(2, 2), ("PReLU", {}), ("ELU", dict(alpha=0.7))],
        (5, 2),
    )


def hybrids(k):
    """1-D and 2-D layers bridged by Reshape and Permute."""
    k.case(
        "hybrid-conv1d-conv2d",
        [
            conv(3, 3, padding="same"),
            ("Reshape", dict(target_shape=(3, 4, 3))),
            ("Conv2D", dict(filters=2, kernel_size=2)),
            ("Flatten", {}),
            ("Dense", dict(units=2)),
        ],
        (12, 2),
    )
    k.case(
        "hybrid-conv2d-conv1d",
        [("Conv2D", dict(filters=2, kernel_size=2, activation="relu")), ("Reshape", dict(target_shape=(12, 2))), conv(2, 3)],
        (4, 5, 1),
    )
    k.case("hybrid-conv1d-permute", [conv(4, 2), ("Permute", dict(dims=(2, 1))), conv(2, 3)], (6, 3))
    k.case(
        "hybrid-time-distributed-conv2d",
        [
            ("Reshape", dict(target_shape=(4, 3, 1))),
            ("Conv2D", dict(filters=2, kernel_size=(1, 3), padding="same")),
            ("TimeDistributed", dict(layer=lambda: keras.layers.Dense(1))),
            ("Flatten", {}),
        ],
        (12, 1),
    )
    k.case(
        "hybrid-autoencoder2d",
        [
            ("Conv2D", dict(filters=2, kernel_size=3, strides=2, padding="same", activation="relu")),
            ("Conv2DTranspose", dict(filters=1, kernel_size=3, strides=2, padding="same")),
        ],
        (4, 6, 1),
    )
    k.case(
        "hybrid-pool2d",
        [
            ("ZeroPadding2D", dict(padding=1)),
            ("Conv2D", dict(filters=2, kernel_size=3)),
            ("BatchNormalization", {}),
            ("ReLU", {}),
            ("MaxPooling2D", {}),
            ("GlobalAveragePooling2D", {}),
            ("Reshape", dict(target_shape=(2, 1))),
            conv(1, 2),
        ],
        (4, 4, 1),
    )


def examples(k):
    """The models of the questions that started the project.  Those over 40 KB have fewer filters; every length is as asked."""
    k.case(
        "example-01-pool-upsample",
        [conv(32, 3, activation="relu"), ("MaxPooling1D", dict(pool_size=2)), ("UpSampling1D", dict(size=2)), conv(1, 3, padding="same")],
        (100, 1),
    )
    pooled = [
        conv(8, 3, padding="same", activation="relu"),
        ("MaxPooling1D", dict(pool_size=2)),
        conv(16, 3, padding="same", activation="relu"),
        ("MaxPooling1D", dict(pool_size=2)),
    ]
    k.case(
        "example-02-two-pools-mirrored",
        pooled
        + [
            conv(16, 3, padding="same", activation="relu"),
            ("UpSampling1D", dict(size=2)),
            conv(8, 3, padding="same", activation="relu"),
            ("UpSampling1D", dict(size=2)),
            conv(1, 3, padding="same"),
        ],
        (256, 1),
    )
    for length in (256, 255):
        k.case(
            f"example-03-strided-same-L{length}",
            [conv(64, 3, strides=2, padding="same", activation="relu"), transpose(1, 3, strides=2, padding="same")],
            (length, 1),
        )
    k.case(
        "example-04-dense-reshape",
        [
            ("Dense", dict(units=64, activation="relu")),
            ("Reshape", dict(target_shape=(8, 8))),
            conv(32, 3, activation="relu"),
            ("Flatten", {}),
            ("Dense", dict(units=1)),
        ],
        (50,),
    )
    k.case(
        "example-05-flatten-reshape",
        [
            ("Flatten", {}),
            ("Reshape", dict(target_shape=(10, 2))),
            conv(32, 3, activation="relu"),
            ("Flatten", {}),
            ("Dense", dict(units=1)),
        ],
        (20, 1),
    )
    k.case(
        "example-06-conv-pool-conv",
        [
            conv(32, 3, activation="relu"),
            ("MaxPooling1D", dict(pool_size=2)),
            conv(64, 3, activation="relu"),
            ("Flatten", {}),
            ("Dense", dict(units=1)),
        ],
        (20, 1),
    )
    k.case(
        "example-09-mended-7x14",
        [conv(4, 3, activation="relu"), ("Reshape", dict(target_shape=(7, 14, 4))), ("Conv2D", dict(filters=2, kernel_size=3))],
        (100, 3),
    )
    k.case(
        "example-09-mended-10x10",
        [
            conv(4, 3, padding="same", activation="relu"),
            ("Reshape", dict(target_shape=(10, 10, 4))),
            ("Conv2D", dict(filters=2, kernel_size=3)),
        ],
        (100, 3),
    )
    k.case(
        "example-10-conv2d-conv1d",
        [("Conv2D", dict(filters=2, kernel_size=3)), ("Reshape", dict(target_shape=(3844, 2))), conv(1, 3)],
        (64, 64, 3),
    )
    k.case("example-12-stride-two", [conv(16, 2, strides=2)], (20, 32))
    k.case("example-13-same", [conv(32, 3, padding="same")], (15, 64))
    k.case("example-14-permuted", [("Permute", dict(dims=(2, 1))), conv(32, 3, padding="same"), ("Permute", dict(dims=(2, 1)))], (5, 16))
