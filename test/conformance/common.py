# test/conformance/common.py
#    Tensor literals, COPY lines and seeded small tensors: what every generator needs.
#
# Knows no framework.  Used by generate_keras.py, generate_torch.py and generate_sklearn.py.
import json
import random
import re
import zlib

import numpy as np


def literal(array):
    """Write an array as a nested literal, each number the shortest text that reads back as the same float32."""
    array = np.asarray(array, dtype=np.float32)
    if array.ndim == 0:
        return number(array[()])
    return "[" + ",".join(literal(part) for part in array) + "]"


def number(value):
    """Spell one float; NaN and the infinities as PostgreSQL spells them.  Keeps the type of value (float32 or float64)."""
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    text = str(value)
    return text[:-2] if text.endswith(".0") else text


def jsonb(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def copy_field(value):
    """One field of PostgreSQL's COPY text format; None is NULL."""
    if value is None:
        return r"\N"
    return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


class CopyFile:
    """Rows of one .copy file; the first column is a unique id."""

    def __init__(self):
        self.rows = {}

    def add(self, *fields):
        if fields[0] in self.rows:
            raise KeyError(f"two cases are called {fields[0]}")
        self.rows[fields[0]] = "\t".join(copy_field(f) for f in fields) + "\n"

    def write(self, path):
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.writelines(self.rows.values())
        print(f"{path}: {len(self.rows)} rows")


def error_text(error):
    """The framework's message on one line, without terminal colours, addresses and device names, sets sorted; at most 200 characters."""
    text = re.split("Arguments received by|Exception raised from", str(error))[0]
    text = re.sub(r"\x1b\[\d+m|\{\{.*?\}\}| at 0x[0-9a-f]+", "", text)
    text = re.sub(r"\{('[^{}]*')\}", lambda found: "{" + ", ".join(sorted(found[1].split(", "))) + "}", text)
    text = re.sub(r"<KerasTensor[^>]*>", "<KerasTensor>", text)
    return " ".join(text.split())[:200] or type(error).__name__


def rng(name):
    """A generator seeded by the case's name, so that a new case changes no other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def tensor(name, shape, scale=1.0):
    """Random float32 with two decimals: short to write, no symmetry that could hide a flipped kernel."""
    return np.round(rng(name).normal(0.1 * scale, scale, shape), 2).astype(np.float32)


def with_gaps(array, gaps):
    """Put NaN or an infinity at the given places; gaps maps an index tuple to a value."""
    array = array.copy()
    for place, value in gaps.items():
        array[place] = value
    return array


def some(cases, count, seed=1):
    """A fixed sample of count cases, in their own order."""
    cases = list(cases)
    if len(cases) <= count:
        return cases
    return [cases[i] for i in sorted(random.Random(seed).sample(range(len(cases)), count))]
