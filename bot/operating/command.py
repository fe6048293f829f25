"""The operator's verbs on the command line: a whole desk kept, restored and moved, how it is, and
what it holds about people.
"""

import json
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from bot.clock import Clock, make_clock
from bot.operating.auditing import AuditAsked, AuditFormat, print_audit
from bot.settings import Settings
from bot.tables.command import DryRun, OnDesk
from domain.configuration import Configuration
from store.engine.database import Database

GENTLE = 10
"""How much later than the desk a backup has its turn."""
ArchivePath = Annotated[Path, typer.Argument(help="The archive.", metavar="PATH")]
RecipientKey = Annotated[
    str | None,
    typer.Option(
        "--encrypt-to",
        help="A public key of age (age1…).",
        metavar="RECIPIENT",
    ),
]
IdentityFile = Annotated[
    Path | None,
    typer.Option(help="The file with the secret key of age.", metavar="FILE"),
]
DAY = ["%Y-%m-%d"]
PersonName = Annotated[str, typer.Option(help="Whose entries.", metavar="NAME")]
RecordCode = Annotated[str, typer.Option(help="Of which record.", metavar="CODE")]
FirstDay = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        help="The first day.",
        formats=DAY,
        metavar="DATE",
    ),
]
LastDay = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        help="The last day.",
        formats=DAY,
        metavar="DATE",
    ),
]
OutputFormat = Annotated[AuditFormat, typer.Option("--format", help="csv or json.")]
CustomerArgument = Annotated[str, typer.Argument(help="As in C81554.", metavar="CODE")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the certificate.", metavar="TEXT")]
AskedBy = Annotated[
    str,
    typer.Option(
        "--by",
        help="Who of the staff asks.",
        metavar="NAME",
    ),
]
ConfirmedBy = Annotated[
    str,
    typer.Option(
        "--confirmed-by",
        help="Who else confirms.",
        metavar="NAME",
    ),
]
ErasuresFile = Annotated[
    Path | None,
    typer.Option(
        "--erasures",
        help="A later list of erasures, which is applied.",
        metavar="FILE",
    ),
]
OnlyList = Annotated[bool, typer.Option("--list", help="Say what is inside, and make nothing.")]
YoungerThan = Annotated[
    int | None,
    typer.Option(
        help="Only what began so many months ago at the earliest.",
        metavar="MONTHS",
        min=1,
        max=1200,
    ),
]
Decline = Annotated[bool, typer.Option("--none", help="Follow up none of it.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the last answer back.")]
GENTLY = 10
"""How far a backup stands back behind the desk that serves people."""
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Run: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]


def add_operating_verbs(
    app: typer.Typer,
    load: Callable[[], Settings],
    run: Run,
) -> None:
    """Put the verbs under the command line; `run` says known troubles in one line."""
    app.command("backup")(_backup(load, run))
    app.command("restore")(_restore(load, run))
    app.command("copy")(_copy(load, run))
    app.command("status")(_status(load, run))
    app.command("audit")(_audit(load, run))
    app.command("erase")(_erase(load, run))
    app.command("disclose")(_disclose(load, run))
    app.command("retention")(_retention(load, run))


def add_follow_up_verb(app: typer.Typer, on_desk: OnDesk) -> None:
    """Put `follow-up` under the command line."""

    def verb(
        younger_than: YoungerThan = None,
        decline: Decline = False,
        dry_run: DryRun = False,
        undo: Undo = False,
    ) -> None:
        """Follow up what is found to be owed long after it began (imports, upgrades): all of it, or
        the younger part; the rest is given up. Officers are reminded of a few a day.
        """
        from bot.operating.following_up import AskedFollowUp, follow_up

        months = 0 if decline else younger_than
        asked = AskedFollowUp(months, dry_run, undo)

        async def work(db: Database, office: Configuration, clock: Clock) -> int:
            await follow_up(db, office, clock(), asked, print)
            return 0

        on_desk(work)

    app.command("follow-up")(verb)


def _backup(load: Callable[[], Settings], run: Run) -> Callable[[Path, str | None], None]:
    def verb(path: ArchivePath, encrypt_to: RecipientKey = None) -> None:
        """Write the whole desk (database, files, key, configuration) to one archive, also while it
        runs.
        """
        from bot.operating.backup import back_up

        async def work() -> None:
            settings = load()
            # Whoever chats meanwhile comes first.
            os.nice(GENTLE)
            print(
                await back_up(
                    settings,
                    path,
                    make_clock(settings.clock)(),
                    encrypt_to,
                )
            )

        run(work())

    return verb


def _restore(load: Callable[[], Settings], run: Run) -> Callable[..., None]:
    def verb(
        path: ArchivePath,
        list_: OnlyList = False,
        identity: IdentityFile = None,
        erasures: ErasuresFile = None,
    ) -> None:
        """Make the desk of an archive in the configured database and data folder, which must be
        empty.
        """
        from bot.operating.restore import listed, restore

        async def work() -> None:
            settings = load()
            if list_:
                print("\n".join(listed(path, identity)))
                return
            print(
                await restore(
                    settings,
                    path,
                    make_clock(settings.clock)(),
                    identity,
                    erasures,
                )
            )

        run(work())

    return verb


def _copy(load: Callable[[], Settings], run: Run) -> Callable[[str], None]:
    def verb(
        url: Annotated[str, typer.Argument(help="The empty database.", metavar="URL")],
    ) -> None:
        """Copy the configured desk into another database; files stay where they are."""
        from bot.operating.copying import copy_desk

        async def work() -> None:
            settings = load()
            now = make_clock(settings.clock)()
            await copy_desk(
                settings.database_url,
                url,
                now,
                print,
            )
            print("copied: every row is as it was")

        run(work())

    return verb


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()


def _audit(load: Callable[[], Settings], run: Run) -> Callable[..., None]:
    def verb(
        person: PersonName = "",
        record: RecordCode = "",
        first: FirstDay = None,
        last: LastDay = None,
        form: OutputFormat = AuditFormat.CSV,
    ) -> None:
        """Write who read or changed what; their totals go to standard error."""
        asked = AuditAsked(
            person,
            record,
            _day(first),
            _day(last),
        )

        async def work() -> None:
            totals = await print_audit(
                load(),
                asked,
                form,
                sys.stdout,
            )
            print(totals, file=sys.stderr)

        run(work())

    return verb


def _status(load: Callable[[], Settings], run: Run) -> Callable[[bool], None]:
    def verb(as_json: AsJson = False) -> None:
        """Say how the desk is: platforms, what waits, room, database; also beside a desk that
        serves.
        """
        from bot.operating.status import as_lines, look

        async def work() -> None:
            settings = load()
            status = await look(settings, make_clock(settings.clock))
            if not as_json:
                print("\n".join(as_lines(status)))
                return
            print(json.dumps(status.told))
            if status.pending:
                # What the office's programs read has a fixed shape.
                print(f"database: {status.pending}", file=sys.stderr)

        run(work())

    return verb


def _erase(load: Callable[[], Settings], run: Run) -> Callable[..., None]:
    def verb(
        code: CustomerArgument,
        reason: Reason,
        by: AskedBy,
        confirmed_by: ConfirmedBy,
    ) -> None:
        """Erase all that the desk holds about a customer, also while it runs; tickets stay as
        numbers.
        """
        from bot.operating.erasing import AskedErasure, erase_customer

        asked = AskedErasure(
            code,
            reason,
            by,
            confirmed_by,
        )

        async def work() -> None:
            settings = load()
            print(
                await erase_customer(
                    settings,
                    asked,
                    make_clock(settings.clock)(),
                )
            )

        run(work())

    return verb


def _disclose(load: Callable[[], Settings], run: Run) -> Callable[[str, Path], None]:
    def verb(
        code: CustomerArgument,
        out: Annotated[Path, typer.Option(help="A file that is not there.", metavar="FILE")],
    ) -> None:
        """Write all that the desk holds about a customer to one file, for its owner alone."""
        from bot.operating.disclosing import disclose_customer

        async def work() -> None:
            settings = load()
            print(
                await disclose_customer(
                    settings,
                    code,
                    out,
                    make_clock(settings.clock)(),
                )
            )

        run(work())

    return verb


def _retention(load: Callable[[], Settings], run: Run) -> Callable[[bool], None]:
    def verb(as_json: AsJson = False) -> None:
        """Say what is past the time for which the office keeps it; nothing is taken."""
        from bot.operating.retaining import as_lines, preview_retention

        async def work() -> None:
            settings = load()
            told = await preview_retention(settings, make_clock(settings.clock))
            print(json.dumps(told) if as_json else "\n".join(as_lines(told)))

        run(work())

    return verb
