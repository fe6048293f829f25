"""`GET /metrics`: what the process counted and timed, as Prometheus reads it."""

import hmac
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.queues.meters import Timing
from bot.queues.pulses import Pulses

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Collects when it is asked: nothing of it costs an event anything."""

    def __init__(self, pulses: Pulses, token: str) -> None:
        self._meters = pulses.meters
        self._pulses = pulses
        self._token = token
        self._registry = CollectorRegistry()
        self._registry.register(self)

    async def answer(self, request: Request) -> Response:
        """All of it; 401 where a token is set and not given."""
        header = request.headers.get("authorization", "")
        given = header.removeprefix("Bearer ").encode()
        wanted = self._token.encode()
        if wanted and not hmac.compare_digest(wanted, given):
            return PlainTextResponse("", 401, {"WWW-Authenticate": "Bearer"})
        return Response(generate_latest(self._registry), media_type=TEXT)

    def collect(self) -> Iterator[Metric]:
        """As prometheus-client asks for it."""
        yield from self._counted()
        yield from self._timed()
        yield from self._platforms()
        yield from self._waiting()
        yield from self._places()

    def _counted(self) -> Iterator[Metric]:
        events = CounterMetricFamily(
            "deskbot_events", "Events that were handled.", labels=("platform", "state")
        )
        for name, _pulse in self._pulses.watched():
            # A counter is there before it counts.
            events.add_metric((name, "done"), self._meters.events[name, "done"])
        for labels, number in self._meters.events.items():
            if labels[1] != "done":
                events.add_metric(labels, number)
        yield events
        messages = CounterMetricFamily(
            "deskbot_messages",
            "Answers and other messages, by what came of the call.",
            labels=("platform", "outcome"),
        )
        for labels, number in self._meters.messages.items():
            messages.add_metric(labels, number)
        yield messages

    def _timed(self) -> Iterator[Metric]:
        yield _histogram(
            "deskbot_stage_seconds",
            "How long a stage of an event takes.",
            "stage",
            self._meters.stages.items(),
        )
        yield _histogram(
            "deskbot_database_seconds",
            "How long the watch's own reads and writes take.",
            "what",
            self._meters.database.items(),
        )
        yield _histogram(
            "deskbot_loop_lag_seconds",
            "How much later the event loop goes on than it was asked to.",
            "loop",
            [("main", self._meters.lag)],
        )

    def _platforms(self) -> Iterator[Metric]:
        measured = self._pulses.measured()
        silence = GaugeMetricFamily(
            "deskbot_platform_silence_seconds",
            "Since the platform last answered.",
            labels=("platform",),
        )
        refusing = GaugeMetricFamily(
            "deskbot_platform_refuses", "Whether it does not know us.", labels=("platform",)
        )
        for name, seconds in measured.silences.items():
            silence.add_metric((name,), seconds)
            refusing.add_metric((name,), name in measured.refusing)
        yield silence
        yield refusing
        yield _gauge("deskbot_last_tick_seconds", "Since the last tick.", measured.unticked)
        yield _gauge("deskbot_last_write_seconds", "Since the last write.", measured.unwritten)

    def _waiting(self) -> Iterator[Metric]:
        measured = self._pulses.measured()
        ages = GaugeMetricFamily(
            "deskbot_oldest_seconds", "How long the oldest waits.", labels=("queue", "platform")
        )
        for queue, found in (("inbox", measured.events), ("outbox", measured.messages)):
            for platform, seconds in found.items():
                ages.add_metric((queue, platform), seconds)
        yield ages
        rows = GaugeMetricFamily(
            "deskbot_queued", "Events and messages.", labels=("queue", "platform", "state")
        )
        for queue, waiting in self._meters.waiting.items():
            for row in waiting:
                rows.add_metric((queue, row.platform, row.state), row.n)
        yield rows
        due = GaugeMetricFamily("deskbot_due", "Reminders and other work.", labels=("state",))
        for state, number in self._meters.due.items():
            due.add_metric((state,), number)
        yield due

    def _places(self) -> Iterator[Metric]:
        free = GaugeMetricFamily("deskbot_disk_free_bytes", "Room left.", labels=("place",))
        for place, room in self._pulses.rooms.items():
            free.add_metric((place.replace(" ", "_"),), room.free)
        yield free
        use = self._meters.pushes
        if use is not None and use.quota is not None:
            yield _gauge("deskbot_pushes_used", "Of the month's quota.", use.total())
            yield _gauge("deskbot_pushes_quota", "The month's quota.", use.quota)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _histogram(
    name: str,
    about: str,
    label: str,
    timings: Iterable[tuple[str, Timing]],
) -> Metric:
    family = HistogramMetricFamily(name, about, labels=(label,))
    for value, timing in timings:
        family.add_metric((value,), timing.buckets(), timing.total)
    return family
