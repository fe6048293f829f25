"""Publications are shown here: as a line in a list, as a card with the post on each network, and
after they were saved.
"""

from collections.abc import Collection, Mapping, Sequence

from domain.dates.days import BANGKOK
from domain.errors import InvalidInput
from domain.publicity.fields import publicity_texts
from domain.publicity.lengths import check_length
from domain.publicity.networks import Network
from domain.publicity.publications import (
    UNDER_WAY,
    WENT_OUT,
    Post,
    PostState,
    Publication,
)
from domain.publicity.reading import News
from domain.text import shorten
from domain.tickets.records import SEPARATOR, Ticket
from handlers.chat import Button, Card, CardLine, Choice, Paragraph, Reply, say
from handlers.desk import Work
from handlers.forms.projects import projects_text, years_text
from handlers.i18n import _, date_text, language
from handlers.labels import fact, field_label, value_label, when
from handlers.publicity.fields import SHOWN, further_lines, present_plain
from store import staff

UNSEEN = (Network.LINE, Network.TWITTER)
"""Networks where the desk cannot always look for itself whether a post went out."""
TAKEN_BACK = {PostState.REMOVED, PostState.MISTAKE}


def network_name(work: Work, network: Network) -> str:
    """Returns the name of a network as the catalogue calls its channel: Facebook, twitter or
    Line.
    """
    return work.desk.configuration.catalogue.channel_name(network.value, language())


def check_fits(work: Work, network: Network, text: str) -> None:
    """Raises InvalidInput("post_long") if the network would refuse the text; the error names the
    network as people call it.
    """
    try:
        check_length(network, text)
    except InvalidInput as error:
        named = {**error.params, "network": network_name(work, network)}
        raise InvalidInput(error.code, **named) from None


def about_news(news: News) -> str:
    """Returns the surveys that a piece of news is about, with their period."""
    return about(news.projects, news.data_years)


def about(projects: Sequence[str], data_years: str) -> str:
    """Returns these surveys with their period, as a card shows them."""
    listed = projects_text(SEPARATOR.join(projects), data_years)
    return " ".join(filter(None, (listed, years_text(data_years))))


def networks_of(data: Mapping[str, str]) -> list[Network]:
    """Returns the networks that a form's values name, in their fixed order."""
    chosen = data.get("networks", "").split(",")
    return [network for network in Network if network.value in chosen]


def networks_text(networks: Collection[str]) -> str:
    """Returns these networks as a form's value; `networks_of` reads it again."""
    return ",".join(network for network in Network if network in networks)


def present(work: Work, data: Mapping[str, str], name: str) -> str:
    """Returns a field of a publicity form as people read it."""
    if name == "networks":
        return ", ".join(network_name(work, network) for network in networks_of(data))
    if name == "projects":
        return about(data.get("projects", "").split(SEPARATOR), "")
    if name == "data_years":
        return about((), data.get("data_years", ""))
    return present_plain(work, name, data.get(name, ""))


def title_of(publication: Publication) -> str:
    """Returns one line that says what the publication is about."""
    return about_news(publication.news) or publication.news.headline


def line(work: Work, publication: Publication) -> str:
    """Returns a line for a list: `P12 · 20 พ.ย. 69 · Facebook, Line · สำรวจภาวะการทำงานของประชากร
    ต.ค. 69`.
    """
    names = [network_name(work, post.network) for post in _live(publication)]
    parts = (
        publication.no,
        date_text(publication.published_on),
        ", ".join(names),
        shorten(title_of(publication), 60),
    )
    return " · ".join(filter(None, parts))


def _live(publication: Publication) -> list[Post]:
    """Its posts but those that were logged by mistake."""
    return [post for post in publication.posts.values() if post.state is not PostState.MISTAKE]


def reach_text(network: str, delivered: int | None, opened: int | None) -> str:
    """Returns how many people a post reached: `ส่งถึง 320 · เปิดอ่าน 82`. The text is empty if the
    network has not said; `network` is "" if several networks are summed.
    """
    parts = []
    if delivered is not None:
        parts.append(_("ส่งถึง %(count)s", count=f"{delivered:,}"))
    # LINE counts people who opened the message; the others only whom they showed the post.
    if opened is not None and network == Network.LINE:
        parts.append(_("เปิดอ่าน %(count)s", count=f"{opened:,}"))
    elif opened is not None:
        parts.append(_("มีผู้เห็น %(count)s", count=f"{opened:,}"))
    return " · ".join(parts)


def post_text(post: Post) -> str:
    """Returns the ticket, state, time, link, reach and error of a post in one line."""
    posted = ""
    if post.posted_at and post.state in WENT_OUT:
        posted = when(post.posted_at)
    parts = (
        post.ticket_no,
        _state_text(post),
        posted,
        post.link,
        reach_text(post.network, post.delivered, post.opened),
        _error_text(post.error),
    )
    return " · ".join(filter(None, parts))


def _state_text(post: Post) -> str:
    """The state with its time; "" for a post that is out, which its link says."""
    if post.state is PostState.POSTED:
        return ""
    if post.joined_to:
        return _("โพสต์เดียวกับ %(no)s", no=post.joined_to)
    state = value_label(f"state_{post.network}", post.state)
    if post.state in (PostState.PROPOSED, PostState.WAITING) and post.post_at is not None:
        return f"{state} {when(post.post_at)}"
    return state


def _error_text(error: str) -> str:
    """What an error means; one that has no sentence is named as the network names it."""
    text = value_label("post_error", error)
    if error and text == error:
        return _("เครือข่ายปฏิเสธ (%(error)s)", error=error)
    return text


async def card(work: Work, publication: Publication) -> Card:
    """Returns the card of a publication, with buttons for everything that can be done now."""
    news = publication.news
    fields = [
        (field_label("projects"), about_news(news)),
        (field_label("published_on"), date_text(publication.published_on)),
    ]
    for post in publication.posts.values():
        fields.append((network_name(work, post.network), post_text(post)))
    fields += further_lines(work, publicity_texts(publication))
    fields += await _people(work, publication)
    shown: list[CardLine] = [(label, value) for label, value in fields if value]
    if news.text:
        shown.insert(0, fact("text", shorten(news.text, SHOWN)))
    title = f"📣 {publication.no} · {title_of(publication)}"
    buttons = (*_changes(publication), *_tickets(publication))
    return Card(title, tuple(shown), "", buttons)


async def _people(work: Work, publication: Publication) -> list[tuple[str, str]]:
    """Who recorded it, and on whose word it goes out, where that is somebody else."""
    recorded_by = _("บันทึกโดย")
    if publication.recorded_by is None:
        return [(recorded_by, _("ระบบ (จากหน้าเพจ)"))]
    names = await staff.staff_names(work.db)
    people = [(recorded_by, names.get(publication.recorded_by, ""))]
    if publication.released_by not in (None, publication.recorded_by):
        people.append((_("ให้โพสต์โดย"), names.get(publication.released_by, "")))
    return people


def _changes(publication: Publication) -> list[Button]:
    """What can be done to it, in the order of the buttons."""
    posts = list(publication.posts.values())
    states = {post.state for post in posts if not post.joined_to}
    doubtful = any(post.is_doubtful and post.network in UNSEEN for post in posts)
    buttons = [_first_button(publication)]
    if PostState.PROPOSED in states:
        buttons += decide_buttons(publication)
    # A button whose condition does not hold is left out.
    offers = [
        (bool(publication.picture), _("ดูรูป"), "publicity.picture", False),
        (bool(states & set(UNDER_WAY)), _("ยกเลิกการโพสต์"), "post.cancel", True),
        (PostState.FAILED in states, _("ลองโพสต์ใหม่"), "post.retry", True),
        (doubtful, _("ไม่ได้ออก โพสต์ใหม่"), "post.fresh", True),
        (bool(publication.out), _("ลบ…"), "publicity.remove", False),
        (bool(states & TAKEN_BACK), _("เลิกลบ"), "publicity.restore", True),
        (True, _("ประวัติการแก้ไข"), "publicity.history", False),
    ]
    for offered, label, action, once in offers:
        if offered:
            buttons.append(
                _button(
                    label,
                    action,
                    publication,
                    once=once,
                )
            )
    for post in posts:
        if post.joined_to:
            buttons.append(separate_button(publication, post.network))
    return buttons


def separate_button(publication: Publication, network: Network) -> Button:
    """Returns the button [แยก], which counts a post by itself that was joined with another."""
    args = {"no": publication.no, "network": network.value}
    return Button(_("แยก"), "publicity.separate", args)


def _first_button(publication: Publication) -> Button:
    """[แก้ไข], or the way to write anew what did not go out at all."""
    if _is_cancelled(publication):
        return again_button(publication)
    return _button(_("แก้ไข"), "publicity.edit", publication)


def _is_cancelled(publication: Publication) -> bool:
    """Whether no post of it went out or will."""
    return {post.state for post in publication.posts.values()} == {PostState.CANCELLED}


def decide_buttons(publication: Publication) -> tuple[Button, ...]:
    """Returns the buttons [อนุมัติให้โพสต์] and [ส่งกลับแก้ไข] for the publication as it was
    shown.
    """
    approve = _button(
        _("อนุมัติให้โพสต์"),
        "post.approve",
        publication,
        once=True,
    )
    return (approve, _button(_("ส่งกลับแก้ไข"), "post.return", publication))


def again_button(publication: Publication) -> Button:
    """Returns the button [แก้แล้วส่งใหม่], which begins a new post with the same text and
    picture.
    """
    return _button(_("แก้แล้วส่งใหม่"), "post.again", publication)


def told_buttons(publication: Publication) -> tuple[Button, ...]:
    """Returns the buttons below a message that tells what became of a publication."""
    show = show_button(publication)
    if _is_cancelled(publication):
        return (again_button(publication), show)
    return (show,)


def _tickets(publication: Publication) -> list[Button]:
    return [
        Button(post.ticket_no, "ticket.show", {"no": post.ticket_no})
        for post in publication.posts.values()
        if post.ticket_no
    ]


def _button(
    label: str, action: str, publication: Publication, *, once: bool = False, **args: str
) -> Button:
    """A button about this publication, as it was shown."""
    return Button(
        label,
        action,
        {"no": publication.no, **args},
        publication.no,
        publication.version,
        once,
    )


def show_button(publication: Publication, label: str = "") -> Button:
    """Returns the button that opens the publication; its label is [ดูข่าวนี้] unless another one is
    given.
    """
    return _button(label or _("ดูข่าวนี้"), "publicity.show", publication)


def saved(work: Work, publication: Publication, added: Sequence[Ticket]) -> Reply:
    """Returns the confirmation: the fixed words, each ticket with its network, and what can be done
    next.
    """
    numbers = []
    for ticket in added:
        name = network_name(work, Network(ticket.channel))
        numbers.append(f"{ticket.no} ({name})")
    text = _("✅ บันทึกข้อมูลเรียบร้อย %(no)s", no=", ".join(numbers) or publication.no)
    what = f"{title_of(publication)} · {date_text(publication.published_on)}"
    buttons = (
        show_button(publication),
        _button(_("แก้ไข"), "publicity.edit", publication),
    )
    return Reply((Paragraph(f"{text}\n{what}", buttons),), confirms=True)


def recent(work: Work, publications: Sequence[Publication], more: Sequence[Button]) -> Reply:
    """Returns the list of the newest publications; `more` are the buttons below it."""
    if not publications:
        return say(_("ยังไม่มีข่าวประชาสัมพันธ์"), *more)
    options = tuple(show_button(each, line(work, each)) for each in publications)
    question = _("📣 ข่าวประชาสัมพันธ์ล่าสุด")
    return Reply((Choice(question, options, tuple(more)),))


def posted_on(publication: Publication) -> str:
    """Returns the day on which the publication was recorded, for an officer who logs it a second
    time.
    """
    return date_text(publication.recorded_at.astimezone(BANGKOK).date())
