"""Mail that comes in: a thousand mails of mixed kinds to tickets, ten thousand that wait at the
start while people chat, and what else registers in PARTS.
"""

import logging
from collections.abc import Callable

import structlog

from bench.mail.intake import measure_thousand
from bench.mail.matching import measure_matching
from bench.mail.waiting import measure_waiting
from bench.report import Report

PARTS: tuple[Callable[[Report], None], ...] = (
    measure_thousand,
    measure_matching,
    measure_waiting,
)
"""Each adds its rows to the report."""


def run() -> Report:
    """All of it."""
    only_errors = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=only_errors)
    report = Report("Mail that comes in")
    for measure in PARTS:
        measure(report)
    return report
