"""Many ask for reports at once: the same is read once for all, and what waits is bounded."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from domain.dates.periods import day_of
from domain.errors import Conflict
from domain.reports.reports import Report
from domain.reports.requests import ReportRequest
from store.reports import sharing

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def reads(monkeypatch):
    """The reports that are read; each is done once `go` is set."""
    found = []
    go = asyncio.Event()

    async def read_report(db, configuration, request, now):
        found.append(request)
        await go.wait()
        return Report(request, {})

    monkeypatch.setattr(sharing, "read_report", read_report)
    return found, go


def of_day(day):
    return ReportRequest(day_of(date(2026, 1, 1).replace(day=day)))


async def test_two_hundred_who_ask_for_the_same_are_read_once(reads):
    found, go = reads
    shared = sharing.SharedReports()
    asking = [asyncio.ensure_future(shared.read(None, None, of_day(1), NOW)) for _ in range(200)]
    await asyncio.sleep(0)
    # Who goes away takes it from nobody else.
    asking.pop().cancel()
    go.set()
    assert {report.request for report in await asyncio.gather(*asking)} == {of_day(1)}
    assert len(found) == 1
    await shared.read(None, None, of_day(1), NOW)
    assert len(found) == 2


async def test_no_more_wait_than_can_be_served_soon(reads, monkeypatch):
    _found, go = reads
    monkeypatch.setattr(sharing, "MOST_WAITING", 2)
    shared = sharing.SharedReports()
    asking = [asyncio.ensure_future(shared.read(None, None, of_day(day), NOW)) for day in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(Conflict) as refused:
        await shared.read(None, None, of_day(3), NOW)
    assert refused.value.code == "report_busy"
    go.set()
    await asyncio.gather(*asking)
    assert (await shared.read(None, None, of_day(3), NOW)).request == of_day(3)
