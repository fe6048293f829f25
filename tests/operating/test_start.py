"""Every failure at the start is one line for people and an exit code, soon; what is foreign or damaged stays as it is."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.operating.test_backup import ROOT

pytestmark = pytest.mark.long

SECRET = "a-secret-of-the-office"
LINE = {
    "DESKBOT_LINE_CHANNEL_SECRET": "x",
    "DESKBOT_LINE_ACCESS_TOKEN": "x",
    "DESKBOT_LINE_API_URL": "http://127.0.0.1:9",
    "DESKBOT_HTTP_PORT": "0",
}


class Started:
    """`run_bot.py` with these words in a folder of its own, to its end."""

    def __init__(self, folder: Path, *words: str, typed: str = "", **settings: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "DESKBOT_DATABASE_URL": f"sqlite:///{folder}/desk.db",
            "DESKBOT_DATA_DIR": str(folder),
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        done = subprocess.run(
            [sys.executable, str(ROOT / "run_bot.py"), *words],
            cwd=folder,
            env={name: value for name, value in environment.items() if value},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,  # a busy machine may take long to start a process
            check=False,
        )
        self.code = done.returncode
        self.out = done.stdout
        self.said = [line for line in done.stderr.splitlines() if not line.startswith("{")]


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def test_a_port_that_is_taken(tmp_path: Path, taken: str) -> None:
    started = Started(tmp_path, **LINE | {"DESKBOT_HTTP_PORT": taken})
    assert started.code == 1
    assert len(started.said) == 1
    assert "DESKBOT_HTTP_PORT" in started.said[0]


@pytest.mark.parametrize(
    "content", [b"no database " * 500, b"SQLite format 3\0" + b"x" * 8192, b"\0" * 4096]
)
def test_a_file_that_is_no_desk(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desk.db").write_bytes(content)
    started = Started(tmp_path, **LINE)
    assert started.code == 1
    assert len(started.said) == 1
    assert (tmp_path / "desk.db").read_bytes() == content


def test_a_page_damaged_in_the_middle_stays_as_it_is(tmp_path: Path) -> None:
    assert Started(tmp_path, "migrate").code == 0
    whole = bytearray((tmp_path / "desk.db").read_bytes())
    whole[40_960:81_920] = os.urandom(40_960)
    (tmp_path / "desk.db").write_bytes(whole)
    started = Started(tmp_path, **LINE)
    assert started.code == 1
    assert len(started.said) == 1
    assert (tmp_path / "desk.db").read_bytes() == whole


@pytest.mark.parametrize("words", [(), ("check",)])
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlite:///", "names a folder"),
        ("sqlite:///{folder}", "names a folder"),
        ("postgresql://desk:{secret}@127.0.0.1:9/desk", "cannot be used now"),
        ("postgresql://desk:{secret}@127.0.0.1:9,127.0.0.1:9/desk", "cannot be used now"),
        ("postgresql://desk:{secret}@127.0.0.1:9/desk?sslmode=sometimes", "sslmode"),
        ("postgresql://desk:{secret}@127.0.0.1:9/desk?sslmode=verify-full", "root"),
    ],
)
def test_a_database_that_cannot_be(
    tmp_path: Path, words: tuple[str, ...], address: str, says: str
) -> None:
    url = address.format(folder=tmp_path, secret=SECRET)
    before = (tmp_path.stat().st_mode, list(tmp_path.iterdir()))
    started = Started(tmp_path, *words, **LINE | {"DESKBOT_DATABASE_URL": url})
    assert started.code == 1
    assert len(started.said) == 1
    assert started.said[0].startswith("DESKBOT_DATABASE_URL: ")
    assert started.said[0].count("DESKBOT_DATABASE_URL") == 1
    assert says in started.said[0]
    assert SECRET not in started.said[0]
    assert (tmp_path.stat().st_mode, list(tmp_path.iterdir())) == before or not words


def test_a_database_without_a_platform_is_no_demo(tmp_path: Path) -> None:
    started = Started(tmp_path)
    assert started.code == 1
    assert started.out == ""
    assert "DESKBOT_TELEGRAM_TOKEN" in started.said[0]
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    started = Started(tmp_path, **LINE | {"DESKBOT_DATA_DIR": str(tmp_path / "taken")})
    assert started.code == 1
    assert len(started.said) == 1


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(f"{SECRET}\n")
    settings = {"DESKBOT_IMAP_URL_FILE": str(secret)}
    started = Started(tmp_path, "check", **settings)
    assert "DESKBOT_IMAP_URL" in started.said[0]
    both = Started(tmp_path, "check", **settings, DESKBOT_IMAP_URL="imap://x")
    assert both.said == ["DESKBOT_IMAP_URL_FILE: DESKBOT_IMAP_URL is set as well: keep one of them"]
    absent = Started(tmp_path, "check", DESKBOT_SECRET_KEY_FILE=str(tmp_path / "absent"))
    assert absent.code == 1
    assert absent.said[0].startswith("DESKBOT_SECRET_KEY_FILE: cannot be read")


def test_settings_may_stand_in_a_file_beside_the_desk(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DESKBOT_HTTP_PORT=none\n")
    started = Started(tmp_path, "check")
    assert started.code == 1
    assert "DESKBOT_HTTP_PORT" in started.said[0]


def test_a_start_that_is_told_to_stop_stops_at_any_moment(tmp_path: Path) -> None:
    """Moments from the first line of code to a desk that serves."""
    for tenths in range(0, 40, 4):
        folder = tmp_path / str(tenths)
        folder.mkdir()
        address = f"sqlite:///{folder}/desk.db"
        settings = {"DESKBOT_DATABASE_URL": address, "DESKBOT_DATA_DIR": str(folder)}
        starting = subprocess.Popen(
            [sys.executable, "run_bot.py"],
            cwd=ROOT,
            env={**os.environ, **LINE, **settings},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with suppress(subprocess.TimeoutExpired):
                starting.wait(tenths / 10)
            starting.terminate()
            # Either it was not a desk yet, or it ended as one.
            assert starting.wait(6) in (0, -signal.SIGTERM)
        finally:
            starting.kill()
            starting.wait()


@pytest.mark.parametrize("name", ["DESKBOT_TELEGRAM_TOKE", "DESKBOT_TELEGRAM_TOKE_FILE"])
def test_a_setting_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    started = Started(tmp_path, "check", **{name: "x"})
    assert started.code == 1
    assert started.said == [f'{name}: no such setting; README, "Configuration", has them all']


def test_one_file_under_two_names_is_one_desk(tmp_path: Path) -> None:
    first = tmp_path / "first"
    second = tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert Started(first, "migrate").code == 0
    (second / "desk.db").symlink_to(first / "desk.db")
    serving = subprocess.Popen(
        [sys.executable, "run_bot.py"],
        cwd=ROOT,
        env={
            **os.environ,
            **LINE,
            "DESKBOT_DATABASE_URL": f"sqlite:///{first}/desk.db",
            "DESKBOT_DATA_DIR": str(first),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stderr is not None
        for line in serving.stderr:
            if "desk started" in line:
                break
        started = Started(second, **LINE)
    finally:
        serving.kill()
        serving.communicate()
    assert started.code == 1
    assert "another deskbot serves" in started.said[0]


@pytest.mark.parametrize("password", ["S3cr#t", "S3/cr", "S3?cr", "S3cr@t", "S3:cr"])
@pytest.mark.parametrize("words", [("check",), ("backup", "x.tar"), ("migrate",)])
def test_a_password_is_in_no_line_whatever_signs_it_has(
    tmp_path: Path, password: str, words: tuple[str, ...]
) -> None:
    address = f"postgresql://desk:{password}@127.0.0.1:9/desk"
    started = Started(tmp_path, *words, DESKBOT_DATABASE_URL=address)
    assert started.code == 1
    assert "S3" not in started.out
    assert not [line for line in started.said if "S3" in line]
