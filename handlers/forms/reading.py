"""Reading typed values for form fields: each returns the values as a draft stores them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from domain.clock.moments import parse_day_time
from domain.customers.phones import parse_email, parse_phone, read_emails
from domain.dates.days import BANGKOK, find_date, parse_date
from domain.dates.when import find_when
from domain.errors import InvalidInput
from domain.one_line.answers import (
    chosen,
    month_of,
    plain_answer,
    plain_date,
    price_of,
)
from domain.one_line.numbered import read_numbered
from domain.one_line.past import past_at
from domain.one_line.slips import Slip, SlipKind, find_slip
from domain.text import digits, fold
from domain.tickets.records import parse_contract_no
from handlers.chat import DateAsked, DateKind
from handlers.desk import Context
from handlers.forms.drafts import Given
from handlers.forms.engine import (
    DoubtCheck,
    Field,
    Option,
    Options,
    Parse,
)
from handlers.i18n import _, date_text, month_text
from handlers.labels import field_label, value_labels
from store.chat.forms import Draft

TEXT_LIMIT = 500
LONG_AGO = timedelta(days=30 * 365)
"""A year of two digits that lies further back is more likely a Christian one, or a slip of the
finger.
"""
LONG_LIMIT = 20_000
MORNING = 9
"""The hour at which a picker of a time to come opens."""
_STORED_MONTH = re.compile(r"\d{4}-\d\d-01")
"""A first day of a month as a button gives it."""
FEWEST = 2
"""So many letters of an option's name may stand for it."""
PHONE = frozenset({"phone"})
PLACE = frozenset({"place"})
EMAIL = frozenset({"email"})
CODE = frozenset({"code", "phone", "email"})


def check_length(text: str, limit: int) -> None:
    """InvalidInput("too_long") for a text of more characters than that."""
    if len(text) > limit:
        raise InvalidInput("too_long", length=len(text), limit=limit)


def read_into(name: str, read: Callable[[Context, str], str]) -> Parse:
    """The reading of a field whose answer is one value, which `read` makes of what was typed."""

    async def parse(ctx: Context, _draft: Draft, text: str) -> Given:
        return {name: read(ctx, text)}

    return parse


def text_field(
    name: str,
    hint: str,
    limit: int = TEXT_LIMIT,
    *,
    doubt: DoubtCheck | None = None,
    unknown: bool = False,
) -> Field:
    """A field of plain text."""

    def read(_ctx: Context, text: str) -> str:
        check_length(text, limit)
        return text

    return Field(
        name,
        hint,
        read_into(name, read),
        doubt=doubt,
        unknown=unknown,
        none=unknown,
    )


def past_date(ctx: Context, text: str) -> str:
    """A stored local date that may not lie in the future (DESIGN.md, "Commands", last
    paragraph).
    """
    plain = plain_date(text)
    try:
        on = parse_date(plain, ctx.today)
    except InvalidInput:
        named = _named_past(ctx, plain_answer(text))
        # What the date's own reader said of the text is more to the point than that no words fit.
        if named is None:
            raise
        on, at = named
        # A day alone is asked for: a time of day behind it was meant for something else.
        if at is not None:
            raise
    return _past(ctx, on, plain).isoformat()


def coming_day(ctx: Context, text: str) -> date:
    """A day to come, as a date or as people say it: Friday next, in two weeks, the month's end.
    InvalidInput("coming_date"), ("past_date") or ("far_date").
    """
    plain = plain_answer(text)
    dated = find_date(plain, ctx.today, ahead=True)
    if dated is not None and not dated[1]:
        return dated[0]
    calendar = ctx.desk.configuration.calendar
    try:
        when = find_when(plain, ctx.now, calendar)
    except InvalidInput as error:
        raise InvalidInput(f"{error.code}_date") from None
    if when is None or when.rest:
        raise InvalidInput("coming_date", text=plain[:40])
    return when.at.date()


def _past(ctx: Context, on: date, typed: str) -> date:
    """A day that is not to come; InvalidInput("year_short") where two digits of a year may be those
    of either era.
    """
    if on > ctx.today:
        raise InvalidInput("future_date", date=date_text(on))
    # Four digits say which era is meant; two that lie far back may be of the other one.
    has_whole_year = re.search(r"\d{4}", digits(typed))
    if ctx.today - on > LONG_AGO and not has_whole_year:
        whole = date_text(on, full=True)
        raise InvalidInput("year_short", text=typed[:40], date=whole)
    return on


def past_moment(ctx: Context, text: str) -> str:
    """A stored day as `past_date`, with the time of day behind a T where one was typed:
    `2026-11-22T15:30`.
    """
    plain = plain_date(text)
    try:
        on, at = parse_day_time(plain, ctx.today)
    except InvalidInput:
        named = _named_past(ctx, plain_answer(text))
        if named is None:
            raise
        on, at = named
    _past(ctx, on, plain)
    if at is None:
        return on.isoformat()
    moment = datetime.combine(on, at, BANGKOK)
    if moment > ctx.now:
        raise InvalidInput("future_time")
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _named_past(ctx: Context, plain: str) -> tuple[date, time | None] | None:
    """The day that the whole text surely names otherwise than by a date: last Friday, two days ago;
    its time of day.
    """
    found = past_at(digits(plain), 0, ctx.today)
    if found is None or not found.sure or found.end != len(plain):
        return None
    return found.on, found.at


def past_month(ctx: Context, text: str) -> str:
    """A month that has begun, as its stored first day: by name, as 10/69, this one, the last
    one, or as a button gives it.
    """
    if _STORED_MONTH.fullmatch(text):
        return text
    month = month_of(text, ctx.today)
    return _past(ctx, month, text).isoformat()


def month_field(name: str, hint: str) -> Field:
    """A month, the last one and this one as buttons."""
    return Field(
        name,
        hint,
        read_into(name, past_month),
        _month_options,
        typed=True,
    )


async def _month_options(ctx: Context, draft: Draft) -> list[Option]:
    this = ctx.today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    return [Option(month.isoformat(), month_text(month)) for month in (last, this)]


def day_ago(ctx: Context) -> DateAsked:
    """A day that is not to come."""
    return DateAsked(
        DateKind.DAY,
        latest=_local(ctx),
        default=_local(ctx),
        label=_("📅 เลือกวันที่"),
    )


def moment_ago(ctx: Context) -> DateAsked:
    """A day that is not to come, with its time of day."""
    return replace(day_ago(ctx), kind=DateKind.DAY_AND_TIME, label=_("📅 เลือกวันและเวลา"))


def day_to_come(ctx: Context) -> DateAsked:
    """A day from today on."""
    return DateAsked(
        DateKind.DAY,
        earliest=_local(ctx),
        default=_local(ctx),
        label=_("📅 เลือกวันที่"),
    )


def moment_to_come(ctx: Context) -> DateAsked:
    """A moment to come, first that of tomorrow morning."""
    morning = _local(ctx) + timedelta(days=1)
    return DateAsked(
        DateKind.DAY_AND_TIME,
        earliest=_local(ctx),
        default=morning.replace(hour=MORNING, minute=0),
        label=_("📅 เลือกวันและเวลา"),
    )


def _local(ctx: Context) -> datetime:
    return ctx.now.astimezone(BANGKOK).replace(second=0, microsecond=0)


def past_date_field(
    name: str,
    hint: str,
    *,
    unknown: bool = False,
    clearable: bool = True,
) -> Field:
    """A local date, today and yesterday as buttons."""
    return Field(
        name,
        hint,
        read_into(name, past_date),
        _late_options,
        unknown=unknown,
        none=unknown,
        clearable=clearable,
        asks=day_ago,
        typed=True,
    )


def past_moment_field(name: str, hint: str) -> Field:
    """A local date, perhaps with a time of day; today and yesterday as buttons."""
    return Field(
        name,
        hint,
        read_into(name, past_moment),
        _late_options,
        clearable=False,
        asks=moment_ago,
        typed=True,
    )


async def _late_options(ctx: Context, draft: Draft) -> list[Option]:
    options = []
    for label, day in late_days(ctx):
        options.append(Option(day.isoformat(), f"{label} {date_text(day)}"))
    return options


def late_days(ctx: Context) -> tuple[tuple[str, date], ...]:
    """The days that are meant most often, with what their buttons say."""
    yesterday = ctx.today - timedelta(days=1)
    return (
        (_("วันนี้"), ctx.today),
        (_("เมื่อวาน"), yesterday),
    )


def numbered_field(
    name: str,
    date_name: str,
    hint: str,
    kind: str,
    *,
    unknown: bool = False,
) -> Field:
    """A number, perhaps with its date behind: `512 24 ก.พ. 63`, `เล่มที่ 12 เลขที่ 45 ลว. 24 ก.พ.
    63`.
    """

    async def parse(ctx: Context, draft: Draft, text: str) -> Given:
        read = read_numbered(kind, plain_answer(text))
        values = {}
        if read.no:
            values[name] = _checked_no(kind, read.no)
        if read.day:
            values[date_name] = _date_behind(ctx, read.day, date_name, values)
        if not read.no:  # its date alone
            raise InvalidInput("no_number", field=field_label(name), kept=values)
        return values

    return Field(
        name,
        hint,
        parse,
        doubt=_numberless,
        unknown=unknown,
        none=True,
    )


def _checked_no(kind: str, no: str) -> str:
    check_length(no, TEXT_LIMIT)
    return parse_contract_no(no) if kind == "contract" else no


def _date_behind(
    ctx: Context,
    text: str,
    name: str,
    kept: Mapping[str, str],
) -> str:
    """The date behind a number; of one that cannot be, the number is kept, and the date asked for
    again.
    """
    try:
        return past_date(ctx, text)
    except InvalidInput as error:
        params = {**error.params, "kept": dict(kept), "ask": name}
        raise InvalidInput(error.code, **params) from None


async def _numberless(ctx: Context, draft: Draft, text: str) -> bool:
    """Words where a number is asked for: perhaps the next caller's name."""
    return not any(letter.isdigit() for letter in text)


def named_field(name: str, *, unknown: bool = False) -> Field:
    """A field with a fixed list of named values."""

    async def options(_ctx: Context, _draft: Draft) -> list[Option]:
        labels = value_labels(name)
        return [Option(value, _(label)) for value, label in labels.items()]

    async def parse(ctx: Context, draft: Draft, text: str) -> Given:
        value = chosen(name, text)
        if not value:
            value = match_option(await options(ctx, draft), text)
        return {name: value}

    return Field(
        name,
        "",
        parse,
        options,
        unknown=unknown,
        clearable=False,
    )


def choice_field(
    name: str,
    options: Options,
    hint: str = "",
    *,
    unknown: bool = False,
) -> Field:
    """A field whose value is one of its options: by the value itself or by what the button says."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Given:
        return {name: match_option(await options(ctx, draft), text)}

    return Field(
        name,
        hint,
        parse,
        options,
        unknown=unknown,
        clearable=False,
    )


def match_option(options: list[Option], text: str) -> str:
    """The value meant by the text: exactly, or by the only option that has it;
    InvalidInput("choice").
    """
    wanted = fold(plain_answer(text))
    for option in options:
        if text == option.value:
            return option.value
        if wanted and wanted == fold(option.label):
            return option.value
    # One letter stands in almost every name.
    if len(wanted) < FEWEST:
        raise InvalidInput("choice")
    # One value may have a label in each language.
    having = {option.value for option in options if wanted in fold(option.label)}
    if len(having) != 1:
        raise InvalidInput("choice")
    return having.pop()


def money_field(name: str, hint: str) -> Field:
    """An amount in baht as people type it: 1,500 or ๑๕๐๐ บาท; 0 = free."""
    return Field(
        name,
        hint,
        read_into(name, lambda _ctx, text: str(price_of(text))),
        _no_charge,
        unknown=True,
        typed=True,
    )


async def _no_charge(ctx: Context, draft: Draft) -> list[Option]:
    return [Option("0", _("ไม่มีค่าใช้จ่าย"))]


def phone_field(name: str) -> Field:
    """A telephone."""
    return Field(
        name,
        "พิมพ์เบอร์โทร เช่น 081-234-5678",
        read_into(name, lambda _ctx, text: read_phone(text)),
        takes=PHONE,
        nine=True,
    )


def read_phone(text: str) -> str:
    """A canonical telephone; InvalidInput says what is wrong with one that has too many digits or
    too few.
    """
    try:
        return parse_phone(text)
    except InvalidInput:
        raise no_phone(text) from None


def no_phone(text: str) -> InvalidInput:
    """What is said of a text that is no telephone."""
    slip = find_slip(text)
    if slip is None or slip.kind is not SlipKind.PHONE:
        return InvalidInput("phone", text=text[:40])
    return refusal(slip)


def refusal(slip: Slip) -> InvalidInput:
    """What is said of a slip."""
    if slip.kind is SlipKind.CODE:
        return InvalidInput("no_code", code=slip.text)
    code = "phone"
    if slip.off < 0:
        code = "phone_short"
    elif slip.off > 0:
        code = "phone_long"
    return InvalidInput(
        code,
        text=slip.text,
        count=slip.count,
        off=abs(slip.off),
    )


def email_field(name: str) -> Field:
    """An e-mail address; InvalidInput("emails") for several."""
    return Field(
        name,
        "พิมพ์อีเมล เช่น somchai@example.com",
        read_into(name, _one_email),
        takes=EMAIL,
        nine=True,
        none=True,
    )


def _one_email(_ctx: Context, text: str) -> str:
    addresses = read_emails(text).addresses
    if len(addresses) > 1:
        raise InvalidInput("emails", emails=", ".join(addresses))
    return parse_email(text)
