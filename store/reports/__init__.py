"""Reports: the facts that they look at, beside the tickets, and the figures that come of them."""
