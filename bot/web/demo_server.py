"""The pages of a demo desk, served; loading this takes a moment."""

import asyncio
import secrets
import socket

from bot.parts import RunningDesk, Surroundings
from bot.web.app import make_app
from bot.web.demo import address_of
from bot.web.live import Live
from bot.web.platform import WebPlatform
from bot.web.server import make_server
from domain.staff import StaffId
from store.chat import sessions


async def serve(
    running: RunningDesk,
    live: Live,
    listening: socket.socket,
    person: StaffId,
) -> None:
    """Until it is cancelled."""
    desk = running.desk
    await desk.db.write(lambda tx: sessions.add_account(tx, person, desk.clock()))
    surroundings = Surroundings(desk.clock, blobs=desk.files.blobs, key=secrets.token_hex())
    home = address_of(listening).rstrip("/")
    pages = WebPlatform(home, surroundings, live, demo_person=person)
    server = make_server(make_app(running, [pages]))
    works = [work() for work in pages.background(running)]
    await asyncio.gather(server.serve(sockets=[listening]), *works)
