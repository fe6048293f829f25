"""What the driver of PostgreSQL says, in the store's errors: a wrong statement is a bug, a unique
key that is taken a conflict, and all else means later.
"""

from types import TracebackType

import asyncpg

from domain.errors import Conflict
from store.engine.damage import DatabaseDamaged
from store.engine.database import StoreUnavailable

SAYS_IT = (
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    OSError,
    EOFError,
)
"""What the driver raises. Where nobody knows what it means, it means later: shut down, crashed,
disk full, cut off, or a kind that the next version brings.
"""
TRIED_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Transactions that came between each other; the second try goes well."""
BUGS = (
    asyncpg.SyntaxOrAccessError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.FeatureNotSupportedError,
    asyncpg.CardinalityViolationError,
    asyncpg.ProgramLimitExceededError,
)
"""What speaks of the statement and not of the server: no later try would mend it."""
NO_BUGS = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.DuplicatePreparedStatementError,
)
"""Kinds of those that an operator mends, or the next try."""
MISCOUNTED = "the server expects"
"""How the driver begins where a statement has other parameters than it was given: the one wrong
statement that has no class of its own.
"""
DAMAGED = (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError)
TELLING = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Their words hold nothing that people typed."""
WRONG_ADDRESS = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ClientConfigurationError,
    asyncpg.CantChangeRuntimeParamError,
)
"""When connecting: the server knows no such user, password, database or setting, or the address
makes no sense.
"""


def means_later(error: BaseException) -> bool:
    """Whether a later try may go well."""
    if isinstance(error, NO_BUGS):
        return True
    if isinstance(error, asyncpg.InterfaceError) and str(error).startswith(MISCOUNTED):
        return False
    known = isinstance(error, (*BUGS, *TRIED_AGAIN))
    return not known and (isinstance(error, SAYS_IT) or _is_of_the_driver(error))


def _reason(error: BaseException) -> str:
    """What is logged of it: its words only where they are the server's about itself."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, TELLING) else kind


def _is_of_the_driver(error: BaseException) -> bool:
    """Whether it was raised within the driver, as where a connection ends under its hands."""
    trace = error.__traceback__
    if trace is None or not isinstance(error, Exception):
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    return str(trace.tb_frame.f_globals.get("__name__", "")).startswith("asyncpg.")


class _Translated:
    """Turns the driver's errors into the store's: `with TRANSLATED`."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        if isinstance(error, asyncpg.UniqueViolationError):
            raise Conflict("exists", detail=error.constraint_name) from error
        if means_later(error):
            kind = DatabaseDamaged if isinstance(error, DAMAGED) else StoreUnavailable
            raise kind(_reason(error)) from error


TRANSLATED = _Translated()
