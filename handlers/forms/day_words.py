"""The words of a calendar in which a date is picked."""

from handlers.i18n import _


def pick_a_day() -> str:
    """What opens it."""
    return _("📅 เลือกวันที่")


def weekday_names() -> tuple[str, ...]:
    """From Monday on, as short as a telephone's seventh of a row."""
    return tuple(_("จ อ พ พฤ ศ ส อา").split())


def day_off(number: str) -> str:
    """A day of the month on which nobody works."""
    return f"({number})"


def without_time() -> str:
    """A day alone is meant."""
    return _("ไม่ระบุเวลา")
