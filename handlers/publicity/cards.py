"""How publicity is shown: a line in a list, a card with the post on each network, what was just
saved.
"""

from collections.abc import Mapping, Sequence

from domain.dates.days import BANGKOK, format_date
from domain.errors import InvalidInput
from domain.publicity.publications import UNDER_WAY, WENT_OUT, Post, PostState, Publication
from domain.publicity.reading import Network, check_length
from domain.text import shorten
from domain.tickets.records import SEPARATOR, Ticket
from handlers.chat import Button, Card, Choice, Paragraph, Reply
from handlers.desk import Work
from handlers.i18n import _
from handlers.labels import field_label, value_label, when
from handlers.projects.fields import projects_text, years_text
from store import staff

SHOWN = 500
"""Characters of a post's text on a card."""
UNSEEN = (Network.LINE, Network.TWITTER)
"""Networks where the desk cannot always look for itself whether a post went out."""


def network_name(work: Work, network: Network) -> str:
    """Facebook, twitter or Line, as the catalogue calls the channel."""
    return work.desk.configuration.catalogue.channel_name(network.value)


def check_fits(work: Work, network: Network, text: str) -> None:
    """InvalidInput("post_long") where the network would refuse the text, naming it as people call
    it.
    """
    try:
        check_length(network, text)
    except InvalidInput as error:
        raise InvalidInput(
            error.code, **{**error.params, "network": network_name(work, network)}
        ) from None


def about(projects: Sequence[str], data_years: str) -> str:
    """The surveys and their period, as a card says them."""
    listed = projects_text(SEPARATOR.join(projects), data_years)
    return " ".join(filter(None, (listed, years_text(data_years))))


def networks_of(data: Mapping[str, str]) -> list[Network]:
    """The networks that a form's data name, in their order."""
    chosen = data.get("networks", "").split(",")
    return [network for network in Network if network.value in chosen]


def present(work: Work, data: Mapping[str, str], name: str) -> str:
    """A field of a form of publicity as people read it."""
    if name == "networks":
        return ", ".join(network_name(work, network) for network in networks_of(data))
    if name == "projects":
        return about(data.get("projects", "").split(SEPARATOR), "")
    return about((), data.get("data_years", "")) if name == "data_years" else data.get(name, "")


def title_of(publication: Publication) -> str:
    """What it is about, in a line."""
    return (
        about(publication.news.projects, publication.news.data_years) or publication.news.headline
    )


def line(work: Work, publication: Publication) -> str:
    """`P12 · 20 พ.ย. 69 · Facebook, Line · สำรวจภาวะการทำงานของประชากร ต.ค. 69`"""
    networks = ", ".join(network_name(work, post.network) for post in _live(publication))
    parts = (
        publication.no,
        format_date(publication.published_on),
        networks,
        shorten(title_of(publication), 60),
    )
    return " · ".join(filter(None, parts))


def _live(publication: Publication) -> list[Post]:
    return [post for post in publication.posts.values() if post.state is not PostState.MISTAKE]


def reach_text(network: str, delivered: int | None, opened: int | None) -> str:
    """`ส่งถึง 320 · เปิดอ่าน 82`; empty where the network has not said. `network` = "" where several
    are summed.
    """
    parts = []
    if delivered is not None:
        parts.append(_("ส่งถึง %(count)s", count=f"{delivered:,}"))
    if opened is not None and network == Network.LINE:
        parts.append(_("เปิดอ่าน %(count)s", count=f"{opened:,}"))
    elif opened is not None:
        parts.append(_("มีผู้เห็น %(count)s", count=f"{opened:,}"))
    return " · ".join(parts)


def post_text(post: Post) -> str:
    """The post's ticket, state, link and reach, in a line."""
    state = (
        "" if post.state is PostState.POSTED else value_label(f"state_{post.network}", post.state)
    )
    if post.state in (PostState.PROPOSED, PostState.WAITING) and post.post_at is not None:
        state = f"{state} {when(post.post_at)}"
    posted = when(post.posted_at) if post.posted_at and post.state in WENT_OUT else ""
    error = value_label("post_error", post.error)
    if error == post.error and error:
        error = _("เครือข่ายปฏิเสธ (%(error)s)", error=error)
    reach = reach_text(post.network, post.delivered, post.opened)
    return " · ".join(filter(None, (post.ticket_no, state, posted, post.link, reach, error)))


async def card(work: Work, publication: Publication) -> Card:
    """The whole publication, with what can be done to it now."""
    fields = [(field_label("text"), shorten(publication.news.text, SHOWN))]
    fields.append(
        (field_label("projects"), about(publication.news.projects, publication.news.data_years))
    )
    fields.append((field_label("published_on"), format_date(publication.published_on)))
    fields += [
        (network_name(work, post.network), post_text(post)) for post in publication.posts.values()
    ]
    if publication.recorded_by is None:
        fields.append((_("บันทึกโดย"), _("ระบบ (จากหน้าเพจ)")))
    else:
        names = await staff.staff_names(work.db)
        fields.append((_("บันทึกโดย"), names.get(publication.recorded_by, "")))
        if publication.released_by not in (None, publication.recorded_by):
            fields.append((_("ให้โพสต์โดย"), names.get(publication.released_by, "")))
    shown = tuple((label, value) for label, value in fields if value)
    return Card(
        f"📣 {publication.no} · {title_of(publication)}",
        shown,
        "",
        (*_changes(publication), *_tickets(publication)),
    )


def _changes(publication: Publication) -> list[Button]:
    states = {post.state for post in publication.posts.values()}
    gone = states == {PostState.CANCELLED}
    buttons = [
        again_button(publication) if gone else _button(_("แก้ไข"), "publicity.edit", publication)
    ]
    if PostState.PROPOSED in states:
        buttons += decide_buttons(publication)
    if publication.picture:
        buttons.append(_button(_("ดูรูป"), "publicity.picture", publication))
    if states & set(UNDER_WAY):
        buttons.append(_button(_("ยกเลิกการโพสต์"), "post.cancel", publication, once=True))
    if PostState.FAILED in states:
        buttons.append(_button(_("ลองโพสต์ใหม่"), "post.retry", publication, once=True))
    if any(post.is_doubtful and post.network in UNSEEN for post in publication.posts.values()):
        buttons.append(_button(_("ไม่ได้ออก โพสต์ใหม่"), "post.fresh", publication, once=True))
    if publication.out:
        buttons.append(_button(_("ลบ…"), "publicity.remove", publication))
    if states & {PostState.REMOVED, PostState.MISTAKE}:
        buttons.append(_button(_("เลิกลบ"), "publicity.restore", publication, once=True))
    buttons.append(_button(_("ประวัติการแก้ไข"), "publicity.history", publication))
    return buttons


def decide_buttons(publication: Publication) -> tuple[Button, ...]:
    """[อนุมัติ] and [ส่งกลับแก้ไข]: of the post as it was shown."""
    approve = _button(_("อนุมัติให้โพสต์"), "post.approve", publication, once=True)
    return (approve, _button(_("ส่งกลับแก้ไข"), "post.return", publication))


def again_button(publication: Publication) -> Button:
    """[แก้แล้วส่งใหม่]: the same text and picture to begin with."""
    return _button(_("แก้แล้วส่งใหม่"), "post.again", publication)


def told_buttons(publication: Publication) -> tuple[Button, ...]:
    """What to do after being told what became of it."""
    gone = {post.state for post in publication.posts.values()} == {PostState.CANCELLED}
    return (*((again_button(publication),) if gone else ()), show_button(publication))


def _tickets(publication: Publication) -> list[Button]:
    return [
        Button(post.ticket_no, "ticket.show", {"no": post.ticket_no})
        for post in publication.posts.values()
        if post.ticket_no
    ]


def _button(
    label: str, action: str, publication: Publication, *, once: bool = False, **args: str
) -> Button:
    return Button(
        label, action, {"no": publication.no, **args}, publication.no, publication.version, once
    )


def show_button(publication: Publication, label: str = "") -> Button:
    """[ดูข่าวนี้]"""
    return _button(label or _("ดูข่าวนี้"), "publicity.show", publication)


def saved(work: Work, publication: Publication, added: Sequence[Ticket]) -> Reply:
    """The confirmation: the fixed words, each number with its network, and what comes next."""
    numbers = ", ".join(
        f"{ticket.no} ({network_name(work, Network(ticket.channel))})" for ticket in added
    )
    text = _("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=numbers or publication.no)
    about_it = f"{title_of(publication)} · {format_date(publication.published_on)}"
    buttons = (show_button(publication), _button(_("แก้ไข"), "publicity.edit", publication))
    return Reply((Paragraph(f"{text}\n{about_it}", buttons),), confirms=True)


def recent(work: Work, publications: Sequence[Publication], more: Sequence[Button]) -> Reply:
    """The newest publications, to open one."""
    if not publications:
        return Reply((Paragraph(_("ยังไม่มีข่าวประชาสัมพันธ์"), tuple(more)),))
    options = tuple(show_button(each, line(work, each)) for each in publications)
    return Reply((Choice(_("📣 ข่าวประชาสัมพันธ์ล่าสุด"), options, tuple(more)),))


def posted_on(publication: Publication) -> str:
    """When it was recorded, for who logs it a second time."""
    at = publication.recorded_at
    recorded = at.astimezone(BANGKOK).date()
    return (
        format_date(recorded)
        if recorded != publication.published_on
        else format_date(publication.published_on)
    )
