"""How mails are shown: their state on the card of what they are about, and what can be done about
one that is stuck.
"""

import re
from datetime import datetime

from domain.dates.days import BANGKOK
from domain.mail.mails import is_ticket_no
from domain.text import split_text
from domain.tickets.records import Ticket
from handlers.chat import Button, Fact, FactKind, Reply, confirm
from handlers.desk import Context
from handlers.i18n import _, time_text
from handlers.labels import field_label, when
from handlers.registry import CardAddition, on_ticket_card
from store.mail.mails import Mail, MailState, list_mails

SENTENCES = {
    "address": "ไม่มีที่อยู่อีเมลนี้ ตรวจที่อยู่กับผู้รับบริการ",
    "copy": "ที่อยู่ที่ส่งสำเนาถึงใช้ไม่ได้ แก้สำเนาแล้วส่งใหม่ ยังไม่ได้ส่งถึงใคร",
    "file": "ไฟล์แนบของอีเมลนี้หายไปจากเครื่อง แนบไฟล์ใหม่แล้วส่งอีกครั้ง",
    "full": "กล่องจดหมายของผู้รับเต็ม",
    "size": "อีเมลใหญ่เกินกว่าที่ปลายทางรับ",
    "policy": "ระบบอีเมลของผู้รับไม่รับอีเมลนี้",
    "connect": "ติดต่อระบบอีเมลไม่ได้",
    "tls": "ระบบอีเมลไม่เข้ารหัสตามที่ตั้งไว้ แจ้งผู้ดูแลระบบ",
    "login": "เข้าใช้ระบบอีเมลไม่ได้ แจ้งผู้ดูแลระบบ",
    "from": "ระบบอีเมลไม่ยอมให้ส่งจากที่อยู่ของสำนักงาน แจ้งผู้ดูแลระบบ",
    "compose": "อีเมลนี้จัดรูปแบบส่งไม่ได้ แก้ไขแล้วส่งใหม่",
    "later": "ระบบอีเมลของผู้รับขอให้ส่งใหม่ภายหลัง",
    "away": "ติดต่อระบบอีเมลของผู้รับไม่ได้ ตรวจที่อยู่กับผู้รับบริการ",
    "unreached": "ระบบอีเมลของผู้รับแจ้งว่าส่งไม่ถึง",
    "other": "ระบบอีเมลไม่รับ",
}
"""Why a mail is not out, in plain words."""
_PATTERNS = (
    ("login", r"^login"),
    ("tls", r"^tls"),
    ("from", r"^from 5"),
    ("copy", r"^cc 5"),
    ("file", r"^file"),
    ("away", r"^bounce.* ([45]\.4\.|[45]\.1\.2)"),
    ("address", r" [45]\.1\.|^to 55[0137](?! 5\.[27])"),
    ("full", r" [45]\.2\.2| 452"),
    ("size", r" 5\.3\.4| 552"),
    ("connect", r"^(connect|timeout|lost|stopped)"),
    ("compose", r"^compose"),
    ("policy", r" 5\d\d| 5\.7\."),
    ("unreached", r"^bounce"),
    ("later", r" 4\d\d"),
)
"""What bot/mail/adapter.py notes (step, code, enhanced code of RFC 3463), or `bounce` with a
report's codes; the first that fits. """
_CODES = re.compile(r"\b\d{3}\b|\b\d\.\d{1,3}\.\d{1,3}\b")
PIECE = 1400
"""Characters of a letter on one line of a card: every platform shows so many."""
_ELSEWHERE = ("address", "away")
"""What another address mends."""
_OWED = re.compile(r"O(\d+)")
"""The record of a thing owed: the mail follows it up."""


def reason(error: str) -> str:
    """`ไม่มีที่อยู่อีเมลนี้ (550 5.1.1)`"""
    text = _(SENTENCES[_kind(error)])
    codes = " ".join(_CODES.findall(error))
    return f"{text} ({codes})" if codes else text


def _kind(error: str) -> str:
    for name, pattern in _PATTERNS:
        if re.search(pattern, error):
            return name
    return "other"


def state_text(ctx: Context, mail: Mail) -> str:
    """`ส่งแล้ว 14.02 น.`, `กำลังส่ง`, `ส่งไม่สำเร็จ: …`"""
    if mail.state is MailState.SENT and mail.sent_at:
        return _sent_text(ctx, mail, mail.sent_at)
    if mail.state is MailState.DEAD:
        return _("ส่งไม่สำเร็จ: %(reason)s", reason=reason(mail.error))
    if mail.state is MailState.BOUNCED:
        return _("ส่งไม่ถึงผู้รับ: %(reason)s", reason=reason(mail.error))
    if mail.state is MailState.DOUBTFUL:
        return _("ไม่ทราบว่าส่งออกไปแล้วหรือไม่")
    if mail.state is MailState.DROPPED:
        return _("ไม่ได้ส่ง มีฉบับใหม่แทนแล้ว")
    if mail.error and mail.next_at:
        return _(
            "กำลังส่ง จะลองใหม่ %(at)s: %(reason)s",
            at=time_text(mail.next_at),
            reason=reason(mail.error),
        )
    return _("กำลังส่ง")


def _sent_text(ctx: Context, mail: Mail, sent_at: datetime) -> str:
    today = sent_at.astimezone(BANGKOK).date() == ctx.today
    at = time_text(sent_at) if today else when(sent_at)
    sent = _("ส่งแล้ว %(at)s", at=at)
    if not mail.delayed_at:
        return sent
    return f"{sent} · {_('ปลายทางยังไม่รับ กำลังลองส่งต่อ')}"


def stuck_buttons(mail: Mail) -> tuple[Button, ...]:
    """What a person can do about a mail that is not on its way."""
    args = {"mail": str(mail.id)}
    if mail.state is MailState.DOUBTFUL:
        return (
            Button(_("ส่งอีกครั้ง"), "mail.again", args, once=True),
            Button(_("ถือว่าส่งแล้ว"), "mail.assume", args, once=True),
        )
    if mail.state not in (MailState.DEAD, MailState.BOUNCED):
        return ()
    again = Button(_("ลองใหม่"), "mail.again", args, once=True)
    if _kind(mail.error) in _ELSEWHERE:
        return again, Button(_("แก้ที่อยู่"), "mail.rewrite", {**args, "ask": "1"})
    return again, Button(_("แก้ไขแล้วส่งใหม่"), "mail.rewrite", args)


def text_lines(body: str) -> list[Fact]:
    """A letter in pieces that every platform shows, the first under its label."""
    return pieces(field_label("mail_text"), body)


def pieces(label: str, text: str) -> list[Fact]:
    """A long text in pieces that every platform shows, the first under this label."""
    lines = []
    for piece in split_text(text, PIECE):
        lines.append(Fact(label, f"\n{piece}", FactKind.LONG))
        label = "…"
    return lines


async def mail_lines(ctx: Context, record: str) -> tuple[list[tuple[str, str]], tuple[Button, ...]]:
    """A record's latest mails for its card: the newest and every stuck one, and what can be done
    about the stuck.
    """
    lines = []
    stuck: list[Button] = []
    for place, mail in enumerate(await ctx.belonging(list_mails, record, ())):
        buttons = stuck_buttons(mail)
        if place == 0 or buttons:
            lines.append((_("อีเมล"), f"{state_text(ctx, mail)} · {mail.to}"))
        stuck += buttons
    return lines, tuple(stuck)


@on_ticket_card(place=10)
async def _on_ticket_card(ctx: Context, ticket: Ticket) -> CardAddition:
    """The latest mails that went out; of a ticket that mail brought its own mails say the rest."""
    lines, buttons = await mail_lines(ctx, ticket.no)
    if lines and ticket.channel != "email" and not ticket.reply_email:
        buttons = (*buttons, conversation_button(ticket.no))
    return CardAddition(lines, buttons)


def conversation_button(no: str) -> Button:
    """[บทสนทนา]"""
    return Button(_("บทสนทนา"), "mail.conversation", {"no": no})


def stuck_notice(mail: Mail) -> Reply:
    """What the officer who wrote a mail is told when it does not go out, or came back."""
    text = _stuck_text(mail)
    buttons = [*stuck_buttons(mail)]
    owed = _OWED.fullmatch(mail.record)
    if owed is not None:
        buttons.append(
            Button(
                _("ดูเรื่องที่ค้าง"),
                "owed.show",
                {"owed": owed[1]},
            )
        )
        if mail.state is not MailState.DOUBTFUL:
            text += "\n" + _("ฉบับนี้ยังไม่นับว่าติดตามแล้ว")
    no = mail.ticket or mail.record
    if is_ticket_no(no):
        buttons.append(
            Button(
                _("ดูใบงาน"),
                "ticket.show",
                {"no": no},
            )
        )
    return confirm(text, *buttons)


def _stuck_text(mail: Mail) -> str:
    told = {"to": mail.to, "subject": mail.subject}
    if mail.state is MailState.DOUBTFUL:
        return _(
            "⚠️ การเชื่อมต่อขาดขณะส่งอีเมลถึง %(to)s (%(subject)s) "
            "จึงไม่ทราบว่าส่งออกไปแล้วหรือไม่ เลือกส่งอีกครั้งหรือถือว่าส่งแล้ว",
            **told,
        )
    if mail.state is MailState.BOUNCED:
        return _(
            "⚠️ อีเมลถึง %(to)s ส่งไม่ถึงผู้รับ (%(subject)s): %(reason)s",
            **told,
            reason=reason(mail.error),
        )
    return _(
        "⚠️ ส่งอีเมลถึง %(to)s ไม่สำเร็จ (%(subject)s): %(reason)s",
        **told,
        reason=reason(mail.error),
    )
