"""Files at the wire: albums, documents, links and tables through the real clients, with faults and
kills between.
"""

import os
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import MakeDesk
from tests.e2e.fork_server import run_program
from tests.e2e.harness import ADMIN, DAO, NOK, SAVED, DeskProcess, LineCourier, eventually, one_line
from tests.fakes.clock import PATIENCE
from tests.fakes.line import FakeLine
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wire import Delay, DropAfter, DropBefore, Fault, Status

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 2000
JPEG, PNG = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"
NAME = "แบบฟอร์มขอข้อมูล.pdf"


def number(desk: DeskProcess) -> str:
    return str(desk.rows("SELECT max(no) FROM tickets")[0][0])


def rows(desk: DeskProcess) -> list[tuple[str, str, int]]:
    return desk.rows("SELECT record, name, size FROM files ORDER BY added_at")


def bytes_on_disk(desk: DeskProcess) -> list[int]:
    return sorted(path.stat().st_size for path in (desk.folder / "files").glob("??/??/*"))


def parts_on_disk(desk: DeskProcess) -> int:
    return len(list((desk.folder / "files" / "parts").glob("*")))


def get(desk: DeskProcess, url: str) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)
    connection.request("GET", urlsplit(url).path)
    answer = connection.getresponse()
    found = (
        answer.status,
        answer.read(),
        {name.lower(): value for name, value in answer.getheaders()},
    )
    connection.close()
    return found


@pytest.fixture
def ticketed(telegram_desk: DeskProcess, telegram: FakeTelegram) -> DeskProcess:
    """A desk whose officer has just saved a ticket on Telegram."""
    telegram_desk.start()
    telegram.say(NOK.telegram, one_line("ขอข้อมูลแรงงาน"))
    telegram.wait_messages(NOK.telegram, 1)
    return telegram_desk


@pytest.fixture
def linked(line_desk: DeskProcess, line: FakeLine) -> DeskProcess:
    """A desk with a public address whose officer has just saved a ticket on LINE."""
    line_desk.settings["PUBLIC_URL"] = f"http://127.0.0.1:{line_desk.port}"
    line_desk.start()
    line.say(NOK.line, one_line("ขอข้อมูลแรงงาน"))
    line.wait_messages(NOK.line, 1)
    return line_desk


# Telegram.


def test_an_album_in_answer_to_the_confirmation_is_one_answer_and_comes_back_as_photos(
    ticketed: DeskProcess, telegram: FakeTelegram
) -> None:
    (saved,) = telegram.messages(NOK.telegram)
    pictures = [JPEG + b"1", PNG + b"2", JPEG + b"3"]
    for picture in pictures:
        telegram.photo(NOK.telegram, picture, album="990", reply_to=saved.message_id)
    ticketed.settle()
    _saved, told = telegram.messages(NOK.telegram)
    assert f"แนบกับ {number(ticketed)} แล้ว: 3 ไฟล์" in told.text
    telegram.press(NOK.telegram, told.message_id, "ไฟล์แนบ (3)")
    chosen = telegram.wait_messages(NOK.telegram, 3)[-1]
    telegram.press(NOK.telegram, chosen.message_id, "ส่งทั้งหมด (3)")
    ticketed.settle()
    sent = telegram.messages(NOK.telegram)[3:]
    assert [message.media for message in sent] == ["photo"] * 3
    assert [telegram.files[str(message.file_id)] for message in sent] == pictures


def test_a_document_with_the_number_in_its_caption_comes_back_whole(
    ticketed: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram.document(NOK.telegram, PDF, name=NAME, caption=f"ใบขอของ {number(ticketed)}")
    told = telegram.wait_messages(NOK.telegram, 2)[-1]
    telegram.press(NOK.telegram, told.message_id, "ไฟล์แนบ (1)")
    sent = telegram.wait_messages(NOK.telegram, 3)[-1]
    assert sent.media == "document"
    assert telegram.files[str(sent.file_id)] == PDF
    assert sent.params["document"].name == NAME
    assert "ลบไฟล์นี้" in [text for row in sent.buttons for text, _data in row]


def test_a_picture_that_telegram_cannot_show_is_sent_as_the_document_that_it_is(
    ticketed: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram.document(NOK.telegram, PNG, name="a.png", caption=number(ticketed))
    told = telegram.wait_messages(NOK.telegram, 2)[-1]
    telegram.fail("sendPhoto", Status(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    telegram.press(NOK.telegram, told.message_id, "ไฟล์แนบ (1)")
    assert telegram.wait_messages(NOK.telegram, 3)[-1].media == "document"


def test_a_file_beyond_what_telegram_gives_is_refused_in_words(
    ticketed: DeskProcess, telegram: FakeTelegram
) -> None:
    telegram.document(NOK.telegram, PDF + bytes(20_000_000), name="ใหญ่.pdf")
    assert "ไฟล์ใหญ่เกิน 20 MB" in telegram.wait_messages(NOK.telegram, 2)[-1].text
    assert rows(ticketed) == []


@pytest.mark.parametrize(
    ("method", "faults"),
    [
        ("getFile", [Status(500), Status(429, retry_after=1)]),
        ("download", [Status(502), DropBefore()]),
        ("download", [DropAfter(), Delay(1.0)]),
    ],
)
def test_a_download_that_stumbles_is_tried_again_unseen(
    ticketed: DeskProcess, telegram: FakeTelegram, method: str, faults: list[Fault]
) -> None:
    telegram.fail(method, *faults)
    telegram.document(NOK.telegram, PDF, name=NAME, caption=number(ticketed))
    assert "แนบกับ" in telegram.wait_messages(NOK.telegram, 2)[-1].text
    assert rows(ticketed) == [(number(ticketed), NAME, len(PDF))]


# LINE.


def link_of(line: FakeLine, user: str) -> str:
    return next(
        value for label, value in line.messages(user)[-1].buttons if label.startswith("เปิดไฟล์")
    )


def test_line_opens_a_file_by_a_signed_link_until_it_is_taken_back(
    linked: DeskProcess, line: FakeLine
) -> None:
    line.file(NOK.line, PDF, NAME)
    asked = line.wait_messages(NOK.line, 2)[-1]
    assert NAME in asked.text
    line.press(NOK.line, next(label for label, _data in asked.buttons if number(linked) in label))
    line.wait_messages(NOK.line, 3)
    line.press(NOK.line, "ไฟล์แนบ (1)")
    line.wait_messages(NOK.line, 4)
    url = link_of(line, NOK.line)
    status, content, headers = get(linked, url)
    assert (status, content) == (200, PDF)
    assert headers["content-disposition"].startswith("attachment; filename*=utf-8''%E0%B9%81")
    assert headers["x-content-type-options"] == "nosniff"
    assert get(linked, url[:-2] + "AA")[0] == 404
    file_message = next(
        e["message"]["id"] for e in line.sent_events if e.get("message", {}).get("type") == "file"
    )
    line.unsend(NOK.line, file_message)
    linked.settle()
    assert get(linked, url)[0] == 404
    assert rows(linked) == []
    assert len(line.messages(NOK.line)) == 4


def test_a_line_album_is_one_answer(linked: DeskProcess, line: FakeLine) -> None:
    line.album(NOK.line, JPEG + b"1", JPEG + b"2", JPEG + b"3")
    linked.settle()
    _saved, asked = line.messages(NOK.line)
    assert "3 ไฟล์" in asked.text
    line.say(NOK.line, number(linked))
    assert f"แนบกับ {number(linked)} แล้ว: 3 ไฟล์" in line.wait_messages(NOK.line, 3)[-1].text


def test_a_film_that_line_still_prepares_is_waited_for(linked: DeskProcess, line: FakeLine) -> None:
    event = line.content_event(NOK.line, b"\0\0\0\x18ftypmp42film", "video", "video/mp4")
    line.preparing.add(event["message"]["id"])
    line.events([event])
    line.wait_for(lambda: [call for call in line.calls if call.method == "content"])
    line.preparing.clear()
    assert ".mp4" in line.wait_messages(NOK.line, 2)[-1].text


def test_what_line_does_not_keep_itself_is_not_fetched(linked: DeskProcess, line: FakeLine) -> None:
    """An address in an event may be anybody's, also one within this network."""
    elsewhere = {
        "type": "external",
        "originalContentUrl": f"http://127.0.0.1:{linked.port}/healthz",
    }
    line.events([line.content_event(NOK.line, JPEG, contentProvider=elsewhere)])
    assert "รับได้: " in line.wait_messages(NOK.line, 2)[-1].text
    assert not [call for call in line.calls if call.method == "content"]


def test_without_a_public_address_line_says_what_is_missing(
    line_desk: DeskProcess, line: FakeLine
) -> None:
    line_desk.start()
    line.say(NOK.line, one_line("ขอข้อมูลแรงงาน"))
    line.file(NOK.line, PDF, NAME)
    line.wait_messages(NOK.line, 2)
    line.say(NOK.line, number(line_desk))
    line.wait_messages(NOK.line, 3)
    line.press(NOK.line, "ไฟล์แนบ (1)")
    assert "แจ้งผู้ดูแลระบบ" in line.wait_messages(NOK.line, 4)[-1].text
    assert "DESKBOT_PUBLIC_URL: not set" in line_desk.run("check").stdout


# Kills.


@pytest.mark.parametrize(
    "failpoint", ["file.received", "file.stored", "event.handled", "event.finished"]
)
def test_a_kill_loses_no_file_and_leaves_no_half_of_one(
    make_desk: MakeDesk, line: FakeLine, courier: LineCourier, failpoint: str
) -> None:
    desk = make_desk(None, line).start()
    courier.say(NOK.line, one_line("ขอข้อมูลแรงงาน"))
    desk.settle()
    desk.stop()
    desk.start(failpoint)
    courier.bring([line.content_event(NOK.line, PDF, "file", fileName=NAME, fileSize=len(PDF))])
    desk.restart_after_kill()
    courier.redeliver()
    desk.settle()
    assert rows(desk) == [(rows(desk)[0][0], NAME, len(PDF))]
    assert bytes_on_disk(desk) == [len(PDF)]
    assert parts_on_disk(desk) == (failpoint == "file.received")
    assert len(line.messages(NOK.line)) == 2
    for part in (desk.folder / "files" / "parts").glob("*"):
        os.utime(part, (part.stat().st_mtime - 100_000,) * 2)
    # Of what is tidied up only what was dropped is said.
    assert "bytes=" not in desk.run("tick").stdout
    assert parts_on_disk(desk) == 0
    assert bytes_on_disk(desk) == [len(PDF)]


def test_an_import_that_is_killed_between_batches_goes_on_by_itself(
    telegram_desk: DeskProcess, telegram: FakeTelegram
) -> None:
    table = (
        "code,name\n"
        + "".join(f"C{n},นายทดสอบ ลำดับ{n}\n" for n in range(200_000, 200_450))
        + "C1,\n"
    )
    telegram_desk.start()
    telegram.document(ADMIN.telegram, table.encode(), name="ลูกค้า.csv", mime="text/csv")
    shown = telegram.wait_messages(ADMIN.telegram, 1)[-1]
    assert "ใหม่: 450" in shown.text
    telegram_desk.stop()
    telegram_desk.start("import.batch:2")
    telegram.press(ADMIN.telegram, shown.message_id, "นำเข้า 450 แถว")
    telegram_desk.wait_killed()
    (before,) = telegram_desk.rows("SELECT count(*) FROM customers WHERE code LIKE 'C200%'")[0]
    assert before == 100
    telegram_desk.start()
    telegram_desk.settle()
    eventually(lambda: telegram_desk.rows("SELECT state FROM imports") == [("done",)], "the import")
    telegram_desk.settle()
    assert telegram_desk.rows("SELECT count(*) FROM customers WHERE code LIKE 'C200%'") == [(450,)]
    told = telegram.messages(ADMIN.telegram)
    assert [message.media for message in told] == [None, None, "document"]
    assert "เสร็จแล้ว" in told[1].text
    assert "C1" in telegram.files[str(told[2].file_id)].decode("utf-8-sig")


# The terminal.


def test_the_terminal_sends_a_file_by_its_path(telegram_desk: DeskProcess) -> None:
    path = telegram_desk.folder / "my form.pdf"
    path.write_bytes(PDF)
    lines = [
        one_line("ขอข้อมูลแรงงาน"),
        f'/file "{path}"',
        "#1",
        "#2",
        f"/file {telegram_desk.folder}/missing.pdf",
    ]
    wide = telegram_desk.environment() | {"COLUMNS": "200"}
    done = run_program(["chat", "--as", "คุณดาว"], wide, "\n".join(lines))
    assert done.returncode == 0, done.stderr
    assert SAVED in done.stdout
    assert "my form.pdf" in done.stdout
    assert rows(telegram_desk) == [(number(telegram_desk), "my form.pdf", len(PDF))]
    (stored,) = (telegram_desk.folder / "files").glob("??/??/*")
    assert str(stored.resolve()) in done.stdout.replace("\n", "")
    assert "ไม่พบไฟล์" in done.stdout
    assert DAO.telegram
