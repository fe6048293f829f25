"""Mails that make no ticket: what may be spam, and what machines wrote of which no ticket is known.
Both are listed, and taken out again where somebody says that a person asks something.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import Conflict
from domain.mail.incoming import IncomingMail
from domain.mail.sorted_mail import MACHINES, Apart, IncomingKind
from domain.staff import Role
from domain.text import shorten
from handlers.chat import Button, Choice, Reply, confirm, in_one_line, say, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import when
from handlers.registry import COMMANDS, NOTHING, action, check_right, command
from store.mail import incoming

PAGE = 5
"""Mails of one page: each has a line to read it by and a button."""
WRITER = 40
SUBJECT = 60
"""Characters in a line of the list."""


@dataclass(frozen=True, slots=True)
class _Said:
    """How one of the lists is spoken of: `none` = what somebody says who takes a mail out."""

    title: str
    nothing: str
    none: str
    cleared: str


def _said(which: Apart, count: int = 0) -> _Said:
    """How one of the lists is spoken of, in the language of whoever reads it."""
    if which is Apart.SPAM:
        return _Said(
            _(
                "⚠️ สงสัยว่าเป็นสแปม %(count)s ฉบับ ใหม่สุดก่อน · เป็นใบงานเมื่อกด ไม่ใช่สแปม",
                count=count,
            ),
            _("ไม่มีอีเมลที่สงสัยว่าเป็นสแปม"),
            _("ไม่ใช่สแปม"),
            _("✅ ไม่ใช่สแปม จะเป็นใบงานใหม่และแจ้งในครู่เดียว"),
        )
    return _Said(
        _(
            "🤖 อีเมลอัตโนมัติที่ไม่มีใบงาน %(count)s ฉบับ · เป็นใบงานเมื่อกด คนเขียน",
            count=count,
        ),
        _("ไม่มีอีเมลอัตโนมัติที่ไม่มีใบงาน"),
        _("คนเขียน"),
        _("✅ คนเขียน จะเป็นใบงานใหม่และแจ้งในครู่เดียว"),
    )


@command(
    "spam",
    "สแปม",
    about="อีเมลที่สงสัยว่าเป็นสแปม",
    fits=NOTHING,
    also=(
        "เมลขยะ",
        "อีเมลขยะ",
        "ขยะ",
        "กล่องสแปม",
        "เมลสแปม",
        "อีเมลสแปม",
        "spam",
        "junk",
        "junk mail",
    ),
)
async def spam(ctx: Context, args: str) -> Reply:
    """The list of suspected spam."""
    return await set_apart(ctx, Apart.SPAM)


@command(
    "machines",
    "อีเมลอัตโนมัติ",
    about="อีเมลอัตโนมัติและตีกลับที่ไม่มีใบงาน",
    fits=NOTHING,
    also=("เมลอัตโนมัติ", "อีเมลตีกลับ", "เมลตีกลับ", "automatic mails", "bounces"),
    role=Role.SUPERVISOR,
)
async def machines(ctx: Context, args: str) -> Reply:
    """The list of machines' mails of which no ticket is known."""
    return await set_apart(ctx, Apart.MACHINES)


def apart_button(which: Apart, count: int) -> Button:
    """[สงสัยว่าเป็นสแปม (3)], [อีเมลอัตโนมัติ (2)]"""
    labels = {
        Apart.SPAM: _("สงสัยว่าเป็นสแปม (%(count)s)", count=count),
        Apart.MACHINES: _("อีเมลอัตโนมัติ (%(count)s)", count=count),
    }
    return Button(labels[which], "inbox.apart", {"list": which.value, "page": "0"})


@action("inbox.apart", in_place=True, aside=True)
async def apart_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A page of one of the lists, for whoever may ask for it."""
    which = Apart(args["list"])
    check_right(ctx.staff, COMMANDS[which])
    return await set_apart(ctx, which, int(args["page"]))


async def set_apart(ctx: Context, which: Apart, page: int = 0) -> Reply:
    """What was set apart, the newest first."""
    found = await incoming.list_apart(ctx.db, which, PAGE + 1, page * PAGE)
    if not found:
        return say(_said(which).nothing, _inbox_button())
    said = _said(which, await incoming.count_apart(ctx.db, which))
    options = []
    buttons = []
    for number, mail in enumerate(found[:PAGE], 1):
        ctx.audit("mail.listed", f"mail:{mail.id}")
        args = {"mail": str(mail.id)}
        options.append(Button(_line(mail), "mail.whole", args))
        buttons.append(_clear_button(f"{number} {said.none}", args))
    more = len(found) > PAGE
    buttons += turn_buttons("inbox.apart", {"list": which.value}, page, more=more)
    buttons.append(_inbox_button())
    return Reply((Choice(said.title, tuple(options), tuple(buttons)),))


def _inbox_button() -> Button:
    return Button(_("อีเมลใหม่"), "inbox.page", {"page": "0"})


def clear_buttons(mail: IncomingMail) -> tuple[Button, ...]:
    """What takes a mail out of the list in which it is."""
    which = _list_of(mail)
    if which is None:
        return ()
    return (_clear_button(_said(which).none, {"mail": str(mail.id)}),)


def _clear_button(label: str, args: Mapping[str, str]) -> Button:
    return Button(label, "inbox.clear", args)


def _list_of(mail: IncomingMail) -> Apart | None:
    """The list in which a mail is; None where it is in neither."""
    kind = IncomingKind(mail.reading.kind)
    if kind is IncomingKind.SPAM_LIKE:
        return Apart.SPAM
    is_ones = kind in MACHINES and mail.reading.ticket is None
    return Apart.MACHINES if is_ones else None


def _line(mail: IncomingMail) -> str:
    """Who, what, and when it came."""
    read = mail.reading
    return in_one_line(
        shorten(read.from_name or read.from_email, WRITER),
        shorten(read.subject, SUBJECT),
        read.failed_recipient,
        when(mail.arrived_at),
    )


@action("inbox.clear")
async def clear_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A person asks something: from now on it is a new mail like any other."""
    mail_id = int(args["mail"])
    which = await incoming.find_apart(ctx.db, mail_id)
    if which is None:
        raise Conflict("mail_cleared")
    check_right(ctx.staff, COMMANDS[which])
    ctx.change(incoming.clear, mail_id=mail_id, which=which)
    ctx.audit("mail.cleared", f"mail:{mail_id}")
    return confirm(_said(which).cleared, _inbox_button())
