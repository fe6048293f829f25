"""Starts run_bot.py without reading its libraries anew: a process that has them forks one for each
desk.

What it forks is a process of its own like any other: its own environment, files, signals and exit
code. Only the time is saved that warm_desk.py takes, two seconds each. Where there is no
`os.pidfd_open` (not Linux) nothing is forked."""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn, TypeAlias

from tests.fakes.clock import PATIENCE, machine_time

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "run_bot.py")
AT_IMPORT = ("store.engine.failpoints",)
"""Modules that read the environment when they are imported: so they are once more in each child."""


class Forked:
    """A process that the server forked; the part of `subprocess.Popen` that the tests use."""

    def __init__(self, pid: int, end: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._end = end

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        if self.returncode is None and select.select([self._end], [], [], 0)[0]:
            self.returncode = int(self._end.recv(16))
            self._end.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        if self.returncode is None and not select.select([self._end], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(PROGRAM, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As a crash would."""
        self.send_signal(signal.SIGKILL)


Process: TypeAlias = "Forked | subprocess.Popen[bytes]"


@cache
def _server() -> socket.socket:
    """The server of this test run; it ends when this process does."""
    ours, theirs = socket.socketpair()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.fork_server", str(theirs.fileno())],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **machine_time()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def can_fork(environment: Mapping[str, str]) -> bool:
    """Certificates to trust are read by libraries as they are imported."""
    return hasattr(os, "pidfd_open") and "SSL_CERT_FILE" not in environment


def fork(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdin: IO[bytes],
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> Forked:
    """Have the server run `run_bot.py` with these arguments; the files may be closed at once."""
    ours, theirs = socket.socketpair()
    told = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
    with theirs:
        files = [file.fileno() for file in (stdin, stdout, stderr, theirs)]
        socket.send_fds(_server(), [len(told).to_bytes(4, "big")], files)
        _server().sendall(told)
    return Forked(int(ours.recv(16)), ours)


def start_program(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdin: IO[bytes],
    stdout: IO[bytes],
    stderr: IO[bytes],
    *,
    cold: bool = False,
) -> Process:
    """Run `run_bot.py`: forked where that can be, else, or where it shall be `cold`, as an operator
    starts it.
    """
    if can_fork(environment) and not cold:
        return fork(arguments, environment, stdin, stdout, stderr)
    command = [sys.executable, PROGRAM, *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=stdin, stdout=stdout, stderr=stderr
    )


def run_program(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    typed: str = "",
    seconds: float = PATIENCE,
) -> "subprocess.CompletedProcess[str]":
    """Run until it ends."""
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(typed.encode())
        stdin.seek(0)
        process = start_program(arguments, environment, stdin, stdout, stderr)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        stdout.seek(0)
        stderr.seek(0)
        said, complained = stdout.read().decode(), stderr.read().decode()
    return subprocess.CompletedProcess([PROGRAM, *arguments], code, said, complained)


# The server.


def _receive(requests: socket.socket) -> tuple[dict[str, object], list[int]] | None:
    head, files, _flags, _address = socket.recv_fds(requests, 4, 4)
    if not head:
        return None
    told = b""
    while len(told) < int.from_bytes(head, "big"):
        told += requests.recv(int.from_bytes(head, "big") - len(told))
    return json.loads(told), files


def serve(requests: socket.socket) -> None:
    """Fork whatever is asked for, and tell how each child ended; returns in the children alone,
    ready to run.
    """
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready, _, _ = select.select([requests, *running], [], [])
        for each in ready:
            if each is not requests:
                pid, asker = running.pop(each)
                _pid, status = os.waitpid(pid, 0)
                os.close(each)
                with asker:
                    asker.send(str(os.waitstatus_to_exitcode(status)).encode())
                continue
            asked = _receive(requests)
            if asked is None:
                _leave(running)
            told, (*files, answers) = asked
            pid = os.fork()
            if not pid:
                # Their numbers are given to other files now: nobody may close those when these are
                # collected.
                for owner in (requests, *(asker for _pid, asker in running.values())):
                    owner.detach()
                _become(told, files)
                return
            asker = socket.socket(fileno=answers)
            asker.send(f"{pid}".encode().ljust(16))
            for file in files:
                os.close(file)
            running[os.pidfd_open(pid)] = pid, asker


def _leave(running: Mapping[int, tuple[int, socket.socket]]) -> NoReturn:
    """The tests are over, or were killed: nothing is left behind."""
    for pid, _asker in running.values():
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _become(told: dict[str, object], files: Sequence[int]) -> None:
    """What a program finds when it starts."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(told["environment"])  # type: ignore[call-overload]
    time.tzset()
    sys.argv = [PROGRAM, *told["arguments"]]  # type: ignore[misc]
    for name in AT_IMPORT:
        importlib.reload(sys.modules[name])
    gc.enable()


def _end(code: int) -> NoReturn:
    """Ends a child as multiprocessing ends its own: threads are waited for, nothing written is lost.

    To take its memory apart, an interpreter would first have to copy all that the server shares.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """The server's life, and then in each child the program's."""
    gc.disable()
    importlib.import_module("tests.e2e.warm_desk")
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
    try:
        runpy.run_path(PROGRAM, run_name="__main__")
    except SystemExit as ended:
        if isinstance(ended.code, int):
            _end(ended.code)
        raise


if __name__ == "__main__":
    main()
