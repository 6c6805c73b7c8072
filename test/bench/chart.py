"""
test/bench/chart.py
    The chart: how fast everybody is beside ONNX Runtime with one thread.
"""

import math

from targets import median

WIDTH, LEFT, TOP, ROW = 900, 60, 70, 46

# name in the race, title, colour, shape
SHOWN = [("sql", "predict in SQL", "#0072b2", "circle"), ("torch", "torch", "#d55e00", "square"),
         ("ort", "ONNX Runtime", "#009e73", "diamond"), ("ort2d", "ONNX Runtime, as images", "#56b4e9", "diamond"),
         ("plpython batch", "plpython3u + torch, best batch", "#cc79a7", "square"),
         ("plpython row", "plpython3u + torch, a call a row", "#7f7f7f", "square"),
         ("client", "client: COPY, torch, COPY", "#e69f00", "diamond")]


def marker(shape, x, y, colour, filled):
    style = f'fill="{colour if filled else "white"}" stroke="{colour}" stroke-width="2"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" {style}/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if shape == "diamond" else ""
    return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" {style}{turn}/>'


def points(results):
    """(work, index of SHOWN, threads, times ONNX Runtime with one thread)."""
    found = []
    for work, race in results["races"].items():
        base = race["samples"].get("ort 1")
        if not work.startswith("W") or not base:
            continue
        for i, (name, *_) in enumerate(SHOWN):
            for threads in (1, 2):
                samples = race["samples"].get(f"{name} {threads}")
                if samples:
                    found.append((work, i, threads, median(samples) / median(base)))
    return found


def draw(results):
    found = points(results)
    names = list(dict.fromkeys(work for work, *_ in found))
    low = min([math.floor(math.log2(v)) for *_, v in found], default=-1)
    high = max([math.ceil(math.log2(v)) for *_, v in found], default=1)
    height = TOP + ROW * len(names) + 100

    def x_of(value):
        return LEFT + (math.log2(value) - low) / (high - low) * (WIDTH - LEFT - 30)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           '<text x="20" y="26" font-size="16">Series a second, as a multiple of ONNX Runtime with one thread</text>',
           '<text x="20" y="46" fill="#555">filled: one thread or process; hollow: two.'
           ' Further right is faster; a step of the scale doubles.</text>']
    bottom = TOP + ROW * len(names)
    for power in range(low, high + 1):
        x = x_of(2.0 ** power)
        label = f"{2 ** power}" if power >= 0 else f"1/{2 ** -power}"
        colour = "#000" if power == 0 else "#ddd"
        out.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"/>')
        out.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{label}×</text>')
    for i, work in enumerate(names):
        out.append(f'<text x="20" y="{TOP + ROW * (i + 0.5) + 4:.1f}" font-weight="bold">{work}</text>')
    for work, i, threads, value in found:
        # One thread above, two below: where two are equally fast, both are seen.
        y = TOP + ROW * (names.index(work) + (0.32 if threads == 1 else 0.68))
        out.append(marker(SHOWN[i][3], x_of(value), y, SHOWN[i][2], threads == 1))
    for i, (_, title, colour, shape) in enumerate(SHOWN):
        x, y = 30 + i % 3 * 290, bottom + 45 + i // 3 * 24
        out.append(marker(shape, x, y, colour, True) + f'<text x="{x + 14}" y="{y + 4}">{title}</text>')
    return "\n".join(out + ["</svg>", ""])
