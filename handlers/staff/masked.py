"""What a group may hear: one line a record, in Thai, nothing that somebody typed, names and
telephones masked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from domain.customers.phones import mask_name, mask_phone
from domain.customers.records import Customer
from domain.owed.requests import Life
from domain.owed.rules import Owed
from domain.text import shorten
from domain.tickets.records import Ticket
from handlers.chat import Masked, Reply
from handlers.desk import Work
from handlers.i18n import _, speaking
from handlers.labels import value_label
from handlers.owed import request_cards
from handlers.tickets import cards as ticket_cards
from store.reminders import Reminder

SUBJECT = 60
"""Characters of a subject's name."""
P = ParamSpec("P")


def _in_thai(make: Callable[P, Masked]) -> Callable[P, Masked]:
    """A group has no language of its own: it hears the office's, whoever the reader of the message
    itself is.
    """

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Masked:
        with speaking("th"):
            return make(*args, **kwargs)

    return made


@_in_thai
def ticket(work: Work, found: Ticket, officer: str = "") -> Masked:
    """`🎫 R2611000124 · 1.1 … · กำหนด 24 พ.ย. 69 10.00 น. (เกินกำหนด)`: no customer, no details."""
    subject = shorten(work.desk.configuration.catalogue.subject_label(found.subject), SUBJECT)
    due = ticket_cards.due_line(work, found) if ticket_cards.due(work, found) else ""
    state = _("กำหนด %(date)s", date=due) if due else ticket_cards.status_line(found)
    text = " · ".join(filter(None, (f"🎫 {found.no}", subject, state, officer)))
    return Masked(text, "ticket.show", {"no": found.no}, found.no)


@_in_thai
def owed(work: Work, life: Life, row: Owed) -> Masked:
    """`📄 สัญญา 81/2569 · ยังไม่ส่งสัญญาคืน · รอมา 17 วัน · เตือนครั้งที่ 2`: not who owes it."""
    parts = (
        request_cards.title(life),
        value_label("waits", row.rule),
        request_cards.how_long(row, work.now),
    )
    text = " · ".join(filter(None, (*parts, *request_cards.how_often(row, reminding=True))))
    return Masked(
        text,
        "owed.show",
        {"owed": str(row.id)},
        life.contract.no if life.contract else row.ticket_no,
    )


@_in_thai
def request(life: Life) -> Masked:
    """`📄 สัญญา 81/2569`: not whose."""
    return Masked(
        request_cards.title(life),
        "request.show",
        {"request": str(life.request.id)},
        life.contract.no if life.contract else "",
    )


@_in_thai
def reminder(found: Reminder) -> Masked:
    """Of a personal reminder only which record it is about: its words are its owner's."""
    record = found.record
    text = " · ".join(filter(None, (_("⏰ รายการเตือนส่วนตัว"), record)))
    if record.startswith("R"):
        return Masked(text, "ticket.show", {"no": record}, record)
    return Masked(text, "customer.show", {"code": record}, record) if record else Masked(text)


@_in_thai
def day(counts: Mapping[str, int]) -> Masked:
    """Of a person's day only how much there is of each kind (a value of "morning" in the
    labels).
    """
    sums = " · ".join(f"{value_label('morning', kind)} {count}" for kind, count in counts.items())
    return Masked(_("☀️ งานวันนี้: %(sums)s", sums=sums))


def also(make: Callable[[], Reply], lines: Sequence[Masked]) -> Callable[[], Reply]:
    """A notice that has this masked form, too, for the chat of the team of whom it cannot reach."""
    return lambda: replace(make(), masked=tuple(lines))


def customer(found: Customer) -> Masked:
    """`👤 C81554 สมช••• · 08•-•••-5678`."""
    phone = found.mobile or found.phone
    name = mask_name(found.name) if found.name else ""
    text = " · ".join(
        filter(None, (f"👤 {found.code} {name}".strip(), mask_phone(phone) if phone else ""))
    )
    return Masked(text, "customer.show", {"code": found.code}, found.code)
