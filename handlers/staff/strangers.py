"""People the desk does not know: they learn nothing, may ask for access, and cannot flood."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from domain.errors import Conflict, DeskError
from domain.staff import Identity, Role
from domain.text import clean, shorten
from handlers.chat import (
    Button,
    Incoming,
    Joined,
    Notice,
    Press,
    Text,
    confirm,
    say,
)
from handlers.desk import Desk, Outcome
from handlers.i18n import _
from handlers.messages import sentence
from handlers.spoken import parse_command
from handlers.staff.commands import request_notice
from store import staff
from store.audit import AuditEntry
from store.chat import buttons
from store.engine.database import Tx

ANSWERS = 5
"""Answers an unknown account gets within WINDOW; then silence."""
WINDOW = timedelta(hours=1)
REQUESTS_EACH = 1
REQUESTS_ALL = 20
"""Requests for access: one a day of each account, twenty a day in all."""
DAY = timedelta(days=1)
NAME_LIMIT = 60
"""Characters of the name that a platform says."""
TOKEN_LENGTH = 64
"""Characters of what is pressed: a token has fewer."""
ASK_ACCESS = "access.ask"


async def answer(
    desk: Desk,
    incoming: Incoming,
    now: datetime,
    *,
    blocked: bool,
) -> Outcome:
    """What an unknown account gets: linked with a code, a request passed on, the same sentence, or
    silence.

    Somebody whose access was taken away (`blocked`) is told so, and may ask for nothing.
    """
    who = incoming.who
    speaks = isinstance(incoming.body, Text | Press | Joined)
    if who is None or not incoming.private or not speaks:
        return Outcome(None)
    platform = incoming.platform
    heard = await staff.count_stranger_answers(desk.db, platform, who, now - WINDOW)
    if heard >= ANSWERS:
        return Outcome(None)
    if blocked:
        outcome = Outcome(say(_("บัญชีนี้ถูกระงับ ติดต่อผู้ดูแลระบบ")))
    else:
        outcome = await _decide(desk, incoming, who, now)
    note = partial(
        staff.note_stranger_answer,
        platform=platform,
        user=who,
        now=now,
    )
    return replace(outcome, changes=(*outcome.changes, note))


async def _decide(
    desk: Desk,
    incoming: Incoming,
    who: str,
    now: datetime,
) -> Outcome:
    body = incoming.body
    if isinstance(body, Text):
        code = _invitation_code(body.text)
        if code:
            return await _link(desk, incoming, who, code, now)
    if isinstance(body, Press):
        token = clean(body.token)[:TOKEN_LENGTH]
        button = await buttons.find_button(desk.db, token)
        if button is not None and button.action == ASK_ACCESS:
            return await _ask_access(desk, incoming, who, now)
    told = _("บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ สสช.")
    return Outcome(say(told, Button(_("ขอสิทธิ์ใช้งาน"), ASK_ACCESS)))


def _invitation_code(text: str) -> str:
    """The code behind the word for beginning; "" in any other text."""
    try:
        parsed = parse_command(text)
    except DeskError:
        return ""
    if parsed is None or parsed.command.name != "start":
        return ""
    return parsed.args


async def _link(
    desk: Desk,
    incoming: Incoming,
    who: str,
    code: str,
    now: datetime,
) -> Outcome:
    try:
        person = await staff.find_invitation(desk.db, code, now)
        if person.blocked_at is not None:
            raise Conflict("invitation")
    except DeskError:
        # The same sentence for a wrong, used or old code: a stranger learns nothing from it.
        return Outcome(say(sentence(Conflict("invitation"))))
    identity = Identity(incoming.platform, who, person.id, incoming.chat)

    async def link(tx: Tx) -> None:
        await staff.use_invitation(tx, code, now)
        await staff.link_identity(tx, identity, now)

    entry = AuditEntry(
        now,
        person.id,
        "staff.linked",
        f"staff:{person.id}",
        incoming.platform,
        incoming.id,
    )
    text = _(
        "✅ เชื่อมบัญชีกับ %(name)s แล้ว พิมพ์ชื่อ เบอร์โทร อีเมล หรือรหัส เพื่อค้นหาได้เลย",
        name=person.name,
    )
    return Outcome(
        confirm(text),
        changes=(link,),
        audit_entries=(entry,),
        staff_id=person.id,
    )


async def _ask_access(
    desk: Desk,
    incoming: Incoming,
    who: str,
    now: datetime,
) -> Outcome:
    """Pass the request on to the administrators, within bounds; the stranger hears the same either
    way.
    """
    platform = incoming.platform
    told = say(_("ส่งคำขอถึงผู้ดูแลระบบแล้ว จะแจ้งเมื่อได้รับสิทธิ์"))
    since = now - DAY
    mine = await staff.count_access_requests(desk.db, since, platform, who)
    if mine >= REQUESTS_EACH:
        return Outcome(told)
    if await staff.count_access_requests(desk.db, since) >= REQUESTS_ALL:
        return Outcome(told)
    name = shorten(" ".join(incoming.name.split()), NAME_LIMIT)
    request_id = uuid4().hex
    add = partial(
        staff.add_access_request,
        request_id=request_id,
        platform=platform,
        user=who,
        chat=incoming.chat,
        display_name=name,
        now=now,
    )
    make = partial(request_notice, request_id, platform, name)
    notice = Notice(make, f"access:{request_id}", role=Role.ADMIN)
    return Outcome(told, (add,), (notice,))
