"""Ten thousand mails wait in the mailbox when the desk starts: what that costs those who chat."""

import asyncio

import uvloop

from bench.due import ask_beside, watched
from bench.mail.mixed import mixed_mails
from bench.mail.rig import a_mail_desk
from bench.report import Report, Row, percentile
from store.mail import incoming

WAITING = 10_000
AIM_HELD = 0.05


def measure_waiting(report: Report) -> None:
    """Adds for how long the loop is held, and how long answers take meanwhile."""
    report.rows += uvloop.run(_measure())


async def _measure() -> list[Row]:
    async with a_mail_desk() as desk:
        mails = mixed_mails(WAITING)
        stop = asyncio.Event()
        chats = asyncio.create_task(ask_beside(desk.engine, stop))
        await asyncio.sleep(0.3)
        async with watched() as seen:
            await desk.take_in(mails)
        stop.set()
        times = await chats
        left = await incoming.count_waiting(desk.db)
        if left:
            raise RuntimeError(f"{left} mails were not read")
    answers = f"p50 {percentile(times, 50) * 1000:.0f} p95 {percentile(times, 95) * 1000:.0f} ms"
    held = f"{seen.held * 1000:.0f} ms"
    return [
        Row(f"{WAITING:,} mails that wait at the start", f"{seen.seconds:.0f} s"),
        Row("event loop held at most", held, aim="≤ 50 ms", met=seen.held <= AIM_HELD),
        Row("event loop late at most", f"{seen.lag * 1000:.0f} ms"),
        Row("memory grown meanwhile", f"{seen.grown:.1f} MB"),
        Row(f"{len(times):,} chats meanwhile", answers),
    ]
