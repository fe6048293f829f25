"""Mail to customers: a draft is shown before it is sent."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from handlers.chat import Button, Card, Paragraph, Part, Reply
from handlers.desk import Context
from handlers.i18n import _
from handlers.registry import action
from store.mail import NewMail

OnSend = Callable[[Context, NewMail], Awaitable[tuple[Part, ...]]]
ON_SEND: dict[str, OnSend] = {}


def on_send(purpose: str) -> Callable[[OnSend], OnSend]:
    """Enter what is done in the transaction of the press that sends a mail of this purpose."""

    def enter(run: OnSend) -> OnSend:
        ON_SEND[purpose] = run
        return run

    return enter


async def preview(ctx: Context, mail: NewMail) -> Reply:
    """The drafted letter, with the press that sends it."""
    buttons = (Button(_("ส่ง"), "mail.send", asdict(mail), once=True), Button(_("ยกเลิก"), "mail.cancel"))
    return Reply((Card(_("ร่างอีเมลถึง %(to)s", to=mail.to), ((_("เรื่อง"), mail.subject),), mail.body, buttons),))


@action("mail.send", in_place=True)
async def send_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send it, and do what belongs to it."""
    mail = NewMail(**args)
    parts = await ON_SEND[mail.purpose](ctx, mail)
    return Reply((Paragraph(_("✅ ส่งแล้ว")), *parts), confirms=True)


@action("mail.cancel", in_place=True)
async def cancel_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Send nothing."""
    return Reply((Paragraph(_("ยกเลิกแล้ว ไม่มีการส่ง")),))
