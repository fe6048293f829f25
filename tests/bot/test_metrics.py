"""What the process counts, as Prometheus reads it: a counter for each platform, and nobody's data."""

import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.queues.meters import Meters, Timing
from bot.web.app import make_app
from handlers.desk import Desk
from store.engine.database import Database
from tests.bot.conftest import running
from tests.fakes.office import OFFICE, open_new
from tests.handlers.conftest import NOW

TOKEN = "a-token-of-the-office"


@pytest.fixture
async def db(tmp_path):
    opened = await open_new(tmp_path / "desk.db")
    yield opened
    await opened.close()


async def asked(db: Database, token: str = "", **headers: str) -> tuple[httpx.Response, Meters]:
    desk = Desk(db, OFFICE, lambda: NOW)
    parts = running(desk)
    for name in ("telegram", "line"):
        parts.pulses.watch(name)
    meters = parts.pulses.meters
    meters.event("telegram", "done", 0.02, 0.001)
    meters.event("telegram", "failed", 0.3, 0.001)
    meters.call("line", "sent", 0.1)
    transport = httpx.ASGITransport(make_app(parts, metrics_token=token))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        answer = await client.get("/metrics", headers=headers)
    await desk.close()
    return answer, meters


async def test_each_platform_has_a_counter_of_events(db: Database) -> None:
    answer, _meters = await asked(db)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    events = {
        (sample.labels["platform"], sample.labels["state"]): sample.value
        for sample in families["deskbot_events"].samples
    }
    assert events == {
        ("telegram", "done"): 1,
        ("line", "done"): 0,
        ("telegram", "failed"): 1,
    }
    stages = families["deskbot_stage_seconds"].samples
    assert {sample.labels["stage"] for sample in stages} == {"handled", "written", "called"}
    labels = {
        name for family in families.values() for each in family.samples for name in each.labels
    }
    # None of them can hold a person, a chat or what somebody wrote.
    assert labels <= {
        "platform", "state", "outcome", "stage", "what", "loop", "queue", "place", "le",
    }  # fmt: skip


async def test_whoever_has_not_the_token_gets_nothing(db: Database) -> None:
    refused, _meters = await asked(db, TOKEN)
    assert refused.status_code == 401
    assert refused.text == ""
    wrong, _meters = await asked(db, TOKEN, Authorization="Bearer another")
    assert wrong.status_code == 401
    given, _meters = await asked(db, TOKEN, Authorization=f"Bearer {TOKEN}")
    assert given.status_code == 200


def test_spans_are_counted_by_their_length() -> None:
    timing = Timing()
    for seconds in (-1.0, 0.001, 0.0011, 3.0, 1000.0):
        timing.add(seconds)
    found = dict(timing.buckets())
    assert found["0.001"] == 2
    assert found["0.0025"] == 3
    assert found["5.0"] == 4
    assert found["+Inf"] == 5


def test_what_is_noted_of_an_event_costs_microseconds() -> None:
    """Of some two thousand that an event costs; a machine that is crowded is given ten times as many."""
    meters = Meters()
    begun = time.thread_time()
    for _ in range(10_000):
        meters.event("telegram", "done", 0.02, 0.001)
        meters.call("telegram", "sent", 0.1)
    each = (time.thread_time() - begun) / 10_000
    assert each < 40e-6
