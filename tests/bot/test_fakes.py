"""The fakes of Telegram and LINE, driven by the real client libraries: are they as strict as the
platforms?
"""

import asyncio
import json
import struct
import threading
import time
import uuid
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import aiohttp
import pytest
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    FlexMessage,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)
from linebot.v3.webhook import SignatureValidator
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from tests.fakes.clock import crowded
from tests.fakes.line import RATE_LIMITED, FakeLine
from tests.fakes.line_chat import line_id
from tests.fakes.line_rules import LINE, check_answer, check_request
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_rules import TELEGRAM, EntityError, visible_text
from tests.fakes.wire import Delay, DropAfter, DropBefore, Hang, Status

SOMCHAI, MALEE, GROUP = 1001, 1002, -1001234567890
LINE_SOMCHAI, LINE_GROUP = line_id("somchai"), line_id("desk", "C")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(telegram.token, telegram.url + "/bot", telegram.url + "/file/bot") as bot:
        yield bot


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture
async def api(line: FakeLine) -> AsyncIterator[AsyncMessagingApi]:
    async with AsyncApiClient(
        Configuration(access_token=line.access_token, host=line.url)
    ) as client:
        yield AsyncMessagingApi(client)


@pytest.fixture
def hook() -> Iterator["Hook"]:
    with Hook() as server:
        yield server


class Hook:
    """A bot that answers its webhook with the scripted statuses, then with 200."""

    def __enter__(self) -> "Hook":
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                hook.headers.append({key.lower(): value for key, value in self.headers.items()})
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in buttons]]
    )


async def telegram_says(fake: FakeTelegram, method: str, **params: Any) -> tuple[int, str]:
    """(status, description) of a call made without a client library that could correct it."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{fake.url}/bot{fake.token}/{method}", json=params) as answer,
    ):
        body = await answer.json()
        return answer.status, body.get("description", "")


# ---------------------------------------------------------------- Telegram


async def test_echo_round_trip(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.say(SOMCHAI, "/start สวัสดี", first_name="สมชาย")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.parse_entities() != {}
    sent = await bot.send_message(
        SOMCHAI, "<b>ได้</b> &lt;1&gt;", parse_mode="HTML", reply_markup=keyboard(("ปิด", "c1"))
    )
    (message,) = telegram.wait_messages(SOMCHAI, 1)
    assert (message.message_id, message.text, message.html) == (
        sent.message_id,
        "ได้ <1>",
        "<b>ได้</b> &lt;1&gt;",
    )
    assert message.buttons == ((("ปิด", "c1"),),)
    assert sent.text == message.text
    assert telegram.violations == []


async def test_offset_confirms_and_forgets_older_updates(telegram: FakeTelegram, bot: Bot) -> None:
    first, second, third = (telegram.say(SOMCHAI, text) for text in "abc")
    assert [u.update_id for u in await bot.get_updates(limit=2)] == [first, second]
    assert [u.update_id for u in await bot.get_updates()] == [first, second, third]
    assert [u.update_id for u in await bot.get_updates(offset=third)] == [third]
    assert telegram.pending_updates == 1
    assert await bot.get_updates(offset=third + 1) == ()
    assert telegram.pending_updates == 0


async def test_negative_offset_keeps_only_the_last(telegram: FakeTelegram, bot: Bot) -> None:
    ids = [telegram.say(SOMCHAI, text) for text in "abc"]
    assert [u.update_id for u in await bot.get_updates(offset=-1)] == ids[-1:]
    assert telegram.pending_updates == 1


async def test_long_poll_ends_when_somebody_speaks(telegram: FakeTelegram, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.to_thread(telegram.wait_for, lambda: telegram.calls)
    started = time.monotonic()
    update_id = telegram.say(SOMCHAI, "hello")
    assert [u.update_id for u in await polling] == [update_id]
    assert time.monotonic() - started < 2 * crowded()


async def test_second_poller_ends_the_first_with_conflict(telegram: FakeTelegram, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.to_thread(
        telegram.wait_for, lambda: [c for c in telegram.calls if c.method == "getUpdates"]
    )
    async with Bot(telegram.token, telegram.url + "/bot") as other:
        second = asyncio.create_task(other.get_updates(timeout=10))
        with pytest.raises(Conflict):
            await first
        telegram.say(SOMCHAI, "hello")
        assert len(await second) == 1


async def test_polling_is_refused_while_a_webhook_is_set(
    telegram: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    await bot.set_webhook(hook.url)
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_allowed_updates_stick_and_filter(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    telegram.say(SOMCHAI, "not wanted")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    telegram.say(SOMCHAI, "wanted")
    assert len(await bot.get_updates()) == 1


async def test_webhook_carries_the_secret_and_retries_until_200(
    telegram: FakeTelegram, bot: Bot, hook: Hook
) -> None:
    hook.statuses = [500, 503]
    await bot.set_webhook(hook.url, secret_token="s3cret")
    update_id = telegram.say(SOMCHAI, "hello")
    await asyncio.to_thread(telegram.wait_for, lambda: telegram.pending_updates == 0)
    assert [json.loads(body)["update_id"] for body in hook.bodies] == [update_id] * 3
    assert {h["x-telegram-bot-api-secret-token"] for h in hook.headers} == {"s3cret"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (hook.url, 0)
    assert "503" in str(info.last_error_message)


async def test_raw_updates_go_out_byte_for_byte(telegram: FakeTelegram) -> None:
    odd = b'{"update_id": 5, "message": {"text": "\\ud800\\u0000"}, "new_kind": [1]}'
    assert telegram.push_raw(odd) == 5
    telegram.push_raw({"update_id": 5, "message": None})
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{telegram.url}/bot{telegram.token}/getUpdates") as answer,
    ):
        assert odd in await answer.read()
    assert telegram.pending_updates == 2


async def test_press_arrives_and_is_answered_once(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(SOMCHAI, "?", reply_markup=keyboard(("Yes", "y"), ("No", "n")))
    telegram.press(MALEE, sent.message_id, "No")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("n", MALEE)
    await query.answer()
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_callback_query(query.id)
    with pytest.raises(LookupError):
        telegram.press(MALEE, sent.message_id, "Maybe")


async def test_late_answers_and_old_presses(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(SOMCHAI, "?", reply_markup=keyboard(("Yes", "y")))
    telegram.press(SOMCHAI, sent.message_id, "y")
    telegram.say(SOMCHAI, "kept for a day")
    telegram.advance(16)
    press, _ = await bot.get_updates()
    assert press.callback_query is not None
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_callback_query(press.callback_query.id)
    telegram.advance(150)
    assert [u.callback_query for u in await bot.get_updates()] == [None]


async def test_queries_are_answered_while_they_are_fresh(telegram: FakeTelegram, bot: Bot) -> None:
    asked = telegram.inquire(MALEE, "som", chat_type="private")
    (update,) = await bot.get_updates(allowed_updates=["inline_query"])
    query = update.inline_query
    assert query is not None
    assert (query.id, query.query, query.offset, query.from_user.id) == (asked, "som", "", MALEE)
    await bot.answer_inline_query(query.id, [], cache_time=0, is_personal=True)
    assert telegram.wait_offered(asked) == {
        "inline_query_id": asked,
        "results": [],
        "cache_time": 0,
        "is_personal": True,
    }
    telegram.advance(16)
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_inline_query(query.id, [])


async def test_edits_follow_the_rules(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(SOMCHAI, "one", reply_markup=keyboard(("a", "1")))
    await bot.edit_message_text("two", SOMCHAI, sent.message_id)
    assert [(m.text, m.buttons, m.edits) for m in telegram.messages(SOMCHAI)] == [("two", (), 1)]
    with pytest.raises(BadRequest, match="essage is not modified"):
        await bot.edit_message_text("two", SOMCHAI, sent.message_id)
    with pytest.raises(BadRequest, match="essage is not modified"):
        await bot.edit_message_reply_markup(SOMCHAI, sent.message_id)
    with pytest.raises(BadRequest, match="essage to edit not found"):
        await bot.edit_message_text("two", MALEE, sent.message_id)
    await bot.delete_message(SOMCHAI, sent.message_id)
    with pytest.raises(BadRequest, match="essage to delete not found"):
        await bot.delete_message(SOMCHAI, sent.message_id)
    assert telegram.violations == []


def article(key: object, text: str = "x") -> dict[str, Any]:
    return {
        "type": "article",
        "id": str(key),
        "title": "x",
        "input_message_content": {"message_text": text},
    }


BAD_CALLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown method": ("sendMesage", {}, "method not found"),
    "unknown field": ("sendMessage", {"chat_id": 1, "text": "x", "colour": 1}, "unknown field"),
    "missing field": ("sendMessage", {"chat_id": 1}, "must be specified"),
    "wrong type": (
        "answerCallbackQuery",
        {"callback_query_id": "1", "show_alert": "perhaps"},
        "Boolean",
    ),
    "nested unknown": (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "1", "x": 1}]]},
        },
        "unknown field",
    ),
    "empty text": ("sendMessage", {"chat_id": 1, "text": " \n"}, "message text is empty"),
    "empty after parsing": (
        "sendMessage",
        {"chat_id": 1, "text": "<b></b>", "parse_mode": "HTML"},
        "message text is empty",
    ),
    "4097 units": ("sendMessage", {"chat_id": 1, "text": "x" * 4097}, "message is too long"),
    "2049 emoji": ("sendMessage", {"chat_id": 1, "text": "😀" * 2049}, "message is too long"),
    "65 bytes of data": (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ก" * 22}]]},
        },
        "BUTTON_DATA_INVALID",
    ),
    "empty data": (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]},
        },
        "BUTTON_DATA_INVALID",
    ),
    "button without action": (
        "sendMessage",
        {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
        "exactly one action",
    ),
    "nine in a row": (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "1"}] * 9]},
        },
        "REPLY_MARKUP_TOO_LONG",
    ),
    "101 buttons": (
        "sendMessage",
        {
            "chat_id": 1,
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "1"}]] * 101},
        },
        "REPLY_MARKUP_TOO_LONG",
    ),
    "bad markup": (
        "sendMessage",
        {"chat_id": 1, "text": "<b>x", "parse_mode": "HTML"},
        "can't parse entities",
    ),
    "other markup": (
        "sendMessage",
        {"chat_id": 1, "text": "x", "parse_mode": "MarkdownV2"},
        "only HTML",
    ),
    "long toast": (
        "answerCallbackQuery",
        {"callback_query_id": "1", "text": "x" * 201},
        "between 0 and 200",
    ),
    "51 results": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [article(n) for n in range(51)]},
        "TOO_MUCH",
    ),
    "one result twice": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [article(1)] * 2},
        "DUPLICATE",
    ),
    "result without id": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [article("")]},
        "RESULT_ID",
    ),
    "empty result": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [article(1, " ")]},
        "text is empty",
    ),
    "unknown in a result": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [article(1) | {"colour": 1}]},
        "unknown field",
    ),
    "long offset": (
        "answerInlineQuery",
        {"inline_query_id": "1", "results": [], "next_offset": "9" * 65},
        "OFFSET",
    ),
    "limit of poll": ("getUpdates", {"limit": 101}, "between 1 and 100"),
    "bad command": (
        "setMyCommands",
        {"commands": [{"command": "Find", "description": "x"}]},
        "BOT_COMMAND",
    ),
    "bad scope": ("setMyCommands", {"commands": [], "scope": {"type": "planet"}}, "Must be one of"),
    "bad language": (
        "setMyCommands",
        {"commands": [], "language_code": "tha"},
        "LANG_CODE_INVALID",
    ),
    "bad secret": (
        "setWebhook",
        {"url": "https://x.example", "secret_token": "a b"},
        "unallowed characters",
    ),
}


@pytest.mark.parametrize("case", BAD_CALLS)
async def test_telegram_refuses_and_remembers(telegram: FakeTelegram, case: str) -> None:
    method, params, words = BAD_CALLS[case]
    status, description = await telegram_says(telegram, method, **params)
    assert status in (400, 404)
    assert words in description
    assert len(telegram.violations) == 1
    assert telegram.messages(1) == []


async def test_longest_legal_message_is_taken(telegram: FakeTelegram, bot: Bot) -> None:
    markup = InlineKeyboardMarkup([list(keyboard(*[("a", "x" * 64)] * 8).inline_keyboard[0])] * 12)
    await bot.send_message(
        SOMCHAI, "<b>" + "&amp;" * 4096 + "</b>", parse_mode="HTML", reply_markup=markup
    )
    assert telegram.violations == []


async def test_lenient_fake_checks_nothing(telegram: FakeTelegram) -> None:
    telegram.strict = False
    assert await telegram_says(
        telegram, "sendMessage", chat_id=1, text="<b>", parse_mode="HTML", x=1
    ) == (200, "")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>a<i>b</i></b>", "ab"),
        ('<a href="https://x.example/?a=1&amp;b=2">ก</a>', "ก"),
        ("<pre><code class='language-py'>x &lt; 1</code></pre>", "x < 1"),
        ("<blockquote expandable>q</blockquote>&#39;&quot;", "q'\""),
        ('<span class="tg-spoiler">s</span>', "s"),
    ],
)
def test_html_that_telegram_takes(html: str, text: str) -> None:
    assert visible_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "a < b",
        "a > b",
        "a & b",
        "&nbsp;",
        "<br>",
        "<p>x</p>",
        "<b>x",
        "x</b>",
        "<b><i>x</b></i>",
        "<b class='x'>y</b>",
        "<a>x</a>",
        "<span>x</span>",
        "<code><b>x</b></code>",
        "<a href='x'><a href='y'>z</a></a>",
        "<blockquote><blockquote>x</blockquote></blockquote>",
    ],
)
def test_html_that_telegram_refuses(html: str) -> None:
    with pytest.raises(EntityError):
        visible_text(html)


async def test_commands_are_kept_per_scope_and_language(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("find", "ค้นหา")])
    await bot.set_my_commands([BotCommand("find", "Search")], language_code="en")
    assert [c.description for c in await bot.get_my_commands(language_code="en")] == ["Search"]
    assert [c.description for c in await bot.get_my_commands()] == ["ค้นหา"]


async def test_files_go_both_ways(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.document(SOMCHAI, b"a,b\n", name="คำขอ.csv", mime="text/csv", caption="ไฟล์")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"a,b\n"
    await bot.send_document(
        SOMCHAI, b"report", caption="<b>รายงาน</b>", parse_mode="HTML", filename="r.csv"
    )
    await bot.send_photo(SOMCHAI, b"\x89PNG\r\n\x1a\n")
    document, photo = telegram.messages(SOMCHAI)
    assert (document.media, document.text) == ("document", "รายงาน")
    assert telegram.files[str(document.file_id)] == b"report"
    assert photo.media == "photo"
    assert telegram.violations == []


async def test_files_that_telegram_refuses(telegram: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(SOMCHAI, b"no picture")
    with pytest.raises(BadRequest, match="non-empty"):
        await bot.send_document(SOMCHAI, InputFile(b"", filename="a.txt"))
    telegram.document(SOMCHAI, bytes(20_000_001))
    (update,) = await bot.get_updates()
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(update.message.document.file_id)  # type: ignore[union-attr]


async def test_an_album_is_several_messages_of_one_media_group(
    telegram: FakeTelegram, bot: Bot
) -> None:
    for caption in ("หน้างาน", None):
        telegram.photo(SOMCHAI, caption=caption, album="77")
    first, second = [update.message for update in await bot.get_updates() if update.message]
    assert (first.media_group_id, second.media_group_id) == ("77", "77")
    assert (first.caption, second.caption) == ("หน้างาน", None)
    assert [size.width for size in first.photo] == [90, 1280]


async def test_wrong_tokens_are_turned_away(telegram: FakeTelegram) -> None:
    async with aiohttp.ClientSession() as session:
        for token, status in (("1:other", 401), ("nonsense", 404)):
            async with session.post(f"{telegram.url}/bot{token}/getMe") as answer:
                assert answer.status == status


async def test_drop_after_records_the_effect_and_drop_before_does_not(
    telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.fail("sendMessage", DropAfter(), DropBefore())
    for text in ("done", "not done"):
        with pytest.raises(NetworkError):
            await bot.send_message(SOMCHAI, text)
    await bot.send_message(SOMCHAI, "normal again")
    assert [m.text for m in telegram.messages(SOMCHAI)] == ["done", "normal again"]
    assert [c.status for c in telegram.calls if c.method == "sendMessage"] == [0, 0, 200]


@pytest.mark.filterwarnings("ignore:.*retry_after")  # the library deprecates its own int
async def test_scripted_statuses_reach_the_client(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.fail(
        "sendMessage",
        Status(429, retry_after=7),
        Status(502, "<html>Bad Gateway</html>"),
        Status(403),
    )
    with pytest.raises(RetryAfter) as flood:
        await bot.send_message(SOMCHAI, "x")
    assert "7" in str(flood.value)
    with pytest.raises(NetworkError):
        await bot.send_message(SOMCHAI, "x")
    with pytest.raises(Forbidden):
        await bot.send_message(SOMCHAI, "x")
    telegram.blocked.add(SOMCHAI)
    with pytest.raises(Forbidden):
        await bot.send_message(SOMCHAI, "x")
    assert telegram.messages(SOMCHAI) == []


async def test_delay_and_hang(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.fail("*", Delay(0.1), Hang())
    started = time.monotonic()
    await bot.send_message(SOMCHAI, "slow")
    assert time.monotonic() - started >= 0.1
    with pytest.raises(NetworkError):
        await bot.send_message(SOMCHAI, "never", read_timeout=0.1)
    assert [m.text for m in telegram.messages(SOMCHAI)] == ["slow"]


async def test_down_refuses_and_up_keeps_the_state(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.say(SOMCHAI, "waiting")
    url = telegram.url
    telegram.down()
    with pytest.raises(NetworkError):
        await bot.get_updates()
    telegram.up()
    assert telegram.url == url
    assert len(await bot.get_updates()) == 1


@pytest.mark.filterwarnings("ignore:.*retry_after")  # the library deprecates its own int
async def test_flood_limits_when_switched_on(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.limits = True
    for _ in range(3):
        await bot.send_message(SOMCHAI, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(SOMCHAI, "x")
    await bot.send_message(MALEE, "x")
    telegram.advance(4)
    await bot.send_message(SOMCHAI, "x")
    for step in range(20):
        await bot.send_message(GROUP, str(step))
        telegram.advance(1.1)
    with pytest.raises(RetryAfter):
        await bot.send_message(GROUP, "x")


def test_waiting_in_vain_says_what_was_called(telegram: FakeTelegram) -> None:
    with pytest.raises(TimeoutError, match="last calls: none"):
        telegram.wait_messages(SOMCHAI, 1, timeout=0.01)


def test_tables_cover_the_bot_api() -> None:
    assert len(TELEGRAM["methods"]) == 180
    assert TELEGRAM["methods"]["sendMessage"]["text!"] == "String{1,4096p}"
    assert TELEGRAM["types"]["InlineKeyboardButton"]["callback_data"] == "String{1,64b}"


# ---------------------------------------------------------------- LINE


def text_push(text: str = "hello", to: str = LINE_SOMCHAI) -> PushMessageRequest:
    return PushMessageRequest(to=to, messages=[TextMessage(text=text)])


def bubble(*contents: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": list(contents)},
    } | rest


def flex(contents: dict[str, Any], alt: str = "card") -> dict[str, Any]:
    return {"type": "flex", "altText": alt, "contents": contents}


def button(label: str = "Close", **action: Any) -> dict[str, Any]:
    return {"type": "button", "action": {"type": "postback", "label": label, "data": "c1"} | action}


async def hear(line: FakeLine, hook: Hook, act: Callable[[], Any]) -> dict[str, Any]:
    """Let a person act; the event as it reached the bot."""
    line.webhook_url = hook.url
    delivery = await asyncio.to_thread(act)
    assert delivery.status == 200
    event: dict[str, Any] = json.loads(hook.bodies[-1])["events"][0]
    return event


async def test_line_event_is_signed_and_its_token_replies_once(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    event = await hear(line, hook, lambda: line.say(LINE_SOMCHAI, "สวัสดี"))
    validator = SignatureValidator(line.channel_secret)
    assert validator.validate(hook.bodies[0].decode(), hook.headers[0]["x-line-signature"])
    assert len(event["webhookEventId"]) == 26
    reply = ReplyMessageRequest(reply_token=event["replyToken"], messages=[TextMessage(text="ครับ")])
    await api.reply_message(reply)
    with pytest.raises(ApiException) as refusal:
        await api.reply_message(reply)
    assert (refusal.value.status, "Invalid reply token" in str(refusal.value.body)) == (400, True)
    (message,) = line.messages(LINE_SOMCHAI)
    assert (message.type, message.text, message.via) == ("text", "ครับ", "reply")
    assert line.violations == []


async def test_reply_token_dies_after_a_minute_and_lives_again_when_redelivered(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    event = await hear(line, hook, lambda: line.say(LINE_SOMCHAI, "x"))
    reply = ReplyMessageRequest(
        reply_token=event["replyToken"], messages=[TextMessage(text="late")]
    )
    line.advance(61)
    with pytest.raises(ApiException):
        await api.reply_message(reply)
    event = await hear(line, hook, lambda: line.say(LINE_SOMCHAI, "y"))
    line.advance(61)
    again = await hear(line, hook, lambda: line.redeliver(event["webhookEventId"]))
    assert again["deliveryContext"] == {"isRedelivery": True}
    assert again["replyToken"] == event["replyToken"]
    await api.reply_message(
        ReplyMessageRequest(reply_token=again["replyToken"], messages=[TextMessage(text="z")])
    )
    assert [m.text for m in line.messages(LINE_SOMCHAI)] == ["z"]


async def test_retry_key_is_accepted_once(line: FakeLine, api: AsyncMessagingApi) -> None:
    key = str(uuid.uuid4())
    first = await api.push_message_with_http_info(text_push(), x_line_retry_key=key)
    with pytest.raises(ApiException) as again:
        await api.push_message(text_push(), x_line_retry_key=key)
    body = json.loads(again.value.body)
    assert again.value.status == 409
    assert again.value.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert body["sentMessages"][0]["id"] == first.data.sent_messages[0].id
    assert check_answer("ErrorResponse", body) == []
    assert len(line.messages(LINE_SOMCHAI)) == 1
    assert line.violations == []
    line.advance(24 * 3600 + 1)
    await api.push_message(text_push(), x_line_retry_key=key)
    assert len(line.messages(LINE_SOMCHAI)) == 2


async def test_retry_key_belongs_to_one_message(line: FakeLine, api: AsyncMessagingApi) -> None:
    key = str(uuid.uuid4())
    await api.push_message(text_push("one"), x_line_retry_key=key)
    with pytest.raises(ApiException):
        await api.push_message(text_push("two"), x_line_retry_key=key)
    assert any("another body" in violation for violation in line.violations)


async def test_malformed_retry_keys_and_keys_on_replies_are_refused(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    assert await line_says(line, "push", {"to": LINE_SOMCHAI, "messages": []}, key="abc") == 400
    event = await hear(line, hook, lambda: line.say(LINE_SOMCHAI, "x"))
    body = {"replyToken": event["replyToken"], "messages": [{"type": "text", "text": "x"}]}
    assert await line_says(line, "reply", body, key=str(uuid.uuid4())) == 400
    assert any("not allowed on a reply" in violation for violation in line.violations)
    assert (
        await line_says(line, "push", {"to": LINE_SOMCHAI, "messages": body["messages"]}, key="abc")
        == 400
    )
    assert any("hexadecimal UUID" in violation for violation in line.violations)


async def line_says(line: FakeLine, endpoint: str, body: object, *, key: str | None = None) -> int:
    """Status of a request that no client library has corrected."""
    verb, path, _, _ = LINE["endpoints"][endpoint]
    headers = {"Authorization": f"Bearer {line.access_token}"} | (
        {"X-Line-Retry-Key": key} if key else {}
    )
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(verb, line.url + path, json=body) as answer,
    ):
        return answer.status


async def test_drop_after_push_then_409_on_retry(line: FakeLine, api: AsyncMessagingApi) -> None:
    line.fail("push", DropAfter())
    key = str(uuid.uuid4())
    with pytest.raises(aiohttp.ClientError):
        await api.push_message(text_push(), x_line_retry_key=key)
    with pytest.raises(ApiException) as again:
        await api.push_message(text_push(), x_line_retry_key=key)
    assert again.value.status == 409
    assert len(line.messages(LINE_SOMCHAI)) == 1


async def test_both_kinds_of_429(line: FakeLine, api: AsyncMessagingApi) -> None:
    line.fail("push", RATE_LIMITED)
    line.quota, line.group_sizes = 4, {LINE_GROUP: 3}
    expected = ["rate limit", None, "monthly limit", None]
    for words, to in zip(
        expected, [LINE_SOMCHAI, LINE_GROUP, LINE_GROUP, LINE_SOMCHAI], strict=True
    ):
        if words is None:
            await api.push_message(text_push(to=to))
            continue
        with pytest.raises(ApiException) as refusal:
            await api.push_message(text_push(to=to))
        assert refusal.value.status == 429
        assert words in refusal.value.body
    assert (await api.get_message_quota()).value == 4
    assert (await api.get_message_quota_consumption()).total_usage == 4


async def test_pushes_to_people_who_left_vanish(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    await hear(line, hook, lambda: line.unfollow(LINE_SOMCHAI))
    await api.push_message(text_push())
    assert line.messages(LINE_SOMCHAI) == []
    event = await hear(line, hook, lambda: line.follow(LINE_SOMCHAI))
    assert event["follow"] == {"isUnblocked": True}
    line.strangers.add(LINE_SOMCHAI)
    with pytest.raises(ApiException, match="Failed to send"):
        await api.push_message(text_push())


async def test_loading_animation_only_in_private_chats(
    line: FakeLine, api: AsyncMessagingApi
) -> None:
    answer = await api.show_loading_animation_with_http_info(
        ShowLoadingAnimationRequest(chat_id=LINE_SOMCHAI)
    )
    assert answer.status_code == 202
    for body in ({"chatId": LINE_GROUP}, {"chatId": LINE_SOMCHAI, "loadingSeconds": 7}):
        assert await line_says(line, "loading", body) == 400


async def test_flex_buttons_are_pressed_by_label_or_data(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    picker = {"type": "datetimepicker", "label": "วันที่", "data": "d1", "mode": "date"}
    card = flex(
        bubble(
            {"type": "text", "text": "ใบงาน", "weight": "bold"},
            button("ปิดงาน", displayText="ปิดงาน"),
            {"type": "button", "action": picker},
            {
                "type": "text",
                "contents": [{"type": "span", "text": "a"}, {"type": "span", "text": "b"}],
            },
        )
    )
    card["quickReply"] = {
        "items": [{"type": "action", "action": {"type": "message", "label": "9", "text": "9"}}]
    }
    await api.push_message(
        PushMessageRequest(to=LINE_SOMCHAI, messages=[FlexMessage.from_dict(card)])
    )
    (message,) = line.messages(LINE_SOMCHAI)
    assert (message.text, message.alt_text) == ("ใบงาน\nab", "card")
    assert message.buttons == (("ปิดงาน", "c1"), ("วันที่", "d1"), ("9", "9"))
    event = await hear(line, hook, lambda: line.press(LINE_SOMCHAI, "ปิดงาน"))
    assert (event["type"], event["postback"]) == ("postback", {"data": "c1"})
    event = await hear(
        line, hook, lambda: line.press(LINE_SOMCHAI, "d1", params={"date": "2026-11-23"})
    )
    assert event["postback"] == {"data": "d1", "params": {"date": "2026-11-23"}}
    event = await hear(line, hook, lambda: line.press(LINE_SOMCHAI, "9"))
    assert event["message"]["text"] == "9"
    with pytest.raises(LookupError):
        line.press(LINE_SOMCHAI, "nothing")
    assert line.violations == []


ACTION = {"type": "postback", "label": "a", "data": "1"}
BAD_MESSAGES: dict[str, tuple[str, Any]] = {
    "unknown type": ("[text, textV2", {"type": "txt", "text": "x"}),
    "unknown field": (
        "parse_mode: unknown field",
        {"type": "text", "text": "x", "parse_mode": "HTML"},
    ),
    "no text": ("text: must be specified", {"type": "text"}),
    "empty text": ("text: May not be empty", {"type": "text", "text": ""}),
    "5001 units": ("between 1 and 5000", {"type": "text", "text": "x" * 5001}),
    "2501 emoji": ("between 1 and 5000", {"type": "text", "text": "😀" * 2501}),
    "no altText": ("altText: must be specified", {"type": "flex", "contents": bubble()}),
    "1501 of altText": ("between 1 and 1500", flex(bubble(), "x" * 1501)),
    "empty altText": ("altText: May not be empty", flex(bubble(), "")),
    "empty bubble": ("At least one block", flex({"type": "bubble"})),
    "31 KB bubble": ("larger than 30 KB", flex(bubble({"type": "text", "text": "ก" * 10_400}))),
    "empty Flex text": ("text: May not be empty", flex(bubble({"type": "text", "text": ""}))),
    "Flex text without text": (
        "text: must be specified",
        flex(bubble({"type": "text", "wrap": True})),
    ),
    "span in a box": ("span not allowed", flex(bubble({"type": "span", "text": "x"}))),
    "icon outside baseline": (
        "icon not allowed",
        flex(bubble({"type": "icon", "url": "https://x.example/i.png"})),
    ),
    "button in baseline": (
        "button not allowed",
        flex(bubble({"type": "box", "layout": "baseline", "contents": [button()]})),
    ),
    "bad colour": ("color: invalid", flex(bubble({"type": "text", "text": "x", "color": "red"}))),
    "bad size": ("size: invalid", flex(bubble({"type": "text", "text": "x", "size": "huge"}))),
    "bad margin": ("margin: invalid", flex(bubble({"type": "text", "text": "x", "margin": "12"}))),
    "bad layout": (
        "layout: Must be one of",
        flex(bubble({"type": "box", "layout": "grid", "contents": []})),
    ),
    "box without contents": (
        "contents: must be specified",
        flex(bubble({"type": "box", "layout": "vertical"})),
    ),
    "button without action": ("action: must be specified", flex(bubble({"type": "button"}))),
    "button without label": (
        "label: must be specified",
        flex(bubble({"type": "button", "action": {"type": "postback", "data": "1"}})),
    ),
    "41 graphemes on a button": ("between 1 and 40", flex(bubble(button("ก" * 41)))),
    "301 of data": ("data: Length", flex(bubble(button(data="x" * 301)))),
    "empty data": ("data: May not be empty", flex(bubble(button(data="")))),
    "301 of displayText": ("displayText: Length", flex(bubble(button(displayText="x" * 301)))),
    "unknown action": ("[camera, cameraRoll", flex(bubble(button(type="call")))),
    "camera on a card": (
        "only for quick reply",
        flex(bubble({"type": "button", "action": {"type": "camera", "label": "x"}})),
    ),
    "plain http picture": (
        "url: invalid uri",
        flex(bubble({"type": "image", "url": "http://x.example/i.png"})),
    ),
    "bad address": (
        "uri: invalid uri",
        flex(
            bubble(
                {
                    "type": "button",
                    "action": {"type": "uri", "label": "x", "uri": "ftp://x.example"},
                }
            )
        ),
    ),
    "bad date": (
        "invalid date",
        flex(bubble(button(type="datetimepicker", mode="date", initial="23/11/2569"))),
    ),
    "13 bubbles": ("between 1 and 12", flex({"type": "carousel", "contents": [bubble()] * 13})),
    "empty carousel": ("between 1 and 12", flex({"type": "carousel", "contents": []})),
    "51 KB carousel": (
        "larger than 50 KB",
        flex(
            {"type": "carousel", "contents": [bubble({"type": "text", "text": "x" * 26_000})] * 2}
        ),
    ),
    "unequal bubbles": (
        "same size",
        flex({"type": "carousel", "contents": [bubble(size="kilo"), bubble(size="mega")]}),
    ),
    "14 quick replies": (
        "between 0 and 13",
        {"type": "text", "text": "x", "quickReply": {"items": [{"action": ACTION}] * 14}},
    ),
    "no quick reply": (
        "between 1 and 13",
        {"type": "text", "text": "x", "quickReply": {"items": []}},
    ),
    "21 graphemes on a quick reply": (
        "between 1 and 20",
        {
            "type": "text",
            "text": "x",
            "quickReply": {"items": [{"action": ACTION | {"label": "x" * 21}}]},
        },
    ),
    "confirm with one action": (
        "between 2 and 2",
        {
            "type": "template",
            "altText": "x",
            "template": {"type": "confirm", "text": "?", "actions": [ACTION]},
        },
    ),
}


@pytest.mark.parametrize("case", BAD_MESSAGES)
async def test_line_refuses_and_remembers(line: FakeLine, case: str) -> None:
    words, message = BAD_MESSAGES[case]
    assert await line_says(line, "push", {"to": LINE_SOMCHAI, "messages": [message]}) == 400
    assert [words in violation for violation in line.violations] == [True]
    assert line.messages(LINE_SOMCHAI) == []


def test_largest_legal_line_messages_pass() -> None:
    thai = "กำ" * 40  # 40 graphemes, 80 code points
    messages = [
        {"type": "text", "text": "x" * 5000, "quickReply": {"items": [{"action": ACTION}] * 13}},
        flex(bubble(button(thai, data="x" * 300, displayText="ก" * 300)), "x" * 1500),
        flex({"type": "carousel", "contents": [bubble({"type": "text", "text": "x"})] * 12}),
        flex(bubble({"type": "box", "layout": "vertical", "contents": [], "height": "6px"})),
        flex(
            bubble(
                {"type": "button", "action": {"type": "uri", "label": "x", "uri": "tel:021234567"}}
            )
        ),
    ]
    assert check_request("push", {"to": LINE_SOMCHAI, "messages": messages}) == []
    assert check_request("push", {"to": LINE_SOMCHAI, "messages": messages + messages[:1]}) != []
    assert check_request("push", {"to": LINE_SOMCHAI, "messages": []}) != []


async def test_malformed_recipients_json_and_tokens_are_refused(line: FakeLine) -> None:
    body = {"to": "somchai", "messages": [{"type": "text", "text": "x"}]}
    assert await line_says(line, "push", body) == 400
    async with aiohttp.ClientSession() as session:
        push = line.url + "/v2/bot/message/push"
        async with session.post(push, json=body) as answer:
            assert answer.status == 401
        session.headers["Authorization"] = f"Bearer {line.access_token}"
        session.headers["Content-Type"] = "application/json"
        async with session.post(push, data=b"{") as answer:
            assert answer.status == 400
        async with session.post(line.url + "/v2/bot/message/shout", json={}) as answer:
            assert answer.status == 404
    with pytest.raises(ValueError, match="no LINE id"):
        line.text_event("somchai", "x")


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width + 1) * height))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def menu(**changes: Any) -> dict[str, Any]:
    area = {"bounds": {"x": 0, "y": 0, "width": 2500, "height": 843}, "action": ACTION}
    body = {
        "size": {"width": 2500, "height": 843},
        "selected": True,
        "name": "desk",
        "chatBarText": "เมนู",
    }
    return body | {"areas": [area]} | changes


async def test_rich_menu_life(line: FakeLine, api: AsyncMessagingApi, hook: Hook) -> None:
    request = RichMenuRequest.from_dict(menu())
    await api.validate_rich_menu_object(request)
    menu_id = (await api.create_rich_menu(request)).rich_menu_id
    with pytest.raises(ApiException, match="must upload richmenu image"):
        await api.set_default_rich_menu(menu_id)
    blob = AsyncMessagingApiBlob(api.api_client)
    for bad in (png(700, 400), png(2500, 2000), b"GIF89a"):
        with pytest.raises(ApiException):
            await blob.set_rich_menu_image(
                menu_id, bytearray(bad), _headers={"Content-Type": "image/png"}
            )
    assert len(line.violations) == 3
    picture = png(2500, 843)
    await blob.set_rich_menu_image(
        menu_id, bytearray(picture), _headers={"Content-Type": "image/png"}
    )
    with pytest.raises(ApiException, match="already been uploaded"):
        await blob.set_rich_menu_image(
            menu_id, bytearray(picture), _headers={"Content-Type": "image/png"}
        )
    await api.set_default_rich_menu(menu_id)
    assert (await api.get_default_rich_menu_id()).rich_menu_id == menu_id
    assert [m.rich_menu_id for m in (await api.get_rich_menu_list()).richmenus] == [menu_id]
    event = await hear(line, hook, lambda: line.press(LINE_SOMCHAI, "a"))
    assert event["postback"] == {"data": "1"}
    await api.delete_rich_menu(menu_id)
    assert line.default_menu is None


@pytest.mark.parametrize(
    "changes",
    [
        {"chatBarText": "x" * 15},
        {"name": ""},
        {"size": {"width": 700, "height": 400}},
        {"size": {"width": 2500, "height": 2000}},
        {"areas": [{"bounds": {"x": 2400, "y": 0, "width": 200, "height": 100}, "action": ACTION}]},
        {
            "areas": [
                {"bounds": {"x": 0, "y": 0, "width": 1, "height": 1}, "action": {"type": "camera"}}
            ]
        },
    ],
)
async def test_bad_rich_menus_are_refused(line: FakeLine, changes: dict[str, Any]) -> None:
    assert await line_says(line, "richmenu.create", menu(**changes)) == 400
    assert await line_says(line, "richmenu.validate", menu()) == 200


async def test_files_and_albums_come_as_line_brings_them(line: FakeLine, hook: Hook) -> None:
    event = await hear(line, hook, lambda: line.file(LINE_SOMCHAI, b"%PDF", "คำขอ.pdf"))
    assert (event["message"]["fileName"], event["message"]["fileSize"]) == ("คำขอ.pdf", 4)
    last = await hear(line, hook, lambda: line.album(LINE_SOMCHAI, b"1", b"2"))
    assert (last["message"]["imageSet"]["index"], last["message"]["imageSet"]["total"]) in (
        (1, 2),
        (2, 2),
    )


async def test_pictures_are_fetched_until_taken_back(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    event = await hear(line, hook, lambda: line.image(LINE_SOMCHAI, b"jpeg bytes"))
    blob = AsyncMessagingApiBlob(api.api_client)
    message_id = event["message"]["id"]
    assert bytes(await blob.get_message_content(message_id)) == b"jpeg bytes"
    await hear(line, hook, lambda: line.unsend(LINE_SOMCHAI))
    with pytest.raises(ApiException) as gone:
        await blob.get_message_content(message_id)
    assert gone.value.status == 410


async def test_group_events_name_the_group_and_false_signatures_can_be_sent(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    event = await hear(line, hook, lambda: line.say(LINE_SOMCHAI, "hi", chat_id=LINE_GROUP))
    assert event["source"] == {"type": "group", "groupId": LINE_GROUP, "userId": LINE_SOMCHAI}
    await api.reply_message(
        ReplyMessageRequest(
            reply_token=event["replyToken"], messages=[TextMessage(text="hello all")]
        )
    )
    assert [m.text for m in line.messages(LINE_GROUP)] == ["hello all"]
    validator = SignatureValidator(line.channel_secret)
    await asyncio.to_thread(line.events, [], signature="wrong", raw_body=b'{"events":[]}')
    assert not validator.validate(hook.bodies[-1].decode(), hook.headers[-1]["x-line-signature"])
    await asyncio.to_thread(line.events, [], signature="missing")
    assert "x-line-signature" not in hook.headers[-1]


async def test_a_bot_that_is_away_gives_status_0(line: FakeLine) -> None:
    line.webhook_url = "http://127.0.0.1:9/hook"
    delivery = await asyncio.to_thread(line.sticker, LINE_SOMCHAI)
    assert delivery.status == 0


async def test_line_down_and_up(line: FakeLine, api: AsyncMessagingApi) -> None:
    line.down()
    with pytest.raises(aiohttp.ClientError):
        await api.get_bot_info()
    line.up()
    assert (await api.get_bot_info()).user_id == line.bot_user_id
    assert (await api.get_profile(LINE_SOMCHAI)).language == "th"


async def test_answers_of_the_fake_fit_the_description(line: FakeLine) -> None:
    line.quota, line.endpoint = 200, "https://bot.example/line"
    async with aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {line.access_token}"}
    ) as session:
        for endpoint in (
            "info",
            "quota",
            "consumption",
            "endpoint.get",
            "richmenu.list",
            "richmenu.alias_list",
        ):
            _, path, _, shape = LINE["endpoints"][endpoint]
            async with session.get(line.url + path) as answer:
                assert answer.status == 200
                assert check_answer(shape, await answer.json()) == []


async def test_a_line_group_names_people_in_their_messages_alone(
    line: FakeLine, hook: Hook
) -> None:
    source = {"type": "group", "groupId": LINE_GROUP}
    pressed = line.event("postback", LINE_SOMCHAI, LINE_GROUP, postback={"data": "x"})
    for act in (
        lambda: line.join(LINE_GROUP),
        lambda: line.leave(LINE_GROUP),
        lambda: line.say("", "hi", chat_id=LINE_GROUP),
        lambda: line.events([pressed]),
    ):
        assert (await hear(line, hook, act))["source"] == source
    event = await hear(
        line, hook, lambda: line.say(LINE_SOMCHAI, "hi", chat_id=LINE_GROUP, mention=True)
    )
    (mentionee,) = event["message"]["mention"]["mentionees"]
    assert (event["message"]["text"], mentionee["isSelf"], mentionee["length"]) == (
        "@Deskbot hi",
        True,
        8,
    )


async def test_line_says_a_groups_name_and_size_while_the_account_is_in_it(
    line: FakeLine, api: AsyncMessagingApi, hook: Hook
) -> None:
    line.group_sizes, line.names[LINE_GROUP] = {LINE_GROUP: 7}, "โต๊ะบริการ"
    assert (await api.get_group_member_count(LINE_GROUP)).count == 7
    assert (await api.get_room_member_count("R" + LINE_GROUP[1:])).count == 1
    assert (await api.get_group_summary(LINE_GROUP)).group_name == "โต๊ะบริการ"
    await hear(line, hook, lambda: line.leave(LINE_GROUP))
    for ask in (api.get_group_member_count, api.get_group_summary):
        with pytest.raises(ApiException) as gone:
            await ask(LINE_GROUP)
        assert gone.value.status == 404


async def test_a_group_throws_the_bot_out_and_takes_it_back(
    telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.remove_bot(SOMCHAI, GROUP)
    update, message = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    assert message.message is not None
    assert message.message.left_chat_member is not None
    assert message.message.left_chat_member.id == bot.id
    with pytest.raises(Forbidden, match="kicked from the supergroup"):
        await bot.send_message(GROUP, "x")
    telegram.add_bot(SOMCHAI, GROUP)
    await bot.send_message(GROUP, "x")


async def test_a_topic_takes_messages_while_it_is_there_and_open(
    telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.forums[GROUP] = {45}
    telegram.say(SOMCHAI, "x", chat_id=GROUP, topic=45)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.is_topic_message, update.message.message_thread_id) == (True, 45)
    assert (await bot.send_message(GROUP, "x", message_thread_id=45)).is_topic_message
    for chat, topic in ((GROUP, 46), (GROUP, 1), (-77, 45), (SOMCHAI, 45)):
        with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
            await bot.send_message(chat, "x", message_thread_id=topic)
    telegram.closed_topics.add((GROUP, 45))
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(GROUP, "x", message_thread_id=45)
    await bot.send_message(GROUP, "x")


async def test_a_group_that_became_a_supergroup_says_so(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.migrate(SOMCHAI, -77, GROUP)
    old, new = await bot.get_updates()
    assert old.message is not None
    assert new.message is not None
    assert (old.message.chat.id, old.message.migrate_to_chat_id) == (-77, GROUP)
    assert (new.message.chat.id, new.message.migrate_from_chat_id) == (GROUP, -77)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-77, "x")
    assert moved.value.new_chat_id == GROUP


async def test_a_person_names_the_bot_and_quotes_somebody(telegram: FakeTelegram, bot: Bot) -> None:
    said = telegram.say(SOMCHAI, "สวัสดี", chat_id=GROUP)
    telegram.say(MALEE, f"👍 @{telegram.username}", chat_id=GROUP, quoting=said)
    _first, update = await bot.get_updates()
    assert update.message is not None
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.text == "สวัสดี"
    (entity,) = update.message.entities
    assert (entity.type, entity.offset, entity.length) == ("mention", 3, len(telegram.username) + 1)
