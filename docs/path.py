#!/usr/bin/env python3
"""Draws the path of a delivery: `python3 docs/path.py` writes docs/path.svg.

Needs Python 3 and no packages. The drawing follows the reader's light or dark mode. It has a
background of its own, so that it is readable if the page around it has the other mode.
"""

from html import escape
from pathlib import Path

WIDTH, HEIGHT = 1020, 300
BOX_WIDTH, BOX_HEIGHT, BOX_TOP, GAP = 154, 96, 56, 18
FIRST_BOX = 164
RETURN_LINE = 254

# Title, what must hold, and the answers if it does not hold, each with its color.
STEPS = [
    (
        "Header",
        ["one signature header,", "well formed; signed", "time is recent, if any"],
        [("401", "no")],
    ),
    (
        "Limit",
        ["body within 1 MiB", "and 10 s,", "unless set"],
        [("413 too large", "no"), ("408 too slow", "no"), ("400 cut off", "no")],
    ),
    (
        "Verification",
        ["HMAC over the exact", "bytes matches one", "of your secrets"],
        [("401", "no")],
    ),
    (
        "Idempotency",
        ["optional: this event", "was not handled", "before"],
        [("200 duplicate", "yes"), ("503 in progress", "later")],
    ),
    (
        "Handler",
        ["gets the signed bytes,", "or a typed event", "read from them"],
        [("yours", "yes")],
    ),
]
# What is done with the body: first step, last step, text.
ZONES = [
    (0, 0, "body is not buffered"),
    (1, 2, "body is hashed while it arrives, not parsed"),
    (3, 4, "body is verified"),
]

STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
.page { fill: #ffffff; }
.zone { fill: #eef1f5; }
.box { fill: #ffffff; stroke: #57606a; stroke-width: 1.3; }
.optional { stroke-dasharray: 5 4; }
.title { font-size: 15px; font-weight: 600; fill: #1f2328; }
.line { font-size: 12px; fill: #424a53; }
.note { font-size: 12px; fill: #57606a; }
.arrow { stroke: #57606a; stroke-width: 1.5; fill: none; }
.head { fill: #57606a; }
.answer { font-size: 13px; font-weight: 600; }
.yes { fill: #116329; }
.no { fill: #b3261e; }
.later { fill: #7d4e00; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; }
  .zone { fill: #1c222b; }
  .box { fill: #0d1117; stroke: #9198a1; }
  .title { fill: #f0f6fc; }
  .line { fill: #c9d1d9; }
  .note { fill: #9da5ae; }
  .arrow { stroke: #9198a1; }
  .head { fill: #9198a1; }
  .yes { fill: #56d364; }
  .no { fill: #ff8b82; }
  .later { fill: #e3b341; }
}
"""


def left(step):
    """Returns the left edge of a step's box."""
    return FIRST_BOX + step * (BOX_WIDTH + GAP)


def text(x, y, kind, words, anchor="middle"):
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def rect(x, y, width, height, kind, radius=8):
    size = f'width="{width:g}" height="{height:g}" rx="{radius}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} class="{kind}"/>'


def arrow(x1, y1, x2, y2):
    """Draws a straight arrow, horizontal or vertical, whose head ends at the second point."""
    if y1 == y2:
        back = -7 if x2 > x1 else 7
        head = f"{x2:g},{y2:g} {x2 + back:g},{y2 - 4:g} {x2 + back:g},{y2 + 4:g}"
        x2 += back
    else:
        back = -7 if y2 > y1 else 7
        head = f"{x2:g},{y2:g} {x2 - 4:g},{y2 + back:g} {x2 + 4:g},{y2 + back:g}"
        y2 += back
    line = f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" class="arrow"/>'
    return f'{line}<polygon points="{head}" class="head"/>'


def drawing():
    """Yields the elements, from back to front."""
    yield rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, "page", 10)
    middle = BOX_TOP + BOX_HEIGHT / 2

    for first, last, words in ZONES:
        x, end = left(first) - 7, left(last) + BOX_WIDTH + 7
        yield rect(x, BOX_TOP - 38, end - x, BOX_HEIGHT + 48, "zone", 10)
        yield text((x + end) / 2, BOX_TOP - 16, "note", words)

    # The provider spans the way out and the way back.
    provider_right = 96
    yield rect(14, BOX_TOP, provider_right - 14, RETURN_LINE + 20 - BOX_TOP, "box")
    yield text((14 + provider_right) / 2, (BOX_TOP + RETURN_LINE) / 2 + 8, "title", "Provider")
    yield arrow(provider_right, middle, left(0), middle)
    yield text((provider_right + left(0) - 7) / 2, middle - 10, "note", "delivery")

    for step, (title, lines, answers) in enumerate(STEPS):
        x, center = left(step), left(step) + BOX_WIDTH / 2
        kind = "box optional" if title == "Idempotency" else "box"
        yield rect(x, BOX_TOP, BOX_WIDTH, BOX_HEIGHT, kind)
        yield text(center, BOX_TOP + 24, "title", title)
        for number, line in enumerate(lines):
            yield text(center, BOX_TOP + 46 + 17 * number, "line", line)
        if step + 1 < len(STEPS):
            yield arrow(x + BOX_WIDTH, middle, x + BOX_WIDTH + GAP, middle)
        yield arrow(center, BOX_TOP + BOX_HEIGHT, center, RETURN_LINE)
        yield '<g class="answer">'
        for number, (status, meaning) in enumerate(answers):
            y = BOX_TOP + BOX_HEIGHT + 34 + 18 * number
            yield text(center + 10, y, meaning, status, "start")
        yield "</g>"

    yield arrow(left(len(STEPS) - 1) + BOX_WIDTH / 2, RETURN_LINE, provider_right, RETURN_LINE)
    yield text((provider_right + left(0) - 7) / 2, RETURN_LINE - 10, "note", "answer")


def main():
    title = "The path of a delivery through header, limit, verification, idempotency and handler"
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    svg = "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        *drawing(),
        "</svg>",
        "",
    ])
    Path(__file__).with_suffix(".svg").write_text(svg, encoding="utf-8")


main()
