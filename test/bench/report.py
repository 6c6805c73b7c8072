"""
test/bench/report.py
    What bench.py saw, as a page and a chart.

    report.py RESULTS print         the targets that were measured, on the terminal
    report.py RESULTS DIRECTORY     DIRECTORY/performance.md and performance.svg
    report.py RESULTS docs          the same in docs/, for the repository

Needs only Python.  The prose is in performance.md.in; targets.py says what is
wanted; chart.py draws.
"""

import json
import os
import sys

import chart
import targets
from targets import median, percent

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
WORKS = ["W1", "W2", "W3", "W4", "W5", "W6"]

# Contestants of the races, in the order of the page.
PEERS = [("torch", "torch"), ("ort", "ONNX Runtime"), ("ort2d", "ONNX Runtime, as images"),
         ("plpython row", "plpython3u + torch, a call a row"),
         ("plpython batch", "plpython3u + torch, best batch"), ("plpython bytea", "the same from bytea, not real[]"),
         ("client", "client: COPY out, torch, COPY in")]
OURS = [("core", "kernels alone"), ("sql", "`predict` in SQL"), ("sql {} without JIT", "`predict` in SQL, `jit = off`"),
        ("predict_agg", "`predict_agg`, OpenMP"), ("predict_query", "`predict_query`, OpenMP")]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def number(value):
    """A rate in three digits, as people write it."""
    if value is None:
        return ""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if value >= limit * 0.9995:
            return f"{value / limit:.3g}{unit}" if value < 999.5 * limit else f"{value / limit:.0f}{unit}"
    return f"{value:.3g}"


def key(name, threads):
    return name.format(threads) if "{}" in name else f"{name} {threads}"


def rate(results, work, name, threads):
    samples = results["races"].get(work, {}).get("samples", {}).get(key(name, threads))
    return median(samples) if samples else None


# ---- the sections ------------------------------------------------------------

def ratios(results):
    """How many times as fast predict is, for the same number of threads; the client with two."""
    rows = []
    for work in WORKS:
        if work not in results["races"]:
            continue
        samples = results["races"][work]["samples"]
        row = [work]
        for peer, _ in PEERS:
            shown = []
            for threads in (1, 2):
                value = targets.ratio(samples, f"sql {threads}", f"{peer} {threads}")
                if value is not None:
                    shown.append(f"{value:.2f}" if value < 9.95 else f"{value:.0f}")
            row.append(" / ".join(shown))
        rows.append(row)
    return table(["", *(title for _, title in PEERS)], rows)


def rates(results):
    rows = []
    for name, title in PEERS + OURS:
        for threads in (1, 2):
            values = [rate(results, work, name, threads) for work in WORKS]
            if any(values):
                rows.append([title, threads] + [number(v) for v in values])
    return table(["series a second", "threads", *WORKS], rows)


def shares(results):
    """Whole models and the machine's peak: kernels alone, one thread and two."""
    rows = []
    for row in results["core"]:
        if row["part"] in WORKS:
            rows.append(row)
    lines = []
    for isa in results["machine"]["isas"][::-1]:
        for tuning in ("winograd", "direct", "plain"):
            for threads in (1, 2):
                found = {r["part"]: r for r in rows if (r["isa"], r["tuning"], r["threads"]) == (isa, tuning, threads)}
                if found:
                    lines.append([isa, tuning, threads] + [percent(found[w]) if w in found else "" for w in WORKS])
    return table(["instructions", "plan", "threads", *WORKS], lines)


def layers(results):
    """Each layer by itself, one thread."""
    isas = results["machine"]["isas"][::-1]
    parts = {}
    for row in results["core"]:
        if row["threads"] == 1:
            parts.setdefault(row["part"], {"mflop": row["mflop"]})[row["isa"], row["tuning"]] = row
    lines = []
    for part, found in parts.items():
        best = found.get((isas[0], "winograd"))
        gflops = f"{median(best['rates']) * best['mflop'] / 1e3:.4g}" if best["mflop"] else ""
        line = [part, f"{found['mflop']:.3g}" if found["mflop"] else "", number(median(best["rates"])), gflops]
        for isa in isas:
            line.append(" / ".join(percent(found[isa, tuning]) for tuning in ("winograd", "direct", "plain"))
                        if best["mflop"] else "")
        lines.append(line)
    return table(["", "MFLOP", "series/s", "GFLOP/s", *(f"% of peak, {isa}" for isa in isas)], lines)


def limits(results):
    lines = []
    for name, what in (("peak", "multiply-adds"), ("traffic", "memory")):
        race = results["races"][name]
        kinds = list(dict.fromkeys(who.rsplit(" ", 1)[0] for who in race["samples"]))
        for kind in kinds:
            values = [median(race["samples"][f"{kind} {t}"]) for t in (1, 2) if f"{kind} {t}" in race["samples"]]
            lines.append([f"{what}, {kind.replace('peak ', '')}", *(f"{v:.4g} {race['unit']}" for v in values)])
    return table(["", "1 thread", "2 threads"], lines)


def small(results):
    """Calls, storage and first call."""
    lines = []
    for name in ("calls", "storage", "first call"):
        race = results["races"].get(name, {"samples": {}})
        for who, samples in race["samples"].items():
            lines.append([name, who, f"{median(samples):.3g} {race['unit']}", race["notes"].get(who, "")])
    return table(["", "", "median", ""], lines)


def notes(results):
    lines = [[work, who, note] for work in WORKS for who, note in results["races"].get(work, {}).get("notes", {}).items()]
    return table(["", "", "taken"], lines)


def absences(results):
    if not results["absent"]:
        return "Nothing was left out."
    return "\n".join(f"- {what}: {why}" for what, why in results["absent"].items())


def plans(results):
    if not results["plans"]:
        return ""
    parts = ["## What the planner chose\n\n`model_plan(model, input_shape)` of each, on this machine."]
    for work, plan in results["plans"].items():
        parts.append(f"{work}\n\n{table(plan['columns'], plan['rows'])}")
    return "\n\n".join(parts) + "\n"


def machine(results):
    m = results["machine"]
    return (f"{m['cpu']}, {m['cores']} cores, {', '.join(m['isas'])}; Linux {m['system']}; {m['compiler']}; PostgreSQL "
            f"{m['server']}, {'huge' if m['huge pages'] else 'small'} pages; conv1d {m['conv1d']} ({m['commit']}); torch {m['torch']}, ONNX Runtime {m['onnxruntime']}, numpy "
            f"{m['numpy']}; {m['date']}. Load before the run: {m['load']:.2f}.")


def worst(results):
    peers = [e for what, e in results["errors"].items() if what.endswith("against conv1d")]
    return f"{max(peers):.1g}" if peers else "not compared"


def page(results):
    with open(os.path.join(HERE, "performance.md.in")) as file:
        text = file.read()
    settings = results["settings"]
    values = {"MACHINE": machine(results), "TARGETS": targets.lines(results, table), "RATIOS": ratios(results),
              "RATES": rates(results), "SHARES": shares(results), "LAYERS": layers(results), "LIMITS": limits(results),
              "SMALL": small(results), "NOTES": notes(results), "ABSENT": absences(results), "PLANS": plans(results),
              "ERROR": worst(results), "ROUNDS": str(settings["rounds"]), "SECONDS": f"{settings['seconds']:g}",
              "MINUTES": f"{settings.get('minutes', 0):.0f}"}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def main():
    with open(sys.argv[1]) as file:
        results = json.load(file)
    if sys.argv[2] == "print":
        print(machine(results))
        print(targets.lines(results, table, only_measured=True))
        return
    directory = sys.argv[2]
    if directory == "docs":
        directory = os.path.join(TOP, "docs")
        lacking = [work for work in WORKS if work not in results["races"]]
        if lacking:
            sys.exit(f"report.py: the last run was not a whole one, it has no {', '.join(lacking)}; make bench")
    for name, text in (("performance.md", page(results)), ("performance.svg", chart.draw(results))):
        path = os.path.join(directory, name)
        with open(path, "w") as file:
            file.write(text)
        print(path)
    print(targets.lines(results, table))


if __name__ == "__main__":
    main()
