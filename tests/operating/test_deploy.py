"""What an operator copies: the unit, the container and the proxies name what is there, and systemd is told the truth."""

import asyncio
import configparser
import os
import re
import shutil
import socket
import subprocess
import sys
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


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_systemd_has_nothing_to_say_of_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "deskbot.service").read_text("utf-8")
    there = tmp_path / "deskbot.service"
    python = unit.replace("/opt/deskbot/.venv/bin/python", sys.executable)
    there.write_text(python.replace("/opt/deskbot", str(ROOT)), "utf-8")
    done = run(program("systemd-analyze"), "verify", "--man=no", str(there))
    assert (done.returncode, done.stderr) == (0, "")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key, and a certificate that nobody need trust."""
    key = folder / "key.pem"
    certificate = folder / "certificate.pem"
    made = run(
        program("openssl"),
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=desk"),
    )
    assert made.returncode == 0, made.stderr
    return key, certificate


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    nginx = program("nginx")
    key, certificate = make_certificate(tmp_path)
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    text = re.sub(r"/etc/letsencrypt\S+fullchain.pem", str(certificate), text)
    text = re.sub(r"/etc/letsencrypt\S+privkey.pem", str(key), text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = " ".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    http = f"http {{ access_log off; {folders} {text} }}"
    own = f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}} {http}"
    whole = tmp_path / "nginx.conf"
    whole.write_text(own, "utf-8")
    done = run(nginx, "-t", "-q", "-p", str(tmp_path), "-c", str(whole))
    assert (done.returncode, done.stderr) == (0, "")


def test_caddy_takes_its_configuration(tmp_path: Path) -> None:
    caddy = program("caddy")
    config = str(DEPLOY / "Caddyfile")
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = run(caddy, "validate", "--adapter", "caddyfile", "--config", config, **home)
    assert done.returncode == 0, done.stderr
    assert "Valid configuration" in done.stdout + done.stderr


def test_the_command_runs_the_verbs_as_the_service_does(tmp_path: Path) -> None:
    """In the place of systemd-run stands what tells how it was called."""
    asked = tmp_path / "systemd-run"
    asked.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    asked.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run(str(DEPLOY / "deskbot"), "erase", "C81554", "--reason", "asked to be", PATH=path)
    words = done.stdout.splitlines()
    assert words[-5:] == ["run_bot.py", "erase", "C81554", "--reason", "asked to be"]
    unit = (DEPLOY / "deskbot.service").read_text("utf-8")
    for line in unit.splitlines():
        if re.match("(User|UMask|EnvironmentFile|WorkingDirectory)=", line):
            assert f"--property={line}" in words
    start = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert " ".join(words[-6:-4]) == start.removeprefix("ExecStart=")


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
