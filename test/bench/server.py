"""
test/bench/server.py
    The database side: models and tables of series, sessions, timed queries.

Connects as cluster.sh says (PGHOST and so on).
"""

import json
import struct
import time

import numpy as np
import psycopg

import works


FEW = 1000              # so few rows are large ones: their table needs filling, a worker a push


# ---- tables and models -------------------------------------------------------

def literal(array):
    """An array as the text of a tensor1d."""
    return json.dumps(array.tolist())


def copy_rows(conn, table, ids, fields):
    """
    COPY rows (id int, field) into a table in binary; fields is a two-dimensional
    array of bytes, a row each.
    """
    count, size = fields.shape
    rows = np.zeros(count, [("fields", ">i2"), ("id_size", ">i4"), ("id", ">i4"), ("size", ">i4"), ("field", "u1", size)])
    rows["fields"], rows["id_size"], rows["id"], rows["size"] = 2, 4, ids, size
    rows["field"] = fields
    with conn.cursor().copy(f"COPY {table} (id, x) FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def tensor_fields(x):
    """Series (count, length, channels) as the binary form of tensor1d, a row each."""
    count, length, channels = x.shape
    header = struct.pack(">BBhii", 1, 2, 0, length, channels)
    fields = np.empty((count, len(header) + 4 * length * channels), np.uint8)
    fields[:, :len(header)] = np.frombuffer(header, np.uint8)
    fields[:, len(header):] = x.reshape(count, -1).astype(">f4").view(np.uint8)
    return fields


def make_model(conn, work):
    """
    Put a work's model into the table model and return its bytes as they are
    stored, and the shapes: of the input, then of each layer's output.
    """
    rows = [(i, layer.class_name, json.dumps(layer.config), [literal(w) for w in layer.weights])
            for i, layer in enumerate(work.layers)]
    with conn.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE layer (position int, class_name text, config jsonb, weights tensor1d[])")
        cursor.executemany("INSERT INTO layer VALUES (%s, %s, %s, %s::text[]::tensor1d[])", rows)
        cursor.execute("INSERT INTO model SELECT %s, model_agg(class_name, config, weights ORDER BY position) FROM layer",
                       (work.name,))
        cursor.execute("DROP TABLE layer")
        cursor.execute("SELECT conv1d_model_send(model) FROM model WHERE name = %s", (work.name,), binary=True)
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT output_shape FROM model AS m, model_summary(m.model, %s) WHERE m.name = %s ORDER BY position",
                       ([work.length, work.channels], work.name))
        shapes = [[work.length, work.channels]] + [row[0] for row in cursor]
    return stored, shapes


def make_table(conn, work):
    """
    A table of the work's series: id, and the series as tensor1d.  A piece of it
    is drawn and then repeated: what is multiplied does not change the time.

    A parallel scan deals out pages.  Of large series a page has only pointers, a
    hundred of them, so where there are few the page is filled with something
    else.
    """
    table = work.name.lower()
    piece = min(work.rows, 1000)
    conn.execute(f"CREATE UNLOGGED TABLE {table} (id int, x tensor1d, filling text)"
                 " WITH (parallel_workers = 1, autovacuum_enabled = off)")
    if work.rows < FEW:
        conn.execute(f"ALTER TABLE {table} ALTER filling SET STORAGE plain, ALTER filling SET DEFAULT repeat('-', 7500)")
    fields = tensor_fields(work.inputs(piece))
    for begin in range(0, work.rows, piece):
        count = min(piece, work.rows - begin)
        copy_rows(conn, table, np.arange(begin, begin + count), fields[:count])
    conn.execute(f"CREATE INDEX ON {table} (id)")
    conn.execute(f"VACUUM (FREEZE, ANALYZE) {table}")


def make_array_tables(conn, work):
    """The same series as real[] and as bytes, for those who have no tensor1d."""
    table = work.name.lower()
    for kind, column in (("real", "flatten(x)::real[]"), ("bytes", "tensor1d_to_bytes(x)")):
        conn.execute(f"CREATE UNLOGGED TABLE {table}_{kind} WITH (autovacuum_enabled = off)"
                     f" AS SELECT id, {column} AS x FROM {table} ORDER BY id")
        conn.execute(f"VACUUM (FREEZE, ANALYZE) {table}_{kind}")


def has_function(conn, name):
    return conn.execute("SELECT EXISTS (SELECT FROM pg_proc WHERE proname = %s)", (name,)).fetchone()[0]


# ---- sessions ----------------------------------------------------------------

class Session:
    """A connection with settings of its own, which times what it is told to do."""

    def __init__(self, **settings):
        self.conn = psycopg.connect(autocommit=True, prepare_threshold=None)
        for name, value in settings.items():
            self.conn.execute(f"SET {name.replace('__', '.')} = {value}")

    def execute(self, query, parameters=None):
        return self.conn.execute(query, parameters)

    def value(self, query):
        return self.conn.execute(query).fetchone()[0]

    def seconds(self, query):
        """How long a query takes, as its client sees it."""
        begin = time.perf_counter()
        cursor = self.conn.execute(query)
        if cursor.description:
            cursor.fetchall()
        return time.perf_counter() - begin

    def workers(self, query):
        """How many parallel workers a query really has."""
        plan = self.value("EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) " + query)
        found = []

        def visit(node):
            found.append(node.get("Workers Launched", 0))
            for child in node.get("Plans", []):
                visit(child)

        visit(plan[0]["Plan"])
        return max(found)

    def jit(self, query):
        """Does the server compile anything for a query?"""
        return "JIT" in self.value("EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) " + query)[0]


def model_of(work):
    return f"(SELECT model FROM model WHERE name = '{work.name}')"


def predict_query(work, rows=None):
    """The query that scores a table: each result is made, none is stored."""
    where = f" WHERE id < {rows}" if rows else ""
    return f"SELECT count(predict({model_of(work)}, x)) FROM {work.name.lower()}{where}"
