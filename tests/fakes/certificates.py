"""The certificates that the machine trusts, read once a process: it takes 30 ms, and every client
of every test would read them anew.
"""

import ssl
from functools import cache


def read_once() -> None:
    """From now on whoever asks for the same context gets the same one: nobody changes it."""
    ssl.create_default_context = cache(ssl.create_default_context)
