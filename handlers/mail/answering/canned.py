"""The office's canned answers, kept by command: listed, searched, added, changed, taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from domain.errors import InvalidInput
from domain.mail.letters.canned import (
    NAME_LIMIT,
    TEXT_LIMIT,
    CannedAnswer,
    check_places,
    find_canned,
)
from domain.staff import Role
from handlers.chat import Button, Card, Choice, Reply, confirm, say, turn_buttons
from handlers.desk import Context
from handlers.forms.drafts import end, new_draft
from handlers.forms.engine import Field, Form, enter_form, start
from handlers.i18n import _
from handlers.labels import field_label
from handlers.mail.cards import pieces
from handlers.registry import NOTHING, action, command
from store.chat.forms import Dialog, Draft
from store.mail import canned

PAGE = 8
_TEXTS = ("canned_th", "canned_en")


@command(
    "canned",
    "คำตอบสำเร็จรูป",
    about="คำตอบสำเร็จรูปของสำนักงาน เช่น คำตอบสำเร็จรูป จัดส่ง",
    also=(
        "คำตอบมาตรฐาน",
        "ข้อความสำเร็จรูป",
        "แม่แบบคำตอบ",
        "เทมเพลตคำตอบ",
        "canned",
        "canned answers",
        "canned replies",
    ),
)
async def canned_answers(ctx: Context, args: str) -> Reply:
    """Those that hold a word, else all."""
    return await _page(ctx, args.strip(), 0)


@action("canned.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of the list."""
    return await _page(ctx, args["text"], int(args["page"]))


async def _page(
    ctx: Context,
    text: str,
    page: int,
) -> Reply:
    """A page of those that hold these words, in the order of their names."""
    answers: Sequence[CannedAnswer] = await canned.list_canned(ctx.db)
    if text:
        answers = find_canned(answers, text)
    buttons = _keeping(ctx, Button(_("เพิ่มคำตอบสำเร็จรูป"), "canned.add"))
    if not answers and text:
        return say(_("ไม่มีคำตอบสำเร็จรูปที่ตรงกับคำนี้"), *buttons)
    if not answers:
        nothing = _("ยังไม่มีคำตอบสำเร็จรูป หัวหน้าพิมพ์ เพิ่มคำตอบสำเร็จรูป เพื่อเก็บไว้ใช้")
        return say(nothing, *buttons)
    start_at = page * PAGE
    shown = answers[start_at : start_at + PAGE]
    options = [Button(each.name, "canned.show", {"id": each.id}) for each in shown]
    more = len(answers) > start_at + PAGE
    turns = turn_buttons("canned.page", {"text": text}, page, more=more)
    title = _("คำตอบสำเร็จรูป %(count)s เรื่อง", count=len(answers))
    return Reply((Choice(title, tuple(options), (*turns, *buttons)),))


def _keeping(ctx: Context, *buttons: Button) -> tuple[Button, ...]:
    """Buttons for who keeps the office's words: its supervisors."""
    return buttons if ctx.staff.role.covers(Role.SUPERVISOR) else ()


@action("canned.show")
async def show_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One answer in both languages."""
    answer = await canned.get_canned(ctx.db, args["id"])
    lines = [
        *pieces(field_label("canned_th"), answer.th),
        *pieces(field_label("canned_en"), answer.en),
    ]
    buttons = _keeping(
        ctx,
        Button(_("แก้ไข"), "canned.edit", args),
        Button(_("ลบ"), "canned.remove", args),
    )
    return Reply((Card(answer.name, tuple(lines), buttons=buttons),))


@command(
    "addcanned",
    "เพิ่มคำตอบสำเร็จรูป",
    about="เพิ่มคำตอบสำเร็จรูปของสำนักงาน",
    fits=NOTHING,
    also=("เพิ่มคำตอบมาตรฐาน", "เพิ่มข้อความสำเร็จรูป", "สร้างคำตอบสำเร็จรูป", "add canned answer"),
    role=Role.SUPERVISOR,
)
async def add_canned(ctx: Context, args: str) -> Reply:
    """Ask for the name and the words of a new one."""
    look = Dialog(look=True)
    draft = new_draft(ctx, "canned", {}, dialog=look)
    return await start(ctx, draft)


@action("canned.add", role=Role.SUPERVISOR)
async def add_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same by its button."""
    return await add_canned(ctx, "")


@action("canned.edit", role=Role.SUPERVISOR)
async def edit_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """One of them, to be changed."""
    answer = await canned.get_canned(ctx.db, args["id"])
    given = {
        "canned_name": answer.name,
        "canned_th": answer.th,
        "canned_en": answer.en,
    }
    about = {
        "canned": answer.id,
        "version": str(answer.version),
    }
    look = Dialog(look=True)
    draft = new_draft(
        ctx,
        "canned",
        given,
        about=about,
        dialog=look,
    )
    return await start(ctx, draft)


@action("canned.remove", role=Role.SUPERVISOR, danger=True)
async def remove_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask once, then take it away."""
    answer = await canned.get_canned(ctx.db, args["id"])
    if not args.get("sure"):
        question = _("ลบคำตอบสำเร็จรูป %(name)s หรือไม่", name=answer.name)
        told = {**args, "sure": "1"}
        sure = Button(_("ลบเลย"), "canned.remove", told, once=True)
        return say(question, sure)
    ctx.change(canned.remove_canned, answer=answer)
    ctx.audit("canned.removed", answer.id)
    return confirm(_("ลบคำตอบสำเร็จรูป %(name)s แล้ว", name=answer.name))


# The form.


async def _parse_name(
    ctx: Context,
    draft: Draft,
    text: str,
) -> Mapping[str, str]:
    """A name that no other answer has."""
    name = " ".join(text.split())
    if len(name) > NAME_LIMIT:
        raise InvalidInput("too_long", length=len(name), limit=NAME_LIMIT)
    own = draft.about.get("canned")
    answers = await canned.list_canned(ctx.db)
    taken = {answer.name for answer in answers if answer.id != own}
    if name in taken:
        raise InvalidInput("canned_name", name=name)
    return {"canned_name": name}


async def _parse_words(
    ctx: Context,
    draft: Draft,
    text: str,
    *,
    field: str,
) -> Mapping[str, str]:
    if len(text) > TEXT_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=TEXT_LIMIT)
    return {field: check_places(text, ctx.configuration.letters.places)}


_PLACES = "พิมพ์ข้อความ ใส่ {ชื่อ} {เลขที่} {เจ้าหน้าที่} {วันที่} ในที่ที่ให้ระบบเติมเอง"


class CannedForm(Form):
    """See `handlers.forms.engine.Form`."""

    kind = "canned"
    fields: Mapping[str, Field] = {
        "canned_name": Field(
            "canned_name",
            "พิมพ์ชื่อสั้น ๆ ที่ใช้ค้นหา เช่น การจัดส่งเอกสาร",
            _parse_name,
            clearable=False,
        ),
        "canned_th": Field("canned_th", _PLACES, partial(_parse_words, field="canned_th")),
        "canned_en": Field("canned_en", _PLACES, partial(_parse_words, field="canned_en")),
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        """The name, and the words in one language."""
        needed = []
        if not draft.given.get("canned_name"):
            needed.append("canned_name")
        words = [draft.given.get(name) for name in _TEXTS]
        if not any(words):
            needed.append("canned_th")
        return needed

    async def quick(self, ctx: Context, draft: Draft) -> tuple[str, ...]:
        return _TEXTS

    async def present(
        self,
        ctx: Context,
        draft: Draft,
        name: str,
    ) -> str:
        """Either language can be emptied, where the other one is there."""
        return draft.given.get(name, "")

    async def show(self, ctx: Context, draft: Draft) -> Card:
        lines = []
        for name in _TEXTS:
            lines += pieces(field_label(name), draft.given.get(name, ""))
        title = draft.given.get("canned_name") or _("คำตอบสำเร็จรูปใหม่")
        return Card(title, tuple(lines))

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        """A new answer, or another version of one; whoever changed it meanwhile was first."""
        given = draft.given
        before = draft.about.get("canned", "")
        answer = CannedAnswer(
            before or uuid4().hex,
            given["canned_name"],
            given.get("canned_th", ""),
            given.get("canned_en", ""),
        )
        if before:
            answer = replace(answer, version=int(draft.about["version"]) + 1)
        ctx.change(canned.put_canned, answer=answer, by=ctx.staff.id, now=ctx.now)
        ctx.audit("canned.changed" if before else "canned.added", answer.id)
        end(ctx, draft, outcome=answer.name)
        show = Button(_("ดู"), "canned.show", {"id": answer.id})
        return confirm(_("บันทึกคำตอบสำเร็จรูป %(name)s แล้ว", name=answer.name), show)


enter_form(CannedForm())
