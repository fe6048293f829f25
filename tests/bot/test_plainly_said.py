"""A plain text is read without the library, and exactly as the library would have it read."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.updates import incoming, plainly_said, row_of
from handlers.chat import Text

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SENDER = {"id": 1002, "is_bot": False, "first_name": "นก"}
CHAT = {"id": 1002, "type": "private", "first_name": "นก"}
MESSAGE = {"message_id": 7, "date": 1_795_000_000, "text": "เมนู", "from": SENDER, "chat": CHAT}
ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just([]), st.just({}))


def said(**changed: Any) -> dict[str, Any]:
    return {"update_id": 5, "message": {**MESSAGE, **changed}}


def both(update: Any) -> tuple[object, object]:
    """What is read plainly, and what the library reads."""
    event = replace(row_of(update), received_at=NOW)
    data = json.loads(event.raw)
    plain = plainly_said(event, data)
    read = telegram.Update.de_json(data, None)
    return plain, incoming(event, read, "99", heard=False)


@pytest.mark.parametrize(
    "sender",
    [
        SENDER,
        {**SENDER, "last_name": "สุขใจ", "username": "nok", "language_code": "th"},
        {**SENDER, "last_name": "", "language_code": "en", "is_premium": True},
    ],
)
@pytest.mark.parametrize("text", ["เมนู", "", "C81554 😀", "/open C81554"])
def test_a_plain_text_is_read_alike(sender: dict[str, Any], text: str) -> None:
    plain, read = both(said(**{"from": sender, "text": text}))
    assert plain == read
    assert plain is not None


@pytest.mark.parametrize("kind", ["bot_command", "url", "phone_number", "email", "mention"])
def test_what_is_marked_in_a_text_and_can_be_read_there_is_read_alike(kind: str) -> None:
    entities = [{"type": kind, "offset": 0, "length": 5}]
    plain, read = both(said(text="/open C81554", entities=entities))
    assert plain == read
    assert plain is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"entities": [{"type": "text_link", "offset": 0, "length": 4, "url": "https://a.th"}]},
        {"entities": [{"type": ["url"], "offset": 0, "length": 4}]},
        {"entities": [None]},
        {"forward_origin": {}},
        {"via_bot": SENDER},
        {"is_topic_message": True, "message_thread_id": 3},
        {"migrate_to_chat_id": -5},
        {"from": {**SENDER, "is_bot": True}},
        {"chat": {**CHAT, "type": "group", "title": "กลุ่ม"}},
        {"chat": {**CHAT, "type": "channel"}},
    ],
)
def test_anything_else_is_left_to_the_library(changed: dict[str, Any]) -> None:
    event = replace(row_of(said(**changed)), received_at=NOW)
    assert plainly_said(event, said(**changed)) is None


@given(st.sampled_from(sorted(MESSAGE)), ODD)
def test_an_odd_message_is_never_read_plainly_but_as_the_library_does(name: str, odd: Any) -> None:
    update = said(**{name: odd})
    plain = plainly_said(replace(row_of(update), received_at=NOW), update)
    if plain is not None:
        assert plain == both(update)[1]
        assert isinstance(plain.body, Text)


@given(ODD)
def test_what_is_no_update_is_not_read_plainly(odd: Any) -> None:
    assert plainly_said(replace(row_of({}), received_at=NOW), odd) is None
