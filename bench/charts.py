"""Charts: how long one takes, the first and further ones, and what the desk's process pays for it;
beside it, a process started for each.
"""

import asyncio
import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

import uvloop

from bench.report import Report, Row, percentile
from bot.charts.stored import StoredCharts
from domain.reports.charts import Chart, Series
from store.blobs import Blobs

ROOT = Path(__file__).parents[1]
BALLAST = 300
"""Megabytes that the desk's process holds, as with the words of a large register."""
WARM = 20
AIM_LAG, AIM_MEMORY = 0.05, 25

Draw = Callable[[Chart], Awaitable[object]]
PROGRAM = """
import pickle, sys
from bot.charts.drawing import draw
sys.stdout.buffer.write(draw(pickle.load(sys.stdin.buffer)))
"""


def run() -> Report:
    """Each way in a process of its own."""
    report = Report("charts drawn within the desk, and each by a process")
    desk, baseline = _way("within"), _way("beside")

    def row(
        measure: str, name: str, unit: str, aim: float | None = None, times: float = 1.0
    ) -> None:
        ours, theirs = desk[name] * times, baseline[name] * times
        stated = f"<= {aim * times:.0f} {unit}" if aim is not None else ""
        met = None if aim is None else desk[name] <= aim
        report.rows.append(
            Row(measure, f"{ours:.0f} {unit}", f"{theirs:.0f} {unit}", aim=stated, met=met)
        )

    row("first chart", "cold", "ms", times=1000)
    row("further charts, median", "warm", "ms", times=1000)
    row("a chart of 40 months", "long", "ms", times=1000)
    row("the same chart again", "known", "ms", times=1000)
    row("the event loop held longest", "lag", "ms", AIM_LAG, 1000)
    row("growth of the desk's own process", "growth", "MB", AIM_MEMORY)
    report.notes.append(
        f"The process holds {BALLAST} MB before; 12 months and three networks a chart, {WARM} of them."
    )
    report.notes.append("Beside = a process started for each chart, the picture not kept.")
    return report


def _way(name: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.charts", name], cwd=ROOT, check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _chart(number: int, months: int = 12) -> Chart:
    values = tuple((place * 7 + number) % 13 for place in range(months))
    series = (
        Series("Facebook", values, 0),
        Series("twitter", values[::-1], 1),
        Series("Line", values, 2),
    )
    return Chart(
        "โพสต์ประชาสัมพันธ์ตามช่วงเวลา", f"ปี {number}", tuple(f"พ.ย. {n}" for n in range(months)), series
    )


async def _beside(chart: Chart) -> bytes:
    command = [sys.executable, "-c", PROGRAM]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        input=pickle.dumps(chart),
        stdout=subprocess.PIPE,
        check=True,
    )
    picture: bytes = done.stdout
    return picture


def _memory() -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def _measure(name: str) -> dict[str, float]:
    ballast = [bytes(1000) for _kilobyte in range(BALLAST * 1000)]
    lag = 0.0

    async def watch() -> None:
        nonlocal lag
        while True:
            began = perf_counter()
            await asyncio.sleep(0.001)
            lag = max(lag, perf_counter() - began - 0.001)

    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Draw] = {
            "within": StoredCharts(Blobs(Path(folder))).draw,
            "beside": _beside,
        }
        way = ways[name]

        async def timed(chart: Chart) -> float:
            began = perf_counter()
            await way(chart)
            return perf_counter() - began

        before = _memory()
        watching = asyncio.create_task(watch())
        found = {"cold": await timed(_chart(0))}
        found["warm"] = percentile(
            [await timed(_chart(number)) for number in range(1, WARM + 1)], 50
        )
        found["long"] = await timed(_chart(0, 40))
        found["known"] = await timed(_chart(0))
        found |= {"lag": lag, "growth": _memory() - before}
        watching.cancel()
    assert len(ballast) == BALLAST * 1000
    return found


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_measure(sys.argv[1]))))
