"""What a handler works with: the desk's shared parts, and the context of one event."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from domain.catalogue import Catalogue
from domain.configuration import Configuration
from domain.customers.records import Customer
from domain.dates.days import BANGKOK
from domain.dates.working_calendar import DayRule
from domain.publicity.networks import Network
from domain.reports.charts import Picture
from domain.reports.documents import ReportDocument, TicketRows
from domain.reports.words.phrases import RememberedPhrases
from domain.staff import (
    Chat,
    Platform,
    Role,
    Staff,
    StaffId,
)
from domain.tickets.records import Ticket, TicketNo, ticket_no
from handlers.chat import (
    Attachment,
    Earlier,
    Incoming,
    Notice,
    Reply,
    WorkLetter,
)
from store.audit import AuditEntry
from store.blobs import Blobs
from store.customers import records as customers
from store.engine.database import Database, Tx, Write
from store.records import counters, holidays
from store.reports.sharing import SharedReports
from store.search import customers as search
from store.search.customers import Hit, Hits, MatchReason
from store.search.suggestions import Suggestions
from store.search.words import SearchWords

P = ParamSpec("P")
T = TypeVar("T")
N = TypeVar("N")

BUTTON_LIFETIME = timedelta(days=30)


class FetchFailed(Exception):
    """The platform did not give a file's bytes just now; the same call may go well later."""

    safe_text = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes are stored: their hash, size, kind by what they are, and a name that is
    safe.
    """

    sha256: str
    size: int
    mime: str
    name: str


class Files(Protocol):
    """Files from the platforms, and on disk."""

    blobs: Blobs
    has_links: bool
    """Whether signed links can be made: a platform that sends no documents needs them."""

    async def fetch(self, incoming: Incoming, attachment: Attachment) -> Fetched:
        """Fetch, look at and store the bytes; nothing of the store's is held meanwhile.

        Raises InvalidInput with a `domain.files.FileRefusal` where they are not taken,
        NotFound("file") where they are gone, FetchFailed."""
        ...

    async def keep(self, name: str, content: bytes, mime: str) -> Fetched:
        """Store what the desk itself wrote, under this name."""
        ...

    async def keep_table(self, name: str, rows: Iterable[Sequence[str]]) -> Fetched:
        """Write a table (`name` ends in .csv or .xlsx) and store it; formulas are defused. The rows
        are gone through in a thread.
        """
        ...

    async def more_of_album(self, incoming: Incoming, attachment: Attachment) -> bool:
        """Whether further pictures of the same album wait; gives those on their way a moment to
        come.
        """
        ...


class NoFiles:
    """A desk without platforms that bring files (benches, some tests)."""

    has_links = False

    def __init__(self) -> None:
        self.blobs = Blobs(Path(os.devnull))

    async def fetch(self, incoming: Incoming, attachment: Attachment) -> Fetched:
        raise FetchFailed("no way to fetch")

    async def keep(self, name: str, content: bytes, mime: str) -> Fetched:
        raise FetchFailed("nowhere to keep it")

    async def keep_table(self, name: str, rows: Iterable[Sequence[str]]) -> Fetched:
        raise FetchFailed("nowhere to keep it")

    async def more_of_album(self, incoming: Incoming, attachment: Attachment) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture (PNG) is stored: its hash and its size in bytes."""

    sha256: str
    size: int


class NotDrawn(Exception):
    """No picture of a chart; `reference` = where the log says why, "" where none can be drawn at
    all.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


class Charts(Protocol):
    """Whoever draws charts."""

    async def draw(self, chart: Picture) -> Drawn:
        """The chart as a stored picture; nothing of the store's is held meanwhile. Raises
        NotDrawn.
        """
        ...


class NoCharts:
    """A desk that draws nothing."""

    async def draw(self, chart: Picture) -> Drawn:
        raise NotDrawn("")


class ReportFiles(Protocol):
    """Whoever makes files of reports."""

    async def workbook(
        self,
        document: ReportDocument,
        tickets: TicketRows | None,
        key: str = "",
    ) -> Drawn:
        """The report as a stored workbook, with the tickets behind it where they are given. Raises
        NotDrawn. `key` = by which it is asked how far it is.
        """
        ...

    def written(self, key: str) -> int | None:
        """How many tickets of the workbook with this key are written; None while none is."""
        ...

    async def page(self, document: ReportDocument, picture: Picture | None) -> Drawn:
        """The report as a stored page (PDF). Raises NotDrawn."""
        ...


class NoReportFiles:
    """A desk that makes no files of reports."""

    async def workbook(
        self,
        document: ReportDocument,
        tickets: TicketRows | None,
        key: str = "",
    ) -> Drawn:
        raise NotDrawn("")

    def written(self, key: str) -> int | None:
        return None

    async def page(self, document: ReportDocument, picture: Picture | None) -> Drawn:
        raise NotDrawn("")


@dataclass(frozen=True, slots=True)
class BroadcastCost:
    """What a LINE broadcast costs: people it goes to, messages of the month's quota that are left
    (None = no limit).
    """

    followers: int | None
    left: int | None


class Networks(Protocol):
    """The networks that the desk may post to itself."""

    ready: frozenset[Network]
    with_picture: frozenset[Network]
    """Those by which a picture goes out with the text."""

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        """What a LINE broadcast would cost now; None where LINE does not say."""
        ...


class NoNetworks:
    """A desk that posts nothing itself."""

    ready: frozenset[Network] = frozenset()
    with_picture: frozenset[Network] = frozenset()

    async def broadcast_cost(self, today: date) -> BroadcastCost | None:
        return None


class Tour(Protocol):
    """Who is at which step, from nought, of being shown a demo desk."""

    def go_to(self, person: StaffId, step: int, event: str) -> None:
        """This person is at this step because of this event."""
        ...

    def at(self, person: StaffId, event: str) -> int | None:
        """The step at which this event finds the person; the same again for the same event, which
        may be decided twice.
        """
        ...

    def go_on(self, person: StaffId, event: str) -> int:
        """This event did what the step asks for; returns the next."""
        ...


async def no_title(platform: Platform, chat: str) -> str:
    """Of a platform that says a group's name with each event, or never."""
    return ""


class RunningNumbers:
    """The running numbers that one process gave out and that may not be written yet."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        # Events are decided in the threads of the database, too.
        self._lock = Lock()

    def after(self, name: str, written: int) -> int:
        """The next number, where `written` is the last one that the store knows of."""
        with self._lock:
            number = max(written, self._last.get(name, 0)) + 1
            self._last[name] = number
        return number

    def give_back(self, name: str, number: int) -> None:
        """What was given out is not used; where a later number was given out since, it is a gap."""
        with self._lock:
            if self._last.get(name) == number:
                self._last[name] = number - 1


class LentNumbers(RunningNumbers):
    """Numbers for one decision, which gives them back where it comes to nothing."""

    def __init__(self, numbers: RunningNumbers) -> None:
        super().__init__()
        self._numbers = numbers
        self._given: list[tuple[str, int]] = []

    def after(self, name: str, written: int) -> int:
        number = self._numbers.after(name, written)
        self._given.append((name, number))
        return number

    def give_all_back(self) -> None:
        """None of them is used."""
        while self._given:
            self._numbers.give_back(*self._given.pop())


@dataclass(frozen=True, slots=True)
class Desk:
    """Shared by all handlers. `clock` gives aware instants; `mail_from` is the address that mails
    come from, empty where no mail is sent; `private_chats` are the links to the private chat with
    the bot, filled in when a platform tells; `title` asks a platform what a group is called ("" =
    it does not say); `numbers` are the running numbers that this process gives out, so that events
    at once do not get the same; `words`, `suggestions` and `calendar` are what it remembers
    of `db`; `tour` = who is shown a demo desk step by step;
    `web_address` = where the desk's pages are, "" where nobody could open them.
    """

    db: Database
    configuration: Configuration
    clock: Callable[[], datetime]
    files: Files = field(default_factory=NoFiles)
    mail_from: str = ""
    networks: Networks = field(default_factory=NoNetworks)
    charts: Charts = field(default_factory=NoCharts)
    report_files: ReportFiles = field(default_factory=NoReportFiles)
    private_chats: dict[Platform, str] = field(default_factory=dict)
    title: Callable[[Platform, str], Awaitable[str]] = no_title
    numbers: RunningNumbers = field(default_factory=RunningNumbers)
    reports: SharedReports = field(default_factory=SharedReports)
    phrases: RememberedPhrases = field(default_factory=RememberedPhrases)
    words: SearchWords = field(default_factory=SearchWords)
    suggestions: Suggestions = field(default_factory=Suggestions)
    calendar: holidays.KnownCalendar = field(default_factory=holidays.KnownCalendar)
    tour: Tour | None = None
    web_address: str = ""

    def __post_init__(self) -> None:
        self.words.organisations = self.configuration.organisations

    async def close(self) -> None:
        """Give up what is being read into memory; the database stays open."""
        await self.words.close()
        await self.suggestions.close()


class WaitsForMore(Exception):
    """What is asked needs more than the store: it is asked once more where that can be waited
    for.
    """


class _NotAtOnce:
    """Stands for a part of the desk that may have to be waited for, or that others use meanwhile.

    Whoever asks it within one reading of the store is refused; later it is the part itself.
    """

    def __init__(self, part: object, at_once: Collection[str] = ()) -> None:
        self._part = part
        # What is known of it without asking anybody.
        self._at_once = at_once

    def __getattr__(self, name: str) -> Any:
        if name not in self._at_once and not _can_wait():
            raise WaitsForMore(name)
        return getattr(self._part, name)


def _can_wait() -> bool:
    """Whether there is an event loop here: in the thread of a database there is none."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def without_waiting(desk: Desk, numbers: RunningNumbers) -> Desk:
    """The desk for whoever decides within one reading of the store (`Database.read`) and takes
    running numbers from `numbers`: what is kept in memory, and whatever platforms and others are
    asked for, raises WaitsForMore there, before anybody is asked.
    """

    async def title(platform: Platform, chat: str) -> str:
        if not _can_wait():
            raise WaitsForMore("title")
        return await desk.title(platform, chat)

    files: Any = _NotAtOnce(desk.files, ("blobs", "has_links"))
    networks: Any = _NotAtOnce(desk.networks, ("ready", "with_picture"))
    words: Any = _NotAtOnce(desk.words)
    suggestions: Any = _NotAtOnce(desk.suggestions)
    charts: Any = _NotAtOnce(desk.charts)
    reports: Any = _NotAtOnce(desk.reports)
    report_files: Any = _NotAtOnce(desk.report_files)
    return replace(
        desk,
        files=files,
        networks=networks,
        title=title,
        words=words,
        suggestions=suggestions,
        charts=charts,
        reports=reports,
        report_files=report_files,
        numbers=numbers,
    )


async def up_to_date(desk: Desk, version: int | None = None) -> Desk:
    """The desk with the holidays that administrators entered laid over its calendar; `version` =
    the number of what was entered, where that is known.

    Looked at anew for each event and each tick, so that every process counts alike from the next
    one on.
    """
    if version is None:
        configuration = await holidays.lay_over(desk.db, desk.configuration)
    else:
        configuration = await desk.calendar.lay_over(desk.db, desk.configuration, version)
    return (
        desk if configuration is desk.configuration else replace(desk, configuration=configuration)
    )


def with_holidays(desk: Desk, entered: Mapping[date, DayRule]) -> Desk:
    """The desk as it counts with these words of the administrators on dates."""
    calendar = desk.configuration.calendar.with_entered(entered)
    return replace(desk, configuration=replace(desk.configuration, calendar=calendar))


@dataclass(slots=True)
class Work:
    """What is decided at one time: read from the store now, written together at the end."""

    desk: Desk
    now: datetime
    changes: list[Write] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    audit_entries: list[AuditEntry] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    """The records that this work makes: nothing of the store belongs to them yet."""

    known: dict[tuple[object, ...], Any] = field(default_factory=dict)
    """What was read of the store `once`."""

    @property
    def db(self) -> Database:
        """The store, for reading; writing goes through `change`."""
        return self.desk.db

    @property
    def configuration(self) -> Configuration:
        """The office's data, as they hold at this time."""
        return self.desk.configuration

    @property
    def catalogue(self) -> Catalogue:
        """Channels, subjects and customer types."""
        return self.configuration.catalogue

    @property
    def words(self) -> SearchWords:
        """The register's words, which a search goes by."""
        return self.desk.words

    @property
    def today(self) -> date:
        """The local date."""
        return self.now.astimezone(BANGKOK).date()

    def change(
        self,
        write: Callable[Concatenate[Tx, P], Awaitable[object]],
        *args: P.args,
        **params: P.kwargs,
    ) -> None:
        """Write this, with these parameters, in the transaction that ends the work."""
        self.changes.append(lambda tx: write(tx, *args, **params))

    async def once(
        self,
        read: Callable[Concatenate[Database, P], Awaitable[T]],
        *args: P.args,
        **params: P.kwargs,
    ) -> T:
        """What `read` finds, asked of the store the first time only: several parts of one answer
        need it.
        """
        question = (read, args, *params.items())
        if question not in self.known:
            self.known[question] = await read(self.db, *args, **params)
        found: T = self.known[question]
        return found

    async def belonging(
        self,
        read: Callable[[Database, str], Awaitable[T]],
        record: str,
        nothing: N,
    ) -> T | N:
        """What `read` finds of a record's; `nothing` where this work makes the record, unless it
        says what there will be.
        """
        question = (read, (record,))
        if question in self.known:
            found: T = self.known[question]
            return found
        if record in self.made:
            return nothing
        return await read(self.db, record)

    def remember(
        self,
        found: object,
        read: Callable[Concatenate[Database, P], Awaitable[object]],
        *args: P.args,
        **params: P.kwargs,
    ) -> None:
        """`read` would find this, as something else that was read tells."""
        self.known[(read, args, *params.items())] = found

    async def new_ticket_no(self, *, later: bool = False) -> TicketNo:
        """The number of a ticket that is written with this work, or `later`: writing it is a
        Conflict where another process gave it out too.
        """
        last = await self.once(counters.read_counter, "ticket")
        number = self.desk.numbers.after("ticket", last)
        no = ticket_no(number, self.now.astimezone(BANGKOK))
        if later:
            # Writing the ticket raises the counter by itself.
            self.change(counters.raise_counter, "ticket", number)
        else:
            self.made.add(no)
        return no

    def audit(self, action: str, record: str) -> None:
        """Note that the desk itself read or changed personal data."""
        self.audit_entries.append(
            AuditEntry(
                self.now,
                None,
                action,
                record,
                "",
                "",
            )
        )

    def notify(
        self,
        make: Callable[[], Reply],
        key: str,
        *,
        staff_id: StaffId | None = None,
        role: Role | None = None,
        to: Chat | None = None,
        letter: WorkLetter | None = None,
    ) -> None:
        """Send a person, everybody with a role, or a chat a message not asked for, once for each
        `key`; where there is a `letter`, that instead to a person who can be mailed.
        """
        notice = Notice(
            make,
            key,
            staff_id,
            role,
            to,
            letter=letter,
        )
        self.notices.append(notice)

    def outcome(self) -> "Outcome":
        """What it came to, to be written."""
        return Outcome(
            None,
            tuple(self.changes),
            tuple(self.notices),
            tuple(self.audit_entries),
        )


@dataclass(slots=True, kw_only=True)
class Context(Work):
    """One event being handled: who speaks, and what is to be written together with the answer."""

    incoming: Incoming
    staff: Staff
    drafts: set[str] = field(default_factory=set)
    """Drafts that this event already writes."""

    unsaved: dict[str, Customer] = field(default_factory=dict)
    """Customers that this event makes, by code: its own answer already speaks of them."""

    met: dict[str, Customer] = field(default_factory=dict)
    """Customers that this event has read: its rules, its card and its buttons speak of the same
    ones.
    """

    found: dict[str, Customer] = field(default_factory=dict)
    """Customers that a search of this event found, without contacts and addresses."""

    under: dict[str, Ticket] = field(default_factory=dict)
    """Tickets under this event's forms, likewise: a card asks for them once for each of its
    fields.
    """

    found_contacts: dict[str, str] = field(default_factory=dict)
    """By customer the id of the contact whom a search of this event found."""

    named_others: dict[str, str] = field(default_factory=dict)
    """By customer the words beside its telephone, address or code that name somebody else."""

    is_register_unread: bool = False
    """Whether a search of this event met a register that is still being read."""

    likely_duplicates: dict[str, list[Hit]] = field(default_factory=dict)
    """Who may be the customer that this event's form makes, likewise, by what was typed of her."""

    jobs: list[str] = field(default_factory=list)
    """Imports that have something to do once this event is written."""

    attached: dict[str, int] = field(default_factory=dict)
    """How many files this event adds to a record: its own answer already speaks of them."""

    group_answer: Reply | None = None
    """What a group reads where somebody pressed a button in it: the answer itself is private."""

    pressed: Mapping[str, str] = field(default_factory=dict)
    """What the button that was pressed means, also where it came too late."""

    earlier: list[Earlier] = field(default_factory=list)
    """What messages of this chat say by now, beside the answer."""

    origins: set[str] = field(default_factory=set)
    """The events whose messages, which can be taken back, what is done now comes from."""

    async def fetch(self, attachment: Attachment) -> Fetched:
        """See `Files.fetch`."""
        return await self.desk.files.fetch(self.incoming, attachment)

    async def customer(self, code: str) -> Customer:
        """A customer of the store, or one that this event makes; NotFound("customer")."""
        found = self.unsaved.get(code) or self.met.get(code)
        if found is None:
            found = self.met[code] = await self._whole_customer(code)
        return found

    async def _whole_customer(self, code: str) -> Customer:
        bare = self.found.get(code)
        if bare is None or bare.merged_into is not None:
            return await customers.get_customer(self.db, code)
        return await customers.with_parts(self.db, bare)

    async def find_customers(self, text: str) -> Hits:
        """A search; that the register was not read yet is known to what is offered beside the
        hits.
        """
        hits = await search.find_customers(self.db, self.words, text)
        if hits.partial:
            self.is_register_unread = True
        for hit in hits:
            self.found[hit.customer.code] = hit.customer
            if hit.why is MatchReason.CODE:
                self.met[hit.customer.code] = hit.customer
            if hit.contact is not None:
                self.found_contacts[hit.customer.code] = str(hit.contact.id)
            if hit.left_out:
                self.named_others[hit.customer.code] = hit.left_out
        return hits

    def audit(self, action: str, record: str) -> None:
        """Note that this person read or changed personal data."""
        incoming = self.incoming
        self.audit_entries.append(
            AuditEntry(
                self.now,
                self.staff.id,
                action,
                record,
                incoming.platform,
                incoming.id,
            )
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What handling came to: written in one transaction with the end of the event, or of what was
    due.
    """

    reply: Reply | None = None
    changes: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()
    audit_entries: tuple[AuditEntry, ...] = ()
    staff_id: StaffId | None = None
    jobs: tuple[str, ...] = ()
    origin: str = ""
    """The event whose message it says again, where that can be taken back."""

    language: str = "th"
    """What it is said in."""

    waits: bool = False
    """Whether something waits for this person that could not be told."""

    records: tuple[str, ...] = ()
    """What the event's own message went into, where that can be taken back."""
