"""The office's rules of posting from the desk: where a second person must agree, and what a post
costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.data import TomlTable
from domain.publicity.lengths import has_address
from domain.publicity.networks import Network

WITH_LINK = "_with_link"


@dataclass(frozen=True, slots=True)
class PostingRules:
    """`second` = the networks that want a second person's word; `prices` as people say them."""

    second: frozenset[Network] = frozenset()
    prices: Mapping[str, str] = field(default_factory=dict)

    def price(self, network: Network, text: str) -> str:
        """Returns what the network takes for a post with this text; "" where it takes nothing."""
        plain = self.prices.get(network, "")
        if not has_address(text):
            return plain
        return self.prices.get(network + WITH_LINK, plain)


def read_posting(root: TomlTable) -> PostingRules:
    """Reads the table `posting`; the DataError it raises names the key."""
    table = root.table("posting")
    table.check_keys(("second_confirmation", "price"))
    second = table.table("second_confirmation")
    price = table.table("price")
    second.check_keys(list(Network))
    price.check_keys([f"{network}{more}" for network in Network for more in ("", WITH_LINK)])
    prices = {name: price.text(name, "") for name in price.values}
    return PostingRules(
        second=frozenset(network for network in Network if second.flag(network)),
        prices={name: text for name, text in prices.items() if text},
    )
