"""The verbs `import` and `export` of the command line."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bot.clock import Clock
from domain.configuration import Configuration
from store.engine.database import Database

DeskWork: TypeAlias = Callable[[Database, Configuration, Clock], Awaitable[int]]
OnDesk: TypeAlias = Callable[[DeskWork], None]
"""Runs work on the configured desk; its number is the exit code."""

TablePath = Annotated[Path, typer.Argument(help="A table, .csv or .xlsx.", metavar="FILE")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")
]
WHAT = ("customers", "tickets")


def add_verbs(app: typer.Typer, on_desk: OnDesk) -> typer.Typer:
    """Put `import customers|tickets FILE` and `export customers|tickets FILE` under the command
    line; returns what is under `export`.
    """
    incoming = typer.Typer(
        help="Bring customers or tickets in from a table; the same table twice changes nothing."
    )
    outgoing = typer.Typer(
        help="Write all customers or tickets to a table, or all mails to a file."
    )
    for what in WHAT:
        incoming.command(what)(_import_verb(what, on_desk))
        outgoing.command(what)(_export_verb(what, on_desk))
    app.add_typer(incoming, name="import")
    app.add_typer(outgoing, name="export")
    return outgoing


def _import_verb(what: str, on_desk: OnDesk) -> Callable[[Path, bool], None]:
    def verb(file: TablePath, dry_run: DryRun = False) -> None:
        # Late: every start of the desk passes here, few bring tables.
        from bot.tables.report import import_file, index_words
        from domain.tables.tables import Register

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            code = await import_file(
                db,
                office,
                Register(what),
                file,
                clock(),
                dry_run=dry_run,
            )
            if not dry_run:
                await index_words(db, clock)
            return code

        on_desk(work)

    verb.__doc__ = (
        f"Bring {what} in; exit code 0, 2 where rows were rejected, 1 where the file was refused."
    )
    return verb


def _export_verb(what: str, on_desk: OnDesk) -> Callable[[Path], None]:
    def verb(file: TablePath) -> None:
        from bot.tables.report import export_file
        from domain.tables.tables import Register

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            return await export_file(db, office, Register(what), file, clock())

        on_desk(work)

    verb.__doc__ = f"Write all {what} to FILE."
    return verb
