"""Reading typed values for form fields: each returns the values as a draft stores them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from domain.dates import BANGKOK, format_date, parse_date
from domain.errors import InvalidInput
from domain.moments import parse_day_time
from domain.phones import parse_email, parse_phone
from domain.slips import Kind, Slip, find_slip
from domain.text import fold
from domain.tickets import parse_contract_no, parse_price
from handlers.desk import Context
from handlers.forms import Doubt, Field, Option, Options
from handlers.i18n import _
from handlers.labels import VALUES
from store.forms import Draft

TEXT_LIMIT = 500
FREE = ("ฟรี", "ไม่มี", "ไม่มีค่าใช้จ่าย", "free")
LONG_LIMIT = 20_000
PHONE = frozenset({"phone"})
EMAIL = frozenset({"email"})
CODE = frozenset({"code", "phone", "email"})


def text_field(
    name: str, hint: str, limit: int = TEXT_LIMIT, *, doubt: Doubt | None = None, unknown: bool = False
) -> Field:
    """A field of plain text."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        if len(text) > limit:
            raise InvalidInput("too_long", length=len(text), limit=limit)
        return {name: text}

    return Field(name, hint, parse, doubt=doubt, unknown=unknown)


def past_date(ctx: Context, text: str) -> str:
    """A stored local date that may not lie in the future (DESIGN.md, "Commands", last paragraph)."""
    on = parse_date(text, ctx.today)
    if on > ctx.today:
        raise InvalidInput("future_date", date=format_date(on))
    return on.isoformat()


def past_moment(ctx: Context, text: str) -> str:
    """A stored day as `past_date`, with the time of day behind a T where one was typed: `2026-11-22T15:30`."""
    on, at = parse_day_time(text, ctx.today)
    if on > ctx.today:
        raise InvalidInput("future_date", date=format_date(on))
    if at is None:
        return on.isoformat()
    moment = datetime.combine(on, at, BANGKOK)
    if moment > ctx.now:
        raise InvalidInput("future_time")
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def stored_month(text: str) -> str:
    """The text if it is a stored first day of a month, as a button gives it."""
    return text if re.fullmatch(r"\d{4}-\d\d-01", text) else ""


def past_date_field(name: str, hint: str, *, unknown: bool = False, clearable: bool = True) -> Field:
    """A local date, today and yesterday as buttons."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: past_date(ctx, text)}

    return Field(name, hint, parse, _late_options, unknown=unknown, clearable=clearable, typed=True)


def past_moment_field(name: str, hint: str) -> Field:
    """A local date, perhaps with a time of day; today and yesterday as buttons."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: past_moment(ctx, text)}

    return Field(name, hint, parse, _late_options, clearable=False, typed=True)


async def _late_options(ctx: Context, draft: Draft) -> list[Option]:
    return [Option(day.isoformat(), f"{label} {format_date(day)}") for label, day in late_days(ctx)]


def late_days(ctx: Context) -> tuple[tuple[str, date], ...]:
    """The days that are meant most often, with what their buttons say."""
    return ((_("วันนี้"), ctx.today), (_("เมื่อวาน"), ctx.today - timedelta(days=1)))


def numbered_field(name: str, date_name: str, hint: str, *, contract: bool = False, unknown: bool = False) -> Field:
    """A number, perhaps with its date behind: `512 24 ก.พ. 63`, `512 รับวันที่ 24 ก.พ. 63`."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        try:
            number, on = split_date(ctx, text)
        except InvalidInput as error:
            kept = {name: str(error.params["number"])}
            raise InvalidInput(error.code, **error.params, kept=kept, ask=date_name) from None
        if len(number) > TEXT_LIMIT:
            raise InvalidInput("too_long", length=len(number), limit=TEXT_LIMIT)
        values = {name: parse_contract_no(number) if contract else number}
        return {**values, date_name: on} if on else values

    return Field(name, hint, parse, doubt=_numberless, unknown=unknown)


async def _numberless(ctx: Context, draft: Draft, text: str) -> bool:
    """Words where a number is asked for: perhaps the next caller's name."""
    return not any(letter.isdigit() for letter in text)


def split_date(ctx: Context, text: str) -> tuple[str, str]:
    """The text before a date that ends it, and that date as stored; the whole text and "" where there is none."""
    tokens = text.split()
    for start in range(1, len(tokens)):
        number = re.sub(r"\s*(ลงวันที่|รับวันที่|วันที่|ลว\.?|ลง|รับ)$", "", " ".join(tokens[:start]))
        tail = " ".join(tokens[start:])
        try:
            return number, past_date(ctx, tail)
        except InvalidInput as error:
            if error.code != "date" and not re.fullmatch(
                r"\d+/\d+", tail
            ):  # a date that cannot be: the number is kept, the date asked for again
                raise InvalidInput(error.code, **error.params, number=number) from None
    return text, ""


def named_field(name: str, *, unknown: bool = False) -> Field:
    """A field with a fixed list of named values."""

    async def options(ctx: Context, draft: Draft) -> list[Option]:
        return [Option(value, _(label)) for value, label in VALUES[name].items()]

    return choice_field(name, options, unknown=unknown)


def choice_field(name: str, options: Options, hint: str = "", *, unknown: bool = False) -> Field:
    """A field whose value is one of its options: by the value itself or by what the button says."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: match_option(await options(ctx, draft), text)}

    return Field(name, hint, parse, options, unknown=unknown, clearable=False)


def match_option(options: list[Option], text: str) -> str:
    """The value meant by the text: exactly, or by the only option that has it; InvalidInput("choice")."""
    wanted = fold(text)
    for option in options:
        if text == option.value or (wanted and wanted == fold(option.label)):
            return option.value
    having = [option.value for option in options if wanted and wanted in fold(option.label)]
    if len(having) != 1:
        raise InvalidInput("choice")
    return having[0]


def money_field(name: str) -> Field:
    """An amount in baht as people type it: 1,500 or ๑๕๐๐ บาท; 0 = free."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        plain = "0" if text.strip().casefold() in FREE else text
        return {name: str(parse_price(plain))}

    async def options(ctx: Context, draft: Draft) -> list[Option]:
        return [Option("0", _("ไม่มีค่าใช้จ่าย"))]

    return Field(name, "พิมพ์ราคา เช่น 1,500 (เก้าบาทพิมพ์ 9 บาท)", parse, options, unknown=True, typed=True)


def phone_field(name: str) -> Field:
    """A telephone."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: read_phone(text)}

    return Field(name, "พิมพ์เบอร์โทร เช่น 081-234-5678", parse, takes=PHONE, nine=True)


def read_phone(text: str) -> str:
    """A canonical telephone; InvalidInput says what is wrong with one that has too many digits or too few."""
    try:
        return parse_phone(text)
    except InvalidInput:
        raise no_phone(text) from None


def no_phone(text: str) -> InvalidInput:
    """What is said of a text that is no telephone."""
    slip = find_slip(text)
    return refusal(slip) if slip and slip.kind is Kind.PHONE else InvalidInput("phone", text=text[:40])


def refusal(slip: Slip) -> InvalidInput:
    """What is said of a slip."""
    if slip.kind is Kind.CODE:
        return InvalidInput("no_code", code=slip.text)
    code = "phone_short" if slip.off < 0 else "phone_long" if slip.off > 0 else "phone"
    return InvalidInput(code, text=slip.text, count=slip.count, off=abs(slip.off))


def email_field(name: str) -> Field:
    """An e-mail address."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: parse_email(text)}

    return Field(name, "พิมพ์อีเมล เช่น somchai@example.com", parse, takes=EMAIL, nine=True)
