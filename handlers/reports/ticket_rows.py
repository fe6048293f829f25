"""The tickets behind a report as rows of a workbook, in the reader's language.

They name customers: only who may read these is given them.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import cache, partial

from domain.configuration import Configuration
from domain.reports.documents import Cell, CellRow, TicketRows
from handlers.i18n import _, language
from handlers.labels import value_label
from handlers.reports.labels import figure_label
from store.reports.listing import ListedTicket

Pieces = AsyncIterator[Sequence[ListedTicket]]
CellOf = Callable[[ListedTicket], Cell]
MINUTES = 60


def ticket_rows(configuration: Configuration, pieces: Pieces, expected: int) -> TicketRows:
    """The rows of the tickets that `pieces` bring."""
    columns = _columns(configuration)
    readings = tuple(columns.values())

    def rows_of(piece: Sequence[ListedTicket]) -> Sequence[CellRow]:
        return [tuple(read(ticket) for read in readings) for ticket in piece]

    async def rows() -> AsyncIterator[Callable[[], Sequence[CellRow]]]:
        async for piece in pieces:
            yield partial(rows_of, piece)

    return TicketRows(_("ใบงาน"), tuple(columns), expected, rows())


def _columns(configuration: Configuration) -> Mapping[str, CellOf]:
    """What stands in each column, by its heading."""
    catalogue = configuration.catalogue

    # Half a million tickets have a few names of each kind.
    @cache
    def named(field: str, value: str) -> str:
        return value_label(field, value) if value else ""

    standing = cache(lambda figure: figure_label(figure) if figure else "")
    return {
        _("เลขที่"): lambda ticket: ticket.no,
        _("รับเมื่อ"): lambda ticket: ticket.created_at,
        _("ปิดเมื่อ"): lambda ticket: ticket.closed_at,
        _("กำหนดเสร็จ"): lambda ticket: ticket.due_at,
        _("มาตรฐานเวลา"): lambda ticket: standing(ticket.standing),
        _("ชั่วโมงทำการที่ใช้"): _working_hours,
        _("รหัสเรื่อง"): lambda ticket: ticket.subject,
        _("เรื่อง"): lambda ticket: catalogue.subject_label(ticket.subject, language()),
        _("ช่องทาง"): lambda ticket: catalogue.channel_name(ticket.channel, language()),
        _("ความซับซ้อน"): lambda ticket: named("complexity", ticket.complexity),
        _("ความเร่งด่วน"): lambda ticket: named("urgency", ticket.urgency),
        _("อารมณ์ผู้รับบริการ"): lambda ticket: named("mood", ticket.mood),
        _("จังหวัด"): lambda ticket: ticket.province,
        _("โครงการ"): lambda ticket: ticket.projects,
        _("เจ้าหน้าที่"): lambda ticket: ticket.officer,
        _("รหัสผู้รับบริการ"): lambda ticket: ticket.customer_code,
        _("ชื่อผู้รับบริการ"): lambda ticket: ticket.customer,
        _("ประเภทผู้รับบริการ"): lambda ticket: catalogue.type_name(ticket.kind, language()),
        _("รายละเอียด"): lambda ticket: ticket.details,
        _("ราคา"): _price,
        _("เลขที่ใบเสร็จ"): lambda ticket: ticket.receipt_no,
        _("วันที่ใบเสร็จ"): lambda ticket: ticket.receipt_on,
    }


def _working_hours(ticket: ListedTicket) -> float | None:
    minutes = ticket.working_minutes
    return None if minutes is None else round(minutes / MINUTES, 2)


def _price(ticket: ListedTicket) -> float | None:
    return None if ticket.price is None else float(ticket.price)
