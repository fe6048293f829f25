"""A PostgreSQL server of the benchmark's own."""

from tests.fakes.postgres import MISSING, SETTINGS, Postgresql, find_binaries

DURABLE = "-c listen_addresses= -c fsync=on -c full_page_writes=on -c synchronous_commit=on"
NOT_DURABLE = f"Not durable: PostgreSQL runs with {SETTINGS.replace('-c ', '').split(' ', 1)[1]}."
"""What a report has to say beside figures of a server without DURABLE."""


def own_server(*, durable: bool = False) -> Postgresql:
    """A server in a folder that is thrown away; SystemExit where the machine has no programs for
    it.

    `durable` = what it commits survives a power cut, as in an office; else NOT_DURABLE.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit(MISSING)
    settings = DURABLE if durable else SETTINGS
    return Postgresql(binaries, settings)
