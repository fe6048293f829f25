"""How long links and sessions of the browser hold, and how much a page shows. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from domain.data import TomlTable


@dataclass(frozen=True, slots=True)
class BrowserRules:
    """What the office allows in a browser. `link` = how long a link that logs in is good;
    `platform_proof` = how old what a chat app says of who opens the page may be; `session` = how
    long one is logged in; `history` = messages that the page shows when it is opened.
    """

    link: timedelta = timedelta(minutes=5)
    platform_proof: timedelta = timedelta(hours=1)
    session: timedelta = timedelta(days=7)
    history: int = 60


def read_browser_rules(root: TomlTable) -> BrowserRules:
    """The table `browser`; DataError names what to mend."""
    table = root.table("browser")
    table.check_keys(("link_minutes", "platform_proof_minutes", "session_hours", "history"))
    return BrowserRules(
        timedelta(minutes=table.count("link_minutes")),
        timedelta(minutes=table.count("platform_proof_minutes")),
        timedelta(hours=table.count("session_hours")),
        table.count("history"),
    )
