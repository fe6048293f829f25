"""How long the office keeps what it holds about people: what is past its time, and an
administrator's word before a new rule is carried out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial

from domain.dates.days import BANGKOK
from domain.operating.retention import KeptFor, RetentionKind
from domain.staff import Role
from handlers.chat import Button, Card, Reply, confirm, in_one_line, say
from handlers.desk import Context, Work
from handlers.i18n import _, date_text
from handlers.labels import kept_for, retention_label, when
from handlers.registry import NOTHING, action, command, due
from store.due import Due
from store.engine.database import Reader
from store.privacy import retention
from store.privacy.past_time import NOTHING_PAST, PastTime, count_past
from store.privacy.retention import RuleState

TELL = "retention.tell"


@dataclass(frozen=True, slots=True)
class KindPreview:
    """One kind: for how long it is kept, what is past that, and what is known of its rule."""

    kind: RetentionKind
    kept: KeptFor
    past: PastTime = NOTHING_PAST
    state: RuleState | None = None
    waits: bool = False

    @property
    def line(self) -> tuple[str, str]:
        """What a card says of it."""
        parts = [_("เก็บ %(span)s", span=kept_for(self.kept))]
        if self.waits:
            parts.append(_("รอยืนยัน"))
        parts += self._counts()
        return retention_label(self.kind), in_one_line(*parts)

    def _counts(self) -> Sequence[str]:
        if self.past.oldest_at is None:
            parts = [_("ไม่มีที่ครบกำหนด")]
        else:
            oldest = self.past.oldest_at.astimezone(BANGKOK).date()
            parts = [
                _("ครบกำหนด %(count)s รายการ", count=f"{self.past.going:,}"),
                _("เก่าสุด %(day)s", day=date_text(oldest)),
            ]
        if self.past.held:
            parts.append(_("ยังใช้อยู่ %(count)s รายการ จึงไม่ลบ", count=f"{self.past.held:,}"))
        return parts


async def preview(work: Work) -> Sequence[KindPreview]:
    """All that the office keeps for a time, and what the next run would take."""
    _ask_again_alone(work)
    # Years of tickets are counted: nobody waits for that meanwhile.
    return await work.db.read_long(partial(_preview, work))


async def _preview(work: Work, db: Reader) -> Sequence[KindPreview]:
    rules = work.configuration.retention
    known = await retention.list_rules(db)
    found = []
    for kind, kept in rules.kept.items():
        state = known.get(kind)
        is_confirmed = state is not None and state.may_run(kept)
        past = await count_past(db, kind, kept.before(work.now), work.now)
        waits = kind in rules.written and not is_confirmed
        found.append(KindPreview(kind, kept, past, state, waits))
    return found


@command(
    "retention",
    "อายุข้อมูล",
    about="ข้อมูลใดเก็บนานเท่าใด และคืนนี้จะลบอะไร",
    fits=NOTHING,
    also=("ระยะเวลาเก็บข้อมูล", "การเก็บข้อมูล"),
    role=Role.ADMIN,
)
async def show_retention(ctx: Context, args: str) -> Reply:
    """By kind how long it is kept, and what is past its time."""
    return await _card(ctx)


@action(
    "retention.show",
    role=Role.ADMIN,
    in_place=True,
)
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same by a button."""
    return await _card(ctx)


async def _card(ctx: Context) -> Reply:
    kinds = await preview(ctx)
    lines = [one.line for one in kinds]
    never = [kind for kind in RetentionKind if kind not in ctx.configuration.retention.kept]
    if never:
        lines.append((_("เก็บไว้ตลอด"), in_one_line(*map(retention_label, never))))
    lines += _last_runs(kinds)
    waiting = _waiting(kinds)
    if any(one.kind is not RetentionKind.RAW_EVENTS for one in kinds):
        lines.append((_("ลบครั้งถัดไป"), when(ctx.configuration.retention.next_night(ctx.now))))
    note = _("กฎที่รอยืนยันยังไม่ลบอะไร จนกว่าผู้ดูแลระบบจะยืนยัน") if waiting else ""
    buttons = [_button(kinds)] if waiting else []
    return Reply((Card(_("ระยะเวลาเก็บข้อมูล"), tuple(lines), note, tuple(buttons)),))


def _ask_again_alone(work: Work) -> None:
    """What is decided within one reading is decided once more, where it may take long."""
    # Whoever asks for this part there is refused at once.
    _part = work.desk.files.keep_table


def _last_runs(kinds: Sequence[KindPreview]) -> list[tuple[str, str]]:
    ended = [one.state.ended_at for one in kinds if one.state and one.state.ended_at]
    return [(_("ลบครั้งล่าสุด"), when(max(ended)))] if ended else []


def _waiting(kinds: Sequence[KindPreview]) -> Mapping[RetentionKind, KeptFor]:
    return {one.kind: one.kept for one in kinds if one.waits}


def _named(rules: Mapping[RetentionKind, KeptFor]) -> str:
    """The rules as a button names them."""
    return ";".join(f"{kind}={kept.text}" for kind, kept in rules.items())


def _button(kinds: Sequence[KindPreview]) -> Button:
    return Button(
        _("ยืนยันกฎที่รออยู่"),
        "retention.confirm",
        {"rules": _named(_waiting(kinds))},
    )


@action("retention.confirm", role=Role.ADMIN)
async def confirm_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Asks once more, with what will go."""
    kinds = await preview(ctx)
    if _named(_waiting(kinds)) != args["rules"]:
        return await _card(ctx)
    going = [in_one_line(*one.line) for one in kinds if one.waits]
    warning = _("จะลบข้อมูลที่ครบกำหนดตามกฎนี้ทุกคืน ลบแล้วเรียกคืนไม่ได้")
    question = _("ใบงานยังนับในรายงานเหมือนเดิม ยืนยันหรือไม่")
    return say(
        "\n".join([*going, warning, question]),
        Button(_("ยืนยัน เริ่มลบคืนนี้"), "retention.sure", dict(args)),
        Button(_("ยังไม่ลบ"), "retention.show", {}),
    )


@action("retention.sure", role=Role.ADMIN, danger=True)
async def sure_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The rules hold from now on."""
    waiting = _waiting(await preview(ctx))
    if _named(waiting) != args["rules"]:
        return await _card(ctx)
    ctx.change(
        retention.confirm,
        rules=waiting,
        by=ctx.staff.id,
        now=ctx.now,
    )
    for kind, kept in waiting.items():
        ctx.audit("retention.confirmed", f"{kind}:{kept.text}")
    starts = ctx.configuration.retention.next_night(ctx.now)
    return confirm(
        _(
            "✅ ยืนยันแล้ว จะเริ่มลบ %(at)s ดูผลได้ด้วย /audit",
            at=when(starts),
        )
    )


@due(TELL, daily_at=time(9, 0))
async def tell_of_rules(work: Work, rows: Sequence[Due]) -> None:
    """Tells the administrators once of each rule that is new and waits for their word."""
    kinds = await preview(work)
    new = [one for one in kinds if one.waits and not _is_told(one)]
    if not new:
        return

    def make() -> Reply:
        title = _("🗂 กฎการเก็บข้อมูลใหม่รอผู้ดูแลระบบยืนยัน ยังไม่มีอะไรถูกลบ")
        lines = [in_one_line(*one.line) for one in new]
        return say(
            "\n".join([title, *lines]),
            Button(_("ดูและยืนยัน"), "retention.show", {}),
        )

    rules = {one.kind: one.kept for one in new}
    work.notify(make, f"retention:{_named(rules)}", role=Role.ADMIN)
    work.change(retention.note_told, rules=rules, now=work.now)


def _is_told(one: KindPreview) -> bool:
    return one.state is not None and one.state.is_of(one.kept)
