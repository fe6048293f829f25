"""What an operator copies: the unit, the container and the proxies name what is there, and systemd is told the truth."""

import asyncio
import configparser
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from bot.operating.systemd import ALIVE, READY, Systemd
from bot.settings import Settings
from tests.operating.test_backup import ROOT

DEPLOY = ROOT / "deploy"


async def test_systemd_is_told_and_a_loop_that_runs_gives_signs_of_life(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(address))
        notify.settimeout(60)
        systemd = Systemd({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "40000"})
        systemd.tell(READY)
        assert notify.recv(100) == READY.encode()

        telling = asyncio.create_task(systemd.keep_telling())
        for _sign in range(3):
            assert await asyncio.to_thread(notify.recv, 100) == ALIVE.encode()
        telling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await telling


def test_nobody_is_told_where_nobody_asked(tmp_path: Path) -> None:
    Systemd({}).tell(READY)
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell(READY)
    asyncio.run(Systemd({}).keep_telling())


def test_every_setting_named_there_is_one() -> None:
    known = {f"DESKBOT_{name.upper()}" for name in Settings.model_fields}
    for path in DEPLOY.iterdir():
        named = set(re.findall(r"DESKBOT_[A-Z_]+", path.read_text("utf-8")))
        assert named <= known, path.name


def test_the_unit_starts_what_is_there() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "deskbot.service", encoding="utf-8")
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["ExecStart"].split()[-1] == "run_bot.py"
    assert (ROOT / unit["Unit"]["Documentation"].removeprefix("file:/opt/deskbot/")).exists()
    if verify := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [verify, "verify", "--man=no", str(DEPLOY / "deskbot.service")],
            capture_output=True,
            text=True,
            check=False,
        )
        ours = [line for line in done.stderr.splitlines() if "Unknown" in line]
        assert ours == []


def test_the_container_copies_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert (ROOT / "requirements.lock").exists()
    assert 'CMD ["python", "run_bot.py"]' in text
    assert "USER deskbot" in text


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_the_proxies_keep_the_desks_state_inside_and_bodies_small(name: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    assert "readyz" in text
    assert "metrics" in text
    assert re.search(r"2(m|MB)\b", text)
    assert text.count("{") == text.count("}")
