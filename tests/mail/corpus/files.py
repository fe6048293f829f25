"""Mails with files that may be handed on, and with those that may not."""

from io import BytesIO
from zipfile import ZipFile

from tests.mail.corpus.making import Case, file_part, several, text_part, with_head


def sent(name: str, content: bytes = b"hello", kind: str = "application/octet-stream") -> bytes:
    return with_head(
        several(
            "mixed", text_part("แนบ"), file_part(content, kind, f'attachment; filename="{name}"')
        )
    )


def archive(*names: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


def safe(name: str, content: bytes, kind: str) -> Case:
    return Case(f"safe: {name}", sent(name, content, kind), files=(name,))


def bad(
    name: str,
    shown: str | None = None,
    content: bytes = b"hello",
    kind: str = "application/octet-stream",
) -> Case:
    """A file that is marked; `shown` = what it is called then."""
    called = name if shown is None else shown
    return Case(
        f"marked: {kind} {name!a}",
        sent(name, content, kind),
        files=(called,),
        dangerous=(called,),
    )


CASES = [
    safe("รายงาน.pdf", b"%PDF-1.4", "application/pdf"),
    safe("ภาพ.jpg", b"\xff\xd8\xff", "image/jpeg"),
    safe("ข้อมูล.csv", "ปี,คน".encode(), "text/csv"),
    safe(
        "ข้อมูล.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), "application/octet-stream"
    ),
    safe("ข้อมูล.zip", archive("a.pdf", "b.csv"), "application/zip"),
    bad("setup.exe"),
    bad("รายงาน.pdf.exe"),
    bad("invoice.pdf          .scr", "invoice.pdf.scr"),
    bad("setup.exe. ", "setup.exe"),
    bad("pic\u202egpj.exe", "picgpj.exe"),
    bad("pic\u202efdp.jpg", "picfdp.jpg"),
    bad("a.docm"),
    bad("page.html", kind="text/html"),
    bad("page.txt", content=b"<html><script>x</script>"),
    bad("logo.svg", kind="image/svg+xml"),
    bad("tool.pdf", content=b"MZ\x90\0"),
    bad("tool.pdf", kind="application/x-msdownload"),
    bad("run.txt", content=b"#!/bin/sh\nrm"),
    bad("a.zip", content=archive("a.pdf", "run.js"), kind="application/zip"),
    bad("a.docx", content=archive("[Content_Types].xml", "word/vbaProject.bin")),
    bad("con.bat", "_con.bat"),
]
