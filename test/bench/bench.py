"""
test/bench/bench.py
    Measure conv1d and what a user would take instead, in turn, and write what
    was seen to results.json.  report.py makes the page of it.

Run by bench.sh in a throw-away server.  Whoever takes part in a race runs once
a round, one after the other, so that a slow minute is slow for all of them; a
ratio is the median of the rounds' ratios.

    bench.py DIRECTORY [quick]

BENCH_TIME: how many seconds one measurement takes (0.3), the unit of all that
follows.  BENCH_ROUNDS: how often each is repeated (5).  BENCH_WORKS: only these
of the works, "W2 W3".
"""

import json
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version

import numpy as np

import plpython
import server
import works
from programs import Core, Worker
from works import WORKS

TIME = float(os.environ.get("BENCH_TIME", "0.3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CHOSEN = [WORKS[name] for name in os.environ.get("BENCH_WORKS", " ".join(WORKS)).split()]
THREADS = (1, 2)

# What T1 and T2 are about.
QUICK_LAYERS = {"wide": (works.WIDE_LAYERS, "direct"), "univariate": (works.UNIVARIATE_LAYERS, "winograd")}

# Where two implementations of a model may differ, relative to its largest output.
TOLERANCE = 1e-5

# Threads of a library that has just run may spin for a while.
PAUSE = 0.02


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def cell(value):
    """A value of a row as a person would write it."""
    if isinstance(value, list):
        return "(" + ",".join(map(str, value)) + ")" if isinstance(value[0], int) else " + ".join(value)
    return "" if value is None else str(value)


# ---- the measurement ---------------------------------------------------------

class Bench:
    def __init__(self, directory):
        self.directory = directory
        self.models = os.path.join(directory, "models")
        os.makedirs(self.models, exist_ok=True)
        self.core = Core(os.path.join(directory, "core"))
        self.isa = self.core.isas[-1]
        self.worker = None
        self.admin = server.Session()
        self.admin.execute("CREATE EXTENSION conv1d")
        self.admin.execute("CREATE TABLE model (name text PRIMARY KEY, model conv1d_model NOT NULL)")
        self.shapes = {}
        self.results = {"settings": {"seconds": TIME, "rounds": ROUNDS}, "machine": {}, "races": {}, "core": [],
                        "absent": {}, "plans": {}, "errors": {}}

    def absent(self, what, why):
        why = " ".join(str(why).split())
        say(f"absent: {what}: {why}")
        self.results["absent"][what] = why

    # -- what there is to measure

    def load(self, work):
        """The model in the database and in the core; conv1d's answers in a file."""
        stored, shapes = server.make_model(self.admin.conn, work)
        self.shapes[work.name] = shapes
        path = os.path.join(self.models, work.name + ".model")
        with open(path, "wb") as file:
            file.write(stored)
        self.core.ask(f"load {work.name} {path} {work.length} {work.channels}")

    def sample(self, work, count):
        """A few series of a work in a table of the session, sample."""
        self.admin.execute("DROP TABLE IF EXISTS sample")
        self.admin.execute("CREATE TEMP TABLE sample (id int, x tensor1d)")
        server.copy_rows(self.admin.conn, "sample", np.arange(count), server.tensor_fields(work.inputs(count)))

    def answers(self, work):
        """What peers must give, for a few series, in a file."""
        self.sample(work, 4)
        rows = self.admin.conn.cursor(binary=True).execute(
            f"SELECT tensor1d_to_bytes(predict({server.model_of(work)}, x)) FROM sample ORDER BY id").fetchall()
        np.save(os.path.join(self.models, work.name + ".npy"), np.stack([np.frombuffer(row[0], "<f4") for row in rows]))

    def mflop(self, work, first, last):
        return works.mflop(work, self.shapes[work.name], first, last)

    # -- races

    def race(self, name, contestants, unit, rounds=ROUNDS):
        """
        contestants: {name: function that returns a number}.  One that fails is
        out, and said so.
        """
        samples = {who: [] for who in contestants}
        for _ in range(rounds):
            for who in list(samples):
                time.sleep(PAUSE)
                try:
                    samples[who].append(contestants[who]())
                except Exception as e:
                    self.absent(f"{name}: {who}", e)
                    del samples[who]
        race = self.results["races"].setdefault(name, {"unit": unit, "samples": {}, "notes": {}})
        race["samples"].update(samples)
        return race

    def core_race(self, parts, tunings, threads, seconds, rounds, isas=None):
        """Parts of models against the peak of the same round."""
        rows = []
        for work, first, last in parts:
            for isa in isas or self.core.isas:
                for tuning in tunings:
                    for count in threads:
                        rows.append({"work": work.name, "first": first, "last": last, "isa": isa, "tuning": tuning,
                                     "threads": count, "part": works.part_name(work, first, last),
                                     "mflop": self.mflop(work, first, last), "rates": [], "peaks": []})
        for _ in range(rounds):
            for row in rows:
                row["peaks"].append(self.core.number(f"peak {row['isa']} {row['threads']} {seconds / 3}"))
                work = WORKS.get(row["work"], works.WIDE)
                rate, row["error"] = self.core.run(work, row["first"], row["last"], row["isa"], row["tuning"],
                                                   row["threads"], seconds)
                row["rates"].append(rate)
        for row in rows:
            if row["error"] > TOLERANCE:
                self.results["errors"][f"{row['part']} {row['isa']} {row['tuning']}"] = row["error"]
        return rows

    # -- contestants

    def rate_of(self, session, query, rows):
        """A function: rows a second of a query, repeated until the time is long enough."""
        def measure():
            begin, total = time.perf_counter(), 0
            while total < TIME:
                session.seconds(query)
                total = time.perf_counter() - begin
                measure.count += 1
            rate = rows * measure.count / total
            measure.count = 0
            return rate

        measure.count = 0
        session.seconds(query)
        return measure

    def core_contestants(self, work):
        last = len(work.layers) - 1
        return {f"core {t}": lambda t=t: self.core.run(work, 0, last, self.isa, "winograd", t, TIME)[0] for t in THREADS}

    def sql_contestants(self, work, notes, quick=False):
        """predict in SQL, each in a session of its own."""
        query = server.predict_query(work)
        one = server.Session(max_parallel_workers_per_gather=0)
        found = {"sql 1": self.rate_of(one, query, work.rows)}
        if quick:
            return found
        few = {"parallel_setup_cost": 0} if work.rows < server.FEW else {}
        two = server.Session(max_parallel_workers_per_gather=1, **few)
        workers = two.workers(query)
        if workers == 1:
            found["sql 2"] = self.rate_of(two, query, work.rows)
        else:
            self.absent(f"{work.name}: parallel query", f"{workers} workers were started, not 1")
        if one.jit(query):
            notes["sql 1"] = "the server compiles the query (JIT)"
            for t in THREADS if workers == 1 else (1,):
                session = server.Session(max_parallel_workers_per_gather=t - 1, jit="off", **few)
                found[f"sql {t} without JIT"] = self.rate_of(session, query, work.rows)
        found.update(self.batch_contestants(work))
        return found

    def batch_contestants(self, work):
        """The ways of OpenMP, where PostgreSQL has no parallel query."""
        found = {}
        table, model = work.name.lower(), server.model_of(work)
        batch = min(100, work.rows // 4)
        ways = {
            "predict_agg": f"INSERT INTO sink SELECT (SELECT cardinality(predict_agg({model}, x)) FROM {table}"
                           f" WHERE id >= n AND id < n + {batch}) FROM generate_series(0, {work.rows - 1}, {batch}) AS n",
            "predict_query": f"INSERT INTO sink SELECT count(y) FROM predict_query({model}, 'SELECT id, x FROM {table}')"
                             f" AS (id int, y tensor1d)",
        }
        for function, query in ways.items():
            if not server.has_function(self.admin.conn, function):
                self.absent(function, "no such function in this version")
                continue
            for t in THREADS:
                try:
                    session = server.Session(max_parallel_workers_per_gather=0)
                    session.execute("SELECT conv1d_build_info()")       # the settings are known once it is loaded
                    session.execute(f"SET conv1d.threads = {t}")
                    session.execute("CREATE TEMP TABLE sink (n bigint)")
                    found[f"{function} {t}"] = self.rate_of(session, query, work.rows)
                except Exception as e:
                    self.absent(f"{work.name}: {function} {t}", e)
        return found

    def peer_contestants(self, work, notes, names=("ort", "ort2d", "torch"), threads=THREADS, compiled=True):
        """torch and ONNX Runtime at their best, after they have shown that they compute the same."""
        self.worker = self.worker or Worker(self.models)
        found = {}
        for name in names:
            for t in threads:
                who = f"{name} {t}"
                try:
                    best = self.worker.ask("prepare", work, peer=name, threads=t, seconds=min(TIME, 0.1), compiled=compiled)
                except Exception as e:
                    self.absent(f"{work.name}: {who}", e)
                    continue
                self.results["errors"][f"{work.name} {who} against conv1d"] = best["error"]
                if not best["error"] <= TOLERANCE:
                    self.absent(f"{work.name}: {who}", f"differs from conv1d by {best['error']:.2g}")
                    continue
                notes[who] = f"{best['variant']}, batch {best['batch']}"
                say(f"{work.name} {who}: {notes[who]}")
                self.results.setdefault("tried", {})[f"{work.name} {who}"] = best["tried"]
                found[who] = lambda name=name, t=t: self.worker.ask("run", work, peer=name, threads=t, seconds=TIME)["rate"]
        return found

    def plpython_contestants(self, work, notes):
        """torch inside the server, on the series as real[]."""
        if "plpython3u" in self.results["absent"]:
            return {}
        found, best = {}, None
        for t in THREADS:
            session = server.Session(max_parallel_workers_per_gather=0)
            session.execute(f"SELECT torch_threads({t})")
            best = best or plpython.best_queries(session, work)
            for kind, (query, rows, note) in best.items():
                if kind == "row" and t > 1:
                    continue
                found[f"plpython {kind} {t}"] = self.rate_of(session, query, rows)
                notes[f"plpython {kind} {t}"] = note
        return found

    def client_contestants(self, work, notes):
        """Out of the database, torch, and back: with two threads, at the batch that torch likes."""
        variant, batch = "channels_last", 256
        self.worker.ask("prepare_client", work, threads=2, variant=variant, batch=batch)
        notes["client 2"] = f"{variant}, batch {batch}"
        return {"client 2": lambda: self.worker.ask("client", work, threads=2)["rate"]}

    # -- the parts of the measurement

    def huge_pages(self):
        """Is the server's shared memory in huge pages, as it is where the system has some?"""
        status = open(f"/proc/{self.admin.value('SELECT pg_backend_pid()')}/status").read()
        return bool(re.search(r"^HugetlbPages:\s*[1-9]", status, re.M))

    def machine(self):
        cpu = open("/proc/cpuinfo").read()

        def field(name):
            found = re.search(rf"^{name}\s*: (.*)$", cpu, re.M)
            return found.group(1) if found else "?"

        def first_line(*command):
            try:
                return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
            except (OSError, IndexError):
                return "?"

        info = dict(self.admin.execute("SELECT name, value FROM conv1d_build_info()").fetchall())
        versions = {package: version(package) for package in ("torch", "onnxruntime", "numpy")}
        self.results["machine"] = {
            "cpu": f"{field('model name')} (family {field('cpu family')}, model {field('model')})",
            "cores": len(os.sched_getaffinity(0)), "isas": self.core.isas, "system": platform.release(),
            "huge pages": self.huge_pages(), "compiler": first_line(os.environ.get("CC", "gcc"), "--version"),
            "server": self.admin.value("SHOW server_version"), "conv1d": info.get("version", "?"),
            "commit": first_line("git", "-C", os.path.dirname(os.path.abspath(__file__)), "describe", "--always", "--dirty"),
            "date": time.strftime("%Y-%m-%d"), "load": os.getloadavg()[0], **versions}
        if os.getloadavg()[0] > 0.5:
            say(f"this machine is busy: load {os.getloadavg()[0]:.1f}; two threads are not measured well")

    def measure_machine(self):
        contestants = {f"peak {isa} {t}": lambda isa=isa, t=t: self.core.number(f"peak {isa} {t} {TIME}")
                       for isa in self.core.isas for t in THREADS}
        self.race("peak", contestants, "GFLOP/s")
        traffic = {f"{what} {t}": lambda what=what, t=t: self.core.number(f"{what} {t} {TIME}")
                   for what in ("read", "copy") for t in THREADS}
        self.race("traffic", traffic, "GB/s", min(ROUNDS, 3))

    def measure_layers_with_targets(self, seconds, rounds, kinds):
        """kinds: {name in the results: (layers, tuning)}; with all instruction sets but the slowest."""
        for name, (layers, tuning) in kinds.items():
            parts = [(WORKS.get(work, works.WIDE), first, last) for work, first, last in layers]
            self.results[name] = self.core_race(parts, [tuning], [1], seconds, rounds, self.core.isas[1:] or self.core.isas)

    def measure_core(self):
        parts = [(work, first, last) for work in CHOSEN for first, last in works.parts(work)]
        self.results["core"] = self.core_race(parts, ["winograd", "direct", "plain"], THREADS, TIME / 8, min(ROUNDS, 3))

    def measure_work(self, work):
        notes = {}
        server.make_table(self.admin.conn, work)
        contestants = self.core_contestants(work) | self.sql_contestants(work, notes) | self.peer_contestants(work, notes)
        if work.rows >= plpython.BATCH_ROWS:
            server.make_array_tables(self.admin.conn, work)
            contestants |= self.plpython_contestants(work, notes) | self.client_contestants(work, notes)
        race = self.race(work.name, contestants, "series/s")
        race["notes"] = notes
        say(work.name, {who: f"{np.median(rates):.4g}" for who, rates in race["samples"].items()})
        table = work.name.lower()
        self.admin.execute(f"DROP TABLE IF EXISTS {table}, {table}_real, {table}_bytes, {table}_score")

    def measure_calls(self):
        """What a call costs, beside a scan that reads each row."""
        work = works.NOTHING
        self.load(work)
        server.make_table(self.admin.conn, work)
        session = server.Session(max_parallel_workers_per_gather=0, jit="off")
        queries = {"scan": "SELECT count(id) FROM nothing",
                   "timesteps(x)": "SELECT count(timesteps(x)) FROM nothing",
                   "-x": "SELECT count(-x) FROM nothing",
                   "predict of a layer that does nothing": server.predict_query(work)}
        contestants = {}
        for who, query in queries.items():
            session.seconds(query)
            contestants[who] = lambda query=query: min(session.seconds(query) for _ in range(3)) / work.rows * 1e6
        self.race("calls", contestants, "µs a row", 2 * ROUNDS)
        self.admin.execute("DROP TABLE nothing")

    def measure_storage(self):
        """Results of 32 kB, as the type stores them and as pglz would."""
        session = self.admin
        self.sample(WORKS["W2"], 500)
        session.execute("CREATE UNLOGGED TABLE result AS"
                        f" SELECT id, predict({server.model_of(WORKS['W2'])}, x) AS y FROM sample")
        contestants = {}
        for who, change in (("external", ""), ("pglz", "ALTER TABLE stored_pglz ALTER y SET STORAGE EXTENDED")):
            session.execute(f"CREATE UNLOGGED TABLE stored_{who} (id int, y tensor1d)")
            if change:
                session.execute(change)
                if int(session.value("SHOW server_version_num")) >= 140000:
                    session.execute("ALTER TABLE stored_pglz ALTER y SET COMPRESSION pglz")

            def store(who=who):
                session.execute(f"TRUNCATE stored_{who}")
                return session.seconds(f"INSERT INTO stored_{who} SELECT * FROM result") / 500 * 1e6

            store()
            contestants[who] = store
        race = self.race("storage", contestants, "µs a row")
        race["notes"] = {who: "%d kB a row on disk" % (self.admin.value(
            f"SELECT pg_total_relation_size('stored_{who}')") / 500 / 1024) for who in contestants}

    def measure_first_call(self):
        """The first query of a session against the same again, with a model of a megabyte."""
        work = works.LARGE
        self.load(work)
        server.make_table(self.admin.conn, work)
        self.results["machine"]["large model"] = self.admin.value(
            f"SELECT pg_column_size(model) FROM model WHERE name = '{work.name}'")
        query = server.predict_query(work)
        first, later = [], []
        for _ in range(2 * ROUNDS):
            session = server.Session()
            first.append(session.seconds(query) * 1e3)
            later.append(float(np.median([session.seconds(query) for _ in range(9)])) * 1e3)
            session.conn.close()
        self.results["races"]["first call"] = {"unit": "ms", "samples": {"first": first, "later": later}, "notes": {}}

    def plans(self):
        if not server.has_function(self.admin.conn, "model_plan"):
            self.absent("model_plan", "no such function in this version")
            return
        for work in WORKS.values():
            cursor = self.admin.execute("SELECT p.* FROM model AS m, model_plan(m.model, %s) AS p WHERE m.name = %s",
                                        ([work.length, work.channels], work.name))
            self.results["plans"][work.name] = {"columns": [c.name for c in cursor.description],
                                                "rows": [list(map(cell, row)) for row in cursor]}

    def start_plpython(self):
        try:
            self.admin.execute(plpython.FUNCTIONS)
            self.results["machine"]["torch in the server"] = self.admin.value("SELECT torch_threads(1)")
        except Exception as e:
            self.absent("plpython3u", e)

    def whole(self):
        self.machine()
        for work in [*WORKS.values(), works.WIDE]:
            self.load(work)
        for work in CHOSEN:
            self.answers(work)
        self.plans()
        self.start_plpython()
        say("the machine's limits")
        self.measure_machine()
        say("layers with a target")
        self.measure_layers_with_targets(TIME / 3, 2 * ROUNDS, QUICK_LAYERS | {"of three": (works.WIDE_LAYERS_OF_3, "winograd")})
        say("each layer")
        self.measure_core()
        for work in CHOSEN:
            say(work.name)
            self.measure_work(work)
            self.save()
        say("calls, storage, first call")
        self.measure_calls()
        self.measure_storage()
        self.measure_first_call()

    def quick(self):
        """T1 to T3."""
        self.machine()
        work = WORKS["W2"]
        for loaded in [*WORKS.values(), works.WIDE]:
            self.load(loaded)
        self.answers(work)
        self.measure_layers_with_targets(TIME / 3, ROUNDS, QUICK_LAYERS)
        notes = {}
        server.make_table(self.admin.conn, work)
        contestants = self.core_contestants(work) | self.sql_contestants(work, notes, quick=True) | \
            self.peer_contestants(work, notes, ["ort", "ort2d"], [1], compiled=False)
        self.race(work.name, contestants, "series/s")["notes"] = notes

    def save(self, name="results.json"):
        with open(os.path.join(self.directory, name), "w") as file:
            json.dump(self.results, file, indent=1)


def main():
    bench = Bench(sys.argv[1])
    begin = time.time()
    if sys.argv[2:] == ["quick"]:
        bench.quick()
        bench.save("quick.json")
    else:
        bench.whole()
        bench.results["settings"]["minutes"] = round((time.time() - begin) / 60, 1)
        bench.save()


if __name__ == "__main__":
    main()
