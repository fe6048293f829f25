"""The fields of a post that is being composed: its text, what is done with a text that is too long,
its networks, and its time.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from domain.dates.days import BANGKOK, find_date
from domain.errors import InvalidInput
from domain.publicity.lengths import cut_to_fit
from domain.publicity.networks import Network
from domain.publicity.reading import periods_of, projects_of
from domain.text import clean, digits, shorten
from domain.tickets.records import SEPARATOR
from handlers.desk import Context
from handlers.forms import reading as fields
from handlers.forms.engine import Field, Option
from handlers.forms.projects import DATA_YEARS, PROJECTS
from handlers.i18n import _
from handlers.labels import when
from handlers.messages import sentence
from handlers.publicity.cards import check_fits, network_name, networks_of, networks_text
from handlers.publicity.fields import FURTHER_FIELDS
from store.chat.forms import Draft

NOW = "now"
NOW_WORDS = ("ทันที", "เดี๋ยวนี้", "ตอนนี้", "now")
_CLOCK = re.compile(r"(?:เวลา\s*)?(\d{1,2})[.:](\d{2})\s*(?:น\.?)?$")
CUT = "\x1fcut "
DROP = "\x1fdrop "
"""In front of a network among the options for a text that is too long; nobody types the sign."""


def text_values(ctx: Context, text: str) -> dict[str, str]:
    """Returns a text as a draft's values, with the surveys and the period that it names."""
    projects = projects_of(ctx.desk.configuration.projects, text)
    return {
        "text": text,
        "projects": SEPARATOR.join(projects),
        "data_years": periods_of(text, ctx.today),
    }


def words_for(draft: Draft, network: Network) -> str:
    """Returns the text for one network; it is cut to fit if the officer chose that."""
    text = draft.given.get("text", "")
    if network in _named(draft, "cut"):
        return cut_to_fit(network, text)
    return text


def _named(draft: Draft, field: str) -> set[str]:
    """The networks that a field of the draft names."""
    return set(filter(None, draft.given.get(field, "").split(",")))


def refusals(ctx: Context, draft: Draft) -> dict[Network, str]:
    """Returns the networks that would refuse their text, each with the reason."""
    found = {}
    for network in networks_of(draft.given):
        try:
            check_fits(ctx, network, words_for(draft, network))
        except InvalidInput as error:
            found[network] = f"⚠️ {sentence(error)}"
    return found


async def _parse_text(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    if len(text) > fields.LONG_LIMIT:
        raise InvalidInput("too_long", length=len(text), limit=fields.LONG_LIMIT)
    return {**text_values(ctx, text), "cut": ""}


async def _cut_options(ctx: Context, draft: Draft) -> list[Option]:
    """Cutting the text for each network that would refuse it; leaving the network out, where others
    remain.
    """
    names = {network: network_name(ctx, network) for network in refusals(ctx, draft)}
    options = []
    for network, name in names.items():
        label = _("ตัดให้พอดี %(network)s", network=name)
        options.append(Option(f"{CUT}{network}", label))
    if len(networks_of(draft.given)) > 1:
        for network, name in names.items():
            label = _("ไม่โพสต์ %(network)s", network=name)
            options.append(Option(f"{DROP}{network}", label))
    return options


async def _parse_cut(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """One network gets a cut text, or none; anything else is another text for all."""
    for sign, field in ((CUT, "cut"), (DROP, "networks")):
        if text.startswith(sign):
            changed = _named(draft, field) ^ {text.removeprefix(sign)}
            return {field: networks_text(changed)}
    return await _parse_text(ctx, draft, text)


async def _network_options(ctx: Context, draft: Draft) -> list[Option]:
    chosen = networks_of(draft.given)
    options = []
    for network in Network:
        if network in ctx.desk.networks.ready:
            name = network_name(ctx, network)
            label = f"✓ {name}" if network in chosen else name
            options.append(Option(network.value, label))
    return options


async def _parse_networks(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """A tap takes one or leaves it; one that is not configured is said to be so."""
    network = _network(ctx, text)
    if network not in ctx.desk.networks.ready:
        raise InvalidInput("post_not_ready", network=network_name(ctx, network))
    chosen = set(networks_of(draft.given))
    return {"networks": networks_text(chosen ^ {network})}


def _network(ctx: Context, text: str) -> Network:
    """The network that a tap or a typed word names; InvalidInput("post_network")."""
    code = text
    if text not in set(Network):
        words = ctx.desk.configuration.catalogue.channel_words
        code = words.get(text.casefold(), "")
    if code not in set(Network):
        raise InvalidInput("post_network", text=shorten(text, 40))
    return Network(code)


async def _parse_time(ctx: Context, draft: Draft, text: str) -> Mapping[str, str]:
    """At once, or a day and a time of day that lie ahead; InvalidInput("post_time"),
    ("past_time").
    """
    text = digits(clean(text))
    if text.casefold() in NOW_WORDS:
        return {"post_at": NOW}
    at = _read_time(text, ctx.today)
    if at is None:
        raise InvalidInput("post_time", text=shorten(text, 40))
    if at <= ctx.now:
        raise InvalidInput("past_time")
    return {"post_at": at.astimezone(UTC).isoformat()}


def _read_time(text: str, today: date) -> datetime | None:
    """A time of day, of today where no day stands before it; None for anything else."""
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    hour = int(clock[1])
    minute = int(clock[2])
    if hour > 23 or minute > 59:
        return None
    day = today
    before = text[: clock.start()].strip()
    if before:
        found = find_date(before, today)
        if found is None or found[1]:
            return None
        day = found[0]
    return datetime.combine(day, time(hour, minute), BANGKOK)


def is_over(ctx: Context, post_at: str) -> bool:
    """Says whether this time has passed while the post was composed."""
    return post_at != NOW and datetime.fromisoformat(post_at) <= ctx.now


def post_time_text(post_at: str) -> str:
    """Returns the time of a post as people read it."""
    if post_at == NOW:
        return _("ทันที")
    return when(datetime.fromisoformat(post_at))


async def _time_options(ctx: Context, draft: Draft) -> list[Option]:
    return [Option(NOW_WORDS[0], _("ทันที"))]


POST_FIELDS: Mapping[str, Field] = {
    "text": Field("text", "พิมพ์ข้อความที่จะโพสต์", _parse_text),
    "cut": Field(
        "cut",
        "พิมพ์ข้อความใหม่ที่สั้นลง",
        _parse_cut,
        _cut_options,
        hidden=True,
        settles=True,
    ),
    "networks": Field("networks", "", _parse_networks, _network_options),
    "post_at": Field(
        "post_at",
        "พิมพ์วันและเวลา เช่น พรุ่งนี้ 9.00",
        _parse_time,
        _time_options,
        asks=fields.moment_to_come,
        typed=True,
    ),
    "projects": PROJECTS,
    "data_years": DATA_YEARS,
    **FURTHER_FIELDS,
}
