"""What is finished stays finished: kills, reruns, changed files, full disks, torn lines."""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from school import EXAM, IMPORTS, L1, MSE, REDUCE, make_school, notebook

from tito.grading import grade, journal
from tito.grading.exam import Question
from tito.grading.grades import Grades
from tito.grading.show import class_table
from tito.problem import Problem
from tito.settings import read_course

HALF = MSE.replace("d * d,", "d * d * 0.5,")
ROOT = str(Path(__file__).resolve().parents[3])


@pytest.fixture
def own_school(tmp_path):
    return read_course(make_school(tmp_path / "school"))


@pytest.fixture
def run(school, hand_in, tmp_path):
    """Grade a class into tmp_path/out: the grades, and who was really graded."""

    def go(students=None, course=school, stop_after=None, fail=False, **options):
        graded = []

        def note(result, done, total):
            graded.append(result.student)
            if fail:
                raise RuntimeError("as if our own code had failed")
            if len(graded) == stop_after:
                os.kill(os.getpid(), signal.SIGINT)

        folder = hand_in(students or {})
        options = {"workers": 1, "out": tmp_path / "out"} | options
        return grade(course, folder, "02", on_result=note, **options), sorted(graded)

    return go


def table(tmp_path):
    with (tmp_path / "out/grades.csv").open(encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def lines(tmp_path):
    return [json.loads(line) for line in (tmp_path / "out/journal.jsonl").read_text().splitlines()]


def test_a_rerun_grades_only_what_is_new_or_changed(run, tmp_path):
    first, graded = run({"a": {}, "b": {"mse_loss": HALF}, "c": {}})
    assert graded == ["a", "b", "c"] and first.kept == 0
    again, graded = run()
    assert graded == [] and again.kept == 3 and again.seed == first.seed
    assert [(r.student, r.total) for r in again.results] == [(r.student, r.total) for r in first.results]
    changed, graded = run({"b": {}, "d": {"mse_loss": HALF}})
    assert graded == ["b", "d"] and changed.kept == 2
    assert {name: row["points"] for name, row in table(tmp_path).items()} == {"a": "16", "b": "16", "c": "16", "d": "9"}


def test_results_from_the_journal_equal_those_from_memory(run, school, hand_in, tmp_path):
    students = {"a": {}, "b": {"mse_loss": HALF}, "c": {"mse_loss": "#| export\nraise ValueError('\\ud800 =1')"}}
    run(students, seed=5)
    run(seed=5)
    whole = grade(school, hand_in({}), "02", seed=5)
    found = json.loads((tmp_path / "out/grades.json").read_text(encoding="utf-8"))
    for one, other in zip(found["results"], whole.as_dict()["results"], strict=True):
        one["seconds"] = other["seconds"] = 0
        assert one == json.loads(json.dumps(other))
    assert whole.rows() == run(seed=5)[0].rows()


def test_an_interrupt_keeps_what_is_finished_and_a_rerun_does_the_rest(run, tmp_path):
    students = {f"s{n:02}": {"mse_loss": HALF} for n in range(12)}
    part, graded = run(students, stop_after=4)
    kept = len(part.results)
    assert part.interrupted and 4 <= kept < 12 and len(table(tmp_path)) == kept
    rest, more = run()
    assert not rest.interrupted and len(rest.results) == 12 and rest.kept == kept
    assert not set(graded) & set(more) and {row["points"] for row in table(tmp_path).values()} == {"9"}


@pytest.mark.parametrize("change", ["exam", "reference", "prerequisite", "seed", "time_limit", "memory_limit"])
def test_a_change_in_what_decides_a_mark_grades_everybody_again(run, own_school, change):
    students, options = {"a": {}, "b": {}}, {}
    run(students, course=own_school, seed=1)
    module = own_school.catalogue.find("02")
    if change == "exam":
        module.exam.write_text(EXAM + "\n# another\n")
    elif change == "reference":
        module.notebook.write_text(module.notebook.read_text().replace("shapes differ", "shapes do differ"))
    elif change == "prerequisite":
        path = own_school.package / "core/tensor.py"
        path.write_text(path.read_text() + "\n\n")
    else:
        options = {"seed": {"seed": 2}, "time_limit": {"time_limit": 3.0}, "memory_limit": {"memory_limit": 900 << 20}}
        options = options[change]
    assert run(course=own_school, **({"seed": 1} | options))[1] == ["a", "b"]


def test_fresh_grades_all_again_with_another_seed(run):
    first, _ = run({"a": {}, "b": {}})
    again, graded = run(fresh=True)
    assert graded == ["a", "b"] and again.seed != first.seed
    part, graded = run(fresh=True, stop_after=1)
    assert part.interrupted
    _, more = run()
    assert sorted(graded + more) == ["a", "b"]


def test_what_is_handed_in_again_is_asked_anew_and_what_holds_keeps_its_seed(run, tmp_path):
    """A report has shown what was expected for the inputs of before."""
    first, _ = run({"a": {}, "b": {"mse_loss": HALF}})
    second, graded = run({"b": {}})
    assert graded == ["b"] and second.seed != first.seed
    idle, graded = run()
    assert graded == [] and idle.seed == second.seed
    document = json.loads((tmp_path / "out/grades.json").read_text())
    assert {each["student"]: each["seed"] for each in document["results"]} == {"a": first.seed, "b": second.seed}
    one, graded = run(seed=first.seed)  # asked for by name, it is everybody's
    assert graded == ["b"] and one.seed == first.seed and one.kept == 1


def test_an_interrupted_regrade_leaves_the_old_mark_superseded_in_sight(run, tmp_path):
    run({"a": {}, "b": {}, "c": {}})
    part, _ = run({"b": {"mse_loss": HALF}, "c": {"mse_loss": HALF}}, stop_after=1)
    rows = table(tmp_path)
    assert part.interrupted and (rows["a"]["points"], rows["b"]["points"]) == ("16", "9")
    assert (rows["c"]["status"], rows["c"]["points"]) == ("superseded", "")
    assert "16 of 16 points no longer hold" in rows["c"]["message"]


def test_a_regrade_that_dies_at_once_has_already_superseded_the_old_mark(run, tmp_path):
    run({"a": {}, "b": {}, "c": {}})
    with pytest.raises(RuntimeError):
        run({"b": {"mse_loss": HALF}, "c": {"mse_loss": HALF}}, fail=True)
    assert {name: row["status"] for name, row in table(tmp_path).items()} == {
        "a": "graded", "b": "superseded", "c": "superseded"}  # fmt: skip
    assert {"superseded": ["b", "c"]} in lines(tmp_path)
    _, graded = run()
    assert graded == ["c"] and table(tmp_path)["b"]["points"] == "9"  # kept before anyone was told


def test_another_seed_supersedes_those_who_are_not_in_the_folder(run, tmp_path):
    run({"a": {}, "b": {}}, seed=1)
    (tmp_path / "class/b.ipynb").unlink()
    same, _ = run(seed=1)
    assert same.others == 1 and table(tmp_path)["b"]["points"] == "16"
    other, _ = run(seed=2)
    rows = table(tmp_path)
    assert rows["b"]["status"] == "superseded" and rows["a"]["points"] == "16"


def test_whose_marks_hold_no_longer_is_told_where_one_is_graded_with_a_changed_exam(run, own_school, tmp_path, capsys):
    run({"ada": {}, "bob": {}, "eve": {}}, own_school)
    for name in ("bob", "eve"):
        (tmp_path / f"class/{name}.ipynb").unlink()
    class_table(run({}, own_school)[0])
    assert "also in the files: 2 students" in capsys.readouterr().out
    exam = own_school.catalogue.find("02").exam
    exam.write_text(exam.read_text() + "\n# mended\n")
    class_table(run({}, own_school)[0])
    told = capsys.readouterr().out
    assert "2 students of earlier runs: no mark holds" in told and "grade the folder of the whole class again" in told
    assert "also in the files" not in told


def test_a_torn_last_line_is_cut_off_and_graded_again(run, tmp_path):
    run({"a": {}, "b": {}})
    path = tmp_path / "out/journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    _, graded = run()
    assert graded == ["b"] and [line["student"] for line in lines(tmp_path) if "student" in line] == ["a", "b"]


def test_a_line_that_a_disk_spoilt_costs_that_line_alone(run, tmp_path):
    run({"a": {}, "b": {}, "c": {}})
    path = tmp_path / "out/journal.jsonl"
    spoilt = path.read_bytes().splitlines(keepends=True)
    spoilt[2] = b"\0" * (len(spoilt[2]) - 1) + b"\n"
    path.write_bytes(b"".join(spoilt))
    grades, graded = run()
    assert graded == ["b"] and [result.total for result in grades.results] == [16] * 3 and grades.spoilt == 1


def test_where_a_disk_spoilt_what_a_run_asked_all_of_it_is_graded_again(run, tmp_path):
    run({"a": {}, "b": {"mse_loss": HALF}})
    path = tmp_path / "out/journal.jsonl"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    again, graded = run()
    assert graded == ["a", "b"] and again.spoilt == 1 and again.kept == 0
    assert run()[1] == [] and {name: row["points"] for name, row in table(tmp_path).items()} == {"a": "16", "b": "9"}


def test_a_spoilt_line_keeps_no_other_students_mark_from_being_superseded(run, tmp_path):
    run({"ann": {}, "bob": {}})
    path = tmp_path / "out" / journal.FILE
    with path.open("a") as file:
        file.write(json.dumps({"superseded": ["ann", "bob"]}) + "\n")
    path.write_text(path.read_text().replace('"student":"ann"', '"student";"ann"'))
    known = journal.Journal(tmp_path / "out").known
    assert set(known) == {"bob"} and known["bob"].superseded


def test_two_runs_cannot_share_a_folder_at_once(run, tmp_path):
    run({"a": {}})
    held = journal.Journal(tmp_path / "out")
    with pytest.raises(Problem, match="another tito"):
        run()
    held.close()
    run()


def test_grades_of_something_else_are_not_replaced(run, tmp_path):
    run({"a": {}})
    with pytest.raises(Problem, match="holds grades of the whole exam"):
        run(only=["mse_loss"])
    assert run(only=["mse_loss"], fresh=True)[0].results[0].possible == 10
    path = tmp_path / "out/journal.jsonl"
    path.write_text(path.read_text().replace("02_losses", "03_others"))
    with pytest.raises(Problem, match="holds the grades of 03_others"):
        run(fresh=True)


def test_a_folder_that_cannot_be_written_is_said_before_any_work(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written there") as problem:
        run({"a": {}}, out=tmp_path / "file")
    assert problem.value.code == 2


def test_on_a_full_disk_the_batch_goes_on_and_is_saved_when_there_is_room(run, tmp_path, monkeypatch):
    write, full = os.pwrite, [True]

    def pwrite(fd, data, offset):
        if full[0] and b'"student"' in data:
            write(fd, data[:10], offset)
            raise OSError(28, "No space left on device")
        return write(fd, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    grades, graded = run({"a": {}, "b": {}, "c": {}})
    assert graded == ["a", "b", "c"] and len(grades.results) == 3 and "No space left" in grades.trouble
    assert not any("student" in line for line in lines(tmp_path))
    assert run()[1] == ["a", "b", "c"]
    full[0] = False
    assert run()[0].trouble == "" and len(table(tmp_path)) == 3


def test_a_disk_that_is_full_from_the_start_is_said_before_any_work(run, monkeypatch):
    def pwrite(fd, data, offset):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(Problem, match="No space left on device; nothing was graded"):
        run({"a": {}})


def test_a_real_limit_on_files_loses_no_saved_grade(run, hand_in, school, tmp_path):
    folder = hand_in({f"s{n:02}": {"mse_loss": HALF} for n in range(30)})
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))  # noqa: E731
    done = subprocess.run(
        _command(school, folder, tmp_path), preexec_fn=limit, cwd=ROOT, capture_output=True, text=True
    )
    assert "File too large" in done.stdout
    saved = [line["student"] for line in lines(tmp_path) if "student" in line]
    assert 0 < len(saved) < 30
    _, graded = run(seed=7)
    assert not set(saved) & set(graded) and len(table(tmp_path)) == 30


def _command(school, folder, tmp_path):
    program = """
import sys
from pathlib import Path
from tito.grading import grade
from tito.settings import read_course
school, folder, out = map(Path, sys.argv[1:])
grades = grade(read_course(school), folder, "02", workers=2, seed=7, out=out)
print(grades.trouble)
"""
    return [sys.executable, "-c", program, str(school.root), str(folder), str(tmp_path / "out")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_the_whole_program_loses_no_finished_grade(run, hand_in, school, tmp_path, number):
    folder = hand_in({f"s{n:03}": {"mse_loss": HALF} for n in range(80)})
    process = subprocess.Popen(_command(school, folder, tmp_path), cwd=ROOT, stdout=subprocess.PIPE)
    path, deadline = tmp_path / "out/journal.jsonl", time.monotonic() + 20
    while time.monotonic() < deadline and not (path.exists() and path.read_bytes().count(b"\n") > 10):
        time.sleep(0.005)
    process.send_signal(number)
    process.communicate()
    saved = path.read_bytes().count(b'"student"')
    assert 10 <= saved < 80
    grades, graded = run(seed=7)
    assert grades.kept >= saved - 1 and len(graded) == 80 - grades.kept
    assert {row["points"] for row in table(tmp_path).values()} == {"9"}


def test_students_of_any_name_and_refused_files_come_out_of_the_journal_alike(school, tmp_path):
    right = notebook({"imports": IMPORTS, "reduce": REDUCE, "mse_loss": MSE, "l1_loss": L1})
    folder = tmp_path / "class"
    folder.mkdir()
    names = ["=cmd()", "＝sum(A1)", "\u202eevil", "line\nbreak", " +1", '"quoted",', "שלום", "@x", "new\r\n=1"]
    for name in names:
        (folder / f"{name}.ipynb").write_text(right)
    (folder / os.fsdecode(b"latin\xe9.ipynb")).write_text(right)
    (folder / "broken.ipynb").write_text("{")
    first = grade(school, folder, "02", out=tmp_path / "out", seed=1)
    again = grade(school, folder, "02", out=tmp_path / "out", seed=1)
    assert again.kept == len(names) + 2 and again.rows() == first.rows()
    rows = table(tmp_path)
    assert len(rows) == len(names) + 2
    cells = [cell for row in rows.values() for cell in row.values()]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) or "\u202e" in cell for cell in cells)
    assert not any("\n" in cell or "\r" in cell for cell in cells)


def test_what_stays_in_memory_of_a_result_is_a_row(tmp_path):
    questions = [Question(f"q{n}", "mse_loss", "value", 1, None, "About.") for n in range(250)]
    packing = journal.Packing(questions, [0.1] * 250, ["answered"] * 250)
    wrong = [[n, "answered", False, f"remark {n}"] for n in range(0, 250, 3)]
    grades = Grades("m", 1, {}, 25, ["mse_loss"], [{"aspect": "value"}])
    book = journal.Journal(tmp_path / "out")
    book.expect("exam", None, packing)
    book.begin(1, {"module": "m"})
    base = {"file": "f", "status": "graded", "message": "", "seconds": 0, "troubles": [], "points": [1, 2]}
    tracemalloc.start()
    for n in range(300):
        result = packing.unpack(base | {"student": f"s{n}", "marks": wrong})
        book.add(result)
        grades.results.append(grades.row(result))
    held, _ = tracemalloc.get_traced_memory()
    grades.write(tmp_path / "out", book.results())
    _, written = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    book.close()
    assert held < 300 * 2500 and written - held < 1 << 20


def test_what_could_not_be_graded_is_no_new_attempt_as_long_as_it_stays_so(run, tmp_path):
    run({"ada": {}})
    home = tmp_path / "class" / "bob"
    home.mkdir()
    (home / "answers.pdf").write_text("x")
    (tmp_path / "class" / "cleo.py").symlink_to(tmp_path / "class" / "ada.ipynb")
    assert run({"ada": {}})[1] == ["bob", "cleo"]
    before = lines(tmp_path)
    grades, again = run({"ada": {}})
    assert again == [] and grades.kept == 3 and lines(tmp_path) == before
    assert {row.student: row.status for row in grades.ungraded} == {"bob": "missing", "cleo": "unreadable"}
    (home / "more.pdf").write_text("x")
    assert run({"ada": {}})[1] == ["bob"]
    (home / "losses_dev.ipynb").write_text((tmp_path / "class/ada.ipynb").read_text())
    grades, again = run({"ada": {}})
    assert again == ["bob"] and [row.student for row in grades.ungraded] == ["cleo"]
    assert run({"ada": {}}, seed=5)[1] == ["ada", "bob", "cleo"]
