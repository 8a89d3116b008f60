#!/usr/bin/env python3
"""Draws the measured figures as SVG, with only Python's standard library.

    python3 benches/charts.py

Reads the reports of the benches in `target/` and writes `target/charts/*.svg`. Bars have figures,
axes have units, and colours follow the reader's light or dark scheme.
"""

import json
import re
from html import escape
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "target"
CHARTS = TARGET / "charts"

STYLE = """
svg { color-scheme: light dark; font: 13px system-ui, sans-serif; }
.page { fill: #ffffff; } text { fill: #1f2328; } .quiet { fill: #59636e; }
.line { stroke: #d1d9e0; } .ours { fill: #0969da; } .other { fill: #9aa4af; }
.limit { fill: #1a7f37; } .span { stroke: #1f2328; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; } text { fill: #f0f6fc; } .quiet { fill: #9198a1; }
  .line { stroke: #3d444d; } .ours { fill: #4493f8; } .other { fill: #59636e; }
  .limit { fill: #3fb950; } .span { stroke: #f0f6fc; }
}
"""

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


def bars(title, unit, rows, file):
    """Draws a bar for each row: (name, median, lower quartile, upper quartile)."""
    rows = [row for row in rows if row[1] is not None]
    if not rows:
        return
    left, width, height, top = 420, 480, 24, 60
    # The medians set the scale: the whisker of a disturbed round may exceed it.
    most = max(median for _, median, _, _ in rows) * 1.05
    total = top + height * len(rows) + 40

    def x(value):
        return left + width * min(value / most, 1)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 100} {total}" '
        f'role="img" aria-label="{escape(title, quote=True)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="100%" height="100%"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
        f'<text x="16" y="44" class="quiet">{escape(unit)}; median, and the middle half of all '
        f"rounds as a line. Green is the limit, blue is countersign.</text>",
    ]
    for index, (name, median, lower, upper) in enumerate(rows):
        y = top + height * index
        out.append(
            f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{kind(name)}" x="{left}" y="{y + 3}" width="{x(median) - left:.1f}" '
            f'height="{height - 8}" rx="2"/>'
        )
        end = x(median)
        if lower is not None and upper is not None:
            middle = y + 3 + (height - 8) / 2
            end = max(end, x(upper))
            out.append(
                f'<line class="span" x1="{x(lower):.1f}" x2="{x(upper):.1f}" '
                f'y1="{middle}" y2="{middle}"/>'
            )
        out.append(f'<text x="{end + 6:.1f}" y="{y + 15}">{figure(median)}</text>')
    base = top + height * len(rows) + 4
    out.append(f'<line class="line" x1="{left}" x2="{left + width}" y1="{base}" y2="{base}"/>')
    out.append(f'<text class="quiet" x="{left}" y="{base + 18}">0</text>')
    out.append(
        f'<text class="quiet" x="{left + width}" y="{base + 18}" text-anchor="end">'
        f"{figure(most)} {escape(unit)}</text></svg>"
    )
    write(file, out)


def write(file, lines):
    CHARTS.mkdir(parents=True, exist_ok=True)
    path = CHARTS / f"{re.sub(r'[^a-z0-9]+', '-', file.lower()).strip('-')}.svg"
    path.write_text("\n".join(lines) + "\n")
    print(path)


def reports():
    """Draws a chart for each table of the benches."""
    for path in sorted(TARGET.glob("*-bench.json")):
        report = json.loads(path.read_text())
        for table in report["tables"]:
            columns = table["columns"]
            if any(column.isdecimal() for column in columns):
                # A column for each number of connections: `by_connections` draws these tables.
                continue
            unit = columns[0].split(",")[0]
            quartiles = [
                next((i for i, c in enumerate(columns) if which in c), None)
                for which in ("lower quartile", "upper quartile")
            ]
            value = 0
            if columns[0].startswith("idle"):
                value, unit = 1, "MiB over idle"
            rows = [
                (
                    row["name"],
                    row["figures"][value],
                    *(None if q is None else row["figures"][q] for q in quartiles),
                )
                for row in table["rows"]
            ]
            bars(table["title"], unit, rows, f"{path.stem}-{table['title']}")


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
        row = (name, median["point_estimate"], bounds["lower_bound"], bounds["upper_bound"])
        groups.setdefault(about["group_id"], []).append(row)
    for group, rows in groups.items():
        bars(group, "ns", rows, f"criterion-{group}")


def lines(title, label, counts, rows):
    """Draws a line for each row: (name, a figure for each count)."""
    most = max(f for _, figures in rows for f in figures if f is not None) * 1.05
    left, top, width, height = 90, 60, 560, 300

    def place(index, value):
        return left + width * index / (len(counts) - 1), top + height * (1 - value / most)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 {top + height + 50}" '
        f'role="img" aria-label="{escape(title, quote=True)}"><style>{STYLE}'
        "polyline { fill: none; stroke-width: 2; }</style>",
        '<rect class="page" width="100%" height="100%"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = top + height * (1 - share)
        out.append(f'<line class="line" x1="{left}" x2="{left + width}" y1="{y}" y2="{y}"/>')
        out.append(
            f'<text class="quiet" x="{left - 8}" y="{y + 4}" text-anchor="end">'
            f"{figure(most * share)}</text>"
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
        hue = f"hsl({index * 360 // len(rows)} 65% 50%)"
        dash = "" if index % 2 else ' stroke-dasharray="6 3"'
        points = " ".join("{:.1f},{:.1f}".format(*place(i, f)) for i, f in enumerate(figures))
        y = top + 20 * index
        out.append(f'<polyline points="{points}" stroke="{hue}"{dash}/>')
        out.append(f'<line x1="670" x2="696" y1="{y}" y2="{y}" stroke="{hue}" stroke-width="2"{dash}/>')
        out.append(f'<text x="702" y="{y + 4}">{escape(name)}</text>')
    out.append("</svg>")
    write(title, out)


def by_connections():
    """Draws rates and waiting times by the number of connections."""
    path = TARGET / "http-connections-bench.json"
    if not path.exists():
        return
    for table in json.loads(path.read_text())["tables"]:
        rows = [(row["name"], row["figures"]) for row in table["rows"]]
        lines(table["title"], "connections", table["columns"], rows)


def by_size():
    """Draws the cost of a KiB of the body, by the body's size."""
    path = TARGET / "peers-bench.json"
    if not path.exists():
        return
    schemes = {}
    for table in json.loads(path.read_text())["tables"]:
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
        lines(f"{scheme}: ns per KiB by the body's size", "bytes", sizes, rows)


if __name__ == "__main__":
    reports()
    estimates()
    by_connections()
    by_size()
