"""Names that are safe anywhere, and kinds that come from the bytes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.files import (
    CSV,
    NAME_BYTES,
    TEXT,
    XLSX,
    ZIP,
    FileKind,
    FileRefusal,
    numbered_name,
    safe_name,
    sniff,
)
from domain.text import graphemes

PDF = FileKind("application/pdf", (".pdf",))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("แบบฟอร์มขอข้อมูล ปี 2563.pdf", "แบบฟอร์มขอข้อมูล ปี 2563.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system32\\x.pdf", "x.pdf"),
        ("/etc/cron.d/job.pdf", "job.pdf"),
        ("รายงาน\u202efdp.exe", "รายงานfdp.exe.pdf"),
        ("a\x00b\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("line\r\nbreak.pdf", "line break.pdf"),
        ('a"b<c>|d?*.pdf', "a_b_c__d__.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("report.PDF", "report.pdf"),
        ("report.pdf.exe", "report.pdf.exe.pdf"),
        ("  spaced .pdf ", "spaced.pdf"),
        ("~$temp.pdf", "~$temp.pdf"),
        ("a\ue000b\u0378c\U000e0041d.pdf", "abcd.pdf"),
        ("family 👨‍👩‍👧.pdf", "family 👨‍👩‍👧.pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, PDF, "file") == safe


def test_a_long_thai_name_is_cut_between_graphemes_and_keeps_its_ending() -> None:
    name = safe_name("กี่ปู้น้ำ" * 60 + ".pdf", PDF, "file")
    stem = name.removesuffix(".pdf")
    assert name.endswith(".pdf")
    assert len(stem.encode()) <= NAME_BYTES
    assert graphemes(stem) == graphemes("กี่ปู้น้ำ" * 60)[: len(graphemes(stem))]


@given(st.text(max_size=300))
def test_no_name_can_be_anything_but_a_name(name: str) -> None:
    safe = safe_name(name, PDF, "file")
    assert safe.endswith(".pdf")
    assert not set(safe) & set('/\\<>:"|?*\r\n\0')
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in safe)
    assert not set(safe) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert 4 < len(safe.encode()) <= NAME_BYTES + 4
    assert not safe.startswith(".")
    assert safe_name(safe, PDF, "file") == safe


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert numbered_name("a.pdf", []) == "a.pdf"
    assert numbered_name("a.pdf", ["a.pdf", "a-2.pdf"]) == "a-3.pdf"


OFFICE = ["[Content_Types].xml", "_rels/.rels"]


@pytest.mark.parametrize(
    ("content", "name", "members", "mime"),
    [
        (b"%PDF-1.7\n", "x.exe", None, "application/pdf"),
        (b"\xff\xd8\xff\xe0", "x.png", None, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "x", None, "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x", None, "image/webp"),
        (b"\0\0\0\x18ftypheic", "IMG_1.HEIC", None, "image/heic"),
        (b"\0\0\0\x18ftypisom", "x", None, "video/mp4"),
        (b"PK\x03\x04", "x.zip", [*OFFICE, "xl/workbook.xml"], XLSX.mime),
        (
            b"PK\x03\x04",
            "x.docx",
            [*OFFICE, "word/document.xml"],
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            b"PK\x03\x04",
            "x.ods",
            ["mimetype", "content.xml"],
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        (b"PK\x03\x04", "x.zip", ["ข้อมูล.csv"], ZIP.mime),
        (OLE + bytes(100) + utf16("Workbook"), "x.xls", None, "application/vnd.ms-excel"),
        (OLE + bytes(100) + utf16("WordDocument"), "x.xls", None, "application/msword"),
        ("code,name\nC1,นก\n".encode(), "x.csv", None, CSV.mime),
        ("code,name\nC1,นก\n".encode("cp874"), "x.csv", None, CSV.mime),
        ("ถึง สสช.".encode("utf-16"), "x.txt", None, TEXT.mime),
        (("ก" * 30_000).encode(), "x.txt", None, TEXT.mime),
        (b"<1 baht, 5 > 3", "x.txt", None, TEXT.mime),
        (b"name\n<script>alert(1)</script>\n", "x.csv", None, CSV.mime),
    ],
)
def test_the_kind_comes_from_the_bytes(
    content: bytes, name: str, members: list[str] | None, mime: str
) -> None:
    assert sniff(content, name, members).mime == mime


@pytest.mark.parametrize(
    ("content", "name", "members", "why"),
    [
        (b"", "x.pdf", None, FileRefusal.EMPTY),
        (b"MZ\x90\0", "สัญญา.pdf", None, FileRefusal.PROGRAM),
        (b"\x7fELF", "x.jpg", None, FileRefusal.PROGRAM),
        (b"#!/bin/sh\nrm -rf /", "x.txt", None, FileRefusal.PROGRAM),
        (b"@echo off\r\ndel *.*", "x.txt", None, FileRefusal.PROGRAM),
        (b"print(1)", "x.py", None, FileRefusal.PROGRAM),
        (b"WScript.Echo 1", "x.vbs", None, FileRefusal.PROGRAM),
        (b"L\0\0\0\x01\x14\x02\0", "x.pdf", None, FileRefusal.PROGRAM),
        (b"PK\x03\x04", "x.zip", ["a.csv", "run.EXE"], FileRefusal.PROGRAM),
        (b"PK\x03\x04", "x.zip", ["META-INF/MANIFEST.MF", "A.class"], FileRefusal.PROGRAM),
        (
            b"PK\x03\x04",
            "x.docx",
            [*OFFICE, "word/document.xml", "word/vbaProject.bin"],
            FileRefusal.MACRO,
        ),
        (b"PK\x03\x04", "x.zip", ["book.xlsm"], FileRefusal.MACRO),
        (
            OLE + bytes(64) + utf16("Workbook") + utf16("_VBA_PROJECT"),
            "x.xls",
            None,
            FileRefusal.MACRO,
        ),
        (OLE + bytes(64), "setup.msi", None, FileRefusal.PROGRAM),
        (OLE + bytes(64), "mail.pdf", None, FileRefusal.UNKNOWN),
        (b"\n <!-- x --> <HTML><body>", "x.txt", None, FileRefusal.PAGE),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "x.csv", None, FileRefusal.PAGE),
        ("<svg onload=alert(1)>".encode("utf-16"), "x.txt", None, FileRefusal.PAGE),
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
            "x.png",
            None,
            FileRefusal.PAGE,
        ),
        (b"plain words", "x.html", None, FileRefusal.PAGE),
        (b"PK\x03\x04 half of it", "x.xlsx", None, FileRefusal.BROKEN),
        (bytes(range(256)) * 10, "x.pdf", None, FileRefusal.UNKNOWN),
        (b"Rar!\x1a\x07\x01\0", "x.rar", None, FileRefusal.UNKNOWN),
    ],
)
def test_what_may_do_harm_is_refused(
    content: bytes, name: str, members: list[str] | None, why: FileRefusal
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        sniff(content, name, members)
    assert refusal.value.code == why


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "content",
    [b"<!---->" * 9_000, b"\n" * 65_000, b" " * 65_000, b"<!--" * 16_000, b"\n \t" * 20_000],
)
def test_no_text_takes_long_to_look_at(content: bytes) -> None:
    assert sniff(content, "x.txt") == TEXT
