"""A file is replaced in one step, by whoever ends last, and read by whom the user's umask lets."""

import errno
import os

import pytest

from tito.ways import sheet
from tito.whole import replace, replacing


def test_what_is_not_finished_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    replace(tmp_path / "new folder/marks", b"old")
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "new folder/marks") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new folder").iterdir()] == [("marks", b"old")]


def test_a_disk_that_is_full_is_told_with_the_file_that_was_being_written(tmp_path):
    with pytest.raises(OSError) as told, replacing(tmp_path / "marks"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert told.value.filename == str(tmp_path / "marks") and list(tmp_path.iterdir()) == []
    with pytest.raises(OSError) as told:
        replacing(tmp_path / "nowhere/marks").__enter__()
    assert told.value.filename == str(tmp_path / "nowhere/marks")
    with pytest.raises(OSError) as told, replacing(tmp_path / "marks"):
        (tmp_path / "theirs").read_bytes()
    assert told.value.filename == str(tmp_path / "theirs")


@pytest.mark.parametrize("name", ["a" * 255, "\u6f22" * 85, "\U0001f600" * 63])
def test_a_name_may_be_as_long_as_the_system_lets_it(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    replace(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


def test_two_may_write_one_file_at_once(tmp_path):
    path = tmp_path / "marks"
    with replacing(path) as one, replacing(path) as other:
        one.write(b"one")
        other.write(b"other")
    assert path.read_bytes() == b"one" and list(tmp_path.iterdir()) == [path]


@pytest.fixture
def private():
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_marks_are_not_for_everyone_where_the_user_keeps_files_private(private, tmp_path):
    sheet.write(tmp_path / "marks.csv", ["student"], [["ada"]])
    assert (tmp_path / "marks.csv").stat().st_mode & 0o077 == 0
