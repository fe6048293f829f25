"""The desk makes backups by itself, keeps so many, and administrators hear of what fails; once."""

import os
import stat
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.operating import scheduled
from bot.operating.restore import listed
from bot.operating.scheduled import ScheduledBackups
from domain.operating.backups import BackupRules, archive_name, made_at
from handlers.desk import Outcome
from store.engine.database import StoreUnavailable
from tests.operating.conftest import Place

pytestmark = pytest.mark.long

FIVE = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
"""05:00 in the office."""
RULES = BackupRules(folder="kept", at=time(2, 0), keep=3)


class Office:
    """A desk's backups, with its clock and what its administrators heard."""

    def __init__(self, place: Place, rules: BackupRules = RULES) -> None:
        self.now = FIVE
        self.heard: list[str] = []
        self.is_away = False
        self.folder = place.data_dir / rules.folder
        self.backups = ScheduledBackups(rules, place.data_dir, lambda: self.now, self._post)

    async def _post(self, outcome: Outcome) -> None:
        if self.is_away:
            raise StoreUnavailable("away")
        for notice in outcome.notices:
            self.heard.append(notice.key)
            assert notice.make().parts

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.tar"))


@pytest.fixture
def office(small: Place, monkeypatch: pytest.MonkeyPatch) -> Office:
    for name, value in small.environment.items():
        monkeypatch.setenv(name, value)
    return Office(small)


async def test_one_a_day_and_so_many_are_kept(office: Office) -> None:
    for _day in range(5):
        await office.backups.look()
        await office.backups.look()
        office.now += timedelta(days=1)

    assert office.names() == [archive_name(FIVE + timedelta(days=day)) for day in (2, 3, 4)]
    newest = office.folder / office.names()[-1]
    assert stat.S_IMODE(newest.stat().st_mode) == 0o600
    assert "staff: 1" in listed(newest, None)
    assert office.heard == []


async def test_one_that_fails_is_told_once_and_tried_again_in_an_hour(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    async def fails(_words: list[str]) -> tuple[int, str]:
        asked.append(office.now)
        return 1, "no room"

    with monkeypatch.context() as patched:
        patched.setattr(scheduled, "_run", fails)
        for _minute in range(90):
            await office.backups.look()
            office.now += timedelta(minutes=1)
    assert asked == [FIVE, FIVE + timedelta(hours=1)]
    assert len(office.heard) == 1

    office.now += timedelta(hours=1)
    await office.backups.look()
    assert len(office.names()) == 1
    assert len(office.heard) == 1


async def test_one_that_is_too_old_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_words: list[str]) -> tuple[int, str]:
        return 1, ""

    await office.backups.look()
    monkeypatch.setattr(scheduled, "_run", fails)
    for _hour in range(48):
        office.now += timedelta(hours=1)
        await office.backups.look()
    told = [key.split(":", 1)[1] for key in office.heard]
    assert [key.rsplit(":", 1)[0] for key in told].count("late") or any(
        "late" in key for key in told
    )


async def test_a_folder_that_cannot_be_written_is_told(
    small: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in small.environment.items():
        monkeypatch.setenv(name, value)
    office = Office(small, BackupRules(folder="taken/kept"))
    (small.data_dir / "taken").write_text("a file")
    office.is_away = True
    await office.backups.look()
    assert office.heard == []
    # What could not be written is told once it can be, and once.
    office.is_away = False
    for _minute in range(3):
        await office.backups.look()
    assert len(office.heard) == 1


async def test_without_a_folder_nothing_is_made(small: Place) -> None:
    office = Office(small, BackupRules())
    await office.backups.run_forever()
    assert not list(small.data_dir.glob("**/*.tar"))


@pytest.mark.parametrize(
    ("now", "made", "due"),
    [
        ("2026-11-30T18:59", [], True),
        ("2026-11-30T18:59", ["2026-11-29T19:00"], False),
        ("2026-11-30T19:00", ["2026-11-29T19:00"], True),
        ("2026-11-30T19:00", ["2026-11-30T19:00"], False),
        ("2026-12-01T12:00", ["2026-11-30T18:59"], True),
    ],
)
def test_when_one_is_due(now: str, made: list[str], due: bool) -> None:
    at = [datetime.fromisoformat(f"{text}+00:00") for text in made]
    assert RULES.is_due(at, datetime.fromisoformat(f"{now}+00:00")) is due


def test_other_files_are_no_archives(tmp_path: Path) -> None:
    assert made_at(archive_name(FIVE)) == FIVE
    for name in (
        "deskbot.tar",
        "x.tar",
        "deskbot-20261130T2200Z.tar",
        f"{archive_name(FIVE)}.1.part",
    ):
        assert made_at(name) is None
    assert os.sep not in archive_name(FIVE)
