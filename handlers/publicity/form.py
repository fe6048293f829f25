"""The form of a publication: what was publicised, for which survey, on which networks, with which
links.

Its data hold all of it, for a new one and for a correction (`publication`, `version`), one link a
network in `link_facebook` and so on."""

import re
from collections.abc import Mapping
from datetime import date

from domain.dates.days import find_date, format_date
from domain.errors import InvalidInput
from domain.publicity.publications import Publication
from domain.publicity.reading import (
    Network,
    PostLink,
    PostLinkKind,
    find_links,
    periods_of,
    projects_of,
    without_links,
)
from domain.text import clean, shorten
from domain.text import words as dictionary
from domain.tickets.records import SEPARATOR
from handlers.chat import Button, Card, Reply
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms import reading as fields
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    advance,
    enter_form,
    form_button,
    new_draft,
    own_draft,
    with_values,
)
from handlers.i18n import _
from handlers.labels import field_label
from handlers.messages import sentence
from handlers.projects.fields import DATA_YEARS, PROJECTS, unsettled_text
from handlers.publicity.cards import about, network_name, networks_of, present
from handlers.publicity.saving import correct, save_new
from handlers.registry import action
from store.chat.forms import Dialog, Draft

_ADDRESS = re.compile(r"https?://\S+")


def link_values(links: list[PostLink]) -> dict[str, str]:
    """The draft's values for these posts; InvalidInput("post_link_page") where a link is a whole
    page.
    """
    if any(link.kind is PostLinkKind.PAGE for link in links):
        raise InvalidInput("post_link_page")
    return {f"link_{link.network}": link.url for link in links}


def read_news(ctx: Context, text: str) -> dict[str, str]:
    """Everything that one line, or a post that was pasted or forwarded, says (DOMAIN.md section
    9).
    """
    links = find_links(text)
    values = link_values(links)
    words = without_links(text)
    networks = {link.network for link in links}
    words, named = _leading_networks(ctx, words)
    words, on = _date_of(ctx, words)
    words, last = _ending_networks(ctx, words)
    named |= last
    return {
        **values,
        **({"published_on": on.isoformat()} if on else {}),
        "networks": ",".join(network for network in Network if network in networks | named),
        **_text_values(ctx, words),
    }


def _text_values(ctx: Context, words: str) -> dict[str, str]:
    projects = projects_of(ctx.desk.configuration.projects, words)
    years = periods_of(words, ctx.today)
    return {"text": words, "projects": SEPARATOR.join(projects), "data_years": years}


def _leading_networks(ctx: Context, words: str) -> tuple[str, set[Network]]:
    """The networks named by the first words, and the rest: `เฟซ ไลน์ ผลสำรวจ…`."""
    named: set[Network] = set()
    while words:
        first, _blank, rest = words.partition(" ")
        network = _network(ctx, first.strip(",+"))
        if network is None:
            break
        named.add(network)
        words = rest.strip()
    return words, named


def _ending_networks(ctx: Context, words: str) -> tuple[str, set[Network]]:
    """The networks that end a single line, and the line; without them, unless a word before leads
    up to them.
    """
    named: set[Network] = set()
    rest = words
    while "\n" not in rest and (split := rest.rsplit(maxsplit=1))[1:]:
        network = _network(ctx, split[1].strip(",+"))
        if network is None:
            break
        named.add(network)
        rest = split[0].rstrip(" ,+")
    return (words if rest.endswith(dictionary("publicity").texts("leads_up")) else rest), named


def _network(ctx: Context, word: str) -> Network | None:
    if word.casefold() == "x":
        return Network.TWITTER
    code = ctx.desk.configuration.catalogue.channel_words.get(word.casefold(), "")
    return Network(code) if code in set(Network) else None


def _date_of(ctx: Context, words: str) -> tuple[str, date | None]:
    """The day of the post, where a date begins or ends a line, and the words without it."""
    for line in words.splitlines():
        for match in re.finditer(r"\S+", line):
            found = find_date(clean(line[match.start() :]), ctx.today)
            if found and (not found[1] or match.start() == 0):
                left = f"{line[: match.start()].strip()} {found[1]}".strip()
                return words.replace(line, left, 1).strip(), found[0]
    return words, None


async def _parse_text(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A pasted post may bring its link, day and survey along; what was said before stays."""
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    values = read_news(ctx, text)
    there = networks_of(draft.given)
    values["networks"] = ",".join(
        n for n in Network if n in there or n.value in values["networks"].split(",")
    )
    kept = ("projects", "data_years", "text")
    return {name: value for name, value in values.items() if value or name not in kept}


async def _parse_links(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    links = find_links(text)
    if not links:
        raise InvalidInput("post_link")
    values = link_values(links)
    networks = {*networks_of(draft.given), *(link.network for link in links)}
    return {**values, "networks": ",".join(network for network in Network if network in networks)}


async def _parse_networks(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A tap takes one or leaves it; typed words name all of them."""
    there = set(networks_of(draft.given))
    if text in set(Network):
        there ^= {Network(text)}
    else:
        rest, there = _leading_networks(ctx, text.replace(",", " "))
        if rest:
            raise InvalidInput("post_network", text=shorten(rest, 40))
    gone = {f"link_{network}": "" for network in Network if network not in there}
    return {"networks": ",".join(network for network in Network if network in there), **gone}


async def _network_options(ctx: Context, draft: Draft) -> list[Option]:
    there = networks_of(draft.given)
    names = [(network, network_name(ctx, network)) for network in Network]
    return [
        Option(network.value, f"✓ {name}" if network in there else name) for network, name in names
    ]


class PublicityForm(Form):
    """What is logged."""

    kind = "publicity"
    fields: Mapping[str, Field] = {
        "text": Field("text", "พิมพ์หรือส่งต่อข่าวที่เผยแพร่ พร้อมลิงก์โพสต์", _parse_text),
        "networks": Field("networks", "", _parse_networks, _network_options),
        "projects": PROJECTS,
        "data_years": DATA_YEARS,
        "links": Field("links", "วางลิงก์โพสต์ (หลายเครือข่ายวางรวมกันได้)", _parse_links),
        "published_on": fields.past_date_field("published_on", "พิมพ์วันที่เผยแพร่ เช่น 20 พ.ย. 69"),
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        data = draft.given
        lacking = [] if data.get("text") or data.get("projects") else ["text"]
        if not networks_of(data):
            lacking.append("networks")
        if data["published_on"] > ctx.today.isoformat():
            lacking.append("published_on")
        return [*lacking, *(["projects"] if draft.query("projects") else [])]

    async def show(self, ctx: Context, draft: Draft) -> Card:
        data = draft.given
        names = ", ".join(network_name(ctx, network) for network in networks_of(data))
        on = (
            format_date(date.fromisoformat(data["published_on"]))
            if data.get("published_on")
            else ""
        )
        surveys = about(data.get("projects", "").split(SEPARATOR), data.get("data_years", ""))
        head = (
            _("แก้ไข %(no)s", no=draft.about["publication"])
            if draft.about.get("publication")
            else _("ประชาสัมพันธ์")
        )
        title = " · ".join(filter(None, (f"📣 {head}", names, on, surveys)))
        lines = [
            ("text", shorten(data.get("text", ""), 300)),
            ("projects", unsettled_text(draft.query("projects"))),
        ]
        count = await draft_files.waiting_with(ctx, draft)
        lines.append(("files", str(count) if count else ""))
        lines += [
            (f"link_{network}", data.get(f"link_{network}", "")) for network in networks_of(data)
        ]
        shown = tuple((field_label(name), value) for name, value in lines if value)
        return Card(title, shown, "\n".join(self._notes(ctx, draft)), self._buttons(ctx, draft))

    def _notes(self, ctx: Context, draft: Draft) -> list[str]:
        data = draft.given
        notes = []
        if data["published_on"] > ctx.today.isoformat():
            notes.append(f"⚠️ {sentence(InvalidInput('future_date'))}")
        links = [
            link for network in Network for link in find_links(data.get(f"link_{network}", ""))
        ]
        if any(link.kind is PostLinkKind.GROUP for link in links):
            notes.append(_("⚠️ โพสต์อยู่ในกลุ่ม คนนอกกลุ่มอาจเปิดไม่ได้"))
        if _ADDRESS.fullmatch(data.get("text", "")):
            notes.append(f"⚠️ {sentence(InvalidInput('post_link'))}")
        elif data.get("text") and not data.get("projects") and not draft.query("projects"):
            notes.append(_("ยังไม่ได้ระบุโครงการ"))
        return notes

    def _buttons(self, ctx: Context, draft: Draft) -> tuple[Button, ...]:
        """A network more with one tap; everything else behind one button."""
        there = networks_of(draft.given)
        more = [
            form_button(
                _("เพิ่ม %(network)s", network=network_name(ctx, network)),
                "publicity.add",
                draft,
                to=network,
            )
            for network in (Network.LINE, Network.TWITTER, Network.FACEBOOK)
            if network not in there
        ]
        return (*more, form_button(_("แก้ไข"), "form.more", draft))

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        data = draft.given
        if name == "links":
            return "\n".join(filter(None, (data.get(f"link_{network}", "") for network in Network)))
        if name == "published_on":
            return format_date(date.fromisoformat(data[name])) if data.get(name) else ""
        return present(ctx, data, name)

    def save_label(self, draft: Draft) -> str:
        count = len(networks_of(draft.given))
        return _("บันทึก %(count)s ช่องทาง", count=count) if count > 1 else _("บันทึก")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.about.get("publication"):
            return await correct(ctx, draft)
        return await save_new(ctx, draft)


enter_form(PublicityForm())


def new_publicity(ctx: Context, values: Mapping[str, str]) -> Draft:
    """A draft of a new publication, of today unless it says otherwise; shown once before it is
    saved.
    """
    begun = {"published_on": ctx.today.isoformat()}
    draft = new_draft(ctx, "publicity", begun, dialog=Dialog(look=True))
    return with_values(draft, {name: value for name, value in values.items() if value})


def edit_publicity(ctx: Context, publication: Publication) -> Draft:
    """A draft that holds all of a publication, to be corrected."""
    news, live = publication.news, publication.out
    data = {
        "text": news.text,
        "projects": SEPARATOR.join(news.projects),
        "data_years": news.data_years,
        "published_on": publication.published_on.isoformat(),
        "networks": ",".join(post.network for post in live),
        **{f"link_{post.network}": post.link for post in live},
    }
    about = {"publication": publication.no, "version": str(publication.version)}
    return new_draft(ctx, "publicity", data, about=about, dialog=Dialog(look=True))


@action("publicity.add", in_place=True)
async def add_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """The same news went out by one network more."""
    draft = await own_draft(ctx, args)
    there = {*networks_of(draft.given), Network(args["to"])}
    return await advance(
        ctx, with_values(draft, {"networks": ",".join(n for n in Network if n in there)})
    )
