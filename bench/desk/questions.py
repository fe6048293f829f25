"""What the programs are asked, and how long one question takes when they are asked in turns."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.programs import LINE_USERS, TELEGRAM_USERS, Programs
from bench.report import Report, Row, percentile
from bench.rig import Answer, TimedLine, TimedTelegram

AIM_ADDED = 5.0
AIM_ACK = 10.0
"""Milliseconds more than the echo: at the median of answers, and at the 99th percentile of
acknowledgements.
"""
WARM_UP = 20
SAMPLES = 300
SLOT = 0.011
"""Seconds from question to question, each to another program: the desk's Telegram gets 18 a second,
of its 28.
"""
ACK_ROUNDS = 5
ACK_ROUND = 100
ACK_RATE = 50.0
ECHO = "echo"
USUAL = "SQLAlchemy"
"""What the baselines are called in the table."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what the desk's answer must contain; an echo's is the question."""

    name: str
    text: str
    expects: str

    def check(self, answer: Answer) -> None:
        """RuntimeError where the answer is to something else, or none."""
        if self.expects not in answer.text and self.text not in answer.text:
            raise RuntimeError(f"{self.name}: not the answer expected: {answer.text[:300]}")


MENU = Question("menu", "เมนู", "เมนู")
CODE = Question("customer by code", "C81554", "C81554")
NAME = Question("search by name", "สมชาย", "C81554")
SAVE = Question(
    "save a ticket in one line",
    "/open C81554 โทร 1.1 ขอข้อมูลประชากร => ส่งลิงก์ให้แล้ว ปิด",
    "บันทึกข้อมูลเรียบร้อย R",
)
QUESTIONS = (MENU, CODE, NAME, SAVE)
Samples = dict[tuple[str, str], list[float]]
"""Milliseconds by program and question."""


def measure_answers(report: Report, programs: Programs) -> None:
    """From the event to the answer, one at a time."""
    asked: dict[str, TimedTelegram | TimedLine] = {
        "desk Telegram": programs.desk_telegram,
        f"{ECHO} Telegram": programs.echo_telegram,
        f"{USUAL} Telegram": programs.usual_telegram,
        "desk LINE": programs.desk_line,
        f"{ECHO} LINE": programs.echo_line,
    }
    samples = _sampled(asked)
    for platform, question in itertools.product(("Telegram", "LINE"), QUESTIONS):
        desk = samples[f"desk {platform}", question.name]
        echo = samples[f"{ECHO} {platform}", question.name]
        told = [f"{ECHO} {spread(echo)}"]
        usual = samples.get((f"{USUAL} {platform}", question.name))
        if usual:
            told.append(f"{USUAL} {spread(usual)}")
        added = median(desk) - median(echo)
        report.rows.append(
            Row(
                f"event to answer, {platform}, {question.name}",
                spread(desk),
                "; ".join(told),
                f"{added:+.1f} ms",
                f"at most {AIM_ADDED:.0f} ms over the echo",
                added <= AIM_ADDED,
            )
        )


def _sampled(asked: dict[str, TimedTelegram | TimedLine]) -> Samples:
    samples: Samples = {}
    users = itertools.cycle(zip(TELEGRAM_USERS, LINE_USERS, strict=False))
    next_at = perf_counter()
    for _ in range(WARM_UP + SAMPLES):
        for question in QUESTIONS:
            telegram_user, line_user = next(users)
            for name, fake in asked.items():
                time.sleep(max(0.0, next_at - perf_counter()))
                next_at = perf_counter() + SLOT
                if isinstance(fake, TimedTelegram):
                    seconds, answer = fake.ask(telegram_user, question.text)
                else:
                    seconds, answer = fake.ask(line_user, question.text)
                question.check(answer)
                samples.setdefault((name, question.name), []).append(seconds * 1000)
    return {key: each[WARM_UP:] for key, each in samples.items()}


def spread(milliseconds: Sequence[float]) -> str:
    """The median and the 99th percentile."""
    return f"{median(milliseconds):.1f} ms, p99 {percentile(milliseconds, 99):.1f}"


def measure_acknowledgement(report: Report, programs: Programs) -> None:
    """LINE's webhook, at a steady rate and back to back."""
    people = list(itertools.islice(itertools.cycle(LINE_USERS), ACK_ROUND))
    fakes = (programs.desk_line, programs.echo_line)
    paced: tuple[list[float], list[float]] = ([], [])
    in_a_row: tuple[list[float], list[float]] = ([], [])
    for _ in range(ACK_ROUNDS):
        for fake, seconds in zip(fakes, paced, strict=True):
            seconds += fake.submit(fake.paced(people, CODE.text, ACK_RATE))
            _drain(fake)
        for fake, seconds in zip(fakes, in_a_row, strict=True):
            seconds += fake.submit(fake.in_a_row(people, CODE.text))
            _drain(fake)
    for name, (desk, echo) in ((f"at {ACK_RATE:.0f}/s", paced), ("back to back", in_a_row)):
        own, other = ([second * 1000 for second in seconds] for seconds in (desk, echo))
        added = percentile(own, 99) - percentile(other, 99)
        row = Row(
            f"LINE webhook acknowledged, {name} (n={len(own)})",
            spread(own),
            f"{ECHO} {spread(other)}",
            f"{median(own) - median(other):+.1f} ms, p99 {added:+.1f}",
            f"p99 at most {AIM_ACK:.0f} ms over the echo's",
            added <= AIM_ACK,
        )
        report.rows.append(row)


def _drain(fake: TimedLine) -> None:
    for _ in range(ACK_ROUND):
        CODE.check(fake.next_answer())
    time.sleep(0.1)
