"""What says of a database that a desk is being moved into it, and how far that came."""

from store.engine.migrate import HALF_MOVED

MARK = HALF_MOVED
"""The table that is there until all others are filled: nobody serves such a database."""
MAKE = f"CREATE TABLE {MARK} (name TEXT PRIMARY KEY, filled BIGINT, said TEXT)"
DROP = f"DROP TABLE {MARK}"
EMPTY = f"DELETE FROM {MARK}"
"""All is there, and something is still to be done before it is a desk."""
FILLED = f"SELECT name, filled FROM {MARK} WHERE filled IS NOT NULL"
SAID = f"SELECT name, said FROM {MARK} WHERE said IS NOT NULL"
