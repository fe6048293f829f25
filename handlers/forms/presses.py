"""The buttons and commands of forms: ask, choose, page, save, cancel, resume."""

from collections.abc import Mapping
from dataclasses import replace

from domain.errors import InvalidInput
from handlers.chat import Choice, Reply, say
from handlers.desk import Context
from handlers.forms.drafts import (
    FormAnswer,
    end,
    store_draft,
    unknown_values,
    with_prompts,
    with_values,
)
from handlers.forms.engine import (
    EVERY,
    FORMS,
    MORE,
    advance,
    ask_again,
    ask_part,
    asks,
    feed,
    form_button,
    own_draft,
    proceed,
)
from handlers.i18n import _
from handlers.registry import NOTHING, action, command, text_action
from store.chat import forms


@action("form.ask", in_place=True, aside=True)
async def ask_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Ask for one field."""
    return await proceed(ctx, await own_draft(ctx, args), args["field"])


@action("form.page", in_place=True, aside=True)
async def page_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Another page of a field's options."""
    draft = replace(
        await own_draft(ctx, args), asking=args["field"], state="open", touched_at=ctx.now
    )
    store_draft(ctx, draft)
    return Reply(
        (
            await ask_part(
                ctx,
                FORMS[draft.kind],
                draft,
                args["field"],
                int(args["page"]),
            ),
        )
    )


@action("form.more", in_place=True, aside=True)
async def more_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The list of other fields."""
    return await proceed(
        ctx,
        await own_draft(ctx, args),
        EVERY if args.get("every") else MORE,
    )


@action("form.back", in_place=True, aside=True)
@action("form.resume")
async def resume_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Go on where the form was."""
    return await proceed(ctx, await own_draft(ctx, args))


@action("form.set", in_place=True)
async def set_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A field's option was chosen: through the field's own reading, like typed text."""
    draft = await own_draft(ctx, args)
    field_ = FORMS[draft.kind].fields[args["field"]]
    try:
        values = await field_.parse(ctx, draft, args["value"])
    except InvalidInput as error:
        return await ask_again(ctx, draft, args["field"], error)
    return await advance(ctx, with_values(draft, values))


@action("form.feed")
async def feed_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The text was meant for the form."""
    draft = await own_draft(ctx, args)
    return (
        await feed(ctx, draft, args["text"], sure=True)
        if asks(draft)
        else await proceed(ctx, draft)
    )


@action("form.unknown", in_place=True, aside=True)
async def unknown_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """A required field is not known."""
    draft = await own_draft(ctx, args)
    return await advance(ctx, with_values(draft, unknown_values(draft, args["field"])))


@action("form.skip", in_place=True, aside=True)
async def skip_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Pass over one prompt, or all that are left; what was answered is saved."""
    draft = await own_draft(ctx, args)
    field = args.get("field", "")
    dated = f"{field.removesuffix('_no')}_on"  # without the number its date is not asked for either
    prompts = draft.dialog.prompts if field else ()
    left = [name for name in prompts if name not in (field, dated)]
    return await advance(ctx, with_prompts(draft, left))


@action("form.clear", in_place=True, aside=True)
async def clear_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Empty a field of a saved record."""
    draft = await own_draft(ctx, args)
    name = args["field"]
    return await advance(ctx, with_values(draft, FormAnswer({name: ""}, queries={name: ""})))


@action("form.save", in_place=True)
async def save_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Save, if the draft is as the card showed it."""
    draft = await own_draft(ctx, args)
    # The card that the button stands under shows an older state: show the newer one instead.
    if args["version"] != str(draft.version) or await FORMS[draft.kind].missing(ctx, draft):
        return await proceed(ctx, draft)
    return await FORMS[draft.kind].save(ctx, draft)


@action("form.cancel", in_place=True, aside=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Keep nothing."""
    draft = await own_draft(ctx, args)
    end(ctx, draft, state="cancelled")
    return say(_("ยกเลิกแล้ว ไม่มีการบันทึก"))


@text_action("form.parked")
@command(
    "drafts",
    "ร่าง",
    "ร่างที่พักไว้",
    about="ร่างที่พักไว้",
    fits=NOTHING,
    also=("ร่างค้าง", "ร่างของฉัน", "ทำต่อ", "drafts"),
)
async def drafts(ctx: Context, args: str) -> Reply:
    """The drafts that were put aside."""
    parked = await forms.list_parked(ctx.db, ctx.staff.id)
    if not parked:
        return say(_("ไม่มีร่างที่พักไว้"))
    titles = [(await FORMS[draft.kind].show(ctx, draft)).title for draft in parked]
    options = tuple(
        form_button(title, "form.resume", draft)
        for title, draft in zip(titles, parked, strict=True)
    )
    return Reply((Choice(_("ร่างที่พักไว้"), options),))
