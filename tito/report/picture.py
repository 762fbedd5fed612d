"""A wrong answer beside the true one, as inline SVG: numbers alone go into it, so nothing can be smuggled in."""

import math

from markupsafe import Markup

WIDTH, HEIGHT, SQUARE = 420, 200, 200  # of a picture's own units; a page scales them
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 28
MOST = 64  # entries in one picture


def number(value: float) -> str:
    """A number as an axis shows it."""
    if value != value:
        return "not finite"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


def pictures(key, answer) -> list[Markup]:
    """Pictures of the numbers `answer` beside those of the `key`; none where there is nothing to compare."""
    true, got = _floats(key), _floats(answer)
    if not true or len(true) != len(got):
        return []
    if len(true) == 1:
        return [_bars(true[0], got[0])]
    both = [_entries(true, got)]
    if len({t for t, g in zip(true, got, strict=True) if math.isfinite(t) and math.isfinite(g)}) > 2:
        both.append(_against(true, got))
    return both


def _floats(values) -> list[float]:
    """The numbers; nan for those that are kept as None, not being finite. None at all where something is no number."""
    try:
        return [math.nan if value is None else float(value) for value in values[:MOST]]
    except (TypeError, ValueError, OverflowError):
        return []


class _Scale:
    """From values to a picture's units, with three to six round ticks; zero is always in sight."""

    def __init__(self, values: list[float], start: float, end: float):
        finite = [max(-1e300, min(1e300, value)) for value in values if math.isfinite(value)]
        low, high = min([0.0, *finite]), max([0.0, *finite])
        low, high = (low, high) if high - low > 1e-290 else (-1.0, 1.0)
        step = _step((high - low) / 3)
        self.low, self.high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
        self.start, self.end = start, end
        count = round((self.high - self.low) / step)
        self.ticks = [0.0 if abs(t := self.low + i * step) < step / 2 else t for i in range(count + 1)]

    def __call__(self, value: float) -> float:
        share = (max(self.low, min(self.high, value)) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def _step(rough: float) -> float:
    """The round number (1, 2 or 5 times a power of ten) at or above `rough`."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 1e-300 else 1e-300
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9)), 10 * power)


def _svg(width: int, height: int, title: str, parts: list[str]) -> Markup:
    head = f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
    return Markup(head + "".join(parts) + "</svg>")


def _text(x: float, y: float, words: str, side: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{side}">{words}</text>'


def _bars(true: float, got: float) -> Markup:
    """One number: two bars from zero, with their values."""
    scale = _Scale([true, got], 82, WIDTH - 80)
    parts = [f'<line class="axis" x1="{scale(0):g}" y1="8" x2="{scale(0):g}" y2="88"/>']
    for y, name, value in ((16, "expected", true), (56, "yours", got)):
        start, end = sorted((scale(0), scale(value if math.isfinite(value) else 0)))
        kind = "true" if name == "expected" else "got"
        parts.append(_text(74, y + 17, name, "end"))
        parts.append(
            f'<rect class="{kind}" x="{start:g}" y="{y}" width="{max(end - start, 1):.1f}" height="24" rx="2"/>'
        )
        parts.append(_text(end + 6, y + 17, number(value)))
    return _svg(WIDTH, 96, f"One number: expected {number(true)}, yours {number(got)}", parts)


def _entries(true: list[float], got: list[float]) -> Markup:
    """Entry by entry: a ring for the expected number, a diamond for yours, a line for the error between."""
    scale = _Scale(true + got, HEIGHT - BOTTOM, TOP)
    wide = (WIDTH - LEFT - RIGHT) / len(true)
    size = max(2.5, min(5.0, wide / 3))
    parts = [_across(scale, tick, LEFT, WIDTH - RIGHT) for tick in scale.ticks]
    for i, (t, g) in enumerate(zip(true, got, strict=True)):
        x = round(LEFT + (i + 0.5) * wide, 1)
        if math.isfinite(t) and math.isfinite(g):
            parts.append(f'<line class="error" x1="{x:g}" y1="{scale(t):g}" x2="{x:g}" y2="{scale(g):g}"/>')
        parts += [_ring(x, scale, t, size), _diamond(x, scale, g, size)]
    parts += _places(len(true), wide)
    return _svg(WIDTH, HEIGHT, f"{len(true)} numbers, entry by entry: the expected ones and yours", parts)


def _places(count: int, wide: float) -> list[str]:
    """The numbers of some entries below the picture."""
    every = max(1, math.ceil(count / 10))
    return [_text(LEFT + (i + 0.5) * wide, HEIGHT - 6, str(i), "middle") for i in range(0, count, every)]


def _across(scale: _Scale, tick: float, left: float, right: float) -> str:
    y, kind = scale(tick), "axis" if tick == 0 else "grid"
    line = f'<line class="{kind}" x1="{left}" y1="{y:g}" x2="{right}" y2="{y:g}"/>'
    return line + _text(left - 6, y + 4, number(tick), "end")


def _ring(x: float, scale: _Scale, value: float, size: float) -> str:
    if not math.isfinite(value):
        return _text(x, scale(0) - 6, "?", "middle")
    return f'<circle class="true" cx="{x:g}" cy="{scale(value):g}" r="{size:g}"/>'


def _diamond(x: float, scale: _Scale, value: float, size: float) -> str:
    """A diamond; what is no finite number is a cross on the edge where it would be."""
    if not math.isfinite(value):
        y = scale(scale.low) if value < 0 else scale(scale.high)
        d = f"M{x - size:g} {y - size:g}l{2 * size:g} {2 * size:g}m0 {-2 * size:g}l{-2 * size:g} {2 * size:g}"
        return f'<path class="cross" d="{d}"/>'
    y, s = scale(value), size * 1.1
    return f'<path class="got" d="M{x:g} {y - s:.1f}l{s:.1f} {s:.1f}l{-s:.1f} {s:.1f}l{-s:.1f} {-s:.1f}z"/>'


def _against(true: list[float], got: list[float]) -> Markup:
    """Yours (upwards) against expected (to the right): right answers lie on the broken line, a factor turns it."""
    x = _Scale(true, LEFT, SQUARE + LEFT - RIGHT - 20)
    y = _Scale(true + got, HEIGHT - BOTTOM, TOP)
    right = SQUARE + LEFT - RIGHT - 20
    parts = [_across(y, tick, LEFT, right) for tick in y.ticks]
    ends = x.low, x.high
    parts.append(f'<path class="right" d="M{x(ends[0]):g} {y(ends[0]):g}L{x(ends[1]):g} {y(ends[1]):g}"/>')
    for t, g in zip(true, got, strict=True):
        if math.isfinite(t) and math.isfinite(g):
            parts.append(_diamond(x(t), y, g, 4))
    for tick in (x.low, x.high):
        parts.append(_text(x(tick), HEIGHT - 6, number(tick), "middle"))
    return _svg(SQUARE + LEFT, HEIGHT, "The same numbers, yours against the expected; the broken line is right", parts)


def histogram(bins: list[int], possible: float, middle: float | None) -> Markup:
    """How many students are in each bin from 0 to the possible points, and where the median is."""
    width, height, foot, head = 960, 240, 34, 56  # room for letters that a phone shows at twice the size
    most, wide = max([1, *bins]), width / len(bins)
    parts = [f'<line class="axis" x1="0" y1="{height - foot}" x2="{width}" y2="{height - foot}"/>']
    for n, count in enumerate(bins):
        tall = round((height - foot - head) * count / most, 1)
        if count:
            x, y = n * wide + 3, height - foot - tall
            parts.append(f'<rect class="bar" x="{x:g}" y="{y:g}" width="{wide - 6:g}" height="{tall:g}" rx="1"/>')
            parts.append(_text(n * wide + wide / 2, y - 6, f"{count:,}", "middle"))
    for part in range(5):
        side = ("start", "middle", "middle", "middle", "end")[part]
        parts.append(_text(width * part / 4, height - 8, number(possible * part / 4), side))
    if middle is not None and possible:
        x = round(width * min(1, max(0, middle / possible)), 1)
        side = "end" if x > width / 2 else "start"
        parts.append(f'<line class="middle" x1="{x:g}" y1="0" x2="{x:g}" y2="{height - foot}"/>')
        parts.append(_text(x - 6 if side == "end" else x + 6, 20, f"median {number(middle)}", side))
    told = ", ".join(f"{count} up to {number(possible * (n + 1) / len(bins))}" for n, count in enumerate(bins) if count)
    return _svg(width, height, f"Students by points: {told}", parts)
