#!/usr/bin/env python3
# test/conformance/generate_keras.py
#    Write keras.copy: what Keras on TensorFlow computes, or refuses, for small models.
#
# A model here is a list of (class name, constructor arguments); the lists are in keras_layers.py,
# keras_layers_more.py, keras_models.py and keras_refusals.py.  This file runs them.  README.md describes the columns.
import os
import sys
import warnings

os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0", KERAS_BACKEND="tensorflow")
import keras
import numpy as np
import tensorflow as tf

import common
import keras_layers
import keras_layers_more
import keras_models
import keras_refusals

IGNORABLE = {
    "name",
    "trainable",
    "dtype",
    "sparse",
    "ragged",
    "optional",
    "seed",
    "noise_shape",
    "synchronized",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
    "momentum",
    "quantization_config",
    "activity_regularizer",
    "module",
    "registered_name",
    "build_config",
}
IGNORABLE_ENDINGS = ("_initializer", "_regularizer", "_constraint")


class Keras:
    """Runs cases and collects their rows."""

    def __init__(self):
        self.file = common.CopyFile()

    def case(self, name, specs, shape, x=None, form=None, gaps=None):
        """A stack of layers on one input of the given shape (no batch axis)."""
        x = common.tensor(name + ":x", shape) if x is None else np.asarray(x, np.float32)
        x = common.with_gaps(x, gaps or {})
        specs = [specs] if isinstance(specs, tuple) else specs
        layers = make_layers(specs)
        model = stack(layers, x.shape)
        weights = [random_weights(name, layer) for layer in layers]
        for layer, values in zip(layers, weights):
            layer.set_weights(values)
        form = form or choose_form(name, specs)
        rows = [layer_row(layer, spec, form) for layer, spec in zip(layers, specs)]
        self.save(name, rows, weights, [x], run(model, [x]))

    def graph(self, name, shapes, build):
        """A model with branches: build(keras.layers, *inputs) returns the output tensor."""
        keras.backend.clear_session()  # so that the layers' own names start from 1
        inputs = [keras.Input(shape, name=f"input_{i + 1}") for i, shape in enumerate(shapes)]
        model = keras.Model(inputs if len(inputs) > 1 else inputs[0], build(keras.layers, *inputs))
        xs = [common.tensor(f"{name}:x{i}", shape) for i, shape in enumerate(shapes)]
        rows, weights = [], []
        for layer in model.layers:
            weights.append(random_weights(name, layer))
            layer.set_weights(weights[-1])
            row = layer_row(layer, None, "trimmed")
            parents = [tensor._keras_history.operation.name for tensor in layer._inbound_nodes[0].input_tensors]
            if parents:
                row["inputs"] = parents
            rows.append(row)
        self.save(name, rows, weights, xs, run(model, xs))

    def respelled(self, name, spec, shape, **other):
        """The same layer as an older Keras wrote it: other replaces keys of the trimmed config, None removes one."""
        x = common.tensor(name + ":x", shape)
        layers = make_layers([spec])
        model = stack(layers, x.shape)
        weights = random_weights(name, layers[0])
        layers[0].set_weights(weights)
        row = layer_row(layers[0], spec, "trimmed")
        row["config"].update(other)
        row["config"] = {key: value for key, value in row["config"].items() if key not in other or value is not None}
        self.save(name, [row], [weights], [x], run(model, [x]))

    def refuse(self, name, good, bad, shape, bad_shape=None, weights=None):
        """good runs on shape and gives the weights; bad, a list of specs, must fail on bad_shape with them.

        weights, if given, changes the list of one list of arrays a layer before bad gets it.
        """
        good, bad = ([specs] if isinstance(specs, tuple) else specs for specs in (good, bad))
        layers = make_layers(good)
        run(stack(layers, shape), [common.tensor(name, shape)])
        values = [random_weights(name, layer) for layer in layers]
        values = weights(values) if weights else values
        x = common.tensor(name + ":x", bad_shape or shape)
        rows = [{"name": f"layer_{i + 1}", "class_name": cls, "config": plain(config)} for i, (cls, config) in enumerate(bad)]
        try:
            layers = make_layers(bad)
            model = stack(layers, x.shape)
            for layer, value in zip(layers, values, strict=True):
                layer.set_weights(value)
            run(model, [x])
        except Exception as error:
            self.save(name, rows, values, [x], None, common.error_text(error))
        else:
            raise AssertionError(f"Keras accepts {name}")

    def refuse_graph(self, name, shapes, nodes):
        """A model with branches that Keras refuses: nodes is a list of (name, class name, config, names of the inputs)."""
        tensors = {f"input_{i + 1}": keras.Input(shape, name=f"input_{i + 1}") for i, shape in enumerate(shapes)}
        rows = [
            {"name": f"input_{i + 1}", "class_name": "InputLayer", "config": {"batch_shape": [None, *shape]}}
            for i, shape in enumerate(shapes)
        ]
        rows += [{"name": n, "class_name": c, "config": plain(config), "inputs": parents} for n, c, config, parents in nodes]
        weights = [[] for _ in shapes]
        try:
            for layer, cls, config, parents in nodes:
                weights.append([])
                made = getattr(keras.layers, cls)(name=layer, **config)
                inputs = [tensors[parent] for parent in parents]
                tensors[layer] = made(inputs if len(inputs) > 1 or cls in keras_models.MERGES else inputs[0])
                weights[-1] = random_weights(name, made)
        except Exception as error:
            if layer != nodes[-1][0]:
                raise
            xs = [common.tensor(f"{name}:x{i}", shape) for i, shape in enumerate(shapes)]
            self.save(name, rows, weights, xs, None, common.error_text(error))
        else:
            raise AssertionError(f"Keras accepts {name}")

    def save(self, name, rows, weights, inputs, output, refused=None):
        self.file.add(
            name,
            common.jsonb(rows),
            common.jsonb([[common.literal(w) for w in layer] for layer in weights]),
            common.jsonb([common.literal(x) for x in inputs]),
            None if output is None else common.literal(output),
            refused,
        )


def make_layers(specs):
    """Construct the layers of a stack; an argument that is itself a layer is given as a function that makes it."""
    if any(callable(value) for _, config in specs for value in config.values()):
        keras.backend.clear_session()  # so that the inner layer's own name starts from 1
    return [
        getattr(keras.layers, cls)(name=f"layer_{i + 1}", **{key: value() if callable(value) else value for key, value in config.items()})
        for i, (cls, config) in enumerate(specs)
    ]


def stack(layers, shape):
    """A model that runs the layers one after another on an input of the given shape."""
    inputs = tensor = layers[0].output if isinstance(layers[0], keras.layers.InputLayer) else keras.Input(shape, name="input")
    for layer in layers:
        tensor = tensor if isinstance(layer, keras.layers.InputLayer) else layer(tensor)
    return keras.Model(inputs, tensor, name="model")


def run(model, xs):
    """One sample through the model at inference; the result has no batch axis."""
    xs = [x[np.newaxis] for x in xs]
    return np.array(model(xs if len(xs) > 1 else xs[0], training=False))[0]


def random_weights(name, layer):
    """Values for get_weights(), in its order: narrower for more inputs, so that sums stay small; variances positive."""
    values = []
    for i, weight in enumerate(layer.weights):
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 1
        value = common.tensor(f"{name}:{layer.name}:{i}", weight.shape, min(0.5, 2 / np.sqrt(fan_in)))
        values.append(np.abs(value) + np.float32(0.25) if "variance" in weight.name else value)
    return values


def choose_form(name, specs):
    """How a case spells its configs: a twelfth in full, a fifth as the constructor was called, the rest trimmed."""
    pick = common.rng(name + ":form").integers(60)
    if pick < 5:
        return "full"
    return "written" if pick < 17 and all(is_plain(config) for _, config in specs) else "trimmed"


def layer_row(layer, spec, form):
    config = plain(spec[1]) if form == "written" else plain(layer.get_config())
    if form == "trimmed":
        config = trim(config)
    return {"name": layer.name, "class_name": type(layer).__name__, "config": config}


def is_plain(value):
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, int, float))


def plain(value):
    """A config as JSON would hold it: tuples are lists, nested layers are dicts."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if is_plain(value):
        return value
    return plain(keras.saving.serialize_keras_object(value))


def trim(config):
    """Drop the keys that mean nothing at inference, in nested layers too."""
    kept = {
        key: trim(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key not in IGNORABLE and not key.endswith(IGNORABLE_ENDINGS)
    }
    return kept


def main():
    warnings.simplefilter("ignore")
    tf.get_logger().setLevel("ERROR")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    k = Keras()
    keras_layers.core(k)
    keras_models.sequences(k)
    keras_refusals.core(k)
    keras_layers.activation_layers(k, keras_layers.ACTIVATIONS)
    keras_layers_more.rest(k)
    keras_models.rest(k)
    keras_refusals.rest(k)
    k.file.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras.copy"))


if __name__ == "__main__":
    sys.exit(main())
