"""Reports that several ask for at once are read once, and no more wait than can be served soon."""

import asyncio
from datetime import datetime

from domain.configuration import Configuration
from domain.errors import Conflict
from domain.reports.figures import Figure
from domain.reports.reports import Report
from domain.reports.requests import ReportRequest
from domain.tickets.records import TicketNo
from store.engine.database import Database
from store.reports.reading import list_tickets_behind, read_report

MOST_WAITING = 60
"""Different reports that are read or wait; one takes some tenths of a second."""


class SharedReports:
    """The reports that one process is reading."""

    def __init__(self) -> None:
        self._running: dict[ReportRequest, asyncio.Task[Report]] = {}

    async def read(
        self,
        db: Database,
        configuration: Configuration,
        request: ReportRequest,
        now: datetime,
    ) -> Report:
        """The report as of now, or as of the moment just before at which somebody else asked for
        the same. Conflict("report_busy") where too many wait, "report_not_ready" as reading it
        says.
        """
        task = self._running.get(request)
        if task is None:
            if len(self._running) >= MOST_WAITING:
                raise Conflict("report_busy")
            reading = read_report(
                db,
                configuration,
                request,
                now,
            )
            task = asyncio.create_task(reading)
            self._running[request] = task
            task.add_done_callback(lambda _done: self._running.pop(request, None))
        # Who goes away takes the report from nobody else.
        return await asyncio.shield(task)

    async def behind(
        self,
        db: Database,
        request: ReportRequest,
        figure: Figure,
        now: datetime,
        limit: int,
        after: str,
    ) -> list[TicketNo]:
        """The numbers of the next tickets behind a figure, see `list_tickets_behind`."""
        return await list_tickets_behind(
            db,
            request,
            figure,
            now,
            limit,
            after,
        )
