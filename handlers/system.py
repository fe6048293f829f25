"""Help, menu, cancel, and the state of the desk."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from domain.dates.working_calendar import WorkingCalendar
from domain.reach.plan import quota_ends_on
from domain.staff import Platform, Role
from handlers.chat import (
    Button,
    Card,
    Paragraph,
    Reply,
    confirm,
    in_one_line,
    say,
)
from handlers.desk import Context
from handlers.forms.drafts import end
from handlers.i18n import _
from handlers.labels import day, person_label, value_label, when
from handlers.registry import (
    COMMANDS,
    NOTHING,
    Command,
    action,
    check_right,
    command,
)
from handlers.staff.unreached import unreached_lines
from store.chat import forms, inbox, outbox, push_use
from store.chat.push_use import PushUse
from store.mail import inboxes as mail_inboxes
from store.mail import incoming
from store.mail import refused as mails_refused

ORDER = (
    *("find", "open", "my", "inbox", "spam", "tickets", "ticket", "close", "again", "report"),
    *("new", "contract", "drafts", "cancel", "menu", "help"),
    *("status", "machines", "holiday", "reopen", "wait", "answered", "code", "merge", "duplicates"),
    *("contracts", "unreturned", "research", "owed", "followup", "publicize", "post", "posters"),
    *("edit", "remind", "reminders", "counts", "enroll", "link", "language", "staff", "audit"),
    *("team", "mymail", "history", "remark", "subjects", "void", "restore", "assign", "leave"),
    *("web",),
)
"""The commands as the help lists them, the daily ones first; any other comes last."""
FULL = 100
"""Percent."""
UNLISTED = frozenset({"start", "tour"})
"""Commands for the first day, which the help leaves out."""
MENU = ("find", "open", "my", "new", "help")


def offered(role: Role, *, posting: bool = False) -> list[Command]:
    """The commands that somebody with this role may use, as the help lists them; `posting` = may
    post as well.
    """
    mine = [
        each
        for each in COMMANDS.values()
        if each.name not in UNLISTED and role.covers(each.role) and posting >= each.posting
    ]
    return sorted(mine, key=lambda each: (_place(each.name), each.name))


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def word(name: str) -> str:
    """The Thai word of a command."""
    return COMMANDS[name].words[0]


@command(
    "help",
    "ช่วยเหลือ",
    "วิธีใช้",
    "help",
    about="วิธีใช้และคำสั่งทั้งหมด",
    fits=NOTHING,
    also=(
        "วิธีใช้งาน",
        "คู่มือ",
        "ช่วยด้วย",
        "ช่วยหน่อย",
        "ใช้ยังไง",
        "ใช้อย่างไร",
        "ทำอะไรได้บ้าง",
        "คำสั่งทั้งหมด",
        "คำสั่ง",
        "?",
    ),
)
async def show_help(ctx: Context, args: str) -> Reply:
    """How to work here, in one screen."""
    intro = _(
        "พิมพ์ชื่อ เบอร์โทร อีเมล รหัส หรือเลขใบงาน เพื่อค้นหาได้ทันที\n"
        "ช่องที่ไม่ทราบพิมพ์ 9 · เริ่มใหม่พิมพ์ ยกเลิก\n"
        "บรรทัดเดียวจบ: สร้างใบงาน 0812345678 โทร 1.1 รายละเอียด => ผล ปิด\n"
        "ส่งรูปหรือไฟล์แนบใบงานได้ ไม่เกิน 20 MB ถ้าไม่บอกเลขใบงานจะถามให้"
    )
    lines = []
    for each in offered(ctx.staff.role, posting=ctx.staff.may_post):
        lines.append((f"{each.words[0]} /{each.name}", _(each.about)))
    card = Card(
        _("คำสั่ง"),
        tuple(lines),
        buttons=_menu_buttons(),
    )
    return Reply((Paragraph(intro), card))


@command(
    "menu",
    "เมนู",
    "menu",
    about="เมนูหลัก",
    fits=NOTHING,
    also=("เมนูหลัก", "หน้าหลัก", "main menu", "home"),
)
async def menu(ctx: Context, args: str) -> Reply:
    """The main choices as buttons."""
    return say(_("เมนู · พิมพ์ชื่อ เบอร์โทร หรืออีเมลเพื่อค้นหาได้เลย"), *_menu_buttons())


def _menu_buttons() -> tuple[Button, ...]:
    buttons = []
    for name in MENU:
        buttons.append(
            Button(
                _(word(name)),
                "menu.run",
                {"command": name},
            )
        )
    return tuple(buttons)


@action("menu.run", aside=True)
async def menu_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A command without arguments, by its button."""
    wanted = COMMANDS[args["command"]]
    check_right(ctx.staff, wanted)
    return await wanted.run(ctx, "")


@command(
    "cancel",
    "ยกเลิก",
    "cancel",
    about="ลบร่างที่กำลังกรอก",
    fits=NOTHING,
)
async def cancel(ctx: Context, args: str) -> Reply:
    """Keep nothing of the open form."""
    draft = await ctx.once(forms.find_open, ctx.staff.id)
    if draft is not None:
        end(ctx, draft, state="cancelled")
        return confirm(_("ยกเลิกแล้ว ไม่มีการบันทึก"))
    nothing = _("ไม่มีร่างที่กำลังกรอก")
    parked = await forms.list_parked(ctx.db, ctx.staff.id)
    if not parked:
        return say(nothing)
    label = _("ร่างที่พักไว้ (%(count)s)", count=len(parked))
    return say(nothing, Button(label, "form.parked"))


@command(
    "status",
    "สถานะระบบ",
    about="สถานะระบบ",
    fits=NOTHING,
    role=Role.SUPERVISOR,
)
async def status(ctx: Context, args: str) -> Reply:
    """What waits, what failed, and who could not be told."""
    incoming = Counter(await inbox.count_by_state(ctx.db))
    outgoing = Counter(await outbox.count_by_state(ctx.db))
    use = await push_use.get_use(ctx.db, Platform.LINE, ctx.now)
    pushed = gauge(use, ctx.today, ctx.configuration.calendar)
    to_send = outgoing["queued"] + outgoing["sending"]
    not_sent = outgoing["dead"] + outgoing["doubtful"]
    lines = (
        (_("รอประมวลผล"), str(incoming["pending"])),
        (_("ประมวลผลไม่สำเร็จ"), str(incoming["failed"])),
        (_("อ่านไม่ออก"), str(incoming["unparsable"])),
        (_("รอส่ง"), str(to_send)),
        (_("ส่งไม่ได้"), str(not_sent)),
        (_("แจ้งเตือนทาง LINE เดือนนี้"), pushed),
        *await unreached_lines(ctx),
        *await _mailbox_lines(ctx),
        (_("ฐานข้อมูล"), ctx.db.engine),
    )
    return Reply((Card(_("สถานะระบบ"), lines),))


def gauge(use: PushUse, today: date, calendar: WorkingCalendar) -> str:
    """`150/300 (50%) · ถ้าใช้เท่านี้ จะหมด 24 พ.ย.`"""
    if use.quota is None:
        return str(use.total())
    text = f"{use.total()}/{use.quota} ({use.percent()}%)"
    ends_on = quota_ends_on(use.total(), use.quota, today, calendar)
    return in_one_line(text, _quota_ends(use, ends_on))


def _quota_ends(use: PushUse, ends_on: date | None) -> str:
    """On which day the quota ends at this rate."""
    if use.percent() == FULL:
        return _("ครบแล้ว")
    if ends_on is None:
        return _("พอถึงสิ้นเดือน")
    return _("ถ้าใช้เท่านี้ จะหมด %(day)s", day=day(ends_on))


async def _mailbox_lines(ctx: Context) -> list[tuple[str, str]]:
    """What came of the mailbox that is read, where one is."""
    found = await mail_inboxes.count_found(ctx.db)
    if not found:
        return []
    counts = {kind.name.lower(): number for kind, number in found.items()}
    text = _(
        "ส่งไม่ถึงหรือล่าช้า %(report)s · ไม่ใช่ของเรา %(stray)s · อ่านไม่ออก %(unreadable)s",
        **counts,
    )
    waiting = _(
        "รอระบบอ่าน %(waiting)s · รอคนรับเรื่อง %(unclaimed)s",
        waiting=await incoming.count_waiting(ctx.db),
        unclaimed=await incoming.count_unclaimed(ctx.db),
    )
    refused = await mails_refused.count_refused(ctx.db)
    if refused:
        kept = _("เซิร์ฟเวอร์อีเมลยังไม่ยอมส่งให้ %(count)s", count=refused)
        waiting = in_one_line(waiting, kept)
    return [(_("อีเมลเข้า"), waiting), (_("รายงานการส่งอีเมล"), text)]


@action("event.retry")
async def retry_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Handle an event again that failed."""
    ctx.change(inbox.requeue, reference=args["reference"])
    return say(_("กำลังลองใหม่"))


def failure(reference: str) -> Reply:
    """What is said when something broke: nothing is lost, and a number to ask about."""
    text = _(
        "ทำรายการไม่สำเร็จ ข้อความของคุณยังอยู่ ลองส่งอีกครั้ง (อ้างอิง %(reference)s)",
        reference=reference,
    )
    again = Button(
        _("ลองใหม่"),
        "event.retry",
        {"reference": reference},
        once=True,
    )
    return confirm(text, again)


def due_failed(kind: str, reference: str) -> Reply:
    """What administrators are told when work at a time fails again and again."""
    return say(
        _(
            "⚠️ งานตามเวลา %(kind)s ทำไม่สำเร็จ แจ้งผู้ดูแลโปรแกรม (อ้างอิง %(reference)s)",
            kind=value_label("due", kind),
            reference=reference,
        )
    )


def undeliverable(platform: str, error: str, name: str = "") -> Reply:
    """What administrators are told when a platform refuses a message for good; `name` = whom it was
    for.
    """
    text = _(
        "⚠️ ส่งข้อความทาง %(platform)s ไม่ได้: %(error)s",
        platform=platform.title(),
        error=error,
    )
    if not name:
        return say(text)
    return say(f"{text} · {_('ผู้รับ: %(name)s', name=name)}")


def nowhere_to_tell(name: str) -> Reply:
    """What administrators are told when a person can be reached on no platform."""
    return say(
        _(
            "⚠️ แจ้งเตือน%(who)sไม่ได้ ไม่มีบัญชีที่รับข้อความได้ ให้เจ้าตัวเปิดแชทกับบอทอีกครั้ง หรือออกรหัสเชิญใหม่",
            who=person_label(name),
        )
    )


def backup_failed() -> Reply:
    """What administrators are told when a backup could not be made."""
    return say(_("⚠️ สำรองข้อมูลไม่สำเร็จ จะลองใหม่ในหนึ่งชั่วโมง ดูสาเหตุใน log"))


def backup_late(newest: datetime | None) -> Reply:
    """What administrators are told when the newest backup is too old."""
    if newest is None:
        return say(_("⚠️ ยังไม่มีไฟล์สำรองข้อมูลเลย ตรวจการสำรองข้อมูล ([backup])"))
    return say(_("⚠️ ไฟล์สำรองข้อมูลล่าสุดเก่าเกินไป (%(at)s) ตรวจการสำรองข้อมูล", at=when(newest)))


def quota_warning(
    platform: str,
    percent: int,
    used: int,
    quota: int,
    ends_on: date | None = None,
) -> Reply:
    """What administrators are told before a platform's monthly quota is spent; `ends_on` = the day
    on which it will be at this rate.
    """
    text = _(
        "⚠️ %(platform)s ส่งข้อความแจ้งเตือนเดือนนี้ไปแล้ว %(percent)s%% (%(used)s/%(quota)s) "
        "เมื่อครบจะส่งทางแอปอื่นหรืออีเมลแทน",
        platform=platform.upper(),
        percent=percent,
        used=used,
        quota=quota,
    )
    if ends_on is None:
        return say(text)
    return say(in_one_line(text, _("ถ้าใช้เท่านี้ จะหมด %(day)s", day=day(ends_on))))


def quota_spent(platform: str) -> Reply:
    """What administrators are told when it is spent."""
    return say(
        _(
            "⚠️ %(platform)s ส่งข้อความแจ้งเตือนครบโควตาเดือนนี้แล้ว "
            "ที่เหลือส่งทางแอปอื่นหรืออีเมลของผู้รับ ข้อความที่ส่งไม่ได้ดูที่ สถานะระบบ",
            platform=platform.upper(),
        )
    )


def resent_mark() -> str:
    """Put before a message that may have arrived already."""
    return _("(ส่งซ้ำ) ")


def further_lines(count: int) -> str:
    """Behind this a text goes on."""
    return _("อ่านต่อ (อีก %(count)s บรรทัด)", count=count)


def rich_messages_unknown() -> str:
    """What the desk falls back from where Telegram's server is old."""
    return _("ข้อความแบบมีหัวเรื่องและตาราง")


def button_looks_unknown() -> str:
    """The same of buttons."""
    return _("สีของปุ่มและปุ่มคัดลอก")


def reactions_refused() -> str:
    """The same of signs on messages."""
    return _("การกดอีโมจิของบอทในกลุ่ม (ให้บอทเป็นผู้ดูแลกลุ่ม)")


def copying_unknown() -> str:
    """The same of what copies at a tap."""
    return _("การแตะเพื่อคัดลอก")


def quoting_unknown() -> str:
    """The same of answers that quote."""
    return _("การอ้างข้อความเดิมในคำตอบ")


def loading_unknown() -> str:
    """The same of the sign that an answer is on its way."""
    return _("สัญญาณกำลังพิมพ์")


def read_marks_unknown() -> str:
    """The same of read marks."""
    return _("เครื่องหมายอ่านแล้ว")


def menus_refused() -> str:
    """What falls back where LINE takes no menus of people."""
    return _("เมนูของแต่ละคน")


def lacks(platform: str, means: str) -> Reply:
    """Administrators hear that a platform does not take something: it is said in the older form."""
    return say(
        _(
            "🔧 %(platform)s ยังไม่รองรับ %(means)s ระบบส่งแบบเดิมแทน ไม่มีข้อความหาย",
            platform=platform.title(),
            means=means,
        )
    )


def greeting() -> str:
    """What the terminal says first."""
    return _(
        "ระบบบริการข้อมูลสถิติ (ข้อมูลสมมติ) · ลองพิมพ์: หา สมชาย · 0812345678 · "
        "ใบงานของฉัน · ตอนเช้า · เมนู · เริ่มที่นี่: ทัวร์\n"
        "กดปุ่มด้วย #1 #2 … · ส่งไฟล์พิมพ์ /file ชื่อไฟล์ · ออกพิมพ์ /quit · English: /language"
    )


def browser_greeting(address: str) -> str:
    """Where the demo is seen in a browser."""
    return _("ดูในเบราว์เซอร์: %(address)s", address=address)


def morning_comes(at: datetime) -> str:
    """What the demo says before a morning that was asked for."""
    return _("ตอนเช้า · %(when)s (เวลาของข้อมูลสมมติ)", when=when(at))
