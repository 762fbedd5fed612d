"""The lessons' formulas as a terminal shows them: `$\\frac12 w^2$` is ½ w² on a page and 1/2 w² here."""

import re

SIGNS = {
    "cdot": "·", "sum": "Σ", "prod": "Π", "partial": "∂", "sqrt": "√", "infty": "∞", "dots": "…", "top": "ᵀ",
    "ge": "≥", "le": "≤", "to": "→", "leftarrow": "←", "delta": "δ", "sigma": "σ", "pi": "π", "eta": "η",
    "ell": "ℓ", "left": "", "right": "",
}  # fmt: skip
_FORMULA = re.compile(r"\$\$?(.+?)\$\$?", re.DOTALL)
_STEPS = (
    (r"\\(?:text|texttt|mathrm|mathrel)\{([^{}]*)\}", lambda m: m[1]),
    (r"\\frac(\d)(\d)", lambda m: f"{m[1]}/{m[2]}"),
    (r"\\sqrt\{([^{}]*)\}", lambda m: f"√({m[1]})"),
    (r"([\^_])\{([^{}]*)\}", lambda m: m[1] + _grouped(m[2])),
    (r"\\frac\{([^{}]*)\}\{([^{}]*)\}(?=(\\left)?(\(?))", lambda m: _fraction(m[1], m[2], m[4])),
    (r"\\([A-Za-z]+)( ?)(?=(.?))", lambda m: _sign(*m.groups())),
    (r"\\([{}])", lambda m: m[1]),
    (r"\\,", lambda m: " "),
    (r"\^([23])(?!\d)", lambda m: {"2": "²", "3": "³"}[m[1]]),
    (r"\^ᵀ", lambda m: "ᵀ"),
    (r"  +", lambda m: " "),
)


def plain(text: str) -> str:
    """The text with every formula between dollar signs in plain signs; names of functions stay: ln, max, tanh."""
    return _FORMULA.sub(lambda found: _formula(found[1]), text)


def _formula(source: str) -> str:
    for pattern, written in _STEPS:
        source = re.sub(pattern, written, source)
    return source


def _grouped(part: str) -> str:
    return part if part.isalnum() else f"({part})"


def _fraction(above: str, below: str, following: str) -> str:
    return f"{_grouped(above)}/{_grouped(below)}{' · ' if following else ''}"


def _sign(name: str, space: str, following: str) -> str:
    """A command as its sign, or as its own name, apart from a word that follows."""
    if name in SIGNS:
        return SIGNS[name] + (space if SIGNS[name] not in ("√", "∂", "") else "")
    return name + (space or (" " if following.isalnum() or following == "\\" else ""))
