"""What strangers do over HTTP is bounded, and nobody waits for them: slow, large, many."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from domain.reach import strangers
from tests.e2e.harness import NOK, DeskProcess, eventually, make_template, missing_ticket
from tests.fakes.line import FakeLine
from tests.fakes.line_chat import line_id

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, line: FakeLine) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    desk = DeskProcess(folder / "desk", make_template(folder), None, line)
    desk.start()
    yield desk
    desk.kill()
    assert "Traceback" not in desk.stderr()


def connect(desk: DeskProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", desk.port), timeout=40)


def answer(desk: DeskProcess, sent: bytes) -> bytes:
    """The status line of what comes back; "" where the desk hangs up."""
    with closing(connect(desk)) as connection:
        try:
            connection.sendall(sent)
            return connection.recv(4096).split(b"\r\n")[0]
        except (ConnectionResetError, BrokenPipeError):
            return b""


GET = b"GET /healthz HTTP/1.1\r\nhost: desk\r\n"
TOO_LARGE = (b"HTTP/1.1 431 Request Header Fields Too Large", b"")


@pytest.mark.parametrize(
    "sent",
    [
        GET + b"".join(b"x-%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
        GET + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n",
        GET + b"y" * 1_000_000,
        b"GET /" + b"y" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["10,000 headers", "a header of 1 MB", "a header without end", "an address of 1 MB"],
)
def test_a_head_that_is_too_large(desk: DeskProcess, sent: bytes) -> None:
    assert answer(desk, sent) in TOO_LARGE
    assert answer(desk, GET + b"\r\n") == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("length", [b"content-length: 100000000", b"transfer-encoding: chunked"])
def test_a_body_of_a_hundred_megabytes(desk: DeskProcess, length: bytes) -> None:
    before = memory(desk)
    head = b"POST /line/webhook HTTP/1.1\r\nhost: desk\r\nx-line-signature: x\r\n" + length
    with closing(connect(desk)) as connection:
        connection.sendall(head + b"\r\n\r\n")
        sent = 0
        part = b"x" * 65_536
        if b"chunked" in length:
            part = b"10000\r\n" + part + b"\r\n"
        try:
            while sent < 100_000_000:
                connection.sendall(part)
                sent += len(part)
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert sent < 10_000_000
    assert memory(desk) - before < 20_000_000


def memory(desk: DeskProcess) -> int:
    assert desk._process is not None
    status = Path(f"/proc/{desk._process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


SLOW = {
    "nothing": b"",
    "a head": GET,
    "a body": b"POST /line/webhook HTTP/1.1\r\nhost: desk\r\nx-line-signature: x\r\n"
    b"content-length: 999\r\n\r\n",
    "a second that is none": GET + b"\r\n\r\n",
    "a body that nobody reads": GET + b"content-length: 999999\r\n\r\n",
}


def test_who_is_slow_is_hung_up_on_and_holds_nobody_up(desk: DeskProcess, line: FakeLine) -> None:
    with ExitStack() as stack:
        begun = time.monotonic()
        slow = []
        for _ in range(30):
            for head in SLOW.values():
                connection = stack.enter_context(closing(connect(desk)))
                connection.sendall(head)
                slow.append(connection)
        stopping = threading.Event()
        trickling = threading.Thread(target=trickle, args=(slow, stopping))
        trickling.start()
        try:
            before = len(line.messages(NOK.line))
            asked = time.monotonic()
            assert line.say(NOK.line, missing_ticket(1)).status == 200
            line.wait_messages(NOK.line, before + 1)
            assert time.monotonic() - asked < 5
            eventually(
                lambda: open_connections(desk) < 5, "all hung up", strangers.REQUEST_SECONDS + 20
            )
            assert time.monotonic() - begun < strangers.REQUEST_SECONDS + 15
        finally:
            stopping.set()
            trickling.join()


def trickle(slow: list[socket.socket], stopping: threading.Event) -> None:
    """A byte now and then from each."""
    while not stopping.wait(1.0):
        for connection in slow:
            try:
                connection.sendall(b"x")
            except OSError:
                continue


def open_connections(desk: DeskProcess) -> int:
    """How many the desk has open with anybody who connected to its port."""
    assert desk._process is not None
    port = f":{desk.port:04X}"
    table = Path(f"/proc/{desk._process.pid}/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in table]
    return sum(row[1].endswith(port) and row[3] == "01" for row in rows)


def test_five_hundred_connections_shut_nobody_out(desk: DeskProcess, line: FakeLine) -> None:
    with ExitStack() as stack:
        for n in range(500):
            connection = stack.enter_context(closing(connect(desk)))
            connection.sendall(GET if n % 2 else b"")
        assert answer(desk, GET + b"\r\n") == b"HTTP/1.1 200 OK"
        before = len(line.messages(NOK.line))
        assert line.say(NOK.line, missing_ticket(2)).status == 200
        line.wait_messages(NOK.line, before + 1)
        assert open_connections(desk) <= strangers.CONNECTIONS + 1


def test_a_thousand_strangers_hold_no_officer_up(desk: DeskProcess, line: FakeLine) -> None:
    strangers = [line_id(f"stranger-{n}") for n in range(1000)]
    events = [line.text_event(who, "สวัสดี") for who in strangers]
    for first in range(0, 1000, 100):
        assert line.events(events[first : first + 100]).status == 200
    before = len(line.messages(NOK.line))
    assert line.say(NOK.line, missing_ticket(3)).status == 200
    line.wait_messages(NOK.line, before + 1)
    # They came first, and most of them wait still.
    ((waiting,),) = desk.rows("SELECT count(*) FROM inbox WHERE state = 'pending'")
    assert waiting > 100
    desk.settle(60)
