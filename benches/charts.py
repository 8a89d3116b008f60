#!/usr/bin/env python3
"""Draws the measured figures as SVG, with only Python's standard library.

    python3 benches/charts.py

Reads the tables of `benches/NOTES.md` and writes `benches/charts/*.svg`, the charts in the
documents. Also reads the reports of the benches in `target/`, if any, and writes
`target/charts/*.svg`. Bars have figures, axes have units, and colours follow the reader's light or
dark scheme.
"""

import json
import math
import re
from html import escape
from pathlib import Path

BENCHES = Path(__file__).resolve().parent
COMMITTED = BENCHES / "charts"
NOTES = BENCHES / "NOTES.md"
TARGET = BENCHES.parent / "target"
DRAFTS = TARGET / "charts"

# Width of a chart in pixels.
WIDTH = 900

# Ends of an axis, times a power of ten. A quarter of each is a short figure.
STEPS = (1, 1.2, 1.4, 1.6, 2, 3, 4, 5, 6, 8, 10)

# Charts of `BENCHMARKS.md`: the title, the table, and the rows with their labels there.
PAGE = {
    "verify": (
        "Verification of a delivery of 1 KiB, Standard Webhooks (less is better)",
        "Standard Webhooks, 1024 B",
        {
            "raw pre-keyed HMAC": "HMAC only (limit)",
            "ours": "countersign",
            "webhook-verify": "webhook-verify crate",
            "standardwebhooks": "standardwebhooks crate",
            "svix": "svix crate",
        },
    ),
    "http": (
        "Deliveries of 1 KiB over HTTP (more is better)",
        "Over HTTP, 1 KiB",
        {
            "axum: bare": "axum: not verified",
            "axum: bare + HMAC (limit)": "axum: HMAC only (limit)",
            "axum: VerifiedBody": "axum: countersign, extractor",
            "axum: behind the layer": "axum: countersign, layer",
            "axum: written by hand": "axum: written by hand",
            "actix-web: bare": "actix-web: not verified",
            "actix-web: bare + HMAC (limit)": "actix-web: HMAC only (limit)",
            "actix-web: VerifiedBody": "actix-web: countersign, extractor",
            "actix-web: behind the layer": "actix-web: countersign, middleware",
            "actix-web: written by hand": "actix-web: written by hand",
            "actix-web: actix-web-lab's RequestSignature": "actix-web: actix-web-lab crate",
        },
    ),
    "typed-events": (
        "Deliveries of 1 KiB over HTTP, parsed into typed events (more is better)",
        "Over HTTP, 1 KiB",
        {
            "axum: Json, not verified": "axum: Json, not verified",
            "axum: bare + HMAC + JSON (limit)": "axum: HMAC and JSON only (limit)",
            "axum: Webhook": "axum: countersign, Webhook",
            "axum: Json behind the layer": "axum: countersign, Json with layer",
            "axum: written by hand + JSON": "axum: written by hand",
            "actix-web: Json, not verified": "actix-web: Json, not verified",
            "actix-web: bare + HMAC + JSON (limit)": "actix-web: HMAC and JSON only (limit)",
            "actix-web: Webhook": "actix-web: countersign, Webhook",
            "actix-web: Json behind the layer": "actix-web: countersign, Json with middleware",
            "actix-web: written by hand + JSON": "actix-web: written by hand",
        },
    ),
}

# Charts of `NOTES.md` that show a whole table.
WHOLE = {
    "by-header-fields": "By header fields, 1024 B",
    "by-secrets": "By secrets, 1024 B",
    "in-process-1-kib": "One request of 1 KiB in process",
    "over-http-1-kib": "Over HTTP, 1 KiB",
}

STYLE = """
svg { color-scheme: light dark; font: 13px system-ui, sans-serif; }
.page { fill: #ffffff; } text { fill: #1f2328; } .quiet { fill: #59636e; }
.line { stroke: #d1d9e0; } .ours { fill: #0969da; } .other { fill: #818b98; }
.limit { fill: #1a7f37; } .span { stroke: #1f2328; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; } text { fill: #f0f6fc; } .quiet { fill: #9198a1; }
  .line { stroke: #3d444d; } .ours { fill: #4493f8; } .other { fill: #59636e; }
  .limit { fill: #3fb950; } .span { stroke: #f0f6fc; }
}
"""

# Colours of lines on a light and on a dark page; each has a contrast of at least 4.5 there.
HUES = [
    ("#0969da", "#4493f8"),
    ("#bc4c00", "#f0883e"),
    ("#1a7f37", "#3fb950"),
    ("#8250df", "#ab7df8"),
    ("#cf222e", "#f85149"),
    ("#1b7c83", "#39c5cf"),
    ("#bf3989", "#db61a2"),
    ("#59636e", "#9198a1"),
]

# Parts of the names of rows that are ours.
OURS = re.compile(r"VerifiedBody|Webhook|behind the layer|\bours\b|^verify$|secret|in a (map|list)")
THEIRS = re.compile(r"webhook-verify|axum-standardwebhooks|extract$")


def kind(name):
    if "limit" in name or "raw pre-keyed" in name or name == "floor":
        return "limit"
    # "axum, Standard Webhooks: axum-standardwebhooks" names a scheme before the colon.
    subject = name.split(": ", 1)[-1]
    return "ours" if OURS.search(subject) and not THEIRS.search(subject) else "other"


def figure(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 20 else f"{value:.3g}"


def ceiling(value):
    """Returns the next round figure, for the end of an axis."""
    power = 10 ** math.floor(math.log10(value))
    return next(power * step for step in STEPS if value <= power * step)


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    print(path)


def opening(title, height, style=""):
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(title, quote=True)}">',
        f"<style>{STYLE}{style}</style>",
        '<rect class="page" width="100%" height="100%"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
    ]


def bars(title, unit, rows, path):
    """Draws a bar for each row: (name, colour, median, lower quartile, upper quartile)."""
    rows = [row for row in rows if row[2] is not None]
    if not rows:
        return
    # Wide enough for the longest name in a wide font, with room for a figure at the bar's end.
    left = 24 + 8 * max(len(name) for name, *_ in rows)
    width, height, top = WIDTH - left - 80, 19, 54
    most = ceiling(max(median for _, _, median, _, _ in rows))
    # Rows of one framework stand together: "axum: bare", "axum: written by hand".
    groups = [name.split(": ")[0] if ": " in name else "" for name, *_ in rows]
    gaps = [sum(a != b for a, b in zip(groups[:i], groups[1:])) for i in range(len(rows))]
    base = top + height * len(rows) + 6 * gaps[-1] + 3

    def x(value):
        # The medians set the scale: the whisker of a disturbed round may exceed it.
        return left + width * min(value / most, 1)

    out = opening(title, base + 29)
    out.append(
        f'<text x="16" y="45" class="quiet">{escape(unit)}: median as a bar, middle half of all '
        f"rounds as a line. Blue: countersign. Green: the limit.</text>"
    )
    for index, (name, colour, median, lower, upper) in enumerate(rows):
        y = top + height * index + 6 * gaps[index]
        out.append(
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{colour}" x="{left}" y="{y + 2}" width="{x(median) - left:.1f}" '
            f'height="{height - 4}" rx="2"/>'
        )
        end = x(median)
        if lower is not None and upper is not None:
            middle = y + 2 + (height - 4) / 2
            end = max(end, x(upper))
            out.append(
                f'<line class="span" x1="{x(lower):.1f}" x2="{x(upper):.1f}" '
                f'y1="{middle}" y2="{middle}"/>'
            )
        out.append(f'<text x="{end + 6:.1f}" y="{y + 14}">{figure(median)}</text>')
    out.append(f'<line class="line" x1="{left}" x2="{left + width}" y1="{base}" y2="{base}"/>')
    out.append(f'<text class="quiet" x="{left}" y="{base + 18}">0</text>')
    out.append(
        f'<text class="quiet" x="{left + width}" y="{base + 18}" text-anchor="end">'
        f"{most:,.10g} {escape(unit)}</text></svg>"
    )
    write(path, out)


def lines(title, label, counts, rows, path):
    """Draws a line for each row: (name, a figure for each count)."""
    most = ceiling(max(f for _, figures in rows for f in figures if f is not None))
    left, top, width, height = 90, 60, 540, 300

    def place(index, value):
        return left + width * index / (len(counts) - 1), top + height * (1 - value / most)

    light = " ".join(f".hue{i} {{ stroke: {hue}; }}" for i, (hue, _) in enumerate(HUES))
    dark = " ".join(f".hue{i} {{ stroke: {hue}; }}" for i, (_, hue) in enumerate(HUES))
    out = opening(
        title,
        top + height + 50,
        f"polyline {{ fill: none; stroke-width: 2; }} {light}\n"
        f"@media (prefers-color-scheme: dark) {{ {dark} }}\n",
    )
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = top + height * (1 - share)
        out.append(f'<line class="line" x1="{left}" x2="{left + width}" y1="{y}" y2="{y}"/>')
        out.append(
            f'<text class="quiet" x="{left - 8}" y="{y + 4}" text-anchor="end">'
            f"{most * share:,.10g}</text>"
        )
    for index, count in enumerate(counts):
        x, _ = place(index, 0)
        out.append(
            f'<text class="quiet" x="{x}" y="{top + height + 20}" text-anchor="middle">'
            f"{count}</text>"
        )
    out.append(
        f'<text class="quiet" x="{left + width / 2}" y="{top + height + 40}" '
        f'text-anchor="middle">{escape(label)}</text>'
    )
    for index, (name, figures) in enumerate(rows):
        # Lines differ in hue and in dashes, in both colour schemes.
        hue = f'class="hue{index % len(HUES)}"' + ("" if index % 2 else ' stroke-dasharray="6 3"')
        points = " ".join("{:.1f},{:.1f}".format(*place(i, f)) for i, f in enumerate(figures))
        y = top + 20 * index
        out.append(f'<polyline points="{points}" {hue}/>')
        out.append(f'<line x1="650" x2="676" y1="{y}" y2="{y}" stroke-width="2" {hue}/>')
        out.append(f'<text x="682" y="{y + 4}">{escape(name)}</text>')
    out.append("</svg>")
    write(path, out)


def bars_of(table, path, title=None, labels=None):
    """Draws a bar for each row of a table, or for each row that has a label."""
    columns = table["columns"]
    unit = columns[0].split(",")[0]
    quartiles = [
        next((i for i, c in enumerate(columns) if which in c), None)
        for which in ("lower quartile", "upper quartile")
    ]
    value = 0
    if columns[0].startswith("idle"):
        value, unit = 1, "MiB over idle"
    figures = {row["name"]: row["figures"] for row in table["rows"]}
    rows = [
        (
            label,
            kind(name),
            figures[name][value],
            *(None if q is None else figures[name][q] for q in quartiles),
        )
        for name, label in (labels or {name: name for name in figures}).items()
    ]
    bars(title or table["title"], unit, rows, path)


def by_connections(tables, folder):
    """Draws rates and waiting times by the number of connections."""
    for table in tables:
        rows = [(row["name"], row["figures"]) for row in table["rows"]]
        path = folder / f"{slug(table['title'])}.svg"
        lines(table["title"], "connections", table["columns"], rows, path)


def by_size(tables, folder):
    """Draws the cost of a KiB of the body, by the body's size."""
    schemes = {}
    for table in tables:
        if found := re.fullmatch(r"(.*), (\d+) B", table["title"]):
            scheme, size = found[1], int(found[2])
            for row in table["rows"]:
                if not scheme.startswith("By "):
                    costs = schemes.setdefault(scheme, {}).setdefault(row["name"], {})
                    costs[size] = row["figures"][0] / (size / 1024)
    for scheme, costs in schemes.items():
        sizes = sorted({size for of_name in costs.values() for size in of_name})
        # The smallest size would flatten all other lines.
        sizes = [size for size in sizes if size >= 512]
        rows = [
            (name, [of_name[size] for size in sizes])
            for name, of_name in costs.items()
            if all(size in of_name for size in sizes)
        ]
        title = f"{scheme}: ns per KiB by the body's size"
        lines(title, "bytes", sizes, rows, folder / f"{slug(scheme)}-by-size.svg")


def by_count(table):
    """Returns whether the table has a column for each number of connections."""
    return any(column.isdecimal() for column in table["columns"])


def reports():
    """Draws a chart for each table of the benches."""
    for path in sorted(TARGET.glob("*-bench.json")):
        tables = json.loads(path.read_text())["tables"]
        for table in tables:
            if not by_count(table):
                bars_of(table, DRAFTS / f"{slug(path.stem + '-' + table['title'])}.svg")
        by_connections(filter(by_count, tables), DRAFTS)
        by_size(tables, DRAFTS)


def estimates():
    """Draws a chart for each group of criterion."""
    groups = {}
    for path in sorted(TARGET.glob("criterion/**/new/estimates.json")):
        about = path.with_name("benchmark.json")
        if not about.exists():
            continue
        about = json.loads(about.read_text())
        median = json.loads(path.read_text())["median"]
        bounds = median["confidence_interval"]
        name = about.get("function_id") or about.get("value_str") or about["full_id"]
        estimate = (median["point_estimate"], bounds["lower_bound"], bounds["upper_bound"])
        groups.setdefault(about["group_id"], []).append((name, kind(name), *estimate))
    for group, rows in groups.items():
        bars(group, "ns", rows, DRAFTS / f"{slug('criterion-' + group)}.svg")


def notes():
    """Returns the tables of `NOTES.md` that have a title, as a report has them."""

    def cells(line):
        return [cell.strip() for cell in line.strip().strip("|").split("|")]

    tables = []
    found = re.finditer(r"^\*\*(.+)\*\*\n\n((?:\|.*\n)+)", NOTES.read_text(), re.MULTILINE)
    for title, text in (match.groups() for match in found):
        head, _, *rows = text.splitlines()
        rows = [
            {"name": name, "figures": [float(f) if f else None for f in figures]}
            for name, *figures in map(cells, rows)
        ]
        tables.append({"title": title, "columns": cells(head)[1:], "rows": rows})
    return tables


def documents():
    """Draws the charts of `BENCHMARKS.md` and `NOTES.md`."""
    tables = notes()
    named = {table["title"]: table for table in tables}
    for file, (title, table, labels) in PAGE.items():
        bars_of(named[table], COMMITTED / f"{file}.svg", title, labels)
    for file, table in WHOLE.items():
        bars_of(named[table], COMMITTED / f"{file}.svg")
    by_connections([named["Requests/s by connections, 1 KiB"]], COMMITTED)
    by_size(tables, COMMITTED)


if __name__ == "__main__":
    documents()
    reports()
    estimates()
