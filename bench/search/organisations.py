"""Official names of organisations, made of places, companies, faculties, and what people write for
them in short.
"""

import random
from dataclasses import dataclass

from bench.search.data import toml
from bench.search.names import DrawnNames


@dataclass(frozen=True, slots=True)
class Organisation:
    """Its official name, what people write in short, its domain, its English initials, and whether
    it is one that everybody knows.
    """

    name: str
    shorts: tuple[str, ...] = ()
    domain: str = ""
    initials: str = ""
    known: bool = False


class Organisations:
    """Draws organisations; those of one place or name are drawn again now and then."""

    def __init__(self, names: DrawnNames, rng: random.Random) -> None:
        from pythainlp.corpus import provinces

        data = toml("organisations.toml")
        self._names = names
        self._rng = rng
        self._forms = data["forms"]
        self._shares = [form["share"] for form in self._forms]
        heads = data["place_heads"].split()
        tails = data["place_tails"].split()
        self._parts = {
            "place": [head + tail for head in heads for tail in tails],
            "province": sorted(map(str, provinces())),
            "number": ["1", "2", "3"],
        }
        lists = {
            "district": "districts",
            "university": "universities",
            "faculty": "faculties",
            "provincial": "provincial",
            "business": "businesses",
        }
        self._parts |= {part: data[key].split() for part, key in lists.items()}

    def draw(self) -> Organisation:
        """One of them."""
        form = self._rng.choices(self._forms, self._shares)[0]
        parts = {part: self._rng.choice(some) for part, some in self._parts.items()}
        parts["name"] = self._names.last()
        shorts = tuple(short.format(**parts) for short in form["shorts"])
        domain = _domain(form["official"], self._rng)
        return Organisation(form["official"].format(**parts), shorts, domain)


def _domain(form: str, rng: random.Random) -> str:
    """A domain as organisations of this form have one, of letters that say nothing."""
    letters = "".join(rng.choices("abcdefghiklmnoprstuw", k=rng.randrange(3, 7)))
    if "{business}" in form:
        return f"{letters}.co.th"
    if form.startswith(("โรงเรียน", "คณะ", "มหาวิทยาลัย")):
        return f"{letters}.ac.th"
    return f"{letters}.go.th"
