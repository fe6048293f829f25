"""`run_bot.py retention`: what the next night would take, by rule; nothing is taken."""

from collections.abc import Sequence
from typing import Any

from bot.clock import Clock
from bot.operating.refused import refuse_no_desk
from bot.settings import Settings
from domain.configuration import load_configuration
from domain.dates.days import BANGKOK
from handlers.desk import Desk, Work
from handlers.privacy.retention import KindPreview, preview
from store.opening import Opening, open_database


async def preview_retention(settings: Settings, clock: Clock) -> dict[str, Any]:
    """By kind the rule and what is past it, and when the next night begins.

    Raises VerbRefused, DataError, WrongSchema, StoreUnavailable."""
    configuration = load_configuration(settings.config)
    await refuse_no_desk(settings.database_url)
    now = clock()
    db = await open_database(
        settings.database_url,
        now,
        Opening.USE,
    )
    try:
        kinds = await preview(Work(Desk(db, configuration, clock), now))
    finally:
        await db.close()
    next_run = configuration.retention.next_night(now)
    return {
        "rules": {str(one.kind): _told(one) for one in kinds},
        "next_run_at": next_run.isoformat(),
    }


def _told(one: KindPreview) -> dict[str, Any]:
    oldest = one.past.oldest_at
    return {
        "kept": one.kept.text,
        "confirmed": not one.waits,
        "going": one.past.going,
        "oldest_on": oldest and oldest.astimezone(BANGKOK).date().isoformat(),
        "held": one.past.held,
    }


def as_lines(told: dict[str, Any]) -> Sequence[str]:
    """The same for people."""
    lines = []
    for kind, rule in told["rules"].items():
        parts = [f"{kind}: kept {rule['kept']}", f"{rule['going']} past it"]
        if rule["oldest_on"]:
            parts.append(f"the oldest of {rule['oldest_on']}")
        if rule["held"]:
            parts.append(f"{rule['held']} more stay for what is open")
        if not rule["confirmed"]:
            parts.append("waits for an administrator's word (/retention)")
        lines.append(", ".join(parts))
    return [*lines, f"next run: {told['next_run_at']}"]
