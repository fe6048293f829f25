"""How files are shown: their names and sizes in a sentence, and themselves."""

from collections.abc import Mapping, Sequence

from domain.staff import Role, StaffId
from domain.text import shorten
from handlers.chat import Button, Document, in_lines
from handlers.i18n import _
from handlers.labels import unset, when
from store.files import File

LINK_MINUTES = 30
"""So long a link to a file opens it; LINE has fetched a picture long before."""


def names(several: Sequence[File]) -> str:
    """`แบบฟอร์ม.pdf (1.2 MB)`, or how many and their names."""
    if len(several) == 1:
        (file,) = several
        return f"{file.name} ({size_text(file.size)})"
    listed = ", ".join(file.name for file in several)
    return _(
        "%(count)s ไฟล์ (%(names)s)",
        count=len(several),
        names=shorten(listed, 200),
    )


def size_text(size: int) -> str:
    """`1.2 MB`, `340 KB`."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{max(1, round(size / 1000))} KB"


def no_links(reader: Role | None) -> str:
    """That files have no link, and what is to be done about that."""
    return unset(_("ลิงก์สำหรับเปิดไฟล์"), "DESKBOT_PUBLIC_URL", reader)


def document(file: File, names: Mapping[StaffId, str], reader: Role) -> Document:
    """A file as a person asked for it: who added it when, and on a ticket the button that removes
    it.
    """
    who = "" if file.added_by is None else names.get(file.added_by, "")
    caption = in_lines(
        f"📎 {file.name} · {size_text(file.size)}",
        f"{who} {when(file.added_at)}".strip(),
        file.caption,
    )
    if not file.record.startswith("R"):
        return as_document(file, caption, reader=reader)
    remove = Button(_("ลบไฟล์นี้"), "file.remove", {"file": file.id})
    return as_document(file, caption, (remove,), reader=reader)


def as_document(
    file: File,
    caption: str,
    buttons: tuple[Button, ...] = (),
    *,
    reader: Role | None = None,
) -> Document:
    """A stored file as a part of a reply to somebody with this role."""
    not_on_line = _("ส่งไฟล์ทาง LINE ไม่ได้ เปิดดูใน Telegram")
    return Document(
        file=file.id,
        name=file.name,
        mime=file.mime,
        size=file.size,
        sha256=file.sha256,
        caption=caption,
        open_label=_("เปิดไฟล์ (ลิงก์ใช้ได้ %(minutes)s นาที)", minutes=LINK_MINUTES),
        no_link=f"{not_on_line} · {no_links(reader)}",
        buttons=buttons,
    )
