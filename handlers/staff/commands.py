"""Staff: linking accounts, roles, blocking."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from domain.errors import InvalidInput
from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Card, CardLine, Choice, Reply, confirm, in_lines, say
from handlers.desk import Context
from handlers.i18n import LANGUAGES, _
from handlers.labels import fact, field_label, role_label, when
from handlers.messages import ALPHABET
from handlers.registry import NOTHING, action, command, on_person_card
from store import staff as store
from store.chat import access_requests, untold
from store.engine.database import Write

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


@action("staff.language", aside=True)
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
    return Reply((Choice("\n".join(lines), options, await _waiting(ctx)),))


async def _waiting(ctx: Context) -> tuple[Button, ...]:
    """The list of those who ask for access, where somebody does."""
    count = len(await access_requests.list_waiting(ctx.db))
    if not count:
        return ()
    return (Button(_("คำขอสิทธิ์ (%(count)s)", count=count), "access.list"),)


def _option(person: Staff) -> Button:
    state = _(" · ระงับ") if person.blocked_at else ""
    label = f"{person.name} · {role_label(person.role)}{state}"
    return Button(label, "staff.show", {"id": str(person.id)})


async def _person_card(ctx: Context, person: Staff) -> Reply:
    lines: list[CardLine] = [(_("สิทธิ์"), role_label(person.role))]
    if person.post_granted_at and not person.role.covers(Role.SUPERVISOR):
        lines.append((_("โพสต์ได้ตั้งแต่"), when(person.post_granted_at)))
    for account in await store.list_identities(ctx.db, person.id):
        state = _("ส่งไม่ถึง") if account.unreachable_at else _("ใช้งานได้")
        lines.append((account.platform.title(), state))
    if person.email:
        lines.append(fact("staff_email", person.email))
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


@action("staff.role", role=Role.ADMIN, aside=True)
async def role_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take a right away from the next press on; ask once more before one is given."""
    person = await _person(ctx, args)
    role = Role(args["role"])
    if person.role.covers(role):
        return _give_role(ctx, person, role)
    label = _("ยืนยัน ให้เป็น%(role)s", role=role_label(role))
    target = {"id": str(person.id), "role": role}
    sure = Button(label, "staff.role_sure", target, once=True)
    asked = _("ให้ %(name)s เป็น%(role)s?", name=person.name, role=role_label(role))
    return say(in_lines(asked, _rights_of(role)), sure)


def _rights_of(role: Role) -> str:
    """What comes with a role that is given."""
    if role is Role.ADMIN:
        return _("จะให้และถอนสิทธิ์ของทุกคน รวมรหัส นำเข้าข้อมูล และดูรายการตรวจสอบได้")
    return _("จะเห็นงานของทุกคน มอบหมายงาน และโพสต์ในนามสำนักงานได้")


@action("staff.role_sure", role=Role.ADMIN)
async def role_for_sure(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give a person another role, from the next press on."""
    return _give_role(ctx, await _person(ctx, args), Role(args["role"]))


def _give_role(ctx: Context, person: Staff, role: Role) -> Reply:
    ctx.change(store.set_role, staff_id=person.id, role=role)
    ctx.change(store.keep_an_admin)
    ctx.audit(f"staff.role.{role}", f"staff:{person.id}")
    text = _(
        "✅ บันทึกข้อมูลเรียบร้อย %(name)s เป็น%(role)s",
        name=person.name,
        role=role_label(role),
    )
    return confirm(text)


@action("staff.block", role=Role.ADMIN, danger=True)
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
