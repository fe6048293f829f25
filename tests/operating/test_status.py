"""`run_bot.py status` looks at any desk, says what its schema lacks, and writes nothing."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from tests.operating.test_past_versions import PAST, VERSIONS
from tests.operating.test_start import LINE, Started

pytestmark = pytest.mark.long

KEYS = {"platforms", "inbox", "outbox", "due", "disk_free_bytes", "database"}
MAIL = {
    "DESKBOT_SMTP_URL": "smtp://127.0.0.1:9",
    "DESKBOT_MAIL_FROM": "desk@example.go.th",
    "DESKBOT_IMAP_URL": "imap://desk:secret@127.0.0.1:9",
}


def whole(number: object) -> bool:
    return type(number) is int


def test_a_desk_that_is_not_there_yet(tmp_path: Path) -> None:
    started = Started(tmp_path, "status", "--json", **LINE | MAIL)
    assert started.code == 0, started.said
    told = json.loads(started.out)
    assert told.keys() == KEYS
    # Both halves of mail are one.
    assert told["platforms"].keys() == {"line", "mail"}
    for platform in told["platforms"].values():
        assert platform == {
            "ok": False,
            "last_received_at": None,
            "last_sent_at": None,
            "problem": "no process serves it",
        }
    assert told["database"] == {"engine": "sqlite", "schema": None, "last_write_at": None}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_desk_of_a_past_version(tmp_path: Path, version: str) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(gzip.decompress((PAST / f"{version}.db.gz").read_bytes()))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    started = Started(tmp_path, "status", "--json", **LINE)
    assert started.code == 0, started.said
    told = json.loads(started.out)
    assert told.keys() == KEYS
    for queue in ("inbox", "outbox"):
        assert whole(told[queue]["waiting"])
        assert whole(told[queue]["failed"])
    assert all(map(whole, told["due"].values()))
    assert f"schema{told['database']['schema']}" == version
    assert "lacks" in started.said[0]
    in_words = Started(tmp_path, "status", **LINE)
    assert "lacks" in in_words.out
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_a_check_for_programs(tmp_path: Path) -> None:
    started = Started(tmp_path, "check", "--json", DESKBOT_SECRET_KEY="hidden-secret")
    told = json.loads(started.out)
    assert started.code == 0
    assert told["good"] is True
    assert told["settings"]["DESKBOT_DATA_DIR"] == str(tmp_path)
    assert told["said"]["catalogue"].endswith("good")
    assert "hidden-secret" not in started.out


def test_a_check_for_programs_of_what_is_not_good(tmp_path: Path) -> None:
    started = Started(tmp_path, "check", "--json", **LINE)
    told = json.loads(started.out)
    assert started.code == 1
    assert told["good"] is False
    assert told["said"]["line"].startswith("DESKBOT_LINE_API_URL: ")
    slip = Started(tmp_path, "check", "--json", DESKBOT_DATABAS_URL="x")
    assert slip.code == 1
    assert json.loads(slip.out)["good"] is False
    assert slip.said[0].startswith("DESKBOT_DATABAS_URL: ")
