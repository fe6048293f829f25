"""What administrators are told of the office's mailbox."""

from handlers.chat import Reply, say
from handlers.i18n import _


def mailbox_away(step: str) -> Reply:
    """The mailbox cannot be read."""
    return say(
        _(
            "⚠️ อ่านกล่องอีเมลของสำนักงานไม่ได้ (%(step)s) จะลองต่อเรื่อย ๆ ตรวจ DESKBOT_IMAP_URL "
            "ด้วยคำสั่ง run_bot.py check",
            step=step,
        )
    )


def mails_not_kept() -> Reply:
    """The disk takes nothing."""
    return say(_("⚠️ ดิสก์อาจเต็ม เก็บอีเมลเข้าไม่ได้ อีเมลยังอยู่ครบ มีที่ว่างแล้วรับเข้าเอง"))


def mails_not_marked() -> Reply:
    """The mailbox takes no flag, or nothing into the folder."""
    return say(
        _(
            "⚠️ ทำเครื่องหมายหรือย้ายอีเมลที่รับเข้าแล้วในกล่องไม่ได้ ใบงานสร้างครบแล้ว "
            "ตรวจ DESKBOT_IMAP_FLAG และ DESKBOT_IMAP_FOLDER"
        )
    )


def mails_refused(count: int) -> Reply:
    """The server does not hand some mails out."""
    return say(
        _(
            "⚠️ เซิร์ฟเวอร์อีเมลไม่ยอมส่งอีเมล %(count)s ฉบับให้ ยังไม่มีใบงาน "
            "จะลองใหม่เรื่อย ๆ หรือสั่ง run_bot.py mail retry "
            "ถ้ายังไม่ได้ให้เปิดอ่านในกล่องอีเมลของสำนักงาน",
            count=count,
        )
    )
