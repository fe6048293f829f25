"""Which way a report that is sent by itself goes: to the chat, or by mail with a file."""

from collections.abc import Mapping

from domain.errors import NotAllowed
from domain.staff import Role
from handlers.chat import Button, Reply, confirm
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import action
from store.reports import subscriptions
from store.reports.subscriptions import ReportSubscription

BY_MAIL = "pdf"
"""What is attached where nothing else is chosen."""
VALUES = {
    "": "ในแชต",
    "pdf": "อีเมลแนบ PDF",
    "xlsx": "อีเมลแนบ Excel",
}
"""The ways, by what is attached."""


def way_label(attached: str) -> str:
    """What a way is called."""
    return _(VALUES[attached])


def check_mail(ctx: Context) -> None:
    """NotAllowed where this person cannot be mailed: the desk sends no mail, or no work address is
    entered.
    """
    if not ctx.desk.mail_from:
        raise NotAllowed("no_mail")
    if not ctx.staff.email:
        raise NotAllowed("no_work_address")


def way_text(ctx: Context, attached: str) -> str:
    """Where it goes, "" for the chat, which goes without saying."""
    if not attached:
        return ""
    return f"📧 {way_label(attached)} → {ctx.staff.email}"


def way_buttons(ctx: Context, subscription: ReportSubscription) -> list[Button]:
    """The other ways."""
    if not ctx.desk.mail_from:
        return []
    return [
        Button(way_label(attached), "report.way", {"id": subscription.id, "attached": attached})
        for attached in VALUES
        if attached != subscription.attached
    ]


@action("report.way", role=Role.SUPERVISOR)
async def way_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Sends it another way from now on."""
    attached = args["attached"]
    if attached:
        check_mail(ctx)
    ctx.change(
        subscriptions.set_attached,
        subscription_id=args["id"],
        staff_id=ctx.staff.id,
        attached=attached,
    )
    told = way_text(ctx, attached) or _("จะส่งในแชต")
    return confirm(told, Button(_("รายงานประจำของฉัน"), "report.subscriptions"))
