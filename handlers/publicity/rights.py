"""The right to post: supervisors have it; they grant it to single officers, and take it back."""

from collections.abc import Mapping
from functools import partial

from domain.staff import Role, Staff, StaffId
from handlers.chat import Button, Choice, Paragraph, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import person_label, role_label
from handlers.publicity import approval as publicity_approval
from handlers.registry import NOTHING, CardAddition, action, command, on_person_card
from store import staff as store
from store.publicity import publications


@command(
    "posters", "สิทธิ์โพสต์", about="ให้หรือถอนสิทธิ์โพสต์ของเจ้าหน้าที่", fits=NOTHING, role=Role.SUPERVISOR
)
async def list_posters(ctx: Context, args: str) -> Reply:
    """Who may post, and whom it may be granted to."""
    people = [person for person in await store.list_staff(ctx.db) if person.blocked_at is None]
    ctx.audit("staff.listed", "staff")
    lines = [_("ผู้ที่โพสต์ได้")]
    lines += [f"{person.name} · {_why(person)}" for person in people if person.may_post]
    options = tuple(button for person in people if (button := right_button(person)))
    return Reply((Choice("\n".join(lines), options),))


def _why(person: Staff) -> str:
    return role_label(person.role) if person.role.covers(Role.SUPERVISOR) else _("ได้รับสิทธิ์")


def right_button(person: Staff) -> Button | None:
    """[ให้สิทธิ์โพสต์] or [ถอนสิทธิ์โพสต์]; None for whom the role gives it."""
    if person.role.covers(Role.SUPERVISOR):
        return None
    if person.post_granted_at:
        label, grant = _("ถอนสิทธิ์โพสต์ของ%(who)s", who=person_label(person.name)), ""
    else:
        label, grant = _("ให้สิทธิ์โพสต์แก่%(who)s", who=person_label(person.name)), "1"
    return Button(label, "post.right", {"id": str(person.id), "grant": grant}, once=True)


@on_person_card(place=10)
async def _on_person_card(ctx: Context, person: Staff) -> CardAddition:
    button = right_button(person)
    return CardAddition(buttons=(button,)) if button else CardAddition()


@action("post.right", role=Role.SUPERVISOR)
async def right_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Grant it or take it back, from the next press on; what still waits on this person's word
    waits for another's.
    """
    person = await store.get_staff(ctx.db, StaffId(int(args["id"])))
    granting = bool(args["grant"])
    ctx.change(
        partial(store.set_post_right, staff_id=person.id, granted_at=ctx.now if granting else None)
    )
    ctx.audit("staff.post_granted" if granting else "staff.post_taken", f"staff:{person.id}")
    if granting:
        ctx.notify(_granted, f"post_right:{person.id}:{ctx.now.isoformat()}", staff_id=person.id)
        for waiting in await publications.list_proposed(ctx.db):
            if waiting.recorded_by != person.id:
                await publicity_approval.show_to(ctx, waiting, [person])
        done = _("✅ บันทึกข้อมูลเรียบร้อย %(who)sโพสต์ได้แล้ว", who=person_label(person.name))
        return Reply((Paragraph(done),), confirms=True)
    text = _("✅ บันทึกข้อมูลเรียบร้อย ถอนสิทธิ์โพสต์ของ%(who)sแล้ว", who=person_label(person.name))
    held = (
        await publications.list_released_by(ctx.db, person.id)
        if not person.role.covers(Role.SUPERVISOR)
        else []
    )
    for publication in held:
        await publicity_approval.hold(ctx, publication, person, keep_time=True)
    if held:
        text += "\n" + _("โพสต์ที่รออยู่ต้องมีผู้อนุมัติ: %(nos)s", nos=", ".join(each.no for each in held))
    return Reply((Paragraph(text),), confirms=True)


def _granted() -> Reply:
    return Reply(
        (Paragraph(_("คุณได้รับสิทธิ์โพสต์ลงเครือข่ายของสำนักงาน พิมพ์ /post เพื่อเริ่มเขียน")),), confirms=True
    )
