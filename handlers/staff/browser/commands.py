"""`/web`: a link that logs in once, and the browsers in which somebody is logged in."""

import secrets
from collections.abc import Mapping

from handlers.chat import Button, Choice, Paragraph, Reply, confirm, in_lines, say
from handlers.desk import Context
from handlers.i18n import _
from handlers.labels import unset, when
from handlers.registry import NOTHING, action, command
from store.chat import sessions
from store.chat.sessions import WebSession

SECRET_BYTES = 24
APPS = {"telegram": "Telegram", "line": "LINE"}
"""By which app a browser was logged in, where it was not by a link."""


@command("web", "เว็บ", about="เปิดเดสก์ในเบราว์เซอร์", fits=NOTHING, also=("เบราว์เซอร์",))
async def web(ctx: Context, args: str) -> Reply:
    """A new link, and the sessions that are open."""
    address = ctx.desk.web_address
    if not address:
        return say(unset(_("ที่อยู่เว็บ"), "DESKBOT_PUBLIC_URL", ctx.staff.role))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    lifetime = ctx.configuration.browser.link
    ctx.change(
        sessions.add_login,
        secret=secret,
        staff_id=ctx.staff.id,
        now=ctx.now,
        expires_at=ctx.now + lifetime,
    )
    ctx.audit("web.link", f"staff:{ctx.staff.id}")
    minutes = round(lifetime.total_seconds() / 60)
    text = in_lines(
        f"🖥 {address}/login/{secret}",
        _("เปิดในเบราว์เซอร์ภายใน %(minutes)s นาที ใช้ได้ครั้งเดียว อย่าส่งต่อ", minutes=minutes),
    )
    link = Paragraph(text)
    return Reply((link, *await _open_sessions(ctx)))


async def _open_sessions(ctx: Context) -> tuple[Choice, ...]:
    """The browsers that are logged in, each with the button that ends it."""
    opened = await sessions.list_open(ctx.db, ctx.staff.id, ctx.now)
    held = [one for one in opened if one.holds(ctx.staff, ctx.now)]
    if not held:
        return ()
    every: tuple[Button, ...] = ()
    if len(held) > 1:
        every = (_ending(_("ออกจากทุกเครื่อง"), ""),)
    options = tuple(_ending(_described(one), one.key_hash) for one in held)
    return (Choice(_("เข้าใช้อยู่ แตะเพื่อออกจากเครื่องนั้น"), options, every),)


def _described(one: WebSession) -> str:
    way = APPS.get(one.way) or _("ลิงก์ /web")
    return _("เข้าเมื่อ %(at)s ด้วย %(way)s", at=when(one.created_at), way=way)


def _ending(label: str, key_hash: str) -> Button:
    return Button(label, "web.end", {"session": key_hash}, once=True)


@action("web.end")
async def end_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """End one of the person's own sessions, or all of them."""
    ctx.change(
        sessions.end,
        staff_id=ctx.staff.id,
        key_hash=args["session"],
        now=ctx.now,
    )
    ctx.audit("web.ended", f"staff:{ctx.staff.id}")
    return confirm(_("✅ ออกจากระบบในเบราว์เซอร์แล้ว"))
