"""The verb `report` of the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import make_clock
from bot.operating.command import Run
from bot.settings import Settings
from domain.configuration import Configuration

PeriodWords = Annotated[
    list[str],
    typer.Argument(
        help="As people say it, or 2026-10-01..2026-10-31.",
        metavar="PERIOD",
    ),
]
RowsBy = Annotated[
    str,
    typer.Option(help="What its rows are by: subject, channel, officer, month …", metavar="NAME"),
]
FilterWords = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Only those, as in channel=phone.", metavar="NAME=VALUE"),
]
FormatName = Annotated[
    str,
    typer.Option("--format", help="text, json, csv, xlsx or pdf.", metavar="FORMAT"),
]
OutFile = Annotated[Path | None, typer.Option(help="Not to the screen.", metavar="FILE")]


def add_report_verb(
    app: typer.Typer,
    load: Callable[[], Settings],
    office: Callable[[Settings], Configuration],
    run: Run,
) -> None:
    """Put the verb under the command line; `run` says known troubles in one line."""

    @app.command("report")
    def report(
        period: PeriodWords,
        by: RowsBy = "",
        filters: FilterWords = None,
        form: FormatName = "text",
        out: OutFile = None,
    ) -> None:
        """Draw a report of a period: its figures, and a row for each subject, channel, officer …"""
        # Late: every start of the desk passes here, few draw reports.
        from bot.reports.drawing import ReportAsked, draw_report

        settings = load()
        asked = ReportAsked(" ".join(period), by, filters or (), form, out)
        now = make_clock(settings.clock)()
        run(draw_report(settings.database_url, office(settings), asked, now))
