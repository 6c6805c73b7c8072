"""
test/bench/plpython.py
    torch inside the server: functions in plpython3u, each row by itself or many
    at once.

The server's Python must find torch and this directory, so the server is started
with PYTHONPATH.  The functions return the mean of each output: handing it back
whole would cost them more.
"""

import numpy as np

import peers
import works

FUNCTIONS = """
CREATE EXTENSION plpython3u;
CREATE FUNCTION torch_threads(threads int) RETURNS text LANGUAGE plpython3u AS $$
    import torch
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    return torch.__version__
$$;
CREATE FUNCTION torch_row(work text, variant text, x real[]) RETURNS real LANGUAGE plpython3u AS $$
    if "plpython" not in GD:
        import plpython
        GD["plpython"] = plpython
    return GD["plpython"].score_row(work, variant, x)
$$;
CREATE FUNCTION torch_batch(work text, variant text, x real[]) RETURNS real[] LANGUAGE plpython3u AS $$
    import plpython
    return plpython.score_lists(work, variant, x)
$$;
CREATE FUNCTION torch_bytes(work text, variant text, x bytea[]) RETURNS real[] LANGUAGE plpython3u AS $$
    import plpython
    return plpython.score_bytes(work, variant, x)
$$;
CREATE FUNCTION torch_cursor(work text, variant text, batch int, query text) RETURNS SETOF real LANGUAGE plpython3u AS $$
    import plpython
    cursor = plpy.cursor(query)
    while rows := cursor.fetch(batch):
        yield from plpython.score_lists(work, variant, [row["x"] for row in rows])
$$;
"""

models = {}


def score(work, variant, x):
    """Means of the outputs; x is an array (count, length * channels)."""
    import torch

    if (work, variant) not in models:
        models[work, variant] = peers.torch_model(works.WORKS[work], variant)
    model, to_input = models[work, variant]
    w = works.WORKS[work]
    series = torch.from_numpy(x).reshape(-1, w.length, w.channels).transpose(1, 2)
    return model(to_input(series.contiguous())).reshape(len(series), -1).mean(1)


def score_row(work, variant, x):
    return float(score(work, variant, np.array(x, np.float32)))


def score_lists(work, variant, x):
    return score(work, variant, np.array(x, np.float32)).tolist()


def score_bytes(work, variant, x):
    return score(work, variant, np.frombuffer(b"".join(x), np.float32).copy()).tolist()


# ---- the other side: queries that call these ---------------------------------

ROW_ROWS = 2000
BATCH_ROWS = 6000


def row_query(work, variant, rows):
    return f"SELECT sum(torch_row('{work.name}', '{variant}', x)) FROM {work.name.lower()}_real WHERE id < {rows}"


def batch_query(work, how, variant, batch, rows):
    """how: arrays, a cursor, or bytea instead of real[]."""
    table = work.name.lower()
    if how == "cursor":
        return (f"SELECT sum(s) FROM torch_cursor('{work.name}', '{variant}', {batch},"
                f" 'SELECT x FROM {table}_real WHERE id < {rows}') AS s")
    function, source = {"arrays": ("torch_batch", f"{table}_real"), "bytea": ("torch_bytes", f"{table}_bytes")}[how]
    return (f"SELECT sum(s) FROM (SELECT unnest({function}('{work.name}', '{variant}', array_agg(x))) AS s"
            f" FROM {source} WHERE id < {rows} GROUP BY id / {batch}) AS q")


def best_queries(session, work):
    """The best of the ways, over few rows: {"row": (query, rows, note), "batch": ..., "bytea": ...}."""
    found = {"row": [], "batch": [], "bytea": []}

    def attempt(kind, make, rows, few, note):
        session.seconds(make(few))
        found[kind].append((session.seconds(make(few)), make(rows), rows, note))

    for variant in peers.TORCH_VARIANTS:
        attempt("row", lambda rows: row_query(work, variant, rows), ROW_ROWS, ROW_ROWS // 5, variant)
        for batch in (64, 500):
            for how in ("arrays", "cursor", "bytea"):
                attempt("bytea" if how == "bytea" else "batch",
                        lambda rows: batch_query(work, how, variant, batch, rows),
                        BATCH_ROWS, BATCH_ROWS // 6, f"{how}, {variant}, batch {batch}")
    return {kind: min(ways)[1:] for kind, ways in found.items()}
