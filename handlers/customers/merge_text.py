"""Customers that may be one are shown beside each other: their fields, contacts and tickets, and
which of them to keep.
"""

from collections.abc import Sequence

from domain.customers.merging import Candidate, Recommendation
from domain.customers.phones import format_phone
from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.text import shorten
from handlers.chat import Button
from handlers.desk import Context
from handlers.i18n import _, date_text, language
from handlers.labels import field_label, value_label


def field_text(ctx: Context, name: str, customer: Customer) -> str:
    """Returns a field of a customer as people read it."""
    value = getattr(customer, name)
    if name == "kind":
        return ctx.desk.configuration.catalogue.type_name(value, language())
    if name in ("phone", "mobile"):
        return format_phone(value) if value else ""
    return shorten(value_label(name, value or ""), 120)


def beside(found: Sequence[Candidate]) -> list[tuple[str, list[str]]]:
    """Returns what the advice counts besides the fields, of each record: contacts, addresses and
    tickets. A row that is empty for all records is left out.
    """
    rows = [
        (field_label("contacts"), [_contact_names(one.customer) for one in found]),
        (field_label("address"), [_first_address(one.customer) for one in found]),
        (_("ใบงาน"), [f"{one.tickets}{latest_text(one)}" for one in found]),
    ]
    return [(name, values) for name, values in rows if any(values)]


def _contact_names(customer: Customer) -> str:
    return ", ".join(contact.name for contact in customer.contacts[:3])


def _first_address(customer: Customer) -> str:
    if not customer.addresses:
        return ""
    return shorten(customer.addresses[0].text, 60)


def latest_text(one: Candidate) -> str:
    """Returns when the latest ticket of a record was made, to stand behind their number."""
    if one.latest_at is None:
        return ""
    on = one.latest_at.astimezone(BANGKOK).date()
    return _(" ล่าสุด %(date)s", date=date_text(on))


def advice_text(advice: Recommendation, found: Sequence[Candidate]) -> str:
    """Returns which code to keep and why (DOMAIN.md section 7)."""
    others = [one for one in found if one is not advice.keep]
    reasons = []
    if advice.fuller:
        counts = _(" ต่อ ").join(str(one.filled) for one in (advice.keep, *others))
        reasons.append(_("ข้อมูลครบกว่า (%(counts)s รายการ)", counts=counts))
    latest = advice.keep.latest_at
    if advice.later and latest:
        on = latest.astimezone(BANGKOK).date()
        reasons.append(_("ใบงานล่าสุดกว่า (%(date)s)", date=date_text(on)))
    elif any(_is_later(one, advice.keep) for one in others):
        reasons.append(_("แต่ใบงานล่าสุดอยู่ที่รหัสอื่น"))
    if not reasons:
        reasons.append(_("ข้อมูลเท่ากัน เลือกรหัสที่เก่ากว่า"))
    code = advice.keep.customer.code
    return _(
        "แนะนำให้เก็บ %(code)s: %(reasons)s",
        code=code,
        reasons=", ".join(reasons),
    )


def _is_later(one: Candidate, other: Candidate) -> bool:
    """Whether its latest ticket was made after the other's, which may have none."""
    if one.latest_at is None:
        return False
    return other.latest_at is None or one.latest_at > other.latest_at


def look_button(code: str) -> Button:
    """Returns the button [ดู C81554]."""
    return Button(
        _("ดู %(code)s", code=code),
        "customer.show",
        {"code": code},
    )
