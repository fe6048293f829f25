"""What a group may hear: one line a record, in Thai, nothing that somebody typed, names and
telephones masked; each noun has the line of its own records.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from domain.customers.phones import mask_name, mask_phone
from domain.customers.records import Customer
from handlers.chat import Masked, Reply, in_one_line
from handlers.i18n import speaking

P = ParamSpec("P")


def in_thai(make: Callable[P, Masked]) -> Callable[P, Masked]:
    """A group has no language of its own: it hears the office's, whoever the reader of the message
    itself is.
    """

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Masked:
        with speaking("th"):
            return make(*args, **kwargs)

    return made


def also(make: Callable[[], Reply], lines: Sequence[Masked]) -> Callable[[], Reply]:
    """A notice that has this masked form, too, for the chat of the team of whom it cannot reach."""
    return lambda: replace(make(), masked=tuple(lines))


def masked_customer(found: Customer) -> Masked:
    """`👤 C81554 สมช••• · 08•-•••-5678`."""
    name = mask_name(found.name) if found.name else ""
    phone = found.mobile or found.phone
    number = mask_phone(phone) if phone else ""
    text = in_one_line(f"👤 {found.code} {name}".strip(), number)
    return Masked(text, "customer.show", {"code": found.code}, found.code)
