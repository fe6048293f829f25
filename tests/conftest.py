"""What holds for every test: how many examples Hypothesis tries, and databases that need not
outlive a power cut.
"""

import gc
import os
from collections.abc import Iterator
from itertools import chain, groupby

import pytest
from hypothesis import HealthCheck, settings

from store.engine import sqlite
from tests.fakes import certificates

AS_IN_AN_OFFICE = sqlite.PRAGMAS

# Without deadlines: a busy machine is no fault of the code. `make test-long` tries more.
settings.register_profile(
    "short",
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("short"), max_examples=500)
settings.load_profile("short")
certificates.read_once()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Single files and tests run in this process; whole folders on all cores, twice, since half of
    them wait; with `-n logical` once, where none does.
    """
    if any(".py" in argument for argument in config.args):
        return 0
    cores = os.cpu_count() or 1
    if config.option.numprocesses == "logical":
        return cores
    return min(2 * cores, cores + 4)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is gathered stays until the end, so that nobody looks for rubbish among it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


CONVERSATIONS = {"bot", "handlers"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """What is said to a desk is tried on PostgreSQL by `make test-long`; `make test` has the store
    itself on both engines.
    """
    on_postgresql = "postgresql" in item.name
    if on_postgresql and item.path.parent.name in CONVERSATIONS:
        item.add_marker(pytest.mark.long)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose tests mostly wait stand among those whose tests work: no core is ever idle."""
    files = [list(tests) for _path, tests in groupby(items, key=lambda test: test.path)]
    waiting = [tests for tests in files if tests[0].path.parent.name == "e2e"]
    working = [tests for tests in files if tests[0].path.parent.name != "e2e"]
    every = len(working) // (len(waiting) + 1) + 1
    for place, tests in enumerate(waiting):
        working.insert(place * (every + 1), tests)
    items[:] = chain.from_iterable(working)


@pytest.fixture(scope="session", autouse=True)
def hasty_disk() -> Iterator[None]:
    """No test cuts the power, so nothing waits for the disk; `durable` brings that back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "PRAGMAS", ("PRAGMA synchronous=OFF", *AS_IN_AN_OFFICE[1:]))
        yield


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database as it is in an office."""
    monkeypatch.setattr(sqlite, "PRAGMAS", AS_IN_AN_OFFICE)
