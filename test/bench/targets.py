"""
test/bench/targets.py
    What is wanted, and whether it holds in a run: a line a target.
"""

from statistics import median

QUICK, WHOLE = "`make bench-quick`", "`make bench`"

NAMES = {"amx": "AMX", "avx512": "AVX-512", "avx2": "AVX2", "baseline": "baseline"}


def ratio(samples, a, b):
    """The median of the rounds' ratios; None when one of them was not there."""
    if not samples.get(a) or not samples.get(b):
        return None
    return median(x / y for x, y in zip(samples[a], samples[b]))


def share(row):
    """What part of the peak of the same round a layer reached, in %."""
    return median(100 * rate * row["mflop"] / 1e3 / peak for rate, peak in zip(row["rates"], row["peaks"]))


def percent(row):
    return f"{share(row):.0f}" if row["mflop"] else ""


class Target:
    """
    parts: (what, wanted, reached, unit): reached None = not measured.  A wanted
    number is the least, a negative one the most with its sign changed; None =
    nothing is wanted, the figure is told for comparison.
    """

    def __init__(self, name, title, command, *parts):
        self.name, self.title, self.command, self.parts = name, title, command, parts

    def measured(self):
        return any(reached is not None for _, _, reached, _ in self.parts)

    def holds(self):
        if not all(reached is not None for _, _, reached, _ in self.parts):
            known = [p for p in self.parts if p[2] is not None]
            if not known:
                return "not measured"
            return "no" if not all(map(self.part_holds, known)) else "as far as measured"
        return "yes" if all(map(self.part_holds, self.parts)) else "no"

    @staticmethod
    def part_holds(part):
        _, wanted, reached, _ = part
        if wanted is None:
            return True
        return reached <= -wanted if wanted < 0 else reached >= wanted

    def line(self):
        def wanted(part):
            sign = "≤" if part[1] < 0 else "≥"
            return f"{sign} {abs(part[1]):g}{part[3]}"

        def reached(part):
            what = f"{part[0]}: " if part[0] else ""
            if part[2] is None:
                return f"{what}absent"
            digits = 3 if abs(part[2]) < 100 else 4
            alone = sum(p[1] is not None for p in self.parts) == 1
            mark = "" if self.part_holds(part) or alone else " (no)"
            return f"{what}{part[2]:.{digits}g}{part[3]}{mark}"

        wants = list(dict.fromkeys(wanted(part) for part in self.parts if part[1] is not None))
        return [self.name, self.title, "; ".join(wants), "; ".join(map(reached, self.parts)), self.holds(), self.command]


def all_targets(results):
    races = results["races"]

    def in_race(work, a, b, wanted, what):
        return (what, wanted, ratio(races.get(work, {}).get("samples", {}), a, b), "")

    def beside_ort(work, a, threads, wanted, what="ONNX Runtime"):
        """The model as torch.onnx writes it; for comparison also as images of height 1."""
        return (in_race(work, a, f"ort {threads}", wanted, what), in_race(work, a, f"ort2d {threads}", None, "as images"))

    def least(rows, isa, wanted):
        """The worst of some layers."""
        found = [share(row) for row in results.get(rows, []) if row["isa"] == isa]
        return (NAMES[isa], wanted, min(found) if found else None, " %")

    def samples(race, who):
        found = races.get(race, {}).get("samples", {}).get(who)
        return median(found) if found else None

    def beyond_scan(who):
        calls = races.get("calls", {}).get("samples", {})
        found = [a - b for a, b in zip(calls.get(who, []), calls.get("scan", []))]
        return (who, -0.4, median(found) if found else None, " µs")

    def first_call():
        first, later = samples("first call", "first"), samples("first call", "later")
        return ("", -10, None if first is None else first - 2 * later, " ms")

    isas = [isa for isa in ("avx512", "avx2") if isa in results["machine"]["isas"]]
    best = (isas or results["machine"]["isas"])[0]
    return [
        Target("T1", "wide layers, direct, % of the multiply-add peak; the worst of them", QUICK,
               *(least("wide", isa, {"avx512": 95, "avx2": 93}[isa]) for isa in isas)),
        Target("T2", "one channel: convolution + relu + pool, % of the peak; the worst of them", QUICK,
               least("univariate", best, 75)),
        Target("T3", "W2 in SQL, 1 process ÷ ONNX Runtime, 1 thread", QUICK, *beside_ort("W2", "sql 1", 1, 1.5)),
        Target("T4", "W2 in SQL on 2 cores ÷ ONNX Runtime, 2 threads", WHOLE,
               *beside_ort("W2", "sql 2", 2, 1.7, "parallel query"),
               *beside_ort("W2", "predict_agg 2", 2, 1.7, "OpenMP")),
        Target("T5", "W2 in SQL, 1 process ÷ plpython3u + torch", WHOLE,
               in_race("W2", "sql 1", "plpython row 1", 2.6, "a call a row"),
               in_race("W2", "sql 1", "plpython batch 1", 1.6, "best batch")),
        Target("T6", "W2 in SQL, 2 processes ÷ client with COPY and torch, 2 threads", WHOLE,
               in_race("W2", "sql 2", "client 2", 1.9, "")),
        Target("T7", "W1 in SQL, 1 process ÷ others with 1 thread", WHOLE,
               in_race("W1", "sql 1", "plpython batch 1", 15, "plpython3u, best batch"),
               *beside_ort("W1", "sql 1", 1, 5)),
        Target("T8", "W3 in SQL, 1 process ÷ others with 1 thread", WHOLE,
               in_race("W3", "sql 1", "plpython batch 1", 11, "plpython3u, best batch"),
               *beside_ort("W3", "sql 1", 1, 2.8)),
        Target("T9", "W4 in SQL ÷ ONNX Runtime, as many threads", WHOLE, *beside_ort("W4", "sql 1", 1, 2.0, "1"),
               *beside_ort("W4", "sql 2", 2, 2.2, "2")),
        Target("T10", "W5 ÷ torch, as many threads", WHOLE, in_race("W5", "core 1", "torch 1", 1.24, "1"),
               in_race("W5", "core 2", "torch 2", 1.24, "2")),
        Target("T11", "W6 ÷ torch, as many threads", WHOLE, in_race("W6", "core 1", "torch 1", 1.06, "1"),
               in_race("W6", "core 2", "torch 2", 1.06, "2")),
        Target("T12", "W2: time in SQL ÷ time of the kernels alone", WHOLE,
               in_race("W2", "core 1", "sql 1", -1.03, "")),
        Target("T13", "what a trivial function adds to a scan, a row", WHOLE, beyond_scan("timesteps(x)"), beyond_scan("-x")),
        Target("T14", "W2: 2 cores ÷ 1", WHOLE, in_race("W2", "sql 2", "sql 1", 1.9, "parallel query"),
               in_race("W2", "predict_agg 2", "predict_agg 1", 1.9, "OpenMP")),
        Target("T15", "results of 32 kB: time to store them with pglz ÷ as the type does", WHOLE,
               ("", 8, ratio(races.get("storage", {}).get("samples", {}), "pglz", "external"), "")),
        Target("T16", "first call of a session with a model of 1 MB, beyond twice a later call", WHOLE, first_call()),
        Target("T17", "3 taps, stride 1, many channels, % of the nominal peak; the worst of them", WHOLE,
               *(least("of three", isa, {"avx512": 175, "avx2": 160, "amx": 175}[isa]) for isa in NAMES if isa in results["machine"]["isas"] and isa != "baseline")),
        Target("T18", "W2 in SQL ÷ others", WHOLE, *beside_ort("W2", "sql 1", 1, 2.7, "ONNX Runtime, 1"),
               *beside_ort("W2", "sql 2", 2, 3.0, "ONNX Runtime, 2"), in_race("W2", "sql 1", "torch 1", 2.3, "torch, 1")),
        Target("T19", "W4 ÷ ONNX Runtime; W5, W6 ÷ torch, as many threads", WHOLE,
               *(part for t in (1, 2) for part in beside_ort("W4", f"sql {t}", t, 3, f"W4, {t}")),
               *(in_race("W5", f"core {t}", f"torch {t}", 1.8, f"W5, {t}") for t in (1, 2)),
               *(in_race("W6", f"core {t}", f"torch {t}", 1.7, f"W6, {t}") for t in (1, 2))),
    ]


def lines(results, table, only_measured=False):
    found = [t for t in all_targets(results) if t.measured() or not only_measured]
    if only_measured:
        found = [t for t in found if t.command == QUICK]
    return table(["", "", "wanted", "reached", "holds", "given by"], [t.line() for t in found])
