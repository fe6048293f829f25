"""Staff: linking accounts, deciding requests for access, roles, blocking."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from domain.errors import Conflict, InvalidInput
from domain.staff import (
    Identity,
    Platform,
    Role,
    Staff,
    StaffId,
)
from handlers.chat import (
    Button,
    Card,
    Choice,
    Reply,
    confirm,
    say,
)
from handlers.desk import Context
from handlers.i18n import LANGUAGES, _
from handlers.labels import field_label, role_label, when
from handlers.messages import ALPHABET
from handlers.registry import NOTHING, action, command, on_person_card
from store import staff as store
from store.chat import untold
from store.engine.database import Tx, Write

INVITATION_LIFETIME = timedelta(hours=24)
CODE_LENGTH = 10


def new_invitation(staff_id: StaffId, now: datetime) -> tuple[str, Write]:
    """A one-time code for this person's next account, and the change that remembers it."""
    code = "".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH))
    add = partial(
        store.add_invitation,
        code=code,
        staff_id=staff_id,
        now=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    return code, add


@command(
    "start",
    "เริ่ม",
    about="เชื่อมบัญชีด้วยรหัสเชิญ เช่น /start ABCDE23456",
    fits=r"[A-Za-z2-9]{10}\s*$|$",
)
async def start(ctx: Context, args: str) -> Reply:
    """Somebody who is linked already: a code is of no use, the menu is."""
    if args:
        raise InvalidInput("linked")
    text = _(
        "สวัสดี %(name)s พิมพ์ชื่อ เบอร์โทร อีเมล หรือรหัส เพื่อค้นหาได้เลย",
        name=ctx.staff.name,
    )
    return say(text)


@command("link", "เชื่อมบัญชี", about="ขอรหัสเพื่อเชื่อมอีกแอปของคุณ", fits=NOTHING)
async def link(ctx: Context, args: str) -> Reply:
    """A code for the same person's other app."""
    code, change = new_invitation(ctx.staff.id, ctx.now)
    ctx.change(change)
    ctx.audit("staff.link_code", f"staff:{ctx.staff.id}")
    return confirm(_("พิมพ์ในอีกแอปภายใน 24 ชั่วโมง ใช้ได้ครั้งเดียว\n/start %(code)s", code=code))


@command("language", "ภาษา", about="ภาษาไทย / English", fits=NOTHING)
async def language(ctx: Context, args: str) -> Reply:
    """Choose the language of the interface."""
    buttons = (
        Button("ไทย", "staff.language", {"language": "th"}),
        Button("English", "staff.language", {"language": "en"}),
    )
    return say(_("เลือกภาษา"), *buttons)


@action("staff.language")
async def language_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Speak the chosen language from now on."""
    chosen = args["language"] if args["language"] in LANGUAGES else "th"
    ctx.change(
        store.set_language,
        staff_id=ctx.staff.id,
        language=chosen,
    )
    return say("OK" if chosen == "en" else "ใช้ภาษาไทยแล้ว")


@command(
    "staff",
    "เจ้าหน้าที่",
    about="เจ้าหน้าที่ สิทธิ์ และการระงับ",
    fits=NOTHING,
    role=Role.ADMIN,
)
async def list_staff(ctx: Context, args: str) -> Reply:
    """Everybody, with role and state."""
    ctx.audit("staff.listed", "staff")
    people = await store.list_staff(ctx.db)
    options = tuple(_option(person) for person in people)
    names = {person.id: person.name for person in people}
    lines = [_("รายชื่อเจ้าหน้าที่")]
    for team, members in (await store.list_teams(ctx.db)).items():
        listed = ", ".join(names[member] for member in members)
        lines.append(f"{team}: {listed}")
    return Reply((Choice("\n".join(lines), options),))


def _option(person: Staff) -> Button:
    state = _(" · ระงับ") if person.blocked_at else ""
    label = f"{person.name} · {role_label(person.role)}{state}"
    return Button(label, "staff.show", {"id": str(person.id)})


async def _person_card(ctx: Context, person: Staff) -> Reply:
    lines = [(_("สิทธิ์"), role_label(person.role))]
    if person.post_granted_at and not person.role.covers(Role.SUPERVISOR):
        lines.append((_("โพสต์ได้ตั้งแต่"), when(person.post_granted_at)))
    for account in await store.list_identities(ctx.db, person.id):
        state = _("ส่งไม่ถึง") if account.unreachable_at else _("ใช้งานได้")
        lines.append((account.platform.title(), state))
    if person.email:
        lines.append((field_label("staff_email"), person.email))
    if person.blocked_at:
        lines.append((_("ระงับเมื่อ"), when(person.blocked_at)))
    buttons = _role_buttons(person)
    for add in on_person_card:
        more = await add(ctx, person)
        lines += more.lines
        buttons += more.buttons
    target = {"id": str(person.id)}
    buttons.append(_block_button(person))
    buttons.append(Button(field_label("staff_email"), "staff.email", target))
    return Reply((Card(person.name, tuple(lines), buttons=tuple(buttons)),))


def _role_buttons(person: Staff) -> list[Button]:
    """[ให้เป็นหัวหน้า] and so on, for each role but the present one."""
    buttons = []
    for role in Role:
        if role is person.role:
            continue
        label = _("ให้เป็น%(role)s", role=role_label(role))
        args = {"id": str(person.id), "role": role}
        buttons.append(Button(label, "staff.role", args, once=True))
    return buttons


def _block_button(person: Staff) -> Button:
    """[ระงับ], or [เลิกระงับ] for whom that was done."""
    label = _("ระงับ")
    args = {"id": str(person.id), "block": "1"}
    if person.blocked_at:
        label = _("เลิกระงับ")
        args["block"] = ""
    return Button(label, "staff.block", args, once=True)


@action("staff.show", role=Role.ADMIN)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One member of staff."""
    ctx.audit("staff.read", f"staff:{args['id']}")
    return await _person_card(ctx, await _person(ctx, args))


async def _person(ctx: Context, args: Mapping[str, str]) -> Staff:
    """Whom a button means."""
    return await store.get_staff(ctx.db, StaffId(int(args["id"])))


@action("staff.role", role=Role.ADMIN)
async def role_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give a person another role, from the next press on."""
    person = await _person(ctx, args)
    role = Role(args["role"])
    ctx.change(store.set_role, staff_id=person.id, role=role)
    ctx.change(store.keep_an_admin)
    ctx.audit(f"staff.role.{role}", f"staff:{person.id}")
    return _confirm_role(person.name, role)


def _confirm_role(name: str, role: Role) -> Reply:
    text = _("✅ บันทึกข้อมูลเรียบร้อย %(name)s เป็น%(role)s", name=name, role=role_label(role))
    return confirm(text)


@action("staff.block", role=Role.ADMIN)
async def block_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take a person's access away everywhere, or give it back, from the next press on."""
    person = await _person(ctx, args)
    record = f"staff:{person.id}"
    if args["block"]:
        ctx.change(
            store.set_blocked,
            staff_id=person.id,
            blocked_at=ctx.now,
        )
        ctx.change(untold.forget_person, staff_id=person.id)
        ctx.change(store.end_invitations, staff_id=person.id, now=ctx.now)
        ctx.audit("staff.blocked", record)
        done = _("ระงับแล้ว")
    else:
        ctx.change(store.set_blocked, staff_id=person.id, blocked_at=None)
        ctx.audit("staff.unblocked", record)
        done = _("เลิกระงับแล้ว")
    ctx.change(store.keep_an_admin)
    return confirm(_("✅ บันทึกข้อมูลเรียบร้อย %(name)s %(done)s", name=person.name, done=done))


def request_notice(request_id: str, platform: Platform, display_name: str) -> Reply:
    """What administrators see when a stranger asks to be let in."""
    buttons = []
    for role in Role:
        args = {"id": request_id, "role": role}
        buttons.append(
            Button(
                role_label(role),
                "access.grant",
                args,
                once=True,
            )
        )
    buttons.append(
        Button(
            _("ปฏิเสธ"),
            "access.refuse",
            {"id": request_id},
            once=True,
        )
    )
    lines = (
        (_("ชื่อที่แสดง"), display_name or "-"),
        (_("แอป"), platform.title()),
    )
    card = Card(
        _("🔑 มีผู้ขอสิทธิ์ใช้งาน"),
        lines,
        _("ให้สิทธิ์เป็น"),
        tuple(buttons),
    )
    return Reply((card,), confirms=True)


async def _undecided(ctx: Context, request_id: str) -> store.AccessRequest:
    request = await store.get_access_request(ctx.db, request_id)
    if request.decided_at is not None:
        raise Conflict("decided")
    return request


@action("access.grant", role=Role.ADMIN)
async def grant_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Let a stranger in with a role, as a new member of staff."""
    request = await _undecided(ctx, args["id"])
    role = Role(args["role"])
    name = await _free_name(ctx, request.display_name or request.platform.title())

    async def let_in(tx: Tx) -> None:
        await store.decide_access_request(
            tx,
            request.id,
            ctx.staff.id,
            role,
            ctx.now,
        )
        person = await store.add_staff(tx, name, role, ctx.now)
        identity = Identity(request.platform, request.user, person, request.chat)
        await store.link_identity(tx, identity, ctx.now)

    ctx.change(let_in)
    ctx.audit(f"access.granted.{role}", f"request:{request.id}")
    ctx.notify(
        lambda: say(_("เชื่อมบัญชีแล้ว พิมพ์ เมนู เพื่อเริ่มใช้งาน")),
        f"granted:{request.id}",
        to=(request.platform, request.chat),
    )
    return _confirm_role(name, role)


async def _free_name(ctx: Context, name: str) -> str:
    """The name, with a number behind it where somebody else has it."""
    taken = {*(await store.staff_names(ctx.db)).values()}
    if name not in taken:
        return name
    numbered = (f"{name} ({n})" for n in count(2))
    return next(free for free in numbered if free not in taken)


@action("access.refuse", role=Role.ADMIN)
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
    return confirm(_("ปฏิเสธคำขอแล้ว"))
