"""Speed is not lost unseen: what an event costs in numbers that are the same on every machine."""

import os
import subprocess
import sys

import pytest

from bench.__main__ import main
from bench.counts import POSTGRESQL, SQLITE, compared, differing, read_counts
from bench.report import Report, Row
from tests.architecture import ROOT
from tests.fakes.postgres import MISSING, is_required


def test_an_event_costs_what_is_written():
    """A process of its own: nothing that another test has read or made is counted."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DESKBOT_")}
    done = subprocess.run(
        [sys.executable, "-m", "bench", "counts"],
        cwd=ROOT,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert not is_required() or MISSING not in told


def test_every_event_is_written_with_all_its_counts():
    written = read_counts()
    assert {tuple(counts) for counts in written["sqlite"].values()} == {SQLITE}
    assert {tuple(counts) for counts in written["postgresql"].values()} == {POSTGRESQL}
    assert written["sqlite"].keys() == written["postgresql"].keys()


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"statements": 12, "pages": 30, "calls": 2000}, []),
        ({"statements": 13, "pages": 30, "calls": 2000}, ["statements 12 → 13"]),
        ({"statements": 11, "pages": 30, "calls": 2000}, ["statements 12 → 11"]),
        ({"statements": 12, "pages": 31, "calls": 1900}, []),
        ({"statements": 12, "pages": 32, "calls": 2101}, ["pages 30 → 32", "calls 2000 → 2101"]),
        ({"statements": 12, "pages": 30}, ["calls 2000 → None"]),
    ],
)
def test_more_and_less_than_is_written_are_told(now, told):
    assert differing(now, {"statements": 12, "pages": 30, "calls": 2000}) == told


def test_an_event_that_is_no_longer_counted_is_told():
    rows = compared(
        "sqlite", {"menu": {"commits": 2}}, {"menu": {"commits": 2}, "code": {"commits": 2}}
    )
    assert [row.met for row in rows] == [True, False]


def test_an_engine_that_is_not_there_is_not_compared():
    assert not list(compared("postgresql", {}, {"menu": {"commits": 2}}))


@pytest.mark.parametrize(("must", "code"), [(True, 1), (False, 0)])
def test_a_benchmark_whose_numbers_must_be_met_ends_with_1(must, code, monkeypatch, tmp_path):
    report = Report("counts", [Row("menu", "3", met=False)], must_be_met=must)
    monkeypatch.setattr("bench.counts.run", lambda: report)
    monkeypatch.setattr("bench.__main__.RESULTS", tmp_path)
    assert main(["counts"]) == code
