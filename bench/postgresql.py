"""A PostgreSQL server of the benchmark's own."""

from tests.fakes.postgres import MISSING, Postgresql, find_binaries


def own_server() -> Postgresql:
    """A server in a folder that is thrown away, with fsync=off; SystemExit where the machine has no
    programs for it.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit(MISSING)
    return Postgresql(binaries)
