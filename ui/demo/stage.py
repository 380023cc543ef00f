"""The stage of scenes: hall, terminal and windows, and what has been done there so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from terminal.context import Context
from terminal.dev.browser import Page
from terminal.dev.department import Seat
from terminal.dev.hall import EmulatedHall
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.services.papers import PAPER_OF_KIND
from terminal.services.views import CaseRow, DocumentView, Saved
from ui import theme
from ui.app import WindowApp
from ui.citizen.screen import CitizenScreen
from ui.demo.hands import Hands
from ui.window.frame import Workplace

SETTLE_MS = 350
"""How long a screen may take to show its last answers before a picture is taken."""

ARRIVE_SECONDS = 40.0


class Played(msgspec.Struct):
    """A matter of a scene: what the program answered, and what the scene had in mind."""

    matter: str
    case_id: str
    expected: CaseState
    offline: bool
    item_code: str
    scene: str = ""
    promised: str = ""
    record_ids: tuple[str, ...] = ()


def _is_slip(paper: DocumentView) -> bool:
    return PAPER_OF_KIND[paper.kind] == "receipt_printer"


class Stage:
    """Holds what the steps of scenes work with. GUI thread only.

    `pictures` is where screens are photographed to, None for nowhere; `said` hears what is
    being done, `problems` are the sentences of what is not as a scene expects it.
    """

    def __init__(self, hall: EmulatedHall, pictures: Path | None = None, beat: int = 0) -> None:
        self.hall = hall
        self.hands = Hands(beat)
        self.pictures = pictures
        self.said: Callable[[str], None] = lambda _: None
        self.problems: list[str] = []
        self.scene = ""
        self.played: dict[str, Played] = {}
        self.matters: dict[str, str] = {}
        self.all_played: list[Played] = []
        self.ratings = 0
        self._others = 0
        self.blanks: tuple[str, ...] = ()
        self.dark_on: date | None = None
        self.seats: dict[str, tuple[Seat, int]] = {}
        self.desk_pages: dict[str, Page] = {}
        self.calendar: WorkingDayCalendar
        self._ctx: Context | None = None
        self._app: WindowApp | None = None

    # The terminal

    def open(self) -> None:
        """Switch the terminal on: its core, its window, nobody signed in."""
        self.window_of(self.hall.open_terminal())

    def window_of(self, ctx: Context) -> WindowApp:
        """Show the window of a core that is open; what is closed with it is the caller's."""
        app = WindowApp(self.hall.settings, ctx=ctx, guard_clock=self.hands.time)
        app.window.resize(theme.px(1366), theme.px(768))
        app.window.show()
        app.open_core()
        self.take(ctx, app)
        return app

    def take(self, ctx: Context, app: WindowApp) -> None:
        """Go on with windows that are there already."""
        self._ctx, self._app = ctx, app
        self.calendar = ctx.calendar

    def close(self) -> None:
        """Switch the terminal off; it can be opened again."""
        self.close_windows()
        if self._ctx is not None:
            # On this thread: the lock of the data folder belongs to the thread that took it.
            self._ctx.close()
        self._ctx = None

    def close_windows(self) -> None:
        """Take the windows away; the core stays open."""
        app = self._app
        self._app = None
        if app is not None:
            app.window.close()
            app.close()
            for widget in (app.citizen, app.window):
                if widget is not None:
                    widget.deleteLater()
            app.deleteLater()
            self.hands.pump(1)

    def restart(self) -> None:
        """Begin afresh after a step that led nowhere: nobody is signed in, all is connected."""
        self.close()
        self.hall.cable.plug_in()
        self.hall.devices.printer.put_paper()
        self.hands.during(self.hall.hub.start)
        self.open()

    @property
    def is_open(self) -> bool:
        """Whether the terminal is on."""
        return self._app is not None

    @property
    def ctx(self) -> Context:
        """The core of the terminal."""
        assert self._ctx is not None
        return self._ctx

    @property
    def app(self) -> WindowApp:
        """The windows of the terminal."""
        assert self._app is not None
        return self._app

    @property
    def place(self) -> Workplace:
        """The workplace of who is signed in."""
        place = self.app.window.workplace
        assert place is not None
        return place

    @property
    def citizen(self) -> CitizenScreen:
        """The citizen's screen."""
        assert self.app.citizen is not None
        return self.app.citizen

    def to_the_window(self) -> None:
        """Give the keyboard to the clerk's window; the citizen's screen must not have it."""
        window = self.app.window
        if not window.isActiveWindow():
            window.activateWindow()
            self.hands.wait("window", window.isActiveWindow)

    # Scenes and their matters

    def begin(self, scene: str = "") -> None:
        """Begin a scene: names of matters and blanks are its own."""
        self.scene = scene
        self.played = {}
        self.matters = {}
        self.blanks = ()

    def problem(self, key: str, **data: str) -> None:
        """Take down what is not as the scene expects it."""
        said = self.app.bridge.texts(f"demo.problem.{key}", scene=self.scene, **data)
        self.problems.append(said)

    def saved(self, matter: str, answer: Saved, expected: CaseState, offline: bool) -> None:
        """Take down what the program says it has saved, and wait for its slips."""
        row: CaseRow = answer.case
        before = self.played.get(matter)
        if before is not None and before.case_id == row.case_id:
            before.expected = expected
        else:
            made = Played(
                matter, row.case_id, expected, offline, self.ctx.cases.case(row.case_id).item_code,
                self.scene, row.due.isoformat() if row.due else "", answer.record_ids,
            )  # fmt: skip
            self.played[matter] = made
            self.all_played.append(made)
        self.await_slips()

    def id_of(self, matter: str) -> str:
        """Return the id of a case, or of a whole matter of several departments (`matters`)."""
        return self.matters.get(matter) or self.played[matter].case_id

    def case(self, matter: str) -> Case:
        """Return a matter's case as it stands."""
        return self.ctx.cases.case(self.played[matter].case_id)

    def await_state(self, matter: str, state: CaseState) -> None:
        """Wait until the window knows this state of a matter; from now on it is expected."""
        self.hands.wait(
            f"{matter} {state}", lambda: self.case(matter).state is state, ARRIVE_SECONDS
        )
        self.played[matter].expected = state

    # Paper and network

    def slips(self) -> int:
        """Return how many papers of these matters belong on the receipt printer."""
        papers = (
            paper
            for played in self.all_played
            for paper in self.ctx.cases.documents(played.case_id)
        )
        return self._others + sum(map(_is_slip, papers))

    def await_slips(self, documents: Sequence[DocumentView] = ()) -> None:
        """Wait until every slip has come out, unless there is no roll.

        `documents` are papers of a whole matter of several cases, which belong to none of them.
        """
        cases = {played.case_id for played in self.all_played}
        self._others += sum(_is_slip(one) for one in documents if one.case_id not in cases)
        printer = self.hall.devices.printer
        if printer.paper == "ok":
            wanted = self.slips()
            self.hands.wait("slip", lambda: len(printer.sheets) >= wanted)

    def look_now(self) -> None:
        """Tell the sync that something has changed, as the machine does."""
        assert self.ctx.sync is not None
        self.ctx.sync.wake()

    def await_arrival(self) -> None:
        """Wait until the hub holds everything that was written here."""

        def arrived() -> bool:
            return self.ctx.hub_state().connected and not self.ctx.journal.status().waiting

        self.hands.wait("arrived", arrived, ARRIVE_SECONDS)

    def shoot(self, name: str, screen: str = "window") -> None:
        """Take a picture of a screen."""
        if self.pictures is None:
            return
        self.hands.pump(SETTLE_MS)
        shown = self.citizen if screen == "citizen" else self.app.window
        self.pictures.mkdir(parents=True, exist_ok=True)
        shown.grab().save(str(self.pictures / f"{name}.png"))


Steps = dict[type, Callable[[Stage, Any], None]]
"""How each kind of step is performed: a function of the stage and the step."""
