"""Reading typed values for form fields: each returns the values as a draft stores them."""

from collections.abc import Mapping

from domain.dates import format_date, parse_date
from domain.errors import InvalidInput
from domain.phones import looks_like_email, parse_email, parse_phone
from domain.text import fold
from domain.tickets import parse_contract_no, parse_price
from handlers.desk import Context
from handlers.forms import Field, Option, Options
from handlers.i18n import _
from handlers.labels import VALUES
from store.forms import Draft

TEXT_LIMIT = 500
LONG_LIMIT = 20_000
PHONE = frozenset({"phone"})
EMAIL = frozenset({"email"})
CODE = frozenset({"code", "phone", "email"})


def text_field(name: str, hint: str = "", limit: int = TEXT_LIMIT) -> Field:
    """A field of plain text."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        if len(text) > limit:
            raise InvalidInput("too_long", length=len(text), limit=limit)
        return {name: text}

    return Field(name, hint, parse)


def past_date_field(name: str, hint: str = "เช่น 19 ก.พ. 63 หรือ วันนี้") -> Field:
    """A local date that may not lie in the future (DESIGN.md, "Commands", last paragraph)."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        on = parse_date(text, ctx.today)
        if on > ctx.today:
            raise InvalidInput("future_date", date=format_date(on))
        return {name: on.isoformat()}

    return Field(name, hint, parse)


def named_field(name: str) -> Field:
    """A field with a fixed list of named values."""

    async def options(ctx: Context, draft: Draft) -> list[Option]:
        return [Option(value, _(label)) for value, label in VALUES[name].items()]

    return choice_field(name, options)


def choice_field(name: str, options: Options, hint: str = "") -> Field:
    """A field whose value is one of its options: by the value itself or by what the button says."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: match_option(await options(ctx, draft), text)}

    return Field(name, hint, parse, options)


def match_option(options: list[Option], text: str) -> str:
    """The value meant by the text: exactly, or by the only option that begins so; InvalidInput("choice")."""
    wanted = fold(text)
    for option in options:
        if text == option.value or (wanted and wanted == fold(option.label)):
            return option.value
    begin = [option.value for option in options if wanted and fold(option.label).startswith(wanted)]
    if len(begin) != 1:
        raise InvalidInput("choice")
    return begin[0]


def money_field(name: str) -> Field:
    """An amount in baht as people type it: 1,500 or ๑๕๐๐ บาท; 0 = free."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: str(parse_price(text))}

    return Field(name, "เช่น 1,500 ถ้าไม่มีค่าใช้จ่ายพิมพ์ 0", parse)


def contract_field(name: str) -> Field:
    """A contract number within its Buddhist year: 81/2563, also 81/63."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: parse_contract_no(text)}

    return Field(name, "เช่น 81/2563", parse)


def phone_field(name: str) -> Field:
    """A telephone."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: parse_phone(text)}

    return Field(name, "เช่น 081-234-5678", parse, takes=PHONE)


def email_field(name: str) -> Field:
    """An e-mail address."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        return {name: parse_email(text)}

    return Field(name, "เช่น somchai@example.com", parse, takes=EMAIL)


def reach_field() -> Field:
    """One question that takes a telephone or an e-mail."""

    async def parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
        if looks_like_email(text):
            return {"email": parse_email(text)}
        try:
            return {"phone": parse_phone(text)}
        except InvalidInput:
            raise InvalidInput("reach") from None

    return Field("reach", "ถ้าไม่ทราบพิมพ์ 9", parse, takes=PHONE | EMAIL)
