"""Mails to customers: a draft is shown before it goes, text and address can be changed, the press
sends it once.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.mail.mails import check_address, check_subject
from handlers.chat import Button, Reply
from handlers.desk import Context
from handlers.forms.drafts import new_draft
from handlers.forms.engine import own_draft, proceed, start
from handlers.mail.asking.receivers import remember
from handlers.mail.letters.drafts import about_things, draft_mail, latest
from handlers.mail.letters.sending import text_to_copy
from handlers.mail.letters.writing import WRITERS, Written, framed
from handlers.registry import action
from store.chat.forms import Dialog
from store.mail.mails import NewMail


async def preview(
    ctx: Context,
    mail: NewMail,
    *,
    instead_of: str = "",
) -> Reply:
    """Show a mail before it goes, with [ส่ง] [แก้ข้อความ] [ยกเลิก]; asks for the address where
    `mail.to` is empty. `instead_of` = the mail in whose place it goes.

    Where no mail server is configured, the text to copy. InvalidInput("mail_subject"/"email") as in
    domain.mail."""
    return await preview_written(
        ctx,
        mail,
        framed(ctx, mail),
        instead_of=instead_of,
    )


async def preview_written(
    ctx: Context,
    mail: NewMail,
    written: Written,
    switch: Button | None = None,
    *,
    instead_of: str = "",
) -> Reply:
    """As `preview`, with the letter in its parts. `switch` has it drawn in the other language,
    where no draft is kept.
    """
    check_subject(written.subject)
    if mail.to:
        check_address(mail.to)
    ctx.audit("mail.drafted", mail.record)
    if not ctx.desk.mail_from:
        body = written.before + written.text + written.after + written.quote
        return text_to_copy(ctx, mail, written.subject, body, switch)
    given = {"mail_to": mail.to, "mail_cc": " ".join(mail.cc), **written.given}
    about = {
        "seen": await latest(ctx, mail),
        **written.around,
        "purpose": mail.purpose,
        "instead_of": instead_of,
        "language": mail.language,
        "files": " ".join(mail.files),
        **about_things(mail),
    }
    draft = new_draft(
        ctx,
        "mail",
        given,
        record=mail.record,
        about=about,
        dialog=Dialog(look=True),
    )
    return await start(ctx, draft)


@action("mail.language", in_place=True)
async def language_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The draft in the other language, which the customer is written to from now on."""
    draft = await own_draft(ctx, args)
    language = args["language"]
    old = draft_mail(draft)
    await remember(ctx, old.customers, language, old.contact)
    write = WRITERS[old.purpose]
    was = await write(ctx, old)
    now = await write(ctx, replace(old, language=language))
    about = {**draft.about, "language": language, "remembered": " ".join(old.customers)}
    given = {**draft.given}
    for name, written in now.given.items():
        given[name] = about.get(f"{name}_{language}") or written
        # What was edited comes back with its language; the officer's own words have none.
        if draft.given[name] != was.given[name]:
            about[f"{name}_{old.language}"] = draft.given[name]
            if was.given[name] == written:
                given[name] = draft.given[name]
    about |= now.around
    return await proceed(ctx, replace(draft, given=given, about=about))
