#!/usr/bin/env python3
# test/conformance/generate_torch.py
#    Write torch.copy: what PyTorch computes, or refuses, for small models.
#
# A model here is a list of (class name, constructor arguments); the lists are in torch_layers.py, torch_layers_more.py,
# torch_models.py and torch_refusals.py.  This file runs them.  README.md describes the columns.
#
# Shapes in the lists and tensors in the rows are channels last, (timesteps, channels) or (height, width, channels);
# torch itself gets (1, channels, timesteps) or (1, channels, height, width).
import inspect
import os
import sys
import warnings

import numpy as np
import torch

import common
import torch_layers
import torch_layers_more
import torch_models
import torch_refusals


class Torch:
    """Runs cases and collects their rows."""

    def __init__(self):
        self.file = common.CopyFile()

    def case(self, name, specs, shape, x=None, gaps=None):
        """A stack of modules on one input of the given shape (no batch axis)."""
        x = common.tensor(name + ":x", shape) if x is None else np.asarray(x, np.float32)
        x = common.with_gaps(x, gaps or {})
        specs = [specs] if isinstance(specs, tuple) else specs
        modules = make(specs)
        weights = [random_weights(f"{name}:{i}", module) for i, module in enumerate(modules)]
        full = common.rng(name + ":form").integers(6) == 0
        self.save(name, rows(specs, full), weights, x, run(modules, weights, x))

    def refuse(self, name, good, bad, shape, bad_shape=None, weights=None):
        """good runs on shape and gives the weights; bad, a list of specs, must fail on bad_shape with them.

        weights, if given, changes the list of one list of arrays a module before bad gets it.
        """
        good, bad = ([specs] if isinstance(specs, tuple) else specs for specs in (good, bad))
        modules = make(good)
        values = [random_weights(f"{name}:{i}", module) for i, module in enumerate(modules)]
        run(modules, values, common.tensor(name, shape))
        values = weights(values) if weights else values
        x = common.tensor(name + ":x", bad_shape or shape)
        try:
            output = run(make(bad), values, x)
            if output.size == 0:
                raise ValueError(f"(torch returns an empty tensor of shape {output.shape}, which we refuse)")
        except Exception as error:
            self.save(name, rows(bad, False), values, x, None, common.error_text(error))
        else:
            raise AssertionError(f"torch accepts {name}")

    def save(self, name, layers, weights, x, output, refused=None):
        self.file.add(
            name,
            common.jsonb(layers),
            common.jsonb([[common.literal(w) for w in layer] for layer in weights]),
            common.jsonb([common.literal(x)]),
            None if output is None else common.literal(output),
            refused,
        )


def make(specs):
    return [getattr(torch.nn, cls)(**config).eval() for cls, config in specs]


def rows(specs, full):
    """The layers column; full adds the arguments that were left at their defaults."""
    return [
        {"name": f"layer_{i + 1}", "class_name": cls, "config": (defaults(cls) if full else {}) | config}
        for i, (cls, config) in enumerate(specs)
    ]


def defaults(cls):
    arguments = inspect.signature(getattr(torch.nn, cls).__init__).parameters.values()
    return {
        a.name: a.default
        for a in arguments
        if a.default is not a.empty and a.name not in ("device", "dtype") and isinstance(a.default, (bool, int, float, str, type(None)))
    }


def run(modules, weights, x):
    """One sample through the modules at inference, with the given weights; channels last on both sides."""
    for module, values in zip(modules, weights, strict=True):
        state = module.state_dict()
        names = [key for key in state if not key.endswith("num_batches_tracked")]
        if len(names) != len(values):
            raise ValueError(f"{type(module).__name__} has {len(names)} weights ({', '.join(names)}), {len(values)} were given")
        module.load_state_dict(state | {key: torch.tensor(value) for key, value in zip(names, values)})
    with torch.no_grad():
        tensor = torch.tensor(np.ascontiguousarray(np.moveaxis(x, -1, 0)))[None]
        for module in modules:
            tensor = module(tensor)
    return np.moveaxis(tensor[0].numpy(), 0, -1)


def random_weights(name, module):
    """Values in state_dict() order, without num_batches_tracked: narrower for more inputs; variances positive."""
    values = []
    for key, weight in module.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        fan_in = np.prod(weight.shape[1:]) if weight.ndim > 1 else 1
        value = common.tensor(f"{name}:{key}", tuple(weight.shape), min(0.5, 2 / np.sqrt(fan_in)))
        values.append(np.abs(value) + np.float32(0.25) if key.endswith("var") else value)
    return values


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    t = Torch()
    torch_layers.all_cases(t)
    torch_layers_more.all_cases(t)
    torch_models.all_cases(t)
    torch_refusals.all_cases(t)
    t.file.write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch.copy"))


if __name__ == "__main__":
    sys.exit(main())
