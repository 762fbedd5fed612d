"""The one exception that tito raises for something its user can put right."""

FAIL, USAGE = 1, 2


class Problem(Exception):
    """What happened, with the values; `next` is the command or step to take; `code` becomes the exit code."""

    def __init__(self, what: str, next: str = "", code: int = FAIL):
        super().__init__(what)
        self.next = next
        self.code = code
