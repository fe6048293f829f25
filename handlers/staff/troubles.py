"""What administrators are told of the desk's own troubles."""

from domain.reach.health import DISK
from handlers.chat import Reply, say
from handlers.i18n import _


def began(subject: str, *, refused: bool = False) -> Reply:
    """A platform does not know us, or does not answer; or a disk is nearly full."""
    if subject == DISK:
        return say(
            _(
                "⚠️ ดิสก์ของระบบใกล้เต็ม ให้เพิ่มที่ว่างโดยเร็ว ถ้าเต็มแล้วจะบันทึกอะไรไม่ได้ "
                "(ดูได้ด้วย run_bot.py status)"
            )
        )
    name = subject.title()
    if refused:
        return say(
            _(
                "⚠️ %(platform)s ไม่รับรหัสของบอท (token) "
                "จึงรับส่งข้อความทาง %(platform)s ไม่ได้ "
                "ให้ตรวจรหัสในการตั้งค่า แก้แล้วเริ่มระบบใหม่ ข้อความที่รอส่งยังอยู่ครบ",
                platform=name,
            )
        )
    return say(
        _(
            "⚠️ ติดต่อ %(platform)s ไม่ได้ "
            "รับส่งข้อความทาง %(platform)s ไม่ได้จนกว่าจะติดต่อได้อีก ข้อความที่รอส่งยังอยู่ครบ",
            platform=name,
        )
    )


def over(subject: str) -> Reply:
    """It is well again."""
    if subject == DISK:
        return say(_("✅ ดิสก์ของระบบมีที่ว่างพอแล้ว"))
    return say(_("✅ ติดต่อ %(platform)s ได้ตามปกติแล้ว", platform=subject.title()))
