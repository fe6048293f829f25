"""Notes of calls: what a process that was killed leaves of them, and who believes them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from bot.queues import calls
from bot.queues.calls import Call, CallNotes

ROOT = Path(__file__).parents[2]
ONE, TWO, THREE, FOUR = (UUID(int=number) for number in range(1, 5))
KILLED = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
from bot.queues.calls import Call, CallNotes

notes = CallNotes(Path(sys.argv[1]), "serve:gone")
for number, steps in ((1, "p"), (2, "pb"), (3, "pba"), (4, "pba")):
    for step in steps:
        notes.note(UUID(int=number), Call(step))
notes.settled([UUID(int=4)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder in which a process was killed in the middle of its calls."""
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    return tmp_path


def taken_over(folder: Path, owner: str = "serve:next") -> CallNotes:
    notes = CallNotes(folder, owner)
    notes.take_over()
    return notes


def test_the_next_process_knows_how_far_each_call_came(left: Path) -> None:
    notes = taken_over(left)

    known = [notes.of(message) for message in (ONE, TWO, THREE)]
    assert known == [Call.PREPARED, Call.BEGUN, Call.ACCEPTED]
    assert notes.of(UUID(int=9)) is None


def test_what_is_taken_over_outlasts_a_second_kill(left: Path) -> None:
    taken_over(left)
    # Its file is not closed and its lock is ours: as if it were gone, it is read once it is free.
    (path,) = left.iterdir()
    path.rename(left / "calls-serve-copy")
    (left / "calls-serve-last").write_bytes((left / "calls-serve-copy").read_bytes())

    assert taken_over(left, "serve:last but one").of(THREE) is Call.ACCEPTED


def test_notes_of_a_process_that_lives_are_left_alone(tmp_path: Path) -> None:
    living = CallNotes(tmp_path, "serve:living")
    living.note(ONE, Call.ACCEPTED)

    assert taken_over(tmp_path).of(ONE) is None
    assert len(list(tmp_path.iterdir())) == 1
    living.close()
    assert taken_over(tmp_path).of(ONE) is Call.ACCEPTED


def test_a_terminal_does_not_take_the_services_notes(left: Path) -> None:
    assert taken_over(left, "terminal-nok:next").of(THREE) is None
    assert taken_over(left).of(THREE) is Call.ACCEPTED


def test_notes_of_before_a_power_cut_are_not_believed(
    left: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    boot = tmp_path / "boot_id"
    boot.write_text("another start of the machine\n")
    monkeypatch.setattr(calls, "BOOT", boot)

    assert taken_over(left).of(THREE) is None
    assert [path.name for path in left.iterdir()] == ["boot_id"]


def test_a_line_that_was_cut_off_says_nothing(left: Path) -> None:
    (path,) = left.iterdir()
    os.truncate(path, path.stat().st_size - 1)

    notes = taken_over(left)

    # The last line made the fourth accepted; it was begun before.
    assert notes.of(FOUR) is Call.BEGUN


def test_a_process_that_ends_with_nothing_open_leaves_nothing(tmp_path: Path) -> None:
    notes = CallNotes(tmp_path, "serve:one")
    notes.note(ONE, Call.PREPARED)
    notes.settled([ONE])
    notes.close()

    assert list(tmp_path.iterdir()) == []


def test_the_file_stays_small(tmp_path: Path) -> None:
    notes = CallNotes(tmp_path, "serve:one")
    notes.note(ONE, Call.BEGUN)
    for number in range(10, 5_000):
        for call in Call:
            notes.note(UUID(int=number), call)
        notes.settled([UUID(int=number)])

    (path,) = tmp_path.iterdir()
    assert path.stat().st_size < calls.LONGEST + 1_000
    notes.close()
    assert taken_over(tmp_path).of(ONE) is Call.BEGUN


def test_a_folder_that_takes_no_notes_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "no folder"
    file.write_text("")
    notes = CallNotes(file, "serve:one")

    notes.note(ONE, Call.BEGUN)

    assert notes.of(ONE) is Call.BEGUN
    taken_over(file)


def test_many_open_calls_do_not_have_the_file_written_anew_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = CallNotes(tmp_path, "serve:one")
    for number in range(8_000):
        notes.note(UUID(int=number), Call.PREPARED)
    anew = []
    write_anew = notes._write_anew
    monkeypatch.setattr(notes, "_write_anew", lambda: anew.append(write_anew()))

    for number in range(8_000, 8_100):
        notes.note(UUID(int=number), Call.BEGUN)
        notes.settled([UUID(int=number)])

    assert len(anew) == 1


def test_a_note_that_was_cut_short_is_told_and_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = CallNotes(tmp_path, "serve:one")
    assert notes.note(ONE, Call.PREPARED)
    write = os.write
    with monkeypatch.context() as short:
        short.setattr(os, "write", lambda file, data: write(file, data[:20]))
        assert not notes.note(ONE, Call.BEGUN)
    assert notes.note(TWO, Call.BEGUN)
    notes.close()

    next_one = taken_over(tmp_path)
    assert next_one.of(ONE) is Call.PREPARED
    assert next_one.of(TWO) is Call.BEGUN


def test_of_two_processes_the_one_that_came_further_is_believed(tmp_path: Path) -> None:
    for owner, call in (("serve:one", Call.ACCEPTED), ("serve:two", Call.PREPARED)):
        notes = CallNotes(tmp_path, owner)
        notes.note(ONE, call)
        notes.close()

    assert taken_over(tmp_path).of(ONE) is Call.ACCEPTED
