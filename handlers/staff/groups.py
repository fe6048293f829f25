"""Groups: an administrator enrols them; they are answered in masked lines, and told what a person
can be told nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.customers.records import Customer
from domain.errors import DeskError, InvalidInput
from domain.reach.groups import Group
from domain.reach.routes import account_chat
from domain.staff import Platform, Role
from domain.text import clean, shorten
from domain.tickets.references import read_alone
from handlers.chat import (
    Button,
    Card,
    Masked,
    Paragraph,
    Reply,
    Text,
    confirm,
    in_lines,
    say,
)
from handlers.desk import Context
from handlers.i18n import _, speak, speaking
from handlers.labels import person_label, team_label, when
from handlers.messages import unread_note
from handlers.records.kinds import RECORD_KINDS
from handlers.records.named import find_named
from handlers.registry import (
    ACTIONS,
    NOTHING,
    action,
    check_right,
    command,
    on_group_line,
)
from handlers.spoken import parse_command
from handlers.staff.masked import masked_customer
from store import staff
from store.chat import groups as store

SHOWN = 10
"""Lines of one message."""
FOUND = 5
"""Customers of one answer."""
TITLE = 60
"""Characters of a group's title."""
SHOW = "group.show"
TICKET = "ticket.show"
"""What shows a ticket: its line is kept true."""
OFF_WORDS = ("ยกเลิก", "off", "cancel")
TEAM_WORDS = ("ทีม", "team ")
HELP = frozenset({"help", "menu", "start"})
LOOK = frozenset({"", "find", "ticket", "open", "contract"})
"""Commands that look something up; "" = words without a command."""
TALK = LOOK - {"open"}
"""Those whose words may say more than the record that they name."""


# For administrators, in private.


@command(
    "enroll",
    "กลุ่ม",
    about="กลุ่มที่บอททำงานอยู่ เพิ่มกลุ่มโดยพิมพ์ /enroll ในกลุ่มนั้น",
    fits=NOTHING,
    role=Role.ADMIN,
)
async def enrolled(ctx: Context, args: str) -> Reply:
    """The groups that are served, each with a way to end it; enrolling is done in the group
    itself.
    """
    ctx.audit("group.listed", "group")
    found = await store.list_groups(ctx.db)
    how = _("เพิ่มกลุ่ม: เชิญบอทเข้ากลุ่ม แล้วพิมพ์ /enroll หรือ /enroll ตามด้วยชื่อทีม ในกลุ่มนั้น")
    if not found:
        return say(f"{_('ยังไม่มีกลุ่มที่ลงทะเบียน')}\n{how}")
    names = await staff.staff_names(ctx.db)
    lines = []
    buttons = []
    for group in found:
        by = f"{names[group.enrolled_by]} {when(group.enrolled_at)}"
        lines.append((group_name(group), f"{_whose(group)} · {by}"))
        buttons.append(_remove_button(group))
    return Reply((Card(_("กลุ่มที่บอททำงานอยู่"), tuple(lines), how, tuple(buttons)),))


def _remove_button(group: Group) -> Button:
    label = _("นำ %(group)s ออก", group=group_name(group))
    args = {"platform": group.platform, "chat": group.chat}
    return Button(label, "group.remove", args, once=True)


def group_name(group: Group) -> str:
    """The group's title, or its chat where the platform does not say one."""
    title = group.title or f"…{group.chat[-6:]}"
    return f"{title} ({group.platform.title()})"


def _whose(group: Group) -> str:
    return team_label(group.team) if group.team else _("ทุกทีม")


@action("group.remove", role=Role.ADMIN, danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Serve a group no longer."""
    _remove(ctx, Platform(args["platform"]), args["chat"])
    return confirm(_("✅ บันทึกข้อมูลเรียบร้อย นำกลุ่มออกแล้ว"))


def _remove(ctx: Context, platform: Platform, chat: str) -> None:
    ctx.change(store.remove, platform=platform, chat=chat)
    ctx.audit("group.removed", store.record(platform, chat))


# Spoken to in a group.


async def spoken(ctx: Context) -> Reply | None:
    """What staff hear in a group: little, masked, and in Thai; nothing where it is not enrolled, or
    not for us.
    """
    speak("th")
    body = ctx.incoming.body
    group = await find(ctx)
    if not isinstance(body, Text):
        return None
    try:
        said = parse_command(body.text)
    except DeskError:
        return None  # another bot's command
    name = said.command.name if said else ""
    text = said.args if said else body.text
    if name == "enroll" and body.text.startswith("/"):
        may = ctx.staff.role.covers(Role.ADMIN)
        return await _enrol(ctx, group, text) if may else None
    if group is None:
        return None
    return await _told(ctx, name, text)


async def _told(ctx: Context, name: str, text: str) -> Reply:
    """What an enrolled group is told; without a command (`name` = "") its words are looked up."""
    if name in HELP or not (name or text):
        return _help(ctx)
    found = await _looked_up(ctx, name, text) if name in LOOK else None
    if found is not None:
        return found
    link = _private_chat(ctx)
    return say(_("เรื่องนี้ทำต่อในแชทส่วนตัวกับบอท %(link)s", link=link).strip())


def _help(ctx: Context) -> Reply:
    how = _("ในกลุ่มนี้ค้นด้วย /find ตามด้วยเลขใบงาน เลขสัญญา ชื่อ หรือเบอร์โทร ข้อมูลผู้รับบริการจะปิดบังไว้")
    link = _private_chat(ctx)
    other = _("เรื่องอื่นทำในแชทส่วนตัวกับบอท %(link)s", link=link).strip()
    return say(f"{how}\n{other}")


async def find(ctx: Context) -> Group | None:
    """The enrolled group that the event came from."""
    return await store.find_group(ctx.db, ctx.incoming.platform, ctx.incoming.chat)


def _private_chat(ctx: Context) -> str:
    """The link to the private chat with the bot, where it is known."""
    return ctx.desk.private_chats.get(ctx.incoming.platform, "")


async def _enrol(ctx: Context, group: Group | None, text: str) -> Reply:
    """Serve this group, for a team or the whole desk; said again it changes that, with a word it
    ends.
    """
    platform = ctx.incoming.platform
    chat = ctx.incoming.chat
    if text.casefold() in OFF_WORDS:
        if group is None:
            return say(_("กลุ่มนี้ยังไม่ได้ลงทะเบียน พิมพ์ /enroll เพื่อลงทะเบียน"))
        _remove(ctx, platform, chat)
        return confirm(_("✅ บันทึกข้อมูลเรียบร้อย บอทหยุดทำงานในกลุ่มนี้แล้ว"))
    title = ctx.incoming.title or await ctx.desk.title(platform, chat)
    made = Group(
        platform=platform,
        chat=chat,
        title=shorten(" ".join(clean(title).split()), TITLE),
        team=await _team(ctx, text),
        enrolled_by=ctx.staff.id,
        enrolled_at=ctx.now,
    )
    ctx.change(store.enrol, group=made)
    ctx.audit("group.enrolled", store.record(platform, chat))
    done = _("✅ บันทึกข้อมูลเรียบร้อย กลุ่มนี้เป็นของ%(whose)s", whose=_whose(made))
    how = _("เรื่องที่แจ้งในแชทส่วนตัวไม่ได้จะแจ้งที่นี่ โดยปิดบังข้อมูลผู้รับบริการ · เลิกใช้พิมพ์ /enroll ยกเลิก")
    return confirm(f"{done}\n{how}")


async def _team(ctx: Context, text: str) -> str:
    """The team meant, "" for none; InvalidInput("list_team") where there is no such team."""
    wanted = _plain(text)
    teams = await staff.list_teams(ctx.db)
    if not wanted:
        return ""
    found = next((name for name in teams if _plain(name) == wanted), None)
    if found is None:
        raise InvalidInput("list_team", teams=", ".join(teams) or "-")
    return found


def _plain(team: str) -> str:
    name = team.casefold()
    for word in TEAM_WORDS:
        name = name.removeprefix(word)
    return " ".join(name.split())


async def _looked_up(ctx: Context, name: str, text: str) -> Reply | None:
    """A ticket, contract or customer that is named, or with `find` the customers that are like it;
    masked.
    """
    lines = await _named_lines(ctx, name, text)
    if lines:
        return on_board(lines[0]) if len(lines) == 1 else lines_of("", lines)
    if name != "find" or not text:
        return None
    hits = await ctx.find_customers(text)
    likely = {hit.customer.code: hit.customer for hit in hits if not hit.weak}
    return _customers(ctx, [*likely.values()])


async def _named_lines(ctx: Context, name: str, text: str) -> list[Masked]:
    """The masked lines of the records that a text names."""
    one = read_alone(text)
    named = [one] if one else []
    if one is None and name in TALK:
        named = await find_named(ctx, text)
    lines = []
    for each in named:
        line = await RECORD_KINDS[each.kind].masked(ctx, each.value)
        if line is not None:
            lines.append(line)
    return lines


def _customers(ctx: Context, found: Sequence[Customer]) -> Reply:
    if not found:
        ctx.audit("customer.searched", "0")
        return say(_("ผลลัพธ์: 0"))
    lines = []
    for each in found[:FOUND]:
        ctx.audit("customer.listed", each.code)
        lines.append(masked_customer(each))
    head = _("ผลลัพธ์: %(count)s", count=len(found)) if len(found) > 1 else ""
    more = unread_note(ctx.is_register_unread)
    if len(found) > FOUND:
        rest = _("ที่เหลือค้นต่อในแชทส่วนตัวกับบอท")
        more = "\n".join(filter(None, (more, rest)))
    return lines_of(head, lines, more)


# Masked lines, and what stands behind them.


def answered_here(reply: Reply) -> Reply:
    """What was answered in a group that did not take it, as whoever asked reads it in private."""
    why = Paragraph(_("ตอบในกลุ่มไม่ได้ (หัวข้อถูกปิดหรือลบ หรือกลุ่มไม่รับข้อความ) จึงตอบที่นี่"))
    return replace(reply, parts=(why, *reply.parts))


def told(name: str, lines: Sequence[Masked]) -> Reply:
    """What a group hears, in Thai, in a person's place: whom it is for, and the masked lines."""
    with speaking("th"):
        head = _(
            "🔔 ถึง%(who)s (ส่งในแชทส่วนตัวไม่ได้ ให้เจ้าตัวเปิดแชทกับบอท)",
            who=person_label(name),
        )
        more = ""
        if len(lines) > SHOWN:
            more = _("และอีก %(count)s เรื่อง", count=len(lines) - SHOWN)
        shown = lines_of(head, lines[:SHOWN], more)
    return Reply(shown.parts, confirms=True, masked=tuple(lines))


def lines_of(
    head: str,
    lines: Sequence[Masked],
    more: str = "",
    *,
    buttons: Sequence[Button] = (),
) -> Reply:
    """Masked lines with a [ดูข้อมูล] each; of one alone with further buttons before it."""
    if len(lines) == 1:
        (line,) = lines
        show = _show_buttons(line, _("ดูข้อมูล"))
        return say(in_lines(head, line.text, more), *buttons, *show)
    texts = []
    shows: list[Button] = []
    for n, line in enumerate(lines, 1):
        texts.append(f"{n} {line.text}")
        shows += _show_buttons(line, _("%(n)s ดูข้อมูล", n=n))
    return say(in_lines(head, *texts, more), *shows)


def on_board(line: Masked) -> Reply:
    """One record's line as the team's board has it: with what can be done there, and kept true."""
    deeds: list[Button] = []
    for add in on_group_line:
        deeds += add(line)
    return kept_true(lines_of("", [line], buttons=deeds), line)


def kept_true(reply: Reply, line: Masked) -> Reply:
    """What says nothing but one ticket's line: it changes as the ticket does."""
    (part,) = reply.parts
    if not isinstance(part, Paragraph) or line.action != TICKET:
        return reply
    true = replace(part, record=line.typed, version=line.version)
    return replace(reply, parts=(true,))


def _show_buttons(line: Masked, label: str) -> list[Button]:
    """The button that shows what stands behind a masked line, if anything does."""
    if not line.action:
        return []
    args = {**line.args, "show": line.action}
    return [Button(label, SHOW, args, typed=line.typed)]


@action(SHOW)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """What stands behind a masked line, to whoever of the staff presses: in private, see
    `in_private`.
    """
    wanted = ACTIONS[args["show"]]
    check_right(ctx.staff, wanted)
    own = {name: value for name, value in args.items() if name != "show"}
    return await wanted.run(ctx, own)


async def in_private(ctx: Context, reply: Reply) -> None:
    """Send the answer to a press in a group to the presser's own chat: there, or on the other
    platform.
    """
    incoming = ctx.incoming
    accounts = await staff.list_identities(ctx.db, ctx.staff.id)
    ctx.notify(
        lambda: reply,
        f"shown:{incoming.platform}:{incoming.id}",
        staff_id=ctx.staff.id,
        to=account_chat(accounts, incoming.platform, incoming.who),
    )
