"""Known mistakes are diagnosed as themselves, however they are written; right answers and strangers' faults rightly.

With CI set, all known mistakes are asked; otherwise all of the losses and a sample of the others. DIAGNOSIS_SEED draws
other inputs and another sample. `python tests/course/diagnosing.py 04` prints the confusion matrix of a lesson.
"""

import os
import random
import shutil
import sys
from pathlib import Path
from textwrap import dedent

import make_class
import pytest
from students import STUDENTS

sys.path.insert(0, str(Path(__file__).parent))

from diagnosing import Room  # noqa: E402
from independent_mistakes import CASES  # noqa: E402
from rewritten_mistakes import REWRITTEN  # noqa: E402
from test_other_styles import STYLES  # noqa: E402

from tito.grading import grade  # noqa: E402
from tito.mistakes import of_lesson, read_mistakes  # noqa: E402

SEED = int(os.environ.get("DIAGNOSIS_SEED", "11"))
SOME = 4  # exercises of which independent mistakes are asked
SAMPLE = 6  # of the known mistakes of each lesson but the losses
RIGHT = [student.name for student in STUDENTS if student.mark == 81]
ERRORS = "bad input accepted"
# Which diagnoses name the cause of each independent case; a case that is not here has none, and that is no fault.
NAMES = {
    "mse per row": {"divided by rows only"},
    "mse reduced in the terms": {"that never looks at `reduction`"},
    "mse from data": {"detached"},
    "rmse": {"root"},
    "mse always averaged": {"that never looks at `reduction`", ERRORS},
    "mse of fifteen": {"divided by 15"},
    "mse in place": {"input changed"},
    "mse halved and summed": {"half", "divided by 2"},
    "mse with a number": {"always the same", "no gradient"},
    "mse in float32": {"precision lost"},
    "l1 without abs": {"without `np.abs`"},
    "l1 squared": {"squared"},
    "l1 negative": {"sign"},
    "huber without the half": {"half missing"},
    "huber one-sided": {"one side only"},
    "huber at one": {"that never looks at `delta`"},
    "huber for all at once": {"one condition for all"},
    "huber with a python if": {"if on an array"},
    "huber two faults": {"without `- 0.5 * c`"},  # c(d − ½c) without ½c is both faults at once
    "bce unprotected": {"no protection"},
    "bce with an epsilon": {"epsilon in the logarithm"},
    "bce positive": {"sign"},
    "bce in bits": {"log2"},
    "bce swapped": {"swapped"},
    "bce of positives": {"negatives missing"},
    "bce positive and unprotected": {"sign", "not finite"},
    "logits through a sigmoid": {"sigmoid, then log"},
    "logits without pos_weight": {"that never looks at `pos_weight`"},
    "logits overflow": {"not finite"},
    "lse plain": {"no shift"},
    "lse shifted away": {"maximum not added back"},
    "lse down the columns": {"axis 0"},
    "lse one maximum": {"one maximum for all"},
    "lse in place": {"input changed"},
    "ce without smoothing": {"that never looks at `label_smoothing`"},
    "ce softmax and log": {"log of a softmax"},
    "ce with an epsilon": {"epsilon in the logarithm", "capped"},
    "ce no shift": {"no shift"},
    "ce averages classes": {"factor ¼"},  # of four classes
    "gradient summed": {"not divided"},
    "gradient without the target": {"without `softmax[np.arange(len(x)), index] -= 1`"},
    "gradient the other way": {"sign"},
    "gradient no shift": {"no shift"},
    "nll positive": {"sign"},
    "nll nan": {"zero times infinity"},
    "nll of probabilities": {"expects probabilities", "not finite"},
    "nll unweighted": {"that never looks at `weight`"},
    "kl nan": {"zero target"},
    "kl the other way": {"swapped"},
    "kl no entropy": {
        "without `np.log(t)` in `np.log(t) - logp`",
        "without `np.log(np.where(positive, t, 1))` in `np.log(np.where(positive, t, 1)) - np.w…`",
    },
    "kl batchmean of entries": {"divided by the columns"},
    "hinge squared": {"squared"},
    "hinge open": {"that has `1 - p * t` where `np.maximum(0, 1 - p * t)` belongs"},
    "perceptron": {"without `1` in `1 - p * t`"},
    "hinge np.max": {"np.max"},
    "hinge flipped": {"that has `1 + p * t` where `1 - p * t` belongs"},
    "hinge accepts all": {ERRORS},
    "cosine without margin": {"that never looks at `margin`"},
    "cosine margin added": {"that has `cos + margin` where `cos - margin` belongs"},
    "cosine one label": {"label unused"},
    "cosine nan": {"zero vector"},
    "cosine dot": {"without `/ lengths.sqrt()`"},
    "cosine not clipped": {"without `.clip(…)`"},
    "triplet squared": {"squared distance"},
    "triplet exchanged": {"in which `positive` and `negative` have changed places"},
    "triplet margin off": {
        "that has `distance(a, p) - distance(a, n) - margin` where `distance(a, p) - distance(a, n) + margin` belongs"
    },
    "triplet open": {"without `.clip(…)`"},
    "triplet of the batch": {"one distance for the batch"},
    "l2 whole": {"factor"},
    "l1 penalty keeps signs": {"without `.abs(…)`"},
    "l1 penalty summed": {"times the elements", "reduced too far", ERRORS},
    "reduce sum for mean": {"sum for mean"},
    "reduce columns": {"reduced over axis 0"},
    "reduce anything": {ERRORS},
    "reduce per row": {"divided by rows only"},
    "mse halved, hinge squared": {"half", "squared"},
    "bce unprotected, l2 whole": {"no protection", "factor"},
}


@pytest.fixture(scope="module")
def losses_room(course):
    room = Room(course, "04", SEED)
    yield room
    room.close()


@pytest.fixture(scope="module")
def room(course, lesson, losses_room):
    """Each lesson's room in turn."""
    if lesson.name == "losses":
        yield losses_room
        return
    room = Room(course, lesson.number, SEED)
    yield room
    room.close()


def test_known_mistakes_are_diagnosed_as_themselves(room, lesson):
    mistakes = read_mistakes(lesson)
    if lesson.name != "losses" and not os.environ.get("CI"):
        mistakes = random.Random(SEED).sample(mistakes, SAMPLE)
    taken = {f"{mistake['exercise']}/{mistake['name']}": room.taken_for(mistake) for mistake in mistakes}
    assert {name: other for name, other in taken.items() if other} == {}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_known_mistake_is_known_again_however_it_is_written(losses_room, name):
    exercise, mistake = name.split("/")
    _, found = losses_room.diagnosed({exercise: REWRITTEN[name]})
    assert [(diagnosis.exercise, diagnosis.name) for diagnosis in found] == [(exercise, mistake)]


def test_independent_mistakes_are_named_rightly_or_not_at_all(losses_room):
    """A sample of the exercises; all of them with CI set. What no known mistake explains takes its time to compare."""
    exercises = sorted({exercise for _, cells, _ in CASES for exercise in cells})
    chosen = exercises if os.environ.get("CI") else random.Random(SEED).sample(exercises, SOME)
    for name, cells, _ in [case for case in CASES if cells_of(case) <= set(chosen)]:
        marks, found = losses_room.diagnosed(cells)
        assert not all(mark.right for mark in marks), f"{name} loses no mark"
        told = {diagnosis.name for diagnosis in found}
        assert told <= NAMES.get(name, set()) and bool(told) == (name in NAMES), f"{name}: {told}"


def test_four_of_five_independent_mistakes_have_a_name():
    assert len(CASES) >= 30 and {name for name, _, _ in CASES} >= NAMES.keys()
    assert len(NAMES) >= 0.8 * len(CASES)


def cells_of(case) -> set:
    return set(case[1])


def test_a_fault_that_others_build_on_is_said_once_at_its_cause(losses_room):
    cells = next(cells for name, cells, _ in CASES if name == "reduce sum for mean")
    marks, found = losses_room.diagnosed(cells)
    lost = {mark.exercise for mark in marks if not mark.right}
    assert [diagnosis.exercise for diagnosis in found] == ["reduce_terms"]
    assert set(found[0].costs) == lost - {"reduce_terms"} and len(found[0].costs) > 10
    assert "13 other exercises" in found[0].says and "put it right first" in found[0].says


ODD = """
REDUCTIONS = ("mean", "sum", "none")


def reduce_terms(terms, reduction):
    if reduction not in REDUCTIONS:
        raise ValueError(reduction)
    terms = terms if reduction == "none" else terms * 1.5 + 0.25
    return {"none": terms, "sum": terms.sum(), "mean": terms.mean()}[reduction]
"""


def test_a_cause_that_nobody_knows_is_found_by_the_student_s_own_cell(losses_room):
    _, found = losses_room.diagnosed({"reduce_terms": ODD})
    assert [diagnosis.exercise for diagnosis in found] == ["reduce_terms"] and len(found[0].costs) > 10


def test_a_line_that_stops_its_own_exercise_and_others_costs_the_marks_of_all(autograd_room):
    """`not in` a list asks whether Tensors are equal; it ends in an error, and where they are numbers never in time."""
    cell = next(piece.source for piece in autograd_room.exam.reference if piece.exercise == "newest_first")
    assert "found, seen = [result], {result}" in cell and "seen.add(x)" in cell
    slow = cell.replace("x not in seen", "x not in found").replace("seen.add(x)", "pass")
    marks, found = autograd_room.diagnosed({"newest_first": slow})
    lost = {mark.exercise for mark in marks if not mark.right}
    assert len(lost) > 5 and found[0].exercise == "newest_first" and "ValueError" in found[0].name
    assert set(found[0].costs) == lost - {"newest_first"} and not {d.exercise for d in found[1:]} & set(found[0].costs)


def test_a_cell_that_could_look_into_the_solution_is_not_tried_beside_it(losses_room):
    prying = ODD + "\nwords = [name for name in globals() if name.endswith('loss')]\n"
    _, found = losses_room.diagnosed({"reduce_terms": prying})
    assert not any(diagnosis.costs for diagnosis in found)


def test_one_cell_that_never_ends_beside_the_solution_is_waited_for_and_no_other(losses_room, monkeypatch):
    """Each is wrong in the student's own code, and loops where the cell of another of them is the reference's."""
    names, asked, ask = ["reduce_terms", "mse_loss", "l1_loss", "huber_loss"], [], losses_room.known.ask
    source = {piece.exercise: piece.source for piece in losses_room.exam.reference}
    cells = {}
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        loop = f"\ndef {name}(*inputs, right={name}, **options):\n    try:\n        mine_{other}\n"
        loop += "    except NameError:\n        while True: pass\n    return right(*inputs, **options) * 1.5 + 0.25\n"
        cells[name] = f"{source[name]}\nmine_{name} = True\n{loop}"

    def watched(seat, suspect, exercises):
        ask(seat, suspect, exercises)
        asked.extend([suspect.exercise] if any(a.status == "timeout" for a in suspect.answers.values()) else [])

    monkeypatch.setattr(losses_room.known, "ask", watched)
    marks, _ = losses_room.diagnosed(cells)
    assert {mark.exercise for mark in marks if not mark.right} >= set(names) and len(asked) == 1


@pytest.fixture(scope="module")
def autograd_room(course):
    room = Room(course, "05", SEED)
    yield room
    room.close()


def together(room, *names) -> tuple[set, list]:
    """The exercises that lose marks by several known mistakes at once, and the diagnoses."""
    codes = {f"{m['exercise']}/{m['name']}": m["code"] for m in room.known.mistakes}
    marks, found = room.diagnosed({name.split("/")[0]: codes[name] for name in names})
    return {mark.exercise for mark in marks if not mark.right}, found


def test_two_faults_at_once_are_each_named_and_what_is_right_is_told_to_build_on_them(autograd_room):
    names = "receive/assigns", "unbroadcast/stretched axes only"
    lost, found = together(autograd_room, *names)
    assert {f"{diagnosis.exercise}/{diagnosis.name}" for diagnosis in found} == set(names)
    costs = {diagnosis.exercise: set(diagnosis.costs) for diagnosis in found}
    assert costs["receive"] | costs["unbroadcast"] == lost - {"unbroadcast"} and len(lost) > 8
    assert {"multiply_rules", "backward"} <= costs["receive"] & costs["unbroadcast"]
    assert "power_rules" not in costs["unbroadcast"], "unbroadcast alone gets nothing of it wrong"


def test_what_only_two_faults_together_get_wrong_is_acquitted(autograd_room):
    names = "newest_first/leaves too", "backward/missing rule silent"
    lost, found = together(autograd_room, *names)
    acquitted = {diagnosis.exercise for diagnosis in found if diagnosis.name == "built on what is wrong"}
    assert acquitted == lost - {"newest_first", "backward"} and len(acquitted) > 10
    says = {diagnosis.says for diagnosis in found if diagnosis.exercise in acquitted}
    assert len(says) == 1 and "builds on your newest_first and backward, which are wrong" in says.pop()


def test_a_cell_that_needs_more_of_the_student_s_code_is_nowhere_a_cause(losses_room):
    odd = """
        REDUCTIONS = ("mean", "sum", "none")


        def reduce_terms(terms, reduction):
            if reduction not in REDUCTIONS:
                raise ValueError(f"{reduction!r} is none of {REDUCTIONS}")
            return terms if reduction == "none" else getattr(odd(terms), reduction)()
    """
    l2_loss = """
        def odd(terms):
            return terms * 1.5 + 0.25


        def l2_loss(w, reduction="mean"):
            return reduce_terms(w * w * 0.25, reduction)
    """
    cells = {"reduce_terms": dedent(odd), "l2_loss": dedent(l2_loss)}
    marks, found = losses_room.diagnosed(cells)
    assert len({mark.exercise for mark in marks if not mark.right}) > 10
    assert not any(diagnosis.costs or "NameError" in diagnosis.name for diagnosis in found)
    assert "built on what is wrong" not in {diagnosis.name for diagnosis in found}


def test_the_evidence_is_a_call_that_shows_it(losses_room):
    cells = next(cells for name, cells, _ in CASES if name == "mse per row")
    _, [found] = losses_room.diagnosed(cells)
    shown = found.evidence
    assert shown.relation == "exactly 3 times the expected value" or "3 columns" in shown.relation
    assert float(shown.got) == pytest.approx(3 * float(shown.expected), rel=1e-4)
    assert shown.answer[0] == pytest.approx(3 * shown.key[0], rel=1e-4) and shown.shape == ()
    assert (found.explains, found.of) == (3, 3) and shown.about.startswith("The mean over a batch")


def test_right_answers_in_any_style_have_no_diagnosis_and_make_no_sheets(course, tmp_path, losses_room):
    for name in RIGHT:
        [path] = (make_class.HERE / "class").glob(f"{name}.*")
        shutil.copy(path, tmp_path)
    results = grade(course, tmp_path, "04", seed=SEED).results
    assert len(results) >= 9 and [result.student for result in results if result.diagnoses] == []


@pytest.mark.parametrize("name", STYLES)
def test_another_style_has_no_diagnosis(course, name):
    module = course.catalogue.find(name)
    written = of_lesson(str(module.mistakes))
    room = Room(course, module.number, SEED)
    cells = {exercise: written(exercise, "", 1, "", **bodies)["code"] for exercise, bodies in STYLES[name].items()}
    marks, found = room.diagnosed(cells)
    room.close()
    assert found == [] and all(mark.right for mark in marks) and room.known.made == {} == room.known.reached


def test_what_is_not_written_or_does_not_end_is_said_and_nothing_guessed(losses_room):
    def of(source):
        return [(d.exercise, d.name) for d in losses_room.diagnosed({"l1_loss": source})[1]]

    assert of('def l1_loss(*a, **k):\n    raise NotImplementedError("Exercise l1_loss is yours to write")') == [
        ("l1_loss", "not written")
    ]
    assert of("def l1_loss(*a, **k):\n    import os\n    os._exit(3)") == [("l1_loss", "crashed")]
    assert of("def l1_loss(*a, **k):\n    return undefined + 1") == [("l1_loss", "stops with NameError")]
    assert of("def l_one(*a, **k):\n    return 0.0") == [("l1_loss", "not defined")]
