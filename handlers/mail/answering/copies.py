"""Who else gets an answer: those whom the customer wrote to as well, where the officer wants it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.mail.letters.answering import copies_for
from handlers.chat import Reply
from handlers.desk import Context
from handlers.forms.engine import own_draft, proceed
from handlers.i18n import _
from handlers.mail.asking.asked import Asked, load_asked
from handlers.mail.incoming_sorting import office_of
from handlers.registry import action
from store.chat.forms import Draft
from store.mail.mails import NewMail

ALL = "mail.copy_all"
NONE = "mail.copy_none"


async def copies_of(ctx: Context, asked: Asked, to: str) -> tuple[str, ...]:
    """The people beside its receiver who got the mail that is answered."""
    mail = asked.mail
    if mail is None or not mail.reading.copied:
        return ()
    read = mail.reading
    return copies_for(
        read.copied.splitlines(),
        (to, read.from_email, read.reply_to),
        await office_of(ctx),
        ctx.configuration.mail,
    )


async def copy_presses(ctx: Context, asked: Asked, mail: NewMail) -> dict[str, str]:
    """[สำเนาถึงทุกคน], or [ไม่ส่งสำเนา] where somebody gets one."""
    if mail.cc:
        return {NONE: _("ไม่ส่งสำเนา")}
    copies = await copies_of(ctx, asked, mail.to)
    if not copies:
        return {}
    return {ALL: _("สำเนาถึงทุกคน (%(count)s)", count=len(copies))}


@action(ALL, in_place=True)
async def copy_all_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Everybody who got the question gets the answer."""
    draft = await own_draft(ctx, args)
    asked = await load_asked(ctx, draft.record)
    to = draft.given["mail_to"]
    copies = await copies_of(ctx, asked, to)
    return await _proceed(ctx, draft, copies)


@action(NONE, in_place=True)
async def copy_none_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Only the customer gets the answer."""
    draft = await own_draft(ctx, args)
    return await _proceed(ctx, draft, ())


async def _proceed(ctx: Context, draft: Draft, copies: Sequence[str]) -> Reply:
    """The draft once more, with these copies."""
    given = {**draft.given, "mail_cc": " ".join(copies)}
    changed = replace(draft, given=given)
    return await proceed(ctx, changed)
