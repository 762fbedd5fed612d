"""Whether a student's cell may run among the reference's: not if it names anything by which code looks into other code.

It is text that is searched here, for a judge parses no student's code. Whoever is turned away for a harmless word loses
an explanation, and no mark.
"""

import re
import unicodedata

_METHODS = (
    "init call repr str bool int float len iter next enter exit getitem setitem contains hash eq ne lt le gt ge abs "
    "neg add radd sub rsub mul rmul truediv rtruediv pow rpow matmul rmatmul name qualname doc all"
)
_OWN = re.compile(rf"\b__(?:{_METHODS.replace(' ', '|')})__\b|\bvars\(self\)|\bdef eval\b|\.eval\b")  # of exercises
_PRYING = re.compile(
    r"__|\b(?:import|globals|locals|vars|dir|getattr|eval|exec|compile|help|breakpoint)\b"
    r"|\b(?:sys|gc|inspect|ctypes|ctypeslib|importlib|builtins|operator|types|dis|lib|core|_core|testing|f2py)\b"
    r"|\bformat|strided|\b(?:gi|cr|ag|tb|f|co)_\w"
)


def may_run_beside(code: str) -> bool:
    """Whether the code of a cell names nothing of that kind, however Python would come to read its letters."""
    # letter by letter: to compose accents takes their number squared, and no composed letter is one of these words
    read = {ord(letter): unicodedata.normalize("NFKC", letter) for letter in set(code) if not letter.isascii()}
    return not _PRYING.search(_OWN.sub(" ", code.translate(read)))
