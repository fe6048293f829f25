"""The form of a publication: what was publicised, for which survey, on which networks, with which
links.

Its data hold all of it, for a new one and for a correction (`publication`, `version`), one link a
network in `link_facebook` and so on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache

from domain.dates.days import date_at
from domain.errors import InvalidInput
from domain.one_line.past import past_at
from domain.patterns import one_of, skip
from domain.publicity.fields import publicity_texts
from domain.publicity.links import PostLink, PostLinkKind, find_links, without_links
from domain.publicity.networks import Network
from domain.publicity.publications import Publication
from domain.publicity.reading import periods_of, projects_of
from domain.text import digits, shorten
from domain.text import words as dictionary
from domain.tickets.records import SEPARATOR
from handlers.chat import Button, Card, Reply
from handlers.desk import Context
from handlers.forms import draft_files
from handlers.forms import reading as fields
from handlers.forms.drafts import new_draft, with_values
from handlers.forms.engine import (
    Field,
    Form,
    Option,
    advance,
    enter_form,
    form_button,
    own_draft,
)
from handlers.forms.projects import DATA_YEARS, PROJECTS, unsettled_text
from handlers.i18n import _, date_text
from handlers.labels import field_label
from handlers.messages import sentence
from handlers.publicity.cards import (
    about,
    network_name,
    networks_of,
    networks_text,
    present,
)
from handlers.publicity.fields import FURTHER_FIELDS, PUBLISHED_ON, further_lines
from handlers.publicity.saving import correct, save_new
from handlers.registry import action
from store.chat.forms import Dialog, Draft

_ADDRESS = re.compile(r"https?://\S+")


LAST_PART = 40
"""Characters at a line's end among which a date may begin that ends it."""
_WORD = re.compile(r"\S+")


def link_values(links: Sequence[PostLink]) -> dict[str, str]:
    """Returns a draft's values for these links; raises InvalidInput("post_link_page") if one of
    them leads to a whole page.
    """
    if any(link.kind is PostLinkKind.PAGE for link in links):
        raise InvalidInput("post_link_page")
    return {f"link_{link.network}": link.url for link in links}


def read_news(ctx: Context, text: str) -> dict[str, str]:
    """Reads everything that one line, or a pasted or forwarded post, says (DOMAIN.md section 9);
    returns it as a draft's values.
    """
    links = find_links(text)
    values = link_values(links)
    words, first = _leading_networks(ctx, without_links(text))
    words, on = _date_of(ctx, words)
    # A day may stand before the networks, too.
    words, behind = _leading_networks(ctx, words)
    words, last = _ending_networks(ctx, words)
    if on:
        values["published_on"] = on.isoformat()
    linked = {link.network for link in links}
    values["networks"] = networks_text(linked | first | behind | last)
    return values | text_values(ctx, words)


def text_values(ctx: Context, words: str) -> dict[str, str]:
    """Returns what the words of a news tell without their links: themselves, surveys, periods."""
    projects = projects_of(ctx.desk.configuration.projects, words)
    return {
        "text": words,
        "projects": SEPARATOR.join(projects),
        "data_years": periods_of(words, ctx.today),
    }


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
    while "\n" not in rest:
        parts = rest.rsplit(maxsplit=1)
        if len(parts) < 2:
            break
        before, last = parts
        network = _network(ctx, last.strip(",+"))
        if network is None:
            break
        named.add(network)
        rest = before.rstrip(" ,+")
    # "through Facebook" ends with the name as a part of the sentence.
    if rest.endswith(dictionary("publicity").texts("leads_up")):
        return words, named
    return rest, named


def _network(ctx: Context, word: str) -> Network | None:
    """The network that people call so."""
    folded = word.casefold()
    if folded == "x":
        return Network.TWITTER
    code = ctx.desk.configuration.catalogue.channel_words.get(folded, "")
    return Network(code) if code in set(Network) else None


def _date_of(ctx: Context, words: str) -> tuple[str, date | None]:
    """The day of the post, where a date begins or ends a line, and the words without it."""
    for line in words.splitlines():
        plain = digits(line)
        for start in _starts(plain):
            found = _day_at(plain, start, ctx.today)
            if found is None:
                continue
            on, end = found
            behind = line[end:].strip()
            if behind and plain[:start].strip():
                continue
            left = f"{line[:start].strip()} {behind}".strip()
            return words.replace(line, left, 1).strip(), on
    return words, None


def _day_at(plain: str, start: int, today: date) -> tuple[date, int] | None:
    """The day whose words begin here, as a date or as people tell of it, and where they end."""
    dated = date_at(plain, skip(_before_date(), plain, start), today)
    if dated is not None and dated.on is not None:
        return dated.on, dated.end
    past = past_at(plain, start, today)
    if past is None or not past.sure or past.at is not None:
        return None
    return past.on, past.end


def _starts(line: str) -> list[int]:
    """Where a date may begin that begins a line or ends it."""
    first = len(line) - len(line.lstrip())
    last = max(first, len(line) - LAST_PART)
    starts = [first]
    for match in _WORD.finditer(line, last):
        if match.start() > first:
            starts.append(match.start())
    return starts


@cache
def _before_date() -> re.Pattern[str]:
    """Matches what may stand before a date: on, dated."""
    return re.compile(rf"{one_of(dictionary('answers').texts('before_dates'))}\s*+")


async def _parse_text(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A pasted post may bring its link, day and survey along; what was said before stays."""
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    values = read_news(ctx, text)
    values["networks"] = networks_text({*networks_of(draft.given), *networks_of(values)})
    # A text replaces the survey, too; nothing else is taken away by what it does not say.
    replaced = ("projects", "data_years", "text")
    return {name: value for name, value in values.items() if value or name not in replaced}


async def _parse_links(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    links = find_links(text)
    if not links:
        raise InvalidInput("post_link")
    values = link_values(links)
    linked = {link.network for link in links}
    values["networks"] = networks_text({*networks_of(draft.given), *linked})
    return values


async def _parse_networks(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A tap takes one or leaves it; typed words name all of them."""
    chosen = set(networks_of(draft.given))
    if text in set(Network):
        chosen ^= {Network(text)}
    else:
        rest, chosen = _leading_networks(ctx, text.replace(",", " "))
        if rest:
            raise InvalidInput("post_network", text=shorten(rest, 40))
    values = {f"link_{network}": "" for network in Network if network not in chosen}
    return {"networks": networks_text(chosen), **values}


async def _network_options(ctx: Context, draft: Draft) -> list[Option]:
    chosen = networks_of(draft.given)
    options = []
    for network in Network:
        name = network_name(ctx, network)
        label = f"✓ {name}" if network in chosen else name
        options.append(Option(network.value, label))
    return options


class PublicityForm(Form):
    """The form of a publication that is logged."""

    kind = "publicity"
    fields: Mapping[str, Field] = {
        "text": Field("text", "พิมพ์หรือส่งต่อข่าวที่เผยแพร่ พร้อมลิงก์โพสต์", _parse_text),
        "networks": Field("networks", "", _parse_networks, _network_options),
        "projects": PROJECTS,
        "data_years": DATA_YEARS,
        "links": Field("links", "วางลิงก์โพสต์ (หลายเครือข่ายวางรวมกันได้)", _parse_links),
        "published_on": PUBLISHED_ON,
        **FURTHER_FIELDS,
    }

    async def missing(self, ctx: Context, draft: Draft) -> list[str]:
        data = draft.given
        lacking = []
        if not data.get("text") and not data.get("projects"):
            lacking.append("text")
        if not networks_of(data):
            lacking.append("networks")
        if _is_ahead(ctx, data):
            lacking.append("published_on")
        if draft.query("projects"):
            lacking.append("projects")
        return lacking

    async def show(self, ctx: Context, draft: Draft) -> Card:
        data = draft.given
        count = await draft_files.waiting_with(ctx, draft)
        lines = [
            ("text", shorten(data.get("text", ""), 300)),
            ("projects", unsettled_text(draft.query("projects"))),
            ("files", str(count or "")),
            *((name, data.get(name, "")) for name in map(_link_name, networks_of(data))),
        ]
        shown = [(field_label(name), value) for name, value in lines if value]
        shown += further_lines(ctx, data)
        notes = "\n".join(self._notes(ctx, draft))
        return Card(
            self._title(ctx, draft),
            tuple(shown),
            notes,
            self._buttons(ctx, draft),
        )

    def _title(self, ctx: Context, draft: Draft) -> str:
        """What is logged, on which networks, when, about which survey."""
        data = draft.given
        head = _("ประชาสัมพันธ์")
        if draft.about.get("publication"):
            head = _("แก้ไข %(no)s", no=draft.about["publication"])
        names = [network_name(ctx, network) for network in networks_of(data)]
        projects = data.get("projects", "").split(SEPARATOR)
        parts = (
            f"📣 {head}",
            ", ".join(names),
            _day_text(data),
            about(projects, data.get("data_years", "")),
        )
        return " · ".join(filter(None, parts))

    def _notes(self, ctx: Context, draft: Draft) -> list[str]:
        data = draft.given
        notes = []
        if _is_ahead(ctx, data):
            notes.append(f"⚠️ {sentence(InvalidInput('future_date'))}")
        if any(link.kind is PostLinkKind.GROUP for link in _links_in(data)):
            notes.append(_("⚠️ โพสต์อยู่ในกลุ่ม คนนอกกลุ่มอาจเปิดไม่ได้"))
        if _ADDRESS.fullmatch(data.get("text", "")):
            notes.append(f"⚠️ {sentence(InvalidInput('post_link'))}")
        elif data.get("text") and not data.get("projects") and not draft.query("projects"):
            notes.append(_("ยังไม่ได้ระบุโครงการ"))
        return notes

    def _buttons(self, ctx: Context, draft: Draft) -> tuple[Button, ...]:
        """A network more with one tap; everything else behind one button."""
        chosen = networks_of(draft.given)
        buttons = []
        for network in (Network.LINE, Network.TWITTER, Network.FACEBOOK):
            if network not in chosen:
                label = _("เพิ่ม %(network)s", network=network_name(ctx, network))
                buttons.append(
                    form_button(
                        label,
                        "publicity.add",
                        draft,
                        to=network,
                    )
                )
        buttons.append(form_button(_("แก้ไข"), "form.more", draft))
        return tuple(buttons)

    async def present(self, ctx: Context, draft: Draft, name: str) -> str:
        data = draft.given
        if name == "links":
            links = (data.get(_link_name(network), "") for network in Network)
            return "\n".join(filter(None, links))
        return present(ctx, data, name)

    def save_label(self, draft: Draft) -> str:
        count = len(networks_of(draft.given))
        if count > 1:
            return _("บันทึก %(count)s ช่องทาง", count=count)
        return _("บันทึก")

    async def save(self, ctx: Context, draft: Draft) -> Reply:
        if draft.about.get("publication"):
            return await correct(ctx, draft)
        return await save_new(ctx, draft)


def _link_name(network: Network) -> str:
    """The field of a draft that holds the link on this network."""
    return f"link_{network}"


def _links_in(data: Mapping[str, str]) -> Iterator[PostLink]:
    """The posts to which a draft links."""
    for network in Network:
        yield from find_links(data.get(_link_name(network), ""))


def _is_ahead(ctx: Context, data: Mapping[str, str]) -> bool:
    """Whether the day of the post has not come yet."""
    return data["published_on"] > ctx.today.isoformat()


def _day_text(data: Mapping[str, str]) -> str:
    """The day of the post as people read it, "" where it is not known."""
    on = data.get("published_on")
    return date_text(date.fromisoformat(on)) if on else ""


enter_form(PublicityForm())


def new_publicity(ctx: Context, values: Mapping[str, str]) -> Draft:
    """Returns a draft of a new publication. Its day is today unless a value says otherwise; its
    card is shown once before it is saved.
    """
    begun = {"published_on": ctx.today.isoformat()}
    draft = new_draft(ctx, "publicity", begun, dialog=Dialog(look=True))
    given = {name: value for name, value in values.items() if value}
    return with_values(draft, given)


def edit_publicity(ctx: Context, publication: Publication) -> Draft:
    """Returns a draft that holds a whole publication, to be corrected."""
    networks = ",".join(post.network for post in publication.out)
    data = {**publicity_texts(publication), "networks": networks}
    for post in publication.out:
        data[_link_name(post.network)] = post.link
    about = {"publication": publication.no, "version": str(publication.version)}
    return new_draft(
        ctx,
        "publicity",
        data,
        about=about,
        dialog=Dialog(look=True),
    )


@action("publicity.add", in_place=True)
async def add_pressed(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Adds one more network to the publication that is being logged."""
    draft = await own_draft(ctx, args)
    networks = {*networks_of(draft.given), Network(args["to"])}
    return await advance(ctx, with_values(draft, {"networks": networks_text(networks)}))
