"""The verbs of mail on the command line: `export mails`, `mail take`, `mail retry`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bot.clock import Clock
from bot.mail.settings import MailSettings
from bot.tables.command import OnDesk
from domain.configuration import Configuration
from store.engine.database import Database

MailPlace: TypeAlias = Callable[[], tuple[MailSettings, Path]]
"""What is set for mail, and the data folder."""
ExportPath = Annotated[Path, typer.Argument(help="One JSON object a line.", metavar="FILE")]
RawFolder = Annotated[
    Path | None,
    typer.Option(
        "--raw", help="Write the bytes of each mail to this folder as well.", metavar="FOLDER"
    ),
]
Since = Annotated[
    datetime,
    typer.Option(help="The first day.", formats=["%Y-%m-%d"], metavar="DATE"),
]


def add_mail_verbs(
    app: typer.Typer, outgoing: typer.Typer, on_desk: OnDesk, place: MailPlace
) -> None:
    """Put the verbs under the command line; `outgoing` = what is under `export`."""
    group = typer.Typer(help="Mails that come in.")
    outgoing.command("mails")(_export(on_desk, place))
    group.command("take")(_take(on_desk, place))
    group.command("retry")(_retry(on_desk, place))
    app.add_typer(group, name="mail")


def _export(on_desk: OnDesk, place: MailPlace) -> Callable[[Path, Path | None], None]:
    def verb(file: ExportPath, raw: RawFolder = None) -> None:
        """Write all mails that came in to FILE."""
        from bot.mail.report import export_mails

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            _settings, data_dir = place()
            return await export_mails(db, data_dir, file, raw, clock())

        on_desk(work)

    return verb


def _take(on_desk: OnDesk, place: MailPlace) -> Callable[[datetime], None]:
    def verb(since: Since) -> None:
        """Take the mails that lie in the mailbox since that day, also beside a running desk."""
        from bot.mail.report import take_mails

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            settings, data_dir = place()
            return await take_mails(db, office, clock, settings, data_dir, since.date())

        on_desk(work)

    return verb


def _retry(on_desk: OnDesk, place: MailPlace) -> Callable[[], None]:
    def verb() -> None:
        """Ask for the mails that the server did not give, and read those that wait once more."""
        from bot.mail.report import retry_mails

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            settings, data_dir = place()
            return await retry_mails(db, office, clock, settings, data_dir)

        on_desk(work)

    return verb
