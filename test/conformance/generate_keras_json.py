# test/conformance/generate_keras_json.py
#    Whole models as Keras writes them, with the shapes and the counts of weights that it has for each layer.
#
# Each model is made twice: by Keras 3 and by tf_keras, which is Keras 2 under another name and writes its JSON.
# Writes keras_json.copy; test/tap/t/062_keras_json.pl reads it.
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import tf_keras

from common import CopyFile, jsonb


def sequential(k):
    """The autoencoder of the README, its input declared."""
    return k.Sequential([
        k.layers.Input((100, 1)),
        k.layers.Conv1D(32, 3, activation="relu"),
        k.layers.MaxPooling1D(2),
        k.layers.UpSampling1D(2),
        k.layers.Conv1DTranspose(1, 3)])


def sequential_all(k):
    """One of most kinds of layers."""
    return k.Sequential([
        k.layers.Input((64, 6)),
        k.layers.Masking(),
        k.layers.ZeroPadding1D((1, 2)),
        k.layers.Conv1D(8, 3, dilation_rate=2, groups=2, use_bias=False),
        k.layers.BatchNormalization(),
        k.layers.LeakyReLU(),
        k.layers.SpatialDropout1D(0.1),
        k.layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same"),
        k.layers.SeparableConv1D(5, 3, strides=2),
        k.layers.LayerNormalization(),
        k.layers.AveragePooling1D(3, strides=2, padding="same"),
        k.layers.Cropping1D((1, 1)),
        k.layers.Permute((2, 1)),
        k.layers.TimeDistributed(k.layers.Dense(4)),
        k.layers.Reshape((2, -1)),
        k.layers.PReLU(),
        k.layers.GlobalMaxPooling1D(),
        k.layers.Dropout(0.5),
        k.layers.RepeatVector(3),
        k.layers.Flatten(),
        k.layers.Dense(2, activation="softmax")])


def chain(k):
    """A Functional model without branches."""
    x = inputs = k.Input((50, 3), name="signal")
    x = k.layers.Conv1D(16, 5, strides=2, padding="causal", name="encode")(x)
    x = k.layers.Activation("gelu")(x)
    x = k.layers.GlobalAveragePooling1D()(x)
    return k.Model(inputs, k.layers.Dense(4, name="classes")(x))


def residual(k):
    """Two blocks whose inputs are added to their outputs, one by way of a convolution of width 1."""
    x = inputs = k.Input((32, 4))
    for filters in (4, 8):
        y = k.layers.Conv1D(filters, 3, padding="same", activation="relu")(x)
        y = k.layers.Conv1D(filters, 3, padding="same")(y)
        x = k.layers.Add()([x if filters == 4 else k.layers.Conv1D(filters, 1)(x), y])
        x = k.layers.ReLU()(x)
    return k.Model(inputs, k.layers.GlobalMaxPooling1D()(x))


def unet(k):
    """Skips from the encoder into the decoder."""
    inputs = k.Input((64, 2))
    a = k.layers.Conv1D(8, 3, padding="same")(inputs)
    b = k.layers.Conv1D(16, 3, padding="same")(k.layers.MaxPooling1D(2)(a))
    c = k.layers.Conv1D(32, 3, padding="same")(k.layers.MaxPooling1D(2)(b))
    x = k.layers.Concatenate()([k.layers.UpSampling1D(2)(c), b])
    x = k.layers.Conv1D(16, 3, padding="same")(x)
    x = k.layers.Concatenate(axis=-1)([k.layers.Conv1DTranspose(8, 2, strides=2)(x), a])
    return k.Model(inputs, k.layers.Conv1D(2, 1)(x))


def several(k):
    """Layers of three inputs, and a gate of rank 1."""
    inputs = k.Input((20, 3))
    parts = [k.layers.Conv1D(6, size, padding="same")(inputs) for size in (1, 3, 5)]
    gate = k.layers.Reshape((1, 6))(k.layers.Dense(6, activation="sigmoid")(k.layers.GlobalAveragePooling1D()(parts[1])))
    return k.Model(inputs, [k.layers.Multiply()([k.layers.Average()(parts), gate])])


def nested(k):
    """An encoder and a decoder, each a model of its own, in a Functional one."""
    code = k.Input((40, 2))
    encoder = k.Model(code, k.layers.MaxPooling1D(2, name="pool")(k.layers.Conv1D(8, 3, padding="same", name="conv")(code)), name="encoder")
    decoder = k.Sequential([
        k.layers.Input((20, 8)), k.layers.UpSampling1D(2, name="up"), k.layers.Conv1D(2, 3, padding="same", name="conv")], name="decoder")
    inputs = k.Input((40, 2))
    return k.Model(inputs, k.layers.Add(name="sum")([inputs, decoder(encoder(inputs))]))


def nested_sequential(k):
    """Models in a Sequential one."""
    encoder = k.Sequential([k.layers.Input((30, 1)), k.layers.Conv1D(4, 3, name="conv")], name="encoder")
    return k.Sequential([
        k.layers.Input((30, 1)), encoder, k.layers.Dense(3, name="dense"),
        k.Sequential([k.layers.Input((28, 3)), k.layers.Flatten(name="flatten"), k.layers.Dense(1, name="out")], name="head")])


def images(k):
    """A series that becomes an image."""
    return k.Sequential([
        k.layers.Input((100, 1)),
        k.layers.Conv1D(32, 3, padding="same"),
        k.layers.Reshape((10, 10, 32)),
        k.layers.Conv2D(4, 3, strides=(2, 1)),
        k.layers.GlobalAveragePooling2D()])


def two_inputs(k):
    a, b = k.Input((10, 1), name="left"), k.Input((10, 1), name="right")
    return k.Model([a, b], k.layers.Concatenate()([a, b]))


def two_outputs(k):
    inputs = k.Input((10, 1))
    x = k.layers.Conv1D(2, 3, name="shared")(inputs)
    return k.Model(inputs, [k.layers.Flatten(name="flat")(x), k.layers.GlobalMaxPooling1D(name="most")(x)])


def shared(k):
    inputs = k.Input((10, 2))
    layer = k.layers.Conv1D(2, 3, padding="same", name="twice")
    return k.Model(inputs, layer(layer(inputs)))


def rows_of(model, prefix="", outermost=True):
    """Name, output shape and number of weights of every layer, models in models opened; their InputLayers are not rows."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from rows_of(layer, f"{prefix}{layer.name}/", False)
        elif outermost or type(layer).__name__ != "InputLayer":
            shape = layer.output.shape if hasattr(layer, "output") else layer.output_shape
            yield [prefix + layer.name, [int(n) for n in tuple(shape)[1:]], int(layer.count_params())]


def main():
    copy = CopyFile()
    makers = [sequential, sequential_all, chain, residual, unet, several, nested, nested_sequential, images]
    refused = {two_inputs: "model has 2 inputs, one is possible", two_outputs: "model has 2 outputs, one is possible",
               shared: 'layer "twice" is called 2 times'}
    for version, k in (("keras3", keras), ("keras2", tf_keras)):
        for make in makers + list(refused):
            k.backend.clear_session()
            model = make(k)
            rows = list(rows_of(model))

            # tf_keras leaves the InputLayer out of model.layers of a Sequential model, and writes it all the same
            text = model.to_json()
            first = model.get_config()["layers"][0]
            if first["class_name"] == "InputLayer" and rows[0][0] != first["config"]["name"]:
                rows.insert(0, [first["config"]["name"], list(model.input_shape[1:]), 0])
            shape = model.input_shape[0] if make is two_inputs else model.input_shape
            copy.add(f"{version}-{make.__name__}", "{" + ",".join(str(n) for n in shape[1:]) + "}", text,
                     None if make in refused else jsonb(rows), refused.get(make))
    copy.write("keras_json.copy")


if __name__ == "__main__":
    main()
