"""What is printed, on real terminals of several widths, into pipes, and where the output is no UTF-8."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tito import show

ROOT = Path(__file__).resolve().parents[2]
BAR = """
import time
from tito import console
console.STALL = 0.3
with console.progress("grading") as advance:
    time.sleep(0.2)
    for n in range(1, 6):
        advance(n, 300)
        time.sleep(0.1)
    time.sleep(1)
    advance(300, 300)
console.say("done")
"""
STEERING = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def on_a_terminal(program: str, columns: int, **environment) -> tuple[str, int]:
    """All that a program writes to a terminal of this width, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"} | environment
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=theirs, stderr=theirs, env=variables) as p:
        os.close(theirs)
        text = b""
        while data := _read(ours):
            text += data
    os.close(ours)
    return text.decode("utf-8", "replace"), p.returncode


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 1 << 16)
    except OSError:  # Linux's way to say that nobody holds the other end
        return b""


def frames(text: str) -> list[str]:
    """The states of the line that the bar is on."""
    return [line for line in re.split(r"[\r\n]+", STEERING.sub("", text)) if line.strip()]


@pytest.mark.parametrize("columns", [120, 40])
def test_the_bar_tells_pace_and_time_left_and_that_work_goes_on(columns):
    text, code = on_a_terminal(BAR, columns)
    seen = frames(text)
    assert code == 0 and seen[-1] == "done"
    assert max(map(len, seen)) <= columns and not any("…" in line for line in seen)
    assert any(re.search(r"5/300 [\d.]+/s, \d+:\d\d left", line) for line in seen)
    stalled = {line for line in seen if re.search(r"5/300 last \d s ago", line)}
    assert len({line[0] for line in stalled}) > 1, "the spinner turns meanwhile"


def test_the_bar_is_gone_when_the_work_is_done():
    text, _ = on_a_terminal(BAR, 80)
    assert text.rindex("\x1b[2K") > text.rindex("grading")  # the line is cleared after the last bar


def test_a_terminal_without_utf_8_gets_a_bar_of_ascii():
    text, code = on_a_terminal(BAR, 40, PYTHONIOENCODING="latin-1")
    assert code == 0 and frames(text)[-1] == "done" and text.isascii()


def test_a_pipe_gets_no_bar():
    done = subprocess.run([sys.executable, "-c", BAR], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


def test_a_line_of_code_with_colons_is_shown_as_it_is():
    program = "from tito import console; console.say('w[i:x:2]'); console.table([('a', 'left')], [(':end:',)], [None])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["w[i:x:2]", "a", ":end:"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_names_that_an_output_cannot_hold_end_no_program(encoding):
    program = "from tito import console; from tito.problem import Problem; console.say('✓ Zoë 名'); "
    program += "console.table([('student', 'left')], [('名',)], [None]); console.complain(Problem('名'))"
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert b"Zo" in done.stdout and b"?" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_json_keeps_every_name_in_any_encoding(encoding, tmp_path):
    (tmp_path / "grades.json").write_text('["Zoë 名"]', encoding="utf-8")
    one = "from tito import console; console.emit_json(['Zoë 名'])"
    whole = f"from tito import console; console.emit_file({str(tmp_path / 'grades.json')!r})"
    for program in (one, whole):
        environment = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, env=environment)
        assert json.loads(done.stdout) == ["Zoë 名"]


STEERS = "\x1b]52;c;b3ducw==\x07\x1b[2J\x9b31m\u202e\u2066\r\x08\x7f"


def test_no_text_steers_the_terminal_that_it_is_shown_on():
    text = f"a\t[red]{STEERS}b"
    program = "from tito import console; from tito.problem import Problem; text = " + repr(text)
    program += "; console.say(text); console.say_parts((text, 'red')); console.next_step(text)"
    program += "; console.complain(Problem(text, next=text)); console.table([('a', 'left')], [(text,)], [None])"
    shown, code = on_a_terminal(program, 80)
    shown = re.sub(r"\x1b\[[0-9]*m", "", shown)  # rich's own colours
    assert code == 0 and shown.count("[red]") == 6
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)", shown)


def test_a_text_loses_its_own_colours_and_nothing_else():
    program = "from tito import console; console.say('\\x1b[1;32mgreen\\x1b[0m \\x1b[2Kand')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout == "green �[2Kand\n"


def test_json_does_not_steer_it_either_and_says_the_same():
    program = f"from tito import console; console.emit_json([{STEERS!r}])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert json.loads(done.stdout) == [STEERS]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout)


def test_no_line_ends_in_blanks_where_the_output_is_piped():
    program = "from tito import console; rows = [('ada', 'long enough'), ('bob', '')]; "
    program += "console.table([('who', 'left'), ('why', 'left')], rows, [None, 'red']); "
    program += "console.say_parts(('  mse_loss  ', 'bold'), ('', None))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "who  why\nada  long enough\nbob\n  mse_loss\n", done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "a b",
        "o'brien",
        "$(reboot)",
        'say "hi"',
        "`x`",
        "a&b;c",
        "losses (1).ipynb",
        "*",
        "a\\b",
        "a \\",
        "a \\\\b",
    ],
)
def test_a_name_in_a_command_that_is_shown_means_itself_in_a_shell(name):
    done = subprocess.run(["sh", "-c", f"printf %s {show.typed(name)}"], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (name, "")


def test_a_plain_path_is_shown_as_it_is_and_one_with_blanks_as_every_system_takes_it():
    assert show.typed("submissions/04_losses") == "submissions/04_losses"
    assert show.typed(r"C:\class\my folder") == r'"C:\class\my folder"'
