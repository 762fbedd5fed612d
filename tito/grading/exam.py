"""What an exam.py is written with. Both sides of the wall load this file, so it needs NumPy alone.

    @question("mse_loss", "value", weight=2)
    def mse_of_a_batch(tt, rng):
        "The mean over the elements of a (5, 3) batch."
        return tt.mse_loss(tt.Tensor(rng.normal(size=(5, 3))), tt.Tensor(rng.normal(size=(5, 3))))

`tt` finds names in the code under test, then in its prerequisites; `rng` is a NumPy generator of the question's own.
The answer is a Tensor, array, number, bool, short text, None, or a flat tuple, list or dict of these. There is no
expected value: the reference solution answers the same questions.
"""

import functools
from dataclasses import dataclass, replace

import numpy as np

from tito.grading.sheet import ASPECTS
from tito.replay import all_at_once, entries, program, recorded, secants

REFUSALS = (ValueError, TypeError, LookupError, AssertionError)  # ways to say "I do not accept this input"
FLOWS = "requires_grad"
REFUSED, ACCEPTED = "refused", "accepted"
LONGEST_CASE = 60  # characters of a case that is its own description
GENERATOR = np.random.Generator


class ExamError(Exception):
    """An exam that cannot be sat; the text says which question and why."""


class Missing(AttributeError):
    """The code under test does not define a name that a question asks for."""


@dataclass(frozen=True)
class Question:
    """One question; `weight` is its share of the exercise's points, `tolerance` (rtol, atol) or None."""

    name: str
    exercise: str
    aspect: str
    weight: float
    ask: object
    about: str
    time_limit: float | None = None
    tolerance: tuple[float, float] | None = None
    cases: object = None
    draw: object = None

    def drawn(self, rng):
        """What `ask` is given beside tt: the generator, or what is drawn once a class, before there is student code."""
        return rng if self.draw is None else self.draw(rng)


_loading: list[Question] = []


def question(
    exercise: str,
    aspect: str,
    weight: float = 1,
    *,
    time_limit: float | None = None,
    tolerance=None,
    draw=None,
    cases=None,
):
    """Make the decorated function of (tt, rng) a question. Raises ExamError for an unknown aspect or a weight <= 0.

    With `draw`, a function of rng, it is a function of (tt, what that gives): the same for everyone, so drawn once.
    With `cases`, a function of rng that gives (cases to accept, cases to refuse), it is a function of (tt, those in a
    random order): a worker's student code can rewrite whatever asks it, so nothing there may know which is which.
    Cases to refuse may be a dict {what is wrong: case}; other data are shown as they are. So the judge, who knows the
    order, tells which was accepted.
    """
    if aspect not in ASPECTS:
        raise ExamError(f"{exercise}: aspect {aspect!r} is unknown; choose one of {', '.join(ASPECTS)}")
    if not weight > 0 or (time_limit is not None and not time_limit > 0):
        raise ExamError(f"{exercise}: weight {weight} and time limit {time_limit} must be positive")
    if tolerance is not None and not (isinstance(tolerance, tuple) and len(tolerance) == 2):
        raise ExamError(f"{exercise}: tolerance {tolerance!r} is not a pair (rtol, atol)")

    def register(ask):
        about = (ask.__doc__ or "").strip().splitlines()
        if not about:
            raise ExamError(f"{ask.__name__}: its docstring is missing; students read there what was asked")
        if any(other.name == ask.__name__ for other in _loading):
            raise ExamError(f"{ask.__name__}: a second question of this name")
        chosen = draw if cases is None else lambda rng: mixed(rng, cases)
        asked = ask if chosen is None else _of_drawn(ask, chosen)
        facts = (ask.__name__, exercise, aspect, weight, asked, about[0], time_limit, tolerance, cases, chosen)
        _loading.append(Question(*facts))
        return ask

    return register


def _of_drawn(ask, draw):
    """`ask`, which is also content with a generator, where nobody has to be kept from knowing the order."""

    @functools.wraps(ask)
    def asked(tt, drawn):
        return ask(tt, draw(drawn) if isinstance(drawn, GENERATOR) else drawn)

    return asked


def blind(questions: list[Question]) -> list[Question]:
    """The questions without what tells the cases to refuse from those to accept, for when these are drawn."""
    return [q if q.cases is None else replace(q, ask=q.ask.__wrapped__, cases=None, draw=None) for q in questions]


def mixed(rng, cases) -> list:
    """The cases to accept and to refuse, in a random order."""
    return [case for _, case in _in_order(rng, cases)]


def faults(rng, cases) -> tuple[str | None, ...]:
    """What is wrong with each of the mixed cases, in their order: None for those to accept, "" where nobody can say."""
    return tuple(fault for fault, _ in _in_order(rng, cases))


def _in_order(rng, cases) -> list[tuple]:
    accept, refuse = cases(rng)
    named = refuse.items() if type(refuse) is dict else [(_shown(case), case) for case in refuse]
    every = [*[(None, case) for case in accept], *named]
    return [every[n] for n in rng.permutation(len(every))]


def _shown(case) -> str:
    return "" if callable(case) else repr(case)[:LONGEST_CASE]


def load(source: str) -> list[Question]:
    """The questions of an exam's source, in order; raises ExamError, or what the source itself raises."""
    _loading.clear()
    code = compile(source, "exam.py", "exec", optimize=0)  # -OO would take the docstrings, which students read
    exec(code, {"__name__": "exam", "__file__": "exam.py"})
    found = list(_loading)
    _loading.clear()
    if not found:
        raise ExamError("there is no @question in it")
    return found


def gradient(tt, loss, *leaves, at_once: bool = False) -> dict:
    """d sum(loss) / d leaf for each leaf, in float64, by differences of the replayed graph.

    `at_once` asks for one number a leaf: the slope where all its entries move at once, by different amounts. That
    catches what entry by entry does, at a fraction of the calls, but does not tell where. A loss that remembers nothing
    has zeros for gradients, and says so under `requires_grad`.
    """
    flows = getattr(loss, "requires_grad", False) is True
    answer = {FLOWS: flows}
    nodes = recorded(loss) if flows else []
    for number, leaf in enumerate(leaves, 1):
        moved = program(loss, leaf, nodes)
        answer[f"gradient of input {number}"] = _slopes(moved, leaf.data, loss, at_once)
    return answer


def _slopes(moved, data, loss, at_once: bool) -> np.ndarray:
    """The slopes of `moved`, a function of what `data` is, whose value there is the loss; zeros where it is None."""
    shape = () if at_once else data.shape
    if moved is None:
        return np.zeros(shape)
    x = np.array(data, dtype=np.float64)
    directions = (all_at_once if at_once else entries)(x.shape)
    here = loss.data if data.dtype == x.dtype else None
    return secants(moved, x, directions, here).reshape(shape)


def refuses(call, *arguments) -> str:
    """Whether `call(*arguments)` refuses its input by an error of the usual kinds.

    Other errors pass, NotImplementedError too, and a TypeError of the call itself (an option that the function does not
    have), which is no refusal.
    """
    try:
        call(*arguments)
    except NotImplementedError:
        raise
    except REFUSALS as error:
        frames = error.__traceback__.tb_next  # the frame of `call`; nothing deeper: the function was never entered
        if isinstance(error, TypeError) and (frames is None or frames.tb_next is None):
            raise
        return REFUSED
    return ACCEPTED


def refusal(exercise: str, name: str, about: str, call, good: list, bad, weight: float = 1) -> None:
    """Make a question of which cases `call(tt, case)` refuses: none of `good`, all of `bad`; see `question`, cases.

    Raises ExamError where either has no case.
    """
    if not good or not bad:
        raise ExamError(f"{exercise}_{name}: there must be a case to accept and one to refuse")

    def asked(tt, cases):
        return [refuses(call, tt, case) for case in cases]

    asked.__name__, asked.__doc__ = f"{exercise}_{name}", f"Must be refused: {about}"
    question(exercise, "errors", weight, cases=lambda rng: (good, bad))(asked)


def copies(*inputs) -> list:
    """The values of tensors or arrays as they are now, for `unchanged`."""
    return [np.array(_held(x)) for x in inputs]


def unchanged(before: list, *inputs) -> bool:
    """Whether the inputs still hold what `copies` saw, in dtype, shape and every entry."""
    for old, x in zip(before, inputs, strict=True):
        new = np.asarray(_held(x))
        if old.dtype != new.dtype or old.shape != new.shape or old.tobytes() != new.tobytes():
            return False
    return True


def _held(x):
    return x if isinstance(x, np.ndarray) else getattr(x, "data", x)
