"""Requests for access: one list, edited in place, that says of each who it is as far as the
platform tells. Who is let in is an officer; more is given on the person's card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from domain.errors import Conflict
from domain.staff import Identity, Role, Staff
from domain.text import fold
from handlers.chat import (
    Button,
    Card,
    Notice,
    Reply,
    confirm,
    in_lines,
    say,
)
from handlers.desk import Context, Desk
from handlers.i18n import _
from handlers.labels import role_label, when
from handlers.registry import action
from store import staff
from store.chat import access_requests as store
from store.chat.access_requests import AccessRequest
from store.engine.database import Tx

SHOWN = 5
"""Requests of one list; the others follow as these are decided."""


async def list_notice(desk: Desk, asks: AccessRequest) -> Notice:
    """What administrators are told when a stranger asks: once for as long as somebody waits, and
    once a day.

    Whoever asks meanwhile stands in the same list, without a message of their own.
    """
    waiting = [*(await store.list_waiting(desk.db)), asks]
    people = await staff.list_staff(desk.db)
    since = waiting[0].created_at.isoformat()
    key = f"access:{since}:{asks.created_at.date()}"
    return Notice(partial(_list, waiting, people), key, role=Role.ADMIN)


def _list(waiting: Sequence[AccessRequest], people: Sequence[Staff]) -> Reply:
    if not waiting:
        return say(_("ไม่มีคำขอสิทธิ์ที่รอพิจารณา"))
    cards = [_card(request, people) for request in waiting[:SHOWN]]
    again = Button(_("ดูคำขอล่าสุด (%(count)s)", count=len(waiting)), "access.list")
    how = _("รับแล้วเป็นเจ้าหน้าที่ ให้สิทธิ์เพิ่มได้ที่ /staff")
    last = cards.pop()
    last = replace(last, note=in_lines(last.note, how), buttons=(*last.buttons, again))
    return Reply((*cards, last), confirms=True)


def _card(request: AccessRequest, people: Sequence[Staff]) -> Card:
    account = f"{request.platform.title()} {request.user}"
    lines = [
        (_("ชื่อที่แสดง"), request.display_name or "-"),
        (_("แอป"), account),
        (_("ขอเมื่อ"), when(request.created_at)),
    ]
    if request.username:
        lines.insert(1, (_("ชื่อผู้ใช้"), f"@{request.username}"))
    target = {"id": request.id}
    buttons = (
        Button(role_label(Role.OFFICER), "access.grant", target, once=True),
        Button(_("ปฏิเสธ"), "access.refuse", target, once=True),
    )
    title = _("🔑 มีผู้ขอสิทธิ์ใช้งาน")
    return Card(title, tuple(lines), _warning(request, people), buttons)


def _warning(request: AccessRequest, people: Sequence[Staff]) -> str:
    """That somebody of the staff is called so already, who may be meant, or whose name it takes."""
    called = _ways_to_call(request.display_name) | _ways_to_call(request.username)
    for person in people:
        if "".join(fold(person.name).split()) not in called:
            continue
        if person.blocked_at is not None:
            return _("⚠️ ชื่อตรงกับ %(name)s ซึ่งถูกระงับ ตรวจตัวตนก่อนรับ", name=person.name)
        return _("⚠️ ชื่อตรงกับเจ้าหน้าที่ %(name)s ตรวจตัวตนก่อนรับ", name=person.name)
    return ""


def _ways_to_call(name: str) -> set[str]:
    """A name without its blanks, and each word of it."""
    words = fold(name).split()
    return {"".join(words), *words} - {""}


@action("access.list", role=Role.ADMIN, in_place=True, aside=True)
async def list_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Who waits by now."""
    return _list(await store.list_waiting(ctx.db), await staff.list_staff(ctx.db))


async def _undecided(ctx: Context, request_id: str) -> AccessRequest:
    request = await store.get_access_request(ctx.db, request_id)
    if request.decided_at is not None:
        raise Conflict("decided")
    return request


@action("access.grant", role=Role.ADMIN)
async def grant_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Let a stranger in as an officer, as a new member of staff."""
    request = await _undecided(ctx, args["id"])
    name = await _free_name(ctx, request.display_name or request.platform.title())

    async def let_in(tx: Tx) -> None:
        await store.decide_access_request(
            tx,
            request.id,
            ctx.staff.id,
            Role.OFFICER,
            ctx.now,
        )
        person = await staff.add_staff(tx, name, Role.OFFICER, ctx.now)
        identity = Identity(request.platform, request.user, person, request.chat)
        await staff.link_identity(tx, identity, ctx.now)

    ctx.change(let_in)
    ctx.audit("access.granted.officer", f"request:{request.id}")
    ctx.notify(
        lambda: say(_("เชื่อมบัญชีแล้ว พิมพ์ เมนู เพื่อเริ่มใช้งาน")),
        f"granted:{request.id}",
        to=(request.platform, request.chat),
    )
    done = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(name)s เป็น%(role)s",
        name=name,
        role=role_label(Role.OFFICER),
    )
    return await _decided(ctx, request, done)


async def _decided(ctx: Context, request: AccessRequest, done: str) -> Reply:
    """What was done, and the list of those who still wait, where somebody does."""
    waiting = await store.list_waiting(ctx.db)
    left = len([one for one in waiting if one.id != request.id])
    if not left:
        return confirm(done)
    more = Button(_("คำขอสิทธิ์ (%(count)s)", count=left), "access.list")
    return confirm(done, more)


async def _free_name(ctx: Context, name: str) -> str:
    """The name, with a number behind it where somebody else has it."""
    taken = {*(await staff.staff_names(ctx.db)).values()}
    if name not in taken:
        return name
    numbered = (f"{name} ({n})" for n in count(2))
    return next(free for free in numbered if free not in taken)


@action("access.refuse", role=Role.ADMIN, aside=True)
async def refuse_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Leave a stranger outside; nothing is said to them."""
    request = await _undecided(ctx, args["id"])
    ctx.change(
        store.decide_access_request,
        request_id=request.id,
        by=ctx.staff.id,
        role=None,
        now=ctx.now,
    )
    ctx.audit("access.refused", f"request:{request.id}")
    return await _decided(ctx, request, _("ปฏิเสธคำขอแล้ว"))
