"""How much the desk does for people whom it does not know: the whole budget, in one place.

What they write is forgotten with its answer, so it takes no room at all."""

from datetime import timedelta

ANSWERS = 5
"""Answers that one account gets within WINDOW; then silence."""
ANSWERS_ALL = 300
"""Answers that all of them get together within WINDOW, and so rows that are written of them."""
WINDOW = timedelta(hours=1)
REQUESTS_EACH = 1
"""Requests for access that one account makes within DAY."""
REQUESTS_ALL = 100
"""Requests that are kept within DAY: each is a row, and none is a message of its own."""
DAY = timedelta(days=1)
NAME_LIMIT = 60
"""Characters of the names that a platform says."""
TOKEN_LENGTH = 64
"""Characters of what is pressed: a token has fewer."""
