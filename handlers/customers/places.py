"""A place that is shared fills the province of the address that is asked for."""

from domain.customers.provinces import provinces_at
from handlers.chat import Attachment, Reply, say
from handlers.desk import Context
from handlers.forms import engine as forms
from handlers.i18n import _
from store.chat.forms import Draft

TAKEN = "place"
"""What a field `takes` whose value may be a place."""


async def shared_place(ctx: Context, body: Attachment, draft: Draft | None) -> Reply:
    """The province of the place into the form that asks for one; else what it is good for."""
    named = provinces_at(body.caption)
    if not named:
        problem = _("ไม่พบจังหวัดในตำแหน่งนี้ พิมพ์ชื่อจังหวัด เช่น กระบี่")
        if draft is None:
            return say(f"⚠️ {problem}")
        return await forms.proceed(ctx, draft, draft.asking, problem)
    # An address ends with its province; towns before it may be called like another.
    _start, _end, province = named[-1]
    if draft is None or not forms.takes(draft, TAKEN):
        return say(_("📍 %(province)s · ส่งตำแหน่งได้เมื่อระบบถามที่อยู่หรือจังหวัด", province=province))
    return await forms.feed(ctx, draft, province, sure=True)
