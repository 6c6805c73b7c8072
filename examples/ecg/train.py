"""
examples/ecg/train.py
    Train the ECG autoencoder and write it, and what it answers, as rows.

Reads ecg.csv; writes autoencoder.copy (the layers and their weights) and
expected.copy (Keras's own output for 20 windows); prints the reconstruction
error of every window in brief.  Nothing else in this repository needs it: the
two files it writes are committed.

It was run with Python 3.11 and wants, in a virtual environment, Keras 3 with
the TensorFlow backend, both from PyPI (versions in requirements.txt):

    python3 -m venv ~/venv-ecg
    ~/venv-ecg/bin/pip install -r requirements.txt
    ~/venv-ecg/bin/python train.py

The torch backend is no substitute: before Keras 3.15.0 it shifted the output
of Conv1DTranspose with stride 2 by one step.

The seed is fixed and one thread is used, so a second run on the same machine
gives the same files.  Another CPU may round differently.
"""

import json
import os
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf

HERE = Path(__file__).resolve().parent
MODEL = "ecg"
SEED = 208

RATE = 360              # samples a second
WINDOW = 256            # timesteps the network sees
STEP = 128              # between the windows that are scored

# (filters, kernel_size) of the encoder; each layer halves the length.
ENCODER = [(16, 9), (24, 9), (24, 7), (24, 7), (2, 5)]

EPOCHS = (100, 250)     # before and after the worst windows are left out
STEPS_PER_EPOCH = 40
BATCH = 64
DIP_MV = 0.4            # see regular_offsets()
SHIFT = 0.15            # random baseline shift in training, scaled units
WORST = 0.10            # share of windows left out of the second half

EXPECTED = 20           # windows in expected.copy ...
EXPECTED_ODD = 6        # ... of which these are the worst reconstructed

# What inference needs of a layer's get_config().
CONFIG_KEYS = ("name", "filters", "kernel_size", "strides", "padding",
               "output_padding", "dilation_rate", "groups", "activation",
               "use_bias")


# ---- data ------------------------------------------------------------------

def read_mv():
    """Return the series in mV, float32, (108000,)."""
    adc = np.loadtxt(HERE / "ecg.csv", skiprows=1)
    return ((adc - 1024) / 200).astype(np.float32)


def minmax_scale(mv):
    """
    Scale mv to 0..1 over the whole series; return it and mV per unit.

    As scikit-learn's MinMaxScaler on mv.astype(float64), rounded to float32
    at the end: x * scale_ + min_.
    """
    wide = mv.astype(np.float64)
    scale = 1.0 / (wide.max() - wide.min())
    shift = 0.0 - wide.min() * scale
    return (wide * scale + shift).astype(np.float32), 1.0 / scale


def cut(series, starts, width=WINDOW):
    """Return the windows that begin at starts, (n, width)."""
    return series[np.asarray(starts)[:, None] + np.arange(width)]


def regular_offsets(mv):
    """
    Return the window starts worth learning from.

    A beat that starts in a ventricle is followed by a deep negative wave.
    Where the signal falls more than DIP_MV below its median, from the start
    of the window to half a window after its end, the window is left out; so
    are most steep baseline changes.  No annotation is used.
    """
    span = WINDOW + WINDOW // 2
    starts = np.arange(0, len(mv) - span + 1, 4)
    around = cut(mv, starts, span)
    dip = np.median(around, axis=1) - around.min(axis=1)
    return starts[dip <= DIP_MV]


# ---- network ---------------------------------------------------------------

def build():
    """Return the autoencoder: (256, 1) -> code (8, 2) -> (256, 1)."""
    layers = [keras.Input((WINDOW, 1), name="signal")]
    last = len(ENCODER) - 1

    for i, (filters, size) in enumerate(ENCODER):
        layers.append(keras.layers.Conv1D(
            filters, size, strides=2, padding="same",
            activation="tanh" if i == last else "relu",
            name="code" if i == last else f"encoder_{i + 1}"))

    for i in range(last, -1, -1):
        layers.append(keras.layers.Conv1DTranspose(
            ENCODER[i - 1][0] if i > 0 else 1, ENCODER[i][1],
            strides=2, padding="same",
            activation="relu" if i > 0 else "linear",
            name=f"decoder_{last - i + 1}" if i > 0 else "reconstruction"))

    return keras.Sequential(layers, name=MODEL)


def fit(network, scaled, starts, epochs, rate, random):
    """
    Train on windows drawn at random from starts.

    The loss is the mean absolute error, which the few odd windows that are
    left cannot dominate.  Each window gets a random baseline, so that the
    wander of the electrode is not what makes a window odd.
    """
    network.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(
            rate, epochs * STEPS_PER_EPOCH, alpha=0.01)),
        loss="mae")

    for _ in range(epochs):
        drawn = random.choice(starts, STEPS_PER_EPOCH * BATCH)
        shift = random.uniform(-SHIFT, SHIFT, (len(drawn), 1))
        x = (cut(scaled, drawn) + shift).astype(np.float32)[..., None]
        network.fit(x, x, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)


def reconstruct(network, windows):
    """Return the network's output for windows (n, 256), same shape."""
    return network.predict(windows[..., None], batch_size=256, verbose=0)[..., 0]


def rmse_mv(windows, output, mv_per_unit):
    """Return the root mean square error of each window, in mV."""
    error = output.astype(np.float64) - windows
    return np.sqrt((error ** 2).mean(axis=1)) * mv_per_unit


def train(scaled, mv, mv_per_unit, grid):
    """Return a trained network; grid holds the starts of the scored windows."""
    random = np.random.default_rng(SEED)
    keras.utils.set_random_seed(SEED)

    network = build()
    starts = regular_offsets(mv)
    fit(network, scaled, starts, EPOCHS[0], 3e-3, random)

    # Leave out what is still reconstructed badly, such as muscle noise.
    windows = cut(scaled, grid)
    error = rmse_mv(windows, reconstruct(network, windows), mv_per_unit)
    bad = np.zeros(len(scaled) + 1, bool)
    for start in grid[error > np.quantile(error, 1 - WORST)]:
        bad[start + STEP // 2:start + WINDOW - STEP // 2] = True
    bad_before = np.cumsum(bad) - bad
    starts = starts[bad_before[starts + WINDOW] == bad_before[starts]]
    fit(network, scaled, starts, EPOCHS[1], 3e-3, random)
    return network


# ---- rows ------------------------------------------------------------------

def literal(tensor):
    """Return tensor as text: nested brackets, shortest float32 digits."""
    if tensor.ndim == 0:
        return str(tensor[()])
    return "[" + ",".join(literal(np.asarray(part)) for part in tensor) + "]"


def layer_rows(network):
    """Yield (class_name, config, weights) of each layer, the input first."""
    yield ("InputLayer",
           {"name": "signal", "batch_shape": [None, WINDOW, 1]}, [])
    for layer in network.layers:
        config = layer.get_config()
        yield (type(layer).__name__,
               {key: config[key] for key in CONFIG_KEYS if key in config},
               layer.get_weights())


def write_model(path, network):
    """Write the layers as COPY text: model, position, class_name, config, weights."""
    with open(path, "w", encoding="ascii", newline="\n") as out:
        for position, (kind, config, weights) in enumerate(layer_rows(network), 1):
            array = "{" + ",".join(f'"{literal(w)}"' for w in weights) + "}"
            print(MODEL, position, kind, json.dumps(config), array,
                  sep="\t", file=out)


def read_model(path):
    """Return a fresh network with the weights found in the file."""
    weights = []
    for line in path.read_text(encoding="ascii").splitlines():
        array = line.split("\t")[4]
        weights += [np.array(json.loads(text), np.float32)
                    for text in json.loads("[" + array[1:-1] + "]")]
    network = build()
    network.set_weights(weights)
    return network


def write_expected(path, network, scaled, grid, error):
    """Write position, input, output of some windows, the worst among them."""
    chosen = list(np.linspace(0, len(grid) - 1, EXPECTED - EXPECTED_ODD).astype(int))
    chosen += [i for i in np.argsort(-error) if i not in chosen][:EXPECTED_ODD]
    starts = grid[np.sort(chosen)]
    windows = cut(scaled, starts)
    output = reconstruct(network, windows)
    with open(path, "w", encoding="ascii", newline="\n") as out:
        for start, x, y in zip(starts, windows, output):
            print(start + 1, literal(x[:, None]), literal(y[:, None]),
                  sep="\t", file=out)


# ---- report ----------------------------------------------------------------

def report(network, grid, error):
    """Print the size of the network and how well it reconstructs."""
    print(f"{network.count_params()} weights, {len(grid)} windows")
    print("rmse in mV: median {:.4f}, 95 % {:.4f}, max {:.4f}".format(
        *np.quantile(error, [0.5, 0.95, 1.0])))
    print("position  seconds  rmse (mV)")
    for i in np.argsort(-error)[:10]:
        print(f"{grid[i] + 1:8d} {grid[i] / RATE:8.2f} {error[i]:10.4f}")


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()

    mv = read_mv()
    scaled, mv_per_unit = minmax_scale(mv)
    grid = np.arange(0, len(mv) - WINDOW + 1, STEP)

    began = time.monotonic()
    network = train(scaled, mv, mv_per_unit, grid)
    print(f"trained in {time.monotonic() - began:.0f} s")

    # From here on only what was written counts.
    write_model(HERE / "autoencoder.copy", network)
    network = read_model(HERE / "autoencoder.copy")
    windows = cut(scaled, grid)
    error = rmse_mv(windows, reconstruct(network, windows), mv_per_unit)
    write_expected(HERE / "expected.copy", network, scaled, grid, error)
    report(network, grid, error)


if __name__ == "__main__":
    main()
