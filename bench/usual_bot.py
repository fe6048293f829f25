"""The bot as people would build it: python-telegram-bot with a conversation, SQLAlchemy's ORM over
aiosqlite (WAL, synchronous=FULL) or asyncpg.

It finds a customer by code and by name, and saves a ticket from one line or step by step; it has no
queues, no rights but a list of people, and no history.
"""

import logging
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "true")

from sqlalchemy import DateTime, ForeignKey, String, event, func, select
from sqlalchemy.ext.asyncio import (
    AsyncAttrs,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

CODE = r"C\d{5}"
LINE = re.compile(
    rf"/open ({CODE}) (โทร|อีเมล|มาเอง) (\d\.\d) (.+?) => (.+?)(?P<closed> ปิด)?$", re.DOTALL
)
CUSTOMER, CHANNEL, SUBJECT, DETAIL = range(4)
MOST_FOUND = 10
Context = ContextTypes.DEFAULT_TYPE


class Base(AsyncAttrs, DeclarativeBase):
    """All tables."""


class Person(Base):
    """Somebody who may use the bot."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(String, unique=True)
    name: Mapped[str] = mapped_column(String)


class Client(Base):
    """A customer."""

    __tablename__ = "clients"
    code: Mapped[str] = mapped_column(String, primary_key=True)
    name: Mapped[str] = mapped_column(String, index=True)
    mobile: Mapped[str | None] = mapped_column(String)
    email: Mapped[str | None] = mapped_column(String)


class Case(Base):
    """A ticket."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_code: Mapped[str] = mapped_column(ForeignKey("clients.code"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str] = mapped_column(String)
    subject: Mapped[str] = mapped_column(String)
    detail: Mapped[str] = mapped_column(String)
    result: Mapped[str] = mapped_column(String, default="")
    status: Mapped[str] = mapped_column(String, default="open")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    client: Mapped[Client] = relationship()
    person: Mapped[Person] = relationship()


def open_engine(url: str) -> AsyncEngine:
    """The engine for this URL; on SQLite what is committed lasts."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def connected(connection: Any, _record: object) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


async def fill(url: str, people: Sequence[str], clients: Sequence[dict[str, str | None]]) -> None:
    """Make the tables, for these chats and customers."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session, session.begin():
        session.add_all([Person(chat=chat, name=f"Officer {n}") for n, chat in enumerate(people)])
        session.add_all([Client(**client) for client in clients])
    await engine.dispose()


def open_session(context: Context) -> AsyncSession:
    """A session of its own for each update."""
    make: async_sessionmaker[AsyncSession] = context.bot_data["sessions"]
    return make()


async def find_person(session: AsyncSession, update: Update) -> Person | None:
    """Who writes, where they may."""
    assert update.effective_user is not None
    chat = str(update.effective_user.id)
    return await session.scalar(select(Person).where(Person.chat == chat))


async def say(update: Update, text: str, buttons: Sequence[tuple[str, str]] = ()) -> None:
    """Answer, with a row of buttons."""
    assert update.effective_message is not None
    row = [InlineKeyboardButton(label, callback_data=data) for label, data in buttons]
    markup = InlineKeyboardMarkup([row]) if row else None
    await update.effective_message.reply_text(text, reply_markup=markup)


def text_of(update: Update) -> str:
    """What was written."""
    assert update.effective_message is not None
    return update.effective_message.text or ""


def card(client: Client, cases: Sequence[Case]) -> str:
    """A customer, and their last tickets."""
    lines = [f"👤 {client.code} {client.name}"]
    if client.mobile:
        lines.append(f"โทรศัพท์: {client.mobile}")
    if client.email:
        lines.append(f"อีเมล: {client.email}")
    lines += [f"R{case.id} · {case.subject} · {case.detail[:50]} · {case.status}" for case in cases]
    return "\n".join(lines)


async def menu(update: Update, context: Context) -> None:
    """What can be done."""
    async with open_session(context) as session:
        if await find_person(session, update):
            await say(update, "เมนู", [("ค้นหา", "find"), ("เปิดใบงาน", "open"), ("งานของฉัน", "my")])


async def find_code(update: Update, context: Context) -> None:
    """A customer's card by code."""
    async with open_session(context) as session:
        if not await find_person(session, update):
            return
        client = await session.get(Client, text_of(update))
        if client is None:
            await say(update, "ไม่พบผู้รับบริการ")
            return
        last = select(Case).where(Case.client_code == client.code)
        cases = await session.scalars(last.order_by(Case.id.desc()).limit(3))
        buttons = [("เปิดใบงาน", f"open:{client.code}"), ("แก้ไข", f"edit:{client.code}")]
        await say(update, card(client, cases.all()), buttons)


async def find_name(update: Update, context: Context) -> None:
    """Customers whose name contains what was written."""
    async with open_session(context) as session:
        if not await find_person(session, update):
            return
        wanted = Client.name.contains(text_of(update), autoescape=True)
        found = await session.scalars(
            select(Client).where(wanted).order_by(Client.name).limit(MOST_FOUND)
        )
        clients = found.all()
        lines = [f"{client.code} {client.name} · {client.mobile or ''}" for client in clients]
        buttons = [(client.code, f"card:{client.code}") for client in clients[:8]]
        await say(update, "\n".join([f"ผลลัพธ์: {len(clients)}", *lines]), buttons)


async def save(session: AsyncSession, person: Person, code: str, **fields: str) -> Case:
    """Save a ticket; raises LookupError where there is no such customer."""
    client = await session.get(Client, code)
    if client is None:
        raise LookupError(code)
    now = datetime.now(UTC)
    case = Case(client=client, person=person, created_at=now, **fields)
    session.add(case)
    await session.commit()
    return case


async def tell_saved(update: Update, case: Case) -> None:
    """A ticket's card."""
    lines = [
        f"✅ บันทึกข้อมูลเรียบร้อย R{case.id} · {case.status}",
        f"ผู้รับบริการ: {case.client.code} {case.client.name}",
        f"เรื่อง: {case.subject}",
        f"ช่องทาง: {case.channel}",
        f"รายละเอียด: {case.detail}",
        f"ผลของการให้บริการ: {case.result}",
    ]
    await say(update, "\n".join(lines), [("แก้ไข", f"case:{case.id}"), ("ปิด", f"close:{case.id}")])


async def open_case(update: Update, context: Context) -> int:
    """One line is saved at once; without more the first question is asked."""
    async with open_session(context) as session:
        person = await find_person(session, update)
        if person is None:
            return ConversationHandler.END
        line = LINE.match(text_of(update))
        if line is None:
            await say(update, "รหัสผู้รับบริการ?")
            return CUSTOMER
        code, channel, subject, detail, result, closed = line.groups()
        fields = {"channel": channel, "subject": subject, "detail": detail, "result": result}
        status = "closed" if closed else "open"
        try:
            case = await save(session, person, code, status=status, **fields)
        except LookupError:
            await say(update, "ไม่พบผู้รับบริการ")
        else:
            await tell_saved(update, case)
        return ConversationHandler.END


def asks(field: str, question: str, then: int) -> Any:
    """A step of the conversation: keep the answer, and ask the next question."""

    async def step(update: Update, context: Context) -> int:
        assert context.user_data is not None
        context.user_data[field] = text_of(update)
        await say(update, question)
        return then

    return step


async def finish(update: Update, context: Context) -> int:
    """The last answer: save it all."""
    assert context.user_data is not None
    fields = {**context.user_data, "detail": text_of(update)}
    context.user_data.clear()
    async with open_session(context) as session:
        person = await find_person(session, update)
        try:
            if person is not None:
                await tell_saved(update, await save(session, person, **fields))
        except LookupError:
            await say(update, "ไม่พบผู้รับบริการ")
    return ConversationHandler.END


async def cancel(update: Update, context: Context) -> int:
    """Forget what was answered."""
    assert context.user_data is not None
    context.user_data.clear()
    await say(update, "ยกเลิกแล้ว")
    return ConversationHandler.END


async def press(update: Update, context: Context) -> None:
    """A button: the customer's card."""
    assert update.callback_query is not None
    await update.callback_query.answer()
    verb, _, key = (update.callback_query.data or "").partition(":")
    async with open_session(context) as session:
        if verb != "card" or not await find_person(session, update):
            return
        client = await session.get(Client, key)
        count = await session.scalar(select(func.count()).where(Case.client_code == key))
        if client is not None:
            await say(update, f"{card(client, ())}\nใบงาน: {count}")


def main() -> None:
    """Poll until SIGTERM."""
    logging.basicConfig(level=logging.WARNING)
    sessions = async_sessionmaker(open_engine(os.environ["BOT_DATABASE"]), expire_on_commit=False)
    api = f"{os.environ['ECHO_API']}/bot"
    app = Application.builder().token(os.environ["ECHO_TOKEN"]).base_url(api).build()
    app.bot_data["sessions"] = sessions
    words = filters.TEXT & ~filters.COMMAND
    steps: dict[object, list[Any]] = {
        CUSTOMER: [MessageHandler(words, asks("code", "ช่องทาง?", CHANNEL))],
        CHANNEL: [MessageHandler(words, asks("channel", "เรื่อง?", SUBJECT))],
        SUBJECT: [MessageHandler(words, asks("subject", "รายละเอียด?", DETAIL))],
        DETAIL: [MessageHandler(words, finish)],
    }
    conversation = ConversationHandler(
        entry_points=[CommandHandler("open", open_case)],
        states=steps,
        fallbacks=[CommandHandler("cancel", cancel)],
    )
    app.add_handler(conversation)
    app.add_handler(CallbackQueryHandler(press))
    app.add_handler(MessageHandler(filters.Regex("^เมนู$"), menu))
    app.add_handler(MessageHandler(filters.Regex(f"^{CODE}$"), find_code))
    app.add_handler(MessageHandler(words, find_name))
    app.run_polling()


if __name__ == "__main__":
    main()
