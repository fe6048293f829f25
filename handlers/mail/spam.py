"""Mails that were set apart as suspected spam: listed, and taken out again where somebody says that
one is none.
"""

from collections.abc import Mapping
from functools import partial

from domain.errors import Conflict
from domain.mail.incoming import IncomingMail
from domain.text import shorten
from handlers.chat import Button, Choice, Reply, confirm, in_one_line, say, turn_buttons
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import when
from handlers.registry import action
from store.mail import incoming

PAGE = 5
"""Mails of one page: each has a line to read it by and a button."""
WRITER = 40
SUBJECT = 60
"""Characters in a line of the list."""


def suspected_button(count: int) -> Button:
    """[สงสัยว่าเป็นสแปม (3)]"""
    return Button(_("สงสัยว่าเป็นสแปม (%(count)s)", count=count), "inbox.spam", {"page": "0"})


@action("inbox.spam", in_place=True)
async def spam_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A page of the list."""
    return await suspected(ctx, int(args["page"]))


async def suspected(ctx: Context, page: int = 0) -> Reply:
    """What was set apart, the newest first."""
    found = await incoming.list_suspected(ctx.db, PAGE + 1, page * PAGE)
    if not found:
        return say(_("ไม่มีอีเมลที่สงสัยว่าเป็นสแปม"), _inbox_button())
    count = await incoming.count_suspected(ctx.db)
    title = _(
        "⚠️ สงสัยว่าเป็นสแปม %(count)s ฉบับ ใหม่สุดก่อน · เป็นใบงานเมื่อกด ไม่ใช่สแปม",
        count=count,
    )
    options = []
    buttons = []
    for number, mail in enumerate(found[:PAGE], 1):
        ctx.audit("mail.listed", f"mail:{mail.id}")
        args = {"mail": str(mail.id)}
        options.append(Button(_line(mail), "mail.whole", args))
        buttons.append(clear_button(_("%(n)s ไม่ใช่สแปม", n=number), args))
    more = len(found) > PAGE
    buttons += turn_buttons("inbox.spam", {}, page, more=more)
    buttons.append(_inbox_button())
    return Reply((Choice(title, tuple(options), tuple(buttons)),))


def _inbox_button() -> Button:
    return Button(_("อีเมลใหม่"), "inbox.page", {"page": "0"})


def clear_button(label: str, args: Mapping[str, str]) -> Button:
    """What takes a mail out of the list."""
    return Button(label, "inbox.clear", args)


def _line(mail: IncomingMail) -> str:
    """Who, what, and when it came."""
    read = mail.reading
    return in_one_line(
        shorten(read.from_name or read.from_email, WRITER),
        shorten(read.subject, SUBJECT),
        when(mail.arrived_at),
    )


@action("inbox.clear")
async def clear_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """It is none: from now on it is a new mail like any other."""
    mail_id = int(args["mail"])
    if not await incoming.is_suspected(ctx.db, mail_id):
        raise Conflict("mail_cleared")
    ctx.change(partial(incoming.clear, mail_id=mail_id))
    ctx.audit("mail.cleared", f"mail:{mail_id}")
    text = _("✅ ไม่ใช่สแปม จะเป็นใบงานใหม่และแจ้งในครู่เดียว")
    return confirm(text, _inbox_button())
