"""A changed configuration is tried before it takes effect: what it would do to the reminders, on
the command line and for an administrator who sends the file.
"""

import asyncio
from datetime import datetime

from domain.configuration import Configuration, load_configuration
from domain.dates.days import BANGKOK
from domain.errors import DataError, DeskError
from domain.files import TEXT
from domain.owed.trial import RuleEffect, planned_anew
from domain.staff import Role
from domain.text import shorten
from handlers.chat import Reply, in_lines, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import value_label
from handlers.messages import sentence
from handlers.owed.request_cards import day
from handlers.registry import Claim, FileUse, file_uses
from store.engine.database import Database
from store.files import File
from store.owed import reminding
from store.records import holidays

PAGE = 250
ENDING = ".toml"
LONGEST = 600
"""Characters of what is wrong with a file."""


async def try_rules(db: Database, configuration: Configuration, now: datetime) -> RuleEffect:
    """Returns what the reminders of this configuration would change; nothing is written."""
    after = await holidays.lay_over(db, configuration)
    effect = RuleEffect()
    last = 0
    while rows := await reminding.list_open_after(db, last, PAGE):
        last = rows[-1].id
        moved = planned_anew(after.rules, after.calendar, rows, now)
        effect = effect.with_more(moved)
    return effect


class RuleFile(FileUse):
    """A configuration that an administrator sends is tried, and not kept."""

    async def claim(self, ctx: Context, file: File) -> Claim | None:
        is_data = file.mime == TEXT.mime and ENDING in file.name
        if not is_data or not ctx.staff.role.covers(Role.ADMIN):
            return None
        path = ctx.desk.files.blobs.existing(file.sha256)
        try:
            tried = await asyncio.to_thread(load_configuration, path)
            effect = await try_rules(ctx.db, tried, ctx.now)
        except DataError as error:
            # The file lies under its hash, which says nothing to whoever sent it.
            told = str(error).replace(str(path), _name(file))
            return Claim(say(_("⚠️ ใช้ไฟล์นี้ไม่ได้: %(error)s", error=shorten(told, LONGEST))))
        except DeskError as error:
            return Claim(say(_("⚠️ ใช้ไฟล์นี้ไม่ได้: %(error)s", error=sentence(error))))
        return Claim(_told(ctx, effect))


def _name(file: File) -> str:
    """What the sender called it."""
    stem, ending, _rest = file.name.partition(ENDING)
    return stem + ending


file_uses.enter(25, RuleFile())


def _told(ctx: Context, effect: RuleEffect) -> Reply:
    """`ถ้าใช้ไฟล์นี้ จะเลื่อนการเตือน 214 รายการ รายการแรกพรุ่งนี้`"""
    lines = [effect_text(ctx, effect)]
    for rule, count in effect.moved.items():
        label = value_label("owed", rule)
        lines.append(_("%(what)s %(count)s รายการ", what=label, count=count))
    lines.append(_("ยังไม่ได้บันทึกอะไร ถ้าจะใช้ ให้วางไฟล์แทนที่ DESKBOT_CONFIG แล้วเริ่มระบบใหม่"))
    return say(in_lines(*lines))


def effect_text(ctx: Context, effect: RuleEffect) -> str:
    """Returns in one line what would change."""
    if not effect.count:
        return _("ถ้าใช้ไฟล์นี้ การเตือนไม่เปลี่ยน")
    parts = [_("ถ้าใช้ไฟล์นี้ จะเลื่อนการเตือน %(count)s รายการ", count=sum(effect.moved.values()))]
    if effect.first_at is not None:
        parts.append(_("รายการแรก%(when)s", when=_when(ctx, effect.first_at)))
    if effect.ended:
        parts.append(_("เลิกเตือน %(count)s รายการ", count=effect.ended))
    return " ".join(parts)


def _when(ctx: Context, at: datetime) -> str:
    days = (at.astimezone(BANGKOK).date() - ctx.today).days
    names = {0: _("วันนี้"), 1: _("พรุ่งนี้")}
    return names.get(days) or f" {day(at)}"
