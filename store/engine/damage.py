"""Damage to what is stored, as reads and writes meet it: a file too large to be looked through says
nothing of it otherwise.
"""

from time import monotonic
from types import TracebackType
from typing import Literal

from store.engine.database import StoreUnavailable

LASTS = 40.0
"""Seconds after which what was not met again counts as mended."""
MET = "its data are damaged: stop the desk and restore a backup"


class DatabaseDamaged(StoreUnavailable):
    """What is stored is not what was written."""


class Damage:
    """When it was last met: `with` whatever may meet it."""

    def __init__(self) -> None:
        self._met_at: float | None = None

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        self.look_at(error)
        return False

    def look_at(self, error: BaseException | None) -> None:
        """Note it where this error speaks of damage."""
        if isinstance(error, DatabaseDamaged):
            self._met_at = monotonic()

    def refuse(self) -> None:
        """StoreUnavailable where it was met lately: what is written now would go with the rest."""
        if self._met_at is not None and self.lately():
            raise StoreUnavailable(MET)

    def lately(self) -> str:
        """What is wrong, "" where nothing was met lately."""
        if self._met_at is None or monotonic() - self._met_at > LASTS:
            return ""
        return MET
