"""Whatever bytes come in, on both engines: each is a ticket or the note of a machine's mail, none is
lost, nothing fails on the way, and what goes out again is whole.
"""

import json
import random
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.mail import settling
from store.mail import incoming
from tests.fakes.incoming_mails import Mailbox, exported
from tests.handlers.conftest import DeskUnderTest
from tests.mail.test_any_bytes import RAWS, SCRAPS
from tests.mail.test_corpus import CASES

pytestmark = pytest.mark.long

FIELDS = {
    *("message_id", "from_name", "from_email", "reply_to", "subject", "date_utc", "body_text"),
    *("attachments", "kind", "ticket", "second_ticket", "phones", "suggested_subjects"),
    *("forwarded_original", "province_counts", "failed_recipient", "raw_sha256"),
}
KINDS = {"new", "reply", "forward", "auto_reply", "bounce", "own_loop", "spam_like"}
WITHOUT_TICKET = {"auto_reply", "bounce", "own_loop", "spam_like"}
PLAIN = st.binary(max_size=600)
LIKE_A_MAIL = st.lists(
    st.one_of(
        st.sampled_from(SCRAPS),
        st.sampled_from((b"From: a@b.example\r\n", b"Message-ID: <\0@\xff>\r\n", b"\xed\xa0\x80")),
        st.binary(max_size=20),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    ),
    max_size=40,
).map(b"".join)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def drawn(strategy: st.SearchStrategy[bytes], count: int) -> list[bytes]:
    """So many examples: the desk is one for all of them."""
    found: list[bytes] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def collect(raw: bytes) -> None:
        found.append(raw)

    collect()
    return found


def hurt(count: int) -> list[bytes]:
    """Mails of the corpus with bytes changed, left out, or taken from another."""
    chance = random.Random(15)
    found = []
    for _mail in range(count):
        data = bytearray(chance.choice(RAWS))
        for _each in range(chance.randint(1, 8)):
            at = chance.randrange(len(data) + 1)
            other = chance.choice(RAWS)
            begin = chance.randrange(len(other))
            data[at : at + chance.randrange(40)] = other[begin : begin + chance.randrange(60)]
        found.append(bytes(data))
    return found


class NoErrors:
    """A log in which nothing may be an error."""

    def info(self, *_said: object, **_fields: object) -> None:
        pass

    warning = info

    def error(self, said: str, **fields: object) -> None:
        raise AssertionError(f"{said} {fields}")


SOURCES: dict[str, Callable[[], list[bytes]]] = {
    "corpus": lambda: [case.raw for case in CASES],
    "any bytes": lambda: drawn(PLAIN, 60),
    "like mails": lambda: drawn(LIKE_A_MAIL, 60),
    "hurt": lambda: hurt(80),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_all_become_tickets_or_notes_and_go_out_whole(
    desk: DeskUnderTest,
    mailbox: Mailbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    monkeypatch.setattr(settling, "log", NoErrors())
    raws = SOURCES[source]()
    await mailbox.brings(*raws)
    assert await incoming.count_waiting(desk.db) == 0
    rows = await desk.db.fetch("SELECT count(*) AS n FROM incoming_mails")
    out = await exported(desk, tmp_path)
    assert len(out) == rows[0]["n"]
    assert {each["raw_sha256"] for each in out} == {_hash(raw) for raw in raws}
    for each in out:
        check_line(each)
    made = [each["ticket"] for each in out if each["kind"] in ("new", "forward")]
    assert len(made) == len(set(made))
    assert [each.name for each in (tmp_path / "raw").iterdir()]


def _hash(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def check_line(line: dict[str, Any]) -> None:
    assert set(line) == FIELDS
    assert line["kind"] in KINDS
    assert line["ticket"] or line["kind"] in WITHOUT_TICKET
    text = json.dumps(line, ensure_ascii=False)
    text.encode()
    assert "\\u0000" not in text
    for file in line["attachments"]:
        assert set(file) == {"filename", "mime", "size", "sha256", "dangerous"}
        assert not set(file["filename"]) & set("/\\")
    for count in line["province_counts"]:
        assert set(count) == {"province", "month", "count"}
