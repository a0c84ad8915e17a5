"""Draws how long PyTorch and libtorch take over minijt, by row: bars on a logarithmic axis, sorted, in one SVG."""
import math
from xml.sax.saxutils import escape

BEHIND = 1.05  # times as long as others: more is behind
LOW, HIGH = 0.5, 100  # times minijt's; what is beyond ends at the edge
LINE, NAME, BARS, GAP, TOP = 11, 178, 190, 22, 70  # pixels
COLOURS = {"libtorch": "#4477aa", "PyTorch": "#ee8866"}
TICKS = 0.5, 1, 2, 5, 10, 20, 50, 100


def place(ratio):
    """Along the axis, in pixels."""
    share = math.log(min(max(ratio, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return share * BARS


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def bar(y, height, ratio, colour):
    start, end = sorted((place(1), place(ratio)))
    return f'<rect x="{NAME + start:.1f}" y="{y:.1f}" width="{max(end - start, 0.4):.1f}" height="{height}" fill="{colour}"/>'


def row(y, name, ratios):
    """Its name, red where minijt is behind, and a bar for each side."""
    behind = ' fill="#bb2222"' if min(ratios.values()) < 1 / BEHIND else ""
    bars = [bar(y + 1 + 4.5 * k, 4, ratios[side], colour)
            for k, (side, colour) in enumerate(COLOURS.items()) if side in ratios]
    return [text(NAME - 5, y + 8.5, name, f'text-anchor="end"{behind}'), *bars]


def axis(height):
    for tick in TICKS:
        x, colour = NAME + place(tick), "#222" if tick == 1 else "#ddd"
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="{colour}" stroke-width="0.8"/>'
        yield text(x, -4, f"{tick:g}", 'text-anchor="middle" fill="#666"')


def panel(x, title, rows):
    """{name: {side: ratio}}, the smallest first."""
    parts = [f'<g transform="translate({x},{TOP})">', text(NAME, -18, title, 'font-weight="bold"')]
    parts += axis(LINE * len(rows) + 2)
    for k, (name, ratios) in enumerate(sorted(rows.items(), key=lambda item: min(item[1].values()))):
        parts += row(LINE * k, name, ratios)
    return parts + ["</g>"]


def legend():
    x = NAME
    for side, colour in COLOURS.items():
        yield f'<rect x="{x}" y="32" width="10" height="8" fill="{colour}"/>' + text(x + 14, 40, side)
        x += 70
    yield text(x, 40, "right of 1 minijt is ahead; in red it is behind by more than 5 %", 'fill="#666"')


def svg(title, panels):
    """panels: {title: {name: {side: its time over minijt's}}}"""
    width = len(panels) * (NAME + BARS + GAP) + GAP
    height = TOP + LINE * max(map(len, panels.values())) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
             'font-family="sans-serif" font-size="8.5">',
             f'<rect width="{width}" height="{height}" fill="white"/>', text(NAME, 20, title, 'font-size="12"'), *legend()]
    for k, (name, rows) in enumerate(panels.items()):
        parts += panel(GAP / 2 + k * (NAME + BARS + GAP), name, rows)
    return "\n".join([*parts, "</svg>", ""])
