"""Customers that a search found are shown as lines that say why."""

from collections.abc import Sequence

from handlers.chat import Button
from handlers.customers import cards as customer_cards
from handlers.desk import Context
from handlers.labels import why_label
from store.search.customers import Hit


def hit_line(hit: Hit) -> str:
    """Returns a hit in one line: `C81554 ผศ.ดร.กมลชนก · ชื่อตรงกัน`."""
    return f"{customer_cards.line(hit.customer)} · {why_label(hit.why, hit.score)}"


def hit_buttons(ctx: Context, hits: Sequence[Hit]) -> tuple[Button, ...]:
    """Returns a button for each hit, which opens the customer; all of them are audited."""
    buttons = []
    for hit in hits:
        code = hit.customer.code
        ctx.audit("customer.listed", code)
        buttons.append(
            Button(
                hit_line(hit),
                "customer.show",
                {"code": code},
            )
        )
    return tuple(buttons)
