"""How much the desk does for people whom it does not know, in chat and over HTTP: the whole budget,
in one place.

What they write is forgotten with its answer, so it takes no room at all."""

from datetime import timedelta

ANSWERS = 5
"""Answers that one account gets within WINDOW; then silence."""
ANSWERS_ALL = 300
"""Answers that all of them get together within WINDOW, and so rows that are written of them."""
WINDOW = timedelta(hours=1)
AT_ONCE = 4
"""Conversations that are handled at the same time; the others wait, and who is known does not."""
REQUESTS_EACH = 1
"""Requests for access that one account makes within DAY."""
REQUESTS_ALL = 100
"""Requests that are kept within DAY: each is a row, and none is a message of its own."""
DAY = timedelta(days=1)
NAME_LIMIT = 60
"""Characters of the names that a platform says."""
TOKEN_LENGTH = 64
"""Characters of what is pressed: a token has fewer."""

# Over HTTP nobody is known before his request is read: so these hold for all.
CONNECTIONS = 400
"""Open at once. Who has said least of what he wants for longest makes room for the next."""
REQUEST_SECONDS = 15.0
"""Until all of a request must be there, its body too."""
HEAD_BYTES = 16_384
"""Of an address and its headers, in all."""
HEADERS = 100
"""Of one request."""
BODY_BYTES = 1_000_000
"""Of one request; what platforms send stays far below."""
PASSED_OVER_BYTES = 4_000_000
"""Of a larger one that are read and dropped before it is refused."""
BODIES_BYTES = 32_000_000
"""Of all requests that are being read."""
BODY_SECONDS = 10.0
"""Until a body must be there."""
