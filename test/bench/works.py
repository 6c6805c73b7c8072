"""
test/bench/works.py
    The work that is measured: W1 to W6, layers as Keras writes them, with
    random weights, and what of them is looked at by itself.

The one place that says what the networks are.  server.py makes conv1d_model
values of them, peers.py modules of torch and graphs of ONNX.
"""

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass
class Layer:
    class_name: str
    config: dict
    weights: list           # as get_weights() of Keras


@dataclass
class Work:
    name: str
    length: int
    channels: int
    layers: list
    rows: int               # in the table that is scored

    def __post_init__(self):
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        channels = self.channels
        for layer in self.layers:
            channels = draw_weights(layer, channels, rng)

    def inputs(self, count):
        """Series (count, length, channels), the first ones the same at each call."""
        rng = np.random.default_rng(zlib.crc32(self.name.encode()) + 1)
        return rng.standard_normal((count, self.length, self.channels), np.float32)


def draw_weights(layer, channels, rng):
    """
    Give the layer weights that keep the size of the signal; return the
    channels of its output.
    """
    config = layer.config
    if layer.class_name in ("Conv1D", "Conv1DTranspose"):
        size, filters = config["kernel_size"], config["filters"]
        fan_in = size * channels
        if layer.class_name == "Conv1D":
            shape = (size, channels, filters)
        else:
            shape = (size, filters, channels)
            fan_in /= config["strides"]
    elif layer.class_name == "Dense":
        filters, fan_in = config["units"], channels
        shape = (channels, filters)
    else:
        return channels
    gain = 2 if config.get("activation") == "relu" else 1
    kernel = rng.standard_normal(shape) * np.sqrt(gain / fan_in)
    bias = rng.standard_normal(filters) * 0.1
    layer.weights = [kernel.astype(np.float32), bias.astype(np.float32)]
    return filters


def conv(filters, kernel_size, padding="same", activation="linear", **config):
    return Layer("Conv1D", {"filters": filters, "kernel_size": kernel_size, "padding": padding,
                            "activation": activation, **config}, [])


def pool():
    return Layer("MaxPooling1D", {"pool_size": 2}, [])


def up():
    return Layer("UpSampling1D", {"size": 2}, [])


def encoder():
    return [conv(64, 3, activation="relu"), pool(), conv(128, 3, activation="relu"), pool()]


WORKS = {work.name: work for work in [
    Work("W1", 100, 1, [conv(32, 3, "valid", "relu"), pool()], 20000),
    Work("W2", 256, 1, encoder(), 20000),
    Work("W3", 256, 1, [
        conv(64, 3, activation="relu", strides=2),
        Layer("Conv1DTranspose", {"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}, []),
    ], 20000),
    Work("W4", 256, 1, encoder() + [up(), conv(64, 3, activation="relu"), up(), conv(1, 3)], 20000),
    Work("W5", 1024, 32, [conv(32, 5, "causal", "relu", dilation_rate=2 ** i) for i in range(4)] + [
        Layer("GlobalAveragePooling1D", {}, []),
        Layer("Dense", {"units": 8}, []),
    ], 400),
    Work("W6", 4096, 64, [conv(64, 9)], 96),
]}

# The wide convolution of W4 without the upsampling before it.
WIDE = Work("W4c", 128, 128, [conv(64, 3, activation="relu")], 0)

# A model of a megabyte, for the first call of a session.
LARGE = Work("large", 64, 256, [conv(344, 3, activation="relu")], 1)

# A model that does nothing, to see what a call costs.
NOTHING = Work("nothing", 100, 1, [Layer("Activation", {"activation": "linear"}, [])], 100000)

# Layers that are looked at by themselves, (work, first, last) from 0: the
# convolutions with many channels, those of them with three taps, and the
# univariate ones with the activation and the pool after them.
WIDE_LAYERS = [("W2", 2, 2), ("W4c", 0, 0), ("W5", 0, 0), ("W5", 1, 1), ("W5", 2, 2), ("W5", 3, 3), ("W6", 0, 0)]
WIDE_LAYERS_OF_3 = [("W2", 2, 2), ("W4c", 0, 0)]
UNIVARIATE_LAYERS = [("W1", 0, 1), ("W2", 0, 1)]


def parts(work):
    """
    The parts of a work that are measured by themselves: each layer, a
    convolution with the pool after it or the upsampling before it, all.
    """
    count = len(work.layers)
    found = [(i, i) for i in range(count)]
    for i in range(count - 1):
        if work.layers[i].class_name in ("Conv1D", "UpSampling1D") and \
                work.layers[i + 1].class_name in ("MaxPooling1D", "Conv1D") and \
                work.layers[i].class_name != work.layers[i + 1].class_name:
            found.append((i, i + 1))
    if (0, count - 1) not in found:
        found.append((0, count - 1))
    return found


def part_name(work, first, last):
    """How a part is called: "W2", or "W2 2-3 Conv1D + MaxPooling1D"."""
    if first == 0 and last == len(work.layers) - 1:
        return work.name
    names = " + ".join(layer.class_name for layer in work.layers[first:last + 1])
    numbers = f"{first + 1}" if first == last else f"{first + 1}-{last + 1}"
    return f"{work.name} {numbers} {names}"


def mflop(work, shapes, first, last):
    """
    Millions of operations a series, a multiply-add being two, as written:
    padding counts, what an implementation saves or repeats does not.  shapes
    are those of the input and of each layer's output.
    """
    total = 0
    for i in range(first, last + 1):
        layer = work.layers[i]
        if layer.weights:
            steps = {"Conv1D": shapes[i + 1][0], "Conv1DTranspose": shapes[i][0], "Dense": 1}[layer.class_name]
            total += 2 * steps * layer.weights[0].size
    return total / 1e6
