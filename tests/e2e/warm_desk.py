"""All that every desk would do alike before its first message, done when this module is imported.

The libraries are loaded, what comes from the package alone is read, and LINE's menu is drawn.
fork_server.py does so before it forks; a desk that is started `cold` does it all by itself."""

import importlib
import ssl
import sys
from datetime import date
from inspect import signature
from pathlib import Path

from bot.line.menus import menu
from bot.line.menus.personal_menus import default_menu
from bot.telegram.command_lists import command_lists
from domain import configuration
from domain.customers.romanise import thai_sounds
from domain.one_line.reading import parse_one_line
from tests.fakes import certificates

LIBRARIES = (
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "bot.demo.desk",
    "bot.service",
    "bot.tables.report",
    "bot.terminal.adapter",
    "holidays.countries.thailand",
    "linebot.v3.messaging",
    "run_bot",
    "scheduler.ticker",
    "store.engine.postgresql",
    "store.engine.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
WORDS = ("domain.", "handlers.")
ONE_LINE = "คุณสมชาย 081-234-5678 โทร 1.1 ขอข้อมูลแรงงานปี 67 เมื่อวาน => แนะนำเว็บไซต์ ปิด"
"""A line of a ticket that has something of everything."""


def read_words() -> None:
    """Reads the tables of words and makes the patterns that a desk keeps once it has them."""
    modules = [module for name, module in sys.modules.items() if name.startswith(WORDS)]
    for kept in {value for module in modules for value in vars(module).values() if is_kept(value)}:
        kept()
    parse_one_line(ONE_LINE, configuration.load_configuration().vocabulary, date(2026, 11, 23))
    thai_sounds("Somchai")
    command_lists()


def is_kept(value: object) -> bool:
    """Whether this is a function that is asked for nothing and finds its answer once."""
    return hasattr(value, "cache_info") and not signature(value).parameters  # type: ignore[arg-type]


def read_configuration() -> None:
    """Reads the package's data for all desks; the file of an office is read by its own desk."""
    load = configuration.load_configuration
    read = load()

    def read_once(override: Path | None = None) -> configuration.Configuration:
        return load(override) if override else read

    configuration.load_configuration = read_once


def read_certificates() -> None:
    """Reads what the machine trusts; a desk that shall trust something else is started cold."""
    certificates.read_once()
    ssl.create_default_context(cafile=None)


def draw_menu() -> None:
    """Draws LINE's menu for all desks: the same labels give the same bytes (test_line_menu.py)."""
    labels, draw = default_menu().labels, menu.draw_menu
    drawn = draw(labels)
    menu.draw_menu = lambda asked, badges=(): drawn if asked == labels else draw(asked, badges)


for library in LIBRARIES:
    importlib.import_module(library)
read_configuration()
read_words()
read_certificates()
draw_menu()
