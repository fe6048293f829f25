"""Customers that a search found are shown as lines that say why."""

from collections.abc import Sequence

from handlers.chat import Button
from handlers.desk import Context
from handlers.labels import why_label
from handlers.tickets.cards import contact_of, found_line
from store.search.customers import Hit


def hit_line(hit: Hit) -> str:
    """Returns a hit in one line: `C81554 ผศ.ดร.กมลชนก · ชื่อตรงกัน`, with the contact who was
    found.
    """
    return f"{found_line(hit)} · {why_label(hit.why, hit.score)}"


def hit_buttons(ctx: Context, hits: Sequence[Hit]) -> tuple[Button, ...]:
    """Returns a button for each hit, which opens the customer; all of them are audited."""
    buttons = []
    for hit in hits:
        ctx.audit("customer.listed", hit.customer.code)
        buttons.append(
            Button(
                hit_line(hit),
                "customer.show",
                shown_args(hit),
            )
        )
    return tuple(buttons)


def shown_args(hit: Hit) -> dict[str, str]:
    """Returns what opens the card of a hit, with the contact who was found."""
    args: dict[str, str] = {"code": hit.customer.code}
    contact = contact_of(hit)
    if contact:
        args["contact"] = contact
    return args
