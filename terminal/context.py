"""Builds everything once and hands it over: the only place that knows all parts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from terminal.clock import Clock, HubMeasure, SystemClock, today
from terminal.devices.manager import DeviceManager
from terminal.devices.registry import DeviceConfig, load_profile
from terminal.documents import HallWording, PrinterProfile, load_hall_wording, warm_up
from terminal.documents.wording import BILINGUAL
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.deadlines import working_days_left
from terminal.errors import SyncError, TerminalError
from terminal.events import EventBus
from terminal.ids import Randomness, SystemRandomness
from terminal.protocol.wire import Enrolment
from terminal.services.appointments import AppointmentsService
from terminal.services.authenticity import AuthenticityService
from terminal.services.blank_book import BlankBookService
from terminal.services.blobs import BlobsService
from terminal.services.cases import CasesService
from terminal.services.casework.acting import Office
from terminal.services.casework.collecting import CollectingService
from terminal.services.casework.complaints import ComplaintsService
from terminal.services.casework.history_sheet import HistorySheetService
from terminal.services.casework.results import ResultDesk
from terminal.services.casework.shifts import ShiftService
from terminal.services.casework.signing import SigningService
from terminal.services.casework.telling import TellingService
from terminal.services.casework.todo import HistoryService, TodoService
from terminal.services.casework.window import WindowCasework
from terminal.services.catalogue import CatalogueService
from terminal.services.courier import CourierService
from terminal.services.documents import DocumentsService
from terminal.services.enrolment import EnrolmentService
from terminal.services.forwarding import ForwardingService
from terminal.services.hub_time import HubTime
from terminal.services.intake import IntakeService
from terminal.services.issuing import Desk
from terminal.services.journal import HubState, JournalService
from terminal.services.kept_drafts import KeptDraftsService
from terminal.services.key_renewal import KeyRenewal
from terminal.services.life_events.service import LifeEventsService
from terminal.services.number_blocks import NumberBlocks
from terminal.services.numbering import Numbering
from terminal.services.papers import PaperMaker, Place
from terminal.services.phone_list import PhoneListService
from terminal.services.policy import PolicyService
from terminal.services.printing import PrintingService
from terminal.services.rating_log import LedgerTreeStore, RatingLogService
from terminal.services.rating_slips import RatingSlipService
from terminal.services.ratings import RatingsService
from terminal.services.retention import RetentionService, RetentionTask
from terminal.services.sheets import SheetsService
from terminal.services.staff import StaffService
from terminal.services.synchronising import LedgerSyncStore
from terminal.services.updating import after_update
from terminal.services.visits import VisitsService
from terminal.settings import Settings
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.store.keys import open_keys
from terminal.store.migrating import drop_copy
from terminal.struct_types import make_ready
from terminal.sync.client import HubClient
from terminal.sync.hint import WAIT_SECONDS
from terminal.sync.transport import HttpTransport, Transport
from terminal.sync.trees import LogProof, TreeWatch
from terminal.sync.worker import SyncWorker
from terminal.texts import DEFAULT_LANGUAGE, Texts

Result = TypeVar("Result")
NO_REGION = "0000"
URGENT_WORKING_DAYS = 2
"""What is due this soon goes to the hub at once, also when others wait for their turn."""


class Context:
    """One terminal, open: services, devices and the sync behind one door.

    Clock, randomness and transport may come from outside (tests, the simulation). Use it as a
    context manager or call `open` and `close`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        transport: Transport | None = None,
    ) -> None:
        self.settings = settings
        self.texts = Texts(settings.screen.language)
        self.clock = clock or SystemClock()
        self.ids = randomness or SystemRandomness()
        self.events = EventBus()
        self.keys = open_keys(settings.keys_dir, settings.ledger_path, self.ids)
        self.ledger = Ledger(settings.ledger_path, self.keys.database)
        self._transport = transport
        self._readers = ThreadPoolExecutor(2, "read")
        self._actors = ThreadPoolExecutor(2, "act")
        self.sync: SyncWorker | None = None
        self.devices: DeviceManager | None = None
        self._close_calls: list[Callable[[], object]] = []

    # Threads

    def read(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Run a view on one of two read threads."""
        return self._readers.submit(function, *args)

    def act(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Run an action off the caller's thread; the ledger orders the writing itself."""
        return self._actors.submit(function, *args)

    # Life

    def __enter__(self) -> Context:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, *, devices: bool = False, sync: bool = False) -> None:
        """Open the stores and build the services; start threads of devices and sync if asked."""
        try:
            self._open()
            if devices:
                self.start_devices()
            if sync:
                self.start_sync()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop threads and close stores, the last opened first; a second call does nothing."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._actors.shutdown(wait=True)
        while self._close_calls:
            self._close_calls.pop()()

    def _open(self) -> None:
        self.ledger.open()
        self._close_calls.append(self.ledger.close)
        self.journal_writer = Journal(self.keys.terminal_id, self.clock, self.ids)
        if not self.ledger.read(self.journal_writer.epoch):
            self.ledger.write(lambda db: self.journal_writer.open_epoch(db, "created"))
        self.catalogue = CatalogueService(self.settings.catalogue_path)
        self._close_calls.append(self.catalogue.close)
        self.enrolment = EnrolmentService(self.ledger, self.keys, self.clock, self.ids)
        self.policy = PolicyService(self.ledger, self._hall_id, self.events)
        self._close_calls.append(self.policy.close)
        self.enrolment.keep_recoverable()
        self._build_services(self.enrolment.current())
        self._build_sync()
        after_update(self.ledger, self.enrolment.current(), self.clock)
        drop_copy(self.settings.ledger_path)

    def _hall_id(self) -> str:
        enrolled = self.enrolment.current()
        return enrolled.hall_id if enrolled else ""

    @property
    def hall_name(self) -> str:
        """What papers and screens call the hall: as it was enrolled, otherwise by the settings."""
        enrolled = self.enrolment.current()
        return enrolled.hall_name if enrolled else self.settings.hall.name

    @property
    def calendar(self) -> WorkingDayCalendar:
        """The working days as they are known now; the hub may send others at any time."""
        return self.policy.calendar()

    def _build_services(self, enrolled: Enrolment | None) -> None:
        settings = self.settings
        region = enrolled.region if enrolled else settings.hall.region
        number = enrolled.terminal_number if enrolled else settings.window.number
        self.staff = StaffService(self.ledger, self.clock, self.ids, self.enrolment.current)
        self.appointments = AppointmentsService(self.ledger, self.enrolment.current, self.clock)
        self.documents = DocumentsService(
            self.ledger, self.clock, self._printer_profile(),
            lambda digest: self.blobs.read(digest), self._hall_wording(),
            lambda: self.policy.rules().policy.seals,
        )  # fmt: skip
        self.printing = PrintingService(
            self.ledger, self.clock, self.ids, self.events, self.documents.render_job
        )
        self.printing.recover()
        self.cases = CasesService(self.ledger, self.policy.calendar, self.clock)
        self.visits = VisitsService(
            self.ledger, self.journal_writer, self.clock, self.ids, self.events,
            settings.window.name,
        )  # fmt: skip
        self.kept_drafts = KeptDraftsService(self.ledger, self.clock)
        self.ratings = RatingsService(
            self.ledger, self.journal_writer, self.clock, self.events,
            f"citizen-screen/{self.keys.terminal_id}",
        )  # fmt: skip
        self.rating_log = RatingLogService(self.ledger, self.clock, self.events)
        self.blobs = BlobsService(self.ledger, settings.blobs_dir, self.keys.database, self.ids)
        self.retention = RetentionService(
            self.ledger, self.clock, self.events, terminal_id=self.keys.terminal_id,
            blobs=settings.blobs_dir, days=settings.journal.retention_days,
        )  # fmt: skip
        self.journal = JournalService(self.ledger, self.hub_state, self.policy.calendar, self.clock)
        self.courier = CourierService(
            ledger=self.ledger, journal=self.journal_writer, blobs=self.blobs, keys=self.keys,
            enrolment=self.enrolment.current, clock=self.clock, randomness=self.ids,
            events=self.events,
        )  # fmt: skip
        place = Place(
            self.hall_name, settings.window.name, settings.hall.phone, self._paper_language(),
            settings.documents.copy_check,
        )  # fmt: skip
        desk = Desk(
            window=settings.window.name,
            public_url=self.public_url,
            connected=lambda: self.hub_state().connected,
            signing_key=self.keys.signing,
        )
        self.number_blocks = NumberBlocks(self.ledger, self.journal_writer, self.clock)
        numbering = Numbering(region or NO_REGION, int(number), self.ids, self.texts)
        papers = PaperMaker(place, self.policy.rules, Texts(settings.screen.language))
        self.intake = IntakeService(
            ledger=self.ledger,
            journal=self.journal_writer,
            items=self.catalogue,
            staff=self.staff,
            numbering=numbering,
            papers=papers,
            rules=self.policy.rules,
            clock=self.clock,
            randomness=self.ids,
            events=self.events,
            desk=desk,
            wake_printer=self.wake_printer,
            hours=settings.hall.hours,
        )
        self._build_casework(desk, papers, numbering)
        self.history_sheets = HistorySheetService(self.history, self.printing, place, self.clock)
        self.authenticity = AuthenticityService(
            self.ledger, self.enrolment.current, number, lambda: self.keys.public
        )
        self.printing.wake = self.wake_printer
        self.rating_slips = RatingSlipService(
            self.rating_log,
            self.printing,
            place,
            self.public_url,
            {device.kind for device in settings.devices},
            self._printer_profile(),
        )
        self.sheets = SheetsService(
            ledger=self.ledger,
            clock=self.clock,
            items=self.catalogue,
            papers=papers,
            numbering=numbering,
            history=self.history,
            printing=self.printing,
            profile=self._printer_profile(),
            wording=self._hall_wording(),
            window=lambda: settings.window.name,
        )
        self.phone_list = PhoneListService(
            self.ledger, self.clock, self.printing, self.hall_name, settings.window.name
        )
        self.forwarding = ForwardingService(
            self.intake, self.cases, self.visits, self.blobs, self.catalogue, self.clock
        )

    def _build_casework(self, desk: Desk, papers: PaperMaker, numbering: Numbering) -> None:
        """Build what a window does with a case after its intake."""
        office = Office(
            ledger=self.ledger,
            journal=self.journal_writer,
            items=self.catalogue,
            staff=self.staff,
            papers=papers,
            rules=self.policy.rules,
            clock=self.clock,
            randomness=self.ids,
            events=self.events,
            desk=desk,
            wake_printer=self.wake_printer,
        )
        self.casework = WindowCasework(office)
        self.results = ResultDesk(office)
        self.signing = SigningService(office, self.blobs, f"citizen-screen/{self.keys.terminal_id}")
        self.complaints = ComplaintsService(office, numbering)
        self.collecting = CollectingService(office, self.results, self.casework, self.signing)
        self.todo = TodoService(office)
        self.telling = TellingService(office, papers.occasion_of)
        self.history = HistoryService(office)
        self.shifts = ShiftService(office, self.todo)
        self.blank_book = BlankBookService(self.ledger, self.clock)
        self.life_events = LifeEventsService(
            office, self.intake, self.catalogue, numbering, papers, lambda: self.texts
        )

    def _build_sync(self) -> None:
        url = self.settings.hub.url
        authority = self.settings.hub.certificate_authority
        if not url and self._transport is None:
            return
        transport = self._transport or HttpTransport(
            url,
            Path(authority) if authority else None,
            timeout=self.settings.hub.timeout_seconds,
        )
        self._line = transport
        self._watch = TreeWatch(
            LedgerTreeStore(self.ledger, self.clock), self.keys, self.clock, self.events
        )
        self.sync = SyncWorker(
            transport=transport,
            store=LedgerSyncStore(
                self.ledger, self.journal_writer, self.clock, self.blobs, self.catalogue
            ),
            keys=self.keys,
            enrolment=self.enrolment.current,
            clock=self.clock,
            randomness=self.ids,
            events=self.events,
            hints=(
                transport.beside(WAIT_SECONDS) if isinstance(transport, HttpTransport) else None
            ),
            urgent=self._urgent,
            measured=HubTime(self.ledger, self.clock).take
            if isinstance(self.clock, SystemClock)
            else None,
            renewal=KeyRenewal(self.keys, self.enrolment),
            rating_log=self._watch,
        )
        self._close_calls.append(self.sync.stop)

    def _urgent(self) -> bool:
        """Say whether something waits whose legal date is near."""
        due = self.journal.status().earliest_due
        if due is None:
            return False
        return working_days_left(today(self.clock), due, self.calendar) <= URGENT_WORKING_DAYS

    # Parts that may be missing

    def prove_ratings(self) -> LogProof | None:
        """Ask the hub now to prove every rating given here; None without a hub in reach."""
        enrolled = self.enrolment.current()
        if enrolled is None or self.sync is None:
            return None
        client = HubClient(self._line, self.keys, enrolled.hub_key, self.clock, self.ids)
        try:
            return self._watch.prove(client, enrolled.hub_key, self.rating_log.own())
        except SyncError:
            return None

    def hub_state(self) -> HubState:
        """Return what is known of the hub now."""
        if self.sync is None:
            return HubState()
        state = self.sync.state()
        return HubState(state.state, state.code, state.last_contact, state.sending)

    def hub_measure(self) -> HubMeasure | None:
        """Return how this machine's clock stands to the hub's; None when nobody knows."""
        return self.clock.measure if isinstance(self.clock, SystemClock) else None

    def public_url(self) -> str:
        """Return the address under which citizens find the hub's pages."""
        enrolled = self.enrolment.current()
        if enrolled is not None and enrolled.public_url:
            return enrolled.public_url
        return self.settings.hub.public_url or self.settings.hub.url or "http://127.0.0.1"

    def wake_printer(self) -> None:
        """Tell the printers that a job waits; without devices nothing happens."""
        if self.devices is not None:
            self.devices.wake_printer()

    def start_sync(self) -> None:
        """Start the one loop that pushes and pulls; without a hub nothing happens."""
        if self.sync is not None:
            make_ready()
            self.sync.start()
            wiping = RetentionTask(self._wipe, self.clock)
            self._close_calls.append(wiping.stop)
            wiping.start()

    def _wipe(self, stopping: Callable[[], bool]) -> None:
        """Clear what is past its time: forgotten drafts, last year's numbers, then records."""
        self.kept_drafts.drop_old()
        self.number_blocks.give_back()
        self.retention.run(stopping)

    def start_devices(self) -> None:
        """Start a thread for each device of the settings; warm up what the first paper needs."""
        self._actors.submit(warm_up)
        self.devices = DeviceManager(
            [
                DeviceConfig(device.kind, device.driver, device.address, device.name)  # type: ignore[arg-type]
                for device in self.settings.devices
            ],
            bus=self.events,
            clock=self.clock,
            jobs=self.printing.queues,
        )
        self._close_calls.append(self.devices.stop)
        self.devices.start()

    def _paper_language(self) -> str:
        """Return the language of papers; a hall may have Chinese with English beside it."""
        language = self.settings.screen.language
        chinese = language == DEFAULT_LANGUAGE
        return BILINGUAL if chinese and self.settings.documents.bilingual else language

    def _hall_wording(self) -> HallWording | None:
        """Return what the hall adds to its papers; raises `InvalidInput` for a bad file."""
        name = self.settings.documents.wording
        return load_hall_wording(self.settings.data_dir / name) if name else None

    def _printer_profile(self) -> PrinterProfile:
        """Return what the receipt printer of the settings can do."""
        for device in self.settings.devices:
            if device.kind == "receipt_printer":
                try:
                    paper = load_profile(device.driver).paper
                except TerminalError:
                    continue
                if paper is not None:
                    return PrinterProfile(
                        encoding=paper.encoding,
                        columns=paper.columns,
                        dots=paper.dots,
                        chinese_mode=paper.chinese_mode,
                        native_qr=paper.qr == "native",
                        cutter=paper.cutter,
                        feed=paper.feed,
                        raster=paper.raster,
                    )
        return PrinterProfile()
