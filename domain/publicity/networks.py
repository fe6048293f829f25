"""The networks that publicity goes out by."""

from enum import StrEnum


class Network(StrEnum):
    """A network: the code of a channel (DOMAIN.md section 4, subject 10)."""

    FACEBOOK = "facebook"
    TWITTER = "twitter"
    LINE = "line"
