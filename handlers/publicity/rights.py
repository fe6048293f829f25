"""The right to post: supervisors have it, grant it to single officers, and take it back."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Choice, Reply, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import person_label, role_label
from handlers.publicity import approval as publicity_approval
from handlers.registry import (
    NOTHING,
    CardAddition,
    action,
    command,
    on_person_card,
)
from store import staff as store
from store.publicity import publications


@command(
    "posters",
    "สิทธิ์โพสต์",
    about="ให้หรือถอนสิทธิ์โพสต์ของเจ้าหน้าที่",
    fits=NOTHING,
    role=Role.SUPERVISOR,
)
async def list_posters(ctx: Context, args: str) -> Reply:
    """Lists who may post, with buttons to grant the right and to take it back."""
    everybody = await store.list_staff(ctx.db)
    people = [person for person in everybody if person.blocked_at is None]
    ctx.audit("staff.listed", "staff")
    lines = [_("ผู้ที่โพสต์ได้")]
    options = []
    for person in people:
        if person.may_post:
            lines.append(f"{person.name} · {_why(person)}")
        button = right_button(person)
        if button:
            options.append(button)
    return Reply((Choice("\n".join(lines), tuple(options)),))


def _why(person: Staff) -> str:
    """By what this person may post: the role, or a grant."""
    if person.role.covers(Role.SUPERVISOR):
        return role_label(person.role)
    return _("ได้รับสิทธิ์")


def right_button(person: Staff) -> Button | None:
    """Returns the button [ให้สิทธิ์โพสต์] or [ถอนสิทธิ์โพสต์]; None for a person whose role gives
    the right.
    """
    if person.role.covers(Role.SUPERVISOR):
        return None
    who = person_label(person.name)
    args = {"id": str(person.id), "grant": "1"}
    label = _("ให้สิทธิ์โพสต์แก่%(who)s", who=who)
    if person.post_granted_at:
        args["grant"] = ""
        label = _("ถอนสิทธิ์โพสต์ของ%(who)s", who=who)
    return Button(label, "post.right", args, once=True)


@on_person_card(place=10)
async def _on_person_card(ctx: Context, person: Staff) -> CardAddition:
    button = right_button(person)
    return CardAddition(buttons=(button,)) if button else CardAddition()


@action("post.right", role=Role.SUPERVISOR)
async def right_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Grants the right to post or takes it back. Posts that this person let go out wait for
    somebody else's approval then.
    """
    person = await store.get_staff(ctx.db, StaffId(int(args["id"])))
    if args["grant"]:
        return await _grant(ctx, person)
    return await _take_back(ctx, person)


async def _grant(ctx: Context, person: Staff) -> Reply:
    """This person may post, and is asked for a word on what waits for one."""
    ctx.change(
        partial(
            store.set_post_right,
            staff_id=person.id,
            granted_at=ctx.now,
        )
    )
    ctx.audit("staff.post_granted", f"staff:{person.id}")
    key = f"post_right:{person.id}:{ctx.now.isoformat()}"
    ctx.notify(_granted, key, staff_id=person.id)
    # Posts that were proposed before: this person was not asked about them.
    for waiting in await publications.list_proposed(ctx.db):
        if waiting.recorded_by != person.id:
            await publicity_approval.show_to(ctx, waiting, [person])
    done = _("✅ บันทึกข้อมูลเรียบร้อย %(who)sโพสต์ได้แล้ว", who=person_label(person.name))
    return replace(say(done), confirms=True)


async def _take_back(ctx: Context, person: Staff) -> Reply:
    """This person may not post any more; what was to go out on that word waits for another's."""
    ctx.change(partial(store.set_post_right, staff_id=person.id, granted_at=None))
    ctx.audit("staff.post_taken", f"staff:{person.id}")
    held = []
    # Whose role gives the right has it still.
    if not person.role.covers(Role.SUPERVISOR):
        held = await publications.list_released_by(ctx.db, person.id)
    for publication in held:
        await publicity_approval.hold(
            ctx,
            publication,
            person,
            keep_time=True,
        )
    text = _("✅ บันทึกข้อมูลเรียบร้อย ถอนสิทธิ์โพสต์ของ%(who)sแล้ว", who=person_label(person.name))
    if held:
        numbers = ", ".join(each.no for each in held)
        text += "\n" + _("โพสต์ที่รออยู่ต้องมีผู้อนุมัติ: %(nos)s", nos=numbers)
    return replace(say(text), confirms=True)


def _granted() -> Reply:
    text = _("คุณได้รับสิทธิ์โพสต์ลงเครือข่ายของสำนักงาน พิมพ์ /post เพื่อเริ่มเขียน")
    return replace(say(text), confirms=True)
