"""The work address of a member of staff, which is told what no chat takes: the person or an
administrator enters it.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from domain.customers.phones import parse_email
from domain.errors import NotAllowed
from domain.mail.mails import check_address
from domain.staff import Role, Staff, StaffId
from handlers.chat import (
    Button,
    Reply,
    confirm,
    reply_to_json,
    say,
)
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, enter_form, start
from handlers.forms.one_field import OneField
from handlers.i18n import _, speaking
from handlers.labels import person_label, role_label
from handlers.registry import action, command
from store import staff as store
from store.chat.forms import Draft
from store.engine.database import Reader
from store.mail import mails
from store.owed import contracts
from store.tickets import records as tickets

NAMED = 10
"""How many tickets and contracts a mail names."""
_TICKET = re.compile(r"R\d{10}")
_CONTRACT = re.compile(r"(?<![\d/])\d{1,4}/25\d\d(?![\d/])")


@command(
    "mymail",
    "อีเมลของฉัน",
    about="อีเมลที่ทำงานของคุณ ใช้แจ้งเมื่อส่งทางแชทไม่ได้",
    fits=r"[^\s@]+@\S+$|$",
)
async def my_mail(ctx: Context, args: str) -> Reply:
    """Show one's own work address, or enter it."""
    if not ctx.incoming.private:
        raise NotAllowed("private_only")
    me = ctx.staff
    if args:
        return _entered(ctx, me.id, check_address(parse_email(args)))
    how = _("พิมพ์ /mymail ตามด้วยอีเมลที่ทำงาน เช่น /mymail nok@nso.go.th บอทจะแจ้งทางนี้เมื่อส่งทางแชทไม่ได้")
    if not me.email:
        return say(_("ยังไม่มีอีเมลสำรอง %(how)s", how=how))
    remove = Button(
        _("ลบอีเมลสำรอง"),
        "mymail.remove",
        {"id": str(me.id)},
        once=True,
    )
    text = _("อีเมลสำรองของคุณ: %(email)s\n%(how)s", email=me.email, how=how)
    return say(text, remove)


def _entered(ctx: Context, who: StaffId, email: str) -> Reply:
    ctx.change(store.set_email, staff_id=who, email=email)
    ctx.audit("staff.email", f"staff:{who}")
    return confirm(_("✅ บันทึกข้อมูลเรียบร้อย แจ้งทาง %(email)s เมื่อส่งทางแชทไม่ได้", email=email))


@action("mymail.remove", danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Forget an address: one's own, or as an administrator anybody's."""
    who = StaffId(int(args["id"]))
    if who != ctx.staff.id:
        _only_administrators(ctx)
    ctx.change(store.set_email, staff_id=who, email="")
    ctx.audit("staff.email_removed", f"staff:{who}")
    return confirm(_("✅ ลบอีเมลสำรองแล้ว"))


def _only_administrators(ctx: Context) -> None:
    if not ctx.staff.role.covers(Role.ADMIN):
        raise NotAllowed("role", role=role_label(Role.ADMIN))


async def _heading(ctx: Context, draft: Draft) -> str:
    person = await store.get_staff(ctx.db, StaffId(int(draft.record)))
    who = person_label(person.name)
    return _("อีเมลสำรองของ%(who)s: %(email)s", who=who, email=person.email or "-")


async def _parse(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    return {"staff_email": check_address(parse_email(text))}


async def _save(ctx: Context, draft: Draft, value: str) -> Reply:
    _only_administrators(ctx)
    person = await store.get_staff(ctx.db, StaffId(int(draft.record)))
    end(ctx, draft, outcome=person.name)
    return _entered(ctx, person.id, value)


_HINT = "พิมพ์อีเมลที่ทำงาน เช่น nok@nso.go.th"
enter_form(
    OneField(
        "staff.email",
        Field(
            "staff_email",
            _HINT,
            _parse,
            takes=frozenset({"email"}),
            clearable=False,
        ),
        _heading,
        _save,
    )
)


@action("staff.email", role=Role.ADMIN, aside=True)
async def email_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Enter a colleague's address."""
    person = await store.get_staff(ctx.db, StaffId(int(args["id"])))
    return await start(ctx, new_draft(ctx, "staff.email", {}, record=str(person.id)))


async def letter(
    db: Reader,
    person: Staff,
    reply: Reply,
    now: datetime,
) -> str:
    """The mail that says that a notice waits, as the outbox keeps it: numbers and subjects of
    tickets and nothing else, since mail is no place for more.
    """
    with speaking(person.language):
        subject, body = await _words(db, person.name, reply)
    return mails.notice_payload(
        person.email,
        subject,
        body,
        person.language,
        now,
    )


async def _words(db: Reader, name: str, reply: Reply) -> tuple[str, str]:
    """Subject and body."""
    said = reply_to_json(reply)
    found = await tickets.get_tickets(db, _numbers(_TICKET, said))
    named = []
    for no, ticket in found.items():
        subject = ticket.subject or "-"
        named.append(_("ใบงาน %(no)s เรื่อง %(subject)s", no=no, subject=subject))
    for no in _numbers(_CONTRACT, said):
        if await contracts.find_contract(db, no):
            named.append(_("สัญญา %(no)s", no=no))
    first = ", ".join([*found][:2])
    heading = _("แจ้งเตือนจากระบบบริการข้อมูลสถิติ %(what)s", what=first).strip()
    lines = [
        _("เรียน %(who)s", who=person_label(name)),
        _("ระบบบริการข้อมูลสถิติมีเรื่องแจ้งคุณ แต่ส่งทางแชทไม่ได้ จึงแจ้งทางอีเมลแทน"),
        "\n".join(f"- {each}" for each in named),
        _("เปิดแชทกับบอท แล้วพิมพ์ ใบงานของฉัน หรือเลขใบงาน เพื่อดูรายละเอียดและทำต่อ"),
        _("อีเมลนี้ส่งอัตโนมัติ ไม่ต้องตอบกลับ"),
    ]
    return heading, "\n\n".join(filter(None, lines))


def _numbers(pattern: re.Pattern[str], said: str) -> list[str]:
    """The first numbers of this kind in what is said, each once."""
    return [*dict.fromkeys(pattern.findall(said))][:NAMED]
