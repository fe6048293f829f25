"""What administrators are told of the desk's own troubles."""

from domain.reach.health import DISK, TOKEN_REFUSED, UNHEARD, UNSIGNED
from handlers.chat import Reply, say
from handlers.i18n import _


def began(subject: str, said: str) -> Reply:
    """A platform does not know us, brings nothing, or does not answer; or a disk is nearly full:
    `said` = what of it.
    """
    if subject == DISK:
        return say(
            _(
                "⚠️ ดิสก์ของระบบใกล้เต็ม ให้เพิ่มที่ว่างโดยเร็ว ถ้าเต็มแล้วจะบันทึกอะไรไม่ได้ "
                "(ดูได้ด้วย run_bot.py status)"
            )
        )
    return say(_trouble(subject.title(), said))


def _trouble(name: str, said: str) -> str:
    if said == TOKEN_REFUSED:
        return _(
            "⚠️ %(platform)s ไม่รับรหัสของบอท (token) "
            "จึงรับส่งข้อความทาง %(platform)s ไม่ได้ "
            "ให้ตรวจรหัสในการตั้งค่า แก้แล้วเริ่มระบบใหม่ ข้อความที่รอส่งยังอยู่ครบ",
            platform=name,
        )
    if said == UNSIGNED:
        return _(
            "⚠️ ข้อความจาก %(platform)s เข้ามาไม่ได้ "
            "เพราะ channel secret ในการตั้งค่าไม่ตรงกับของบอท "
            "ให้แก้ค่า DESKBOT_LINE_CHANNEL_SECRET แล้วเริ่มระบบใหม่",
            platform=name,
        )
    if said == UNHEARD:
        return _(
            "⚠️ %(platform)s ไม่ส่งข้อความเข้ามา "
            "เพราะ webhook ปิดอยู่ ชี้ไปที่อื่น หรือเรียกไม่สำเร็จ "
            "ให้ตรวจที่อยู่ webhook และการเปิดใช้ใน %(platform)s",
            platform=name,
        )
    return _(
        "⚠️ ติดต่อ %(platform)s ไม่ได้ "
        "รับส่งข้อความทาง %(platform)s ไม่ได้จนกว่าจะติดต่อได้อีก ข้อความที่รอส่งยังอยู่ครบ",
        platform=name,
    )


def over(subject: str) -> Reply:
    """It is well again."""
    if subject == DISK:
        return say(_("✅ ดิสก์ของระบบมีที่ว่างพอแล้ว"))
    return say(_("✅ ติดต่อ %(platform)s ได้ตามปกติแล้ว", platform=subject.title()))
