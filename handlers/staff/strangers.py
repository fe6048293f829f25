"""People the desk does not know: they learn nothing, may ask for access, and cannot flood."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from domain.errors import Conflict, DeskError
from domain.reach import strangers as budget
from domain.staff import Identity
from domain.text import clean, shorten
from handlers.chat import (
    Button,
    Incoming,
    Joined,
    Press,
    Text,
    confirm,
    say,
)
from handlers.desk import Desk, Outcome
from handlers.i18n import LANGUAGES, _, speaking
from handlers.messages import sentence
from handlers.spoken import parse_command
from handlers.staff.access import list_notice
from store import staff
from store.audit import AuditEntry
from store.chat import access_requests, buttons, inbox
from store.engine.database import Tx

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

    Somebody whose access was taken away (`blocked`) is told so, and may ask for nothing. What was
    written is forgotten in the same moment.
    """
    outcome = await _answered(desk, incoming, now, blocked=blocked)
    return forgotten(incoming, outcome)


def forgotten(incoming: Incoming, outcome: Outcome) -> Outcome:
    """The outcome, after which nothing is left of what a stranger wrote."""
    forget = partial(
        inbox.forget_words,
        platform=incoming.platform,
        event_id=incoming.id,
    )
    return replace(outcome, changes=(*outcome.changes, forget))


async def _answered(
    desk: Desk,
    incoming: Incoming,
    now: datetime,
    *,
    blocked: bool,
) -> Outcome:
    who = incoming.who
    speaks = isinstance(incoming.body, Text | Press | Joined)
    if who is None or not incoming.private or not speaks:
        return Outcome(None)
    platform = incoming.platform
    heard = await staff.count_stranger_answers(desk.db, platform, who, now - budget.WINDOW)
    if heard >= budget.ANSWERS:
        return Outcome(None)
    if await staff.count_answers_to_all(desk.db, now - budget.WINDOW) >= budget.ANSWERS_ALL:
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
        # A menu says what the button does.
        if _asks(body.text.strip()):
            return await _ask_access(desk, incoming, who, now)
    if isinstance(body, Press):
        token = clean(body.token)[: budget.TOKEN_LENGTH]
        button = await buttons.find_button(desk.db, token)
        if button is not None and button.action == ASK_ACCESS:
            return await _ask_access(desk, incoming, who, now)
    told = _("บัญชีนี้ยังไม่ได้เชื่อมกับเจ้าหน้าที่ สสช.")
    return Outcome(say(told, Button(_("ขอสิทธิ์ใช้งาน"), ASK_ACCESS)))


def _asks(text: str) -> bool:
    """Whether a text is what the button says, in either language."""
    said = set()
    for spoken in LANGUAGES:
        with speaking(spoken):
            said.add(_("ขอสิทธิ์ใช้งาน"))
    return text in said


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
    since = now - budget.DAY
    mine = await access_requests.count_access_requests(desk.db, since, platform, who)
    if mine >= budget.REQUESTS_EACH:
        return Outcome(told)
    if await access_requests.count_access_requests(desk.db, since) >= budget.REQUESTS_ALL:
        return Outcome(told)
    # LINE says a name only to whom asks for it.
    shown = incoming.name or clean(await desk.title(platform, incoming.chat))
    name = _short(shown)
    request_id = uuid4().hex
    add = partial(
        access_requests.add_access_request,
        request_id=request_id,
        platform=platform,
        user=who,
        chat=incoming.chat,
        display_name=name,
        now=now,
        username=_short(clean(incoming.username)),
    )
    asks = access_requests.AccessRequest(
        request_id,
        platform,
        who,
        incoming.chat,
        name,
        now,
        None,
        None,
        _short(clean(incoming.username)),
    )
    notice = await list_notice(desk, asks)
    return Outcome(told, (add,), (notice,))


def _short(name: str) -> str:
    return shorten(" ".join(name.split()), budget.NAME_LIMIT)
