"""What the office keeps no longer, by the rules that an administrator confirmed: at night, a piece
at a time, within the rounds of housekeeping.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.operating.retention import RetentionKind, RetentionRules
from domain.text import words
from store import audit
from store.audit import AuditEntry
from store.blobs import Blobs
from store.engine.database import Database, Tx
from store.engine.pieces import Piece, PieceStart
from store.privacy import retention
from store.privacy.ageing import Ageing
from store.privacy.erased_files import YOUNG, list_named


class NightlyRetention:
    """Takes what is past its time. A run that was cut short goes on, and its count with it."""

    def __init__(
        self,
        db: Database,
        blobs: Blobs | None,
        rules: RetentionRules,
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._rules = rules

    async def raw_events(self) -> timedelta:
        """How long what people typed is kept now."""
        kept = self._rules.written.get(RetentionKind.RAW_EVENTS)
        if kept is None:
            return self._rules.raw_events(is_confirmed=True)
        known = (await retention.list_rules(self._db)).get(RetentionKind.RAW_EVENTS)
        is_confirmed = known is not None and known.may_run(kept)
        return self._rules.raw_events(is_confirmed=is_confirmed)

    async def list_due(self, now: datetime) -> Sequence[RetentionKind]:
        """The kinds whose run of this night is not over; none by day."""
        night = self._rules.night(now)
        written = self._rules.written
        if night is None or not written:
            return ()
        known = await retention.list_rules(self._db)
        due = []
        for kind, kept in written.items():
            state = known.get(kind)
            if kind is RetentionKind.RAW_EVENTS or state is None or not state.may_run(kept):
                continue
            if state.ended_at is None or state.ended_at < night:
                due.append(kind)
        return due

    async def run(self, kind: RetentionKind, now: datetime, after: PieceStart) -> Piece:
        """One piece; the last one ends the night's run. By day nothing goes."""
        night = self._rules.night(now)
        if night is None:
            return Piece(after=after)
        ageing = Ageing(
            kind,
            self._rules.kept[kind].before(now),
            now,
            words("privacy").text("erased"),
        )
        piece = await ageing.next_piece(self._db, after)
        if self._blobs is not None and ageing.hashes:
            # What somebody touched just now is swept the next day, unless a row names it.
            named = partial(list_named, self._db)
            await self._blobs.overwrite(ageing.hashes, YOUNG.total_seconds(), named)
        if piece.more:
            return piece
        await self._db.write(partial(_end, kind=kind, night=night, now=now))
        return Piece(piece.touched)


async def _end(
    tx: Tx,
    kind: RetentionKind,
    night: datetime,
    now: datetime,
) -> None:
    """The run is over, and stands in the audit log."""
    went = await retention.end_run(tx, kind, night, now)
    if went is None:
        return
    entry = AuditEntry(
        now,
        None,
        "retention.run",
        # Of what, and how many went.
        f"{kind}:{went}",
        "",
        "",
    )
    await audit.add(tx, [entry])
