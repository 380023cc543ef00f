"""Plays a scene through the real widgets: key presses at the window, touches at the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtWidgets import QWidget

from terminal.context import Context
from terminal.dev import people, scenes
from terminal.dev.browser import Browser, Page
from terminal.dev.hall import EmulatedHall
from terminal.domain.case import CaseState
from terminal.domain.records import DeclineKind
from terminal.services.views import Act, Saved
from ui.app import WindowApp
from ui.citizen.screen import CitizenScreen
from ui.demo.hands import Hands
from ui.widgets.basics import Button
from ui.widgets.fields import Choice, Field
from ui.window.frame import Workplace
from ui.window.review import KEYS
from ui.window.topbar import PAGES

ALT = Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
SETTLE_MS = 350
"""How long a screen may take to show its last answers before a picture is taken."""

ARRIVE_SECONDS = 40.0


class Played(msgspec.Struct):
    """A matter of the scene: what the program answered, and what the scene had in mind."""

    matter: str
    saved: Saved
    expected: CaseState
    offline: bool
    item_code: str


class Player:
    """Performs the steps of a scene; raises `Stuck` when one does not do what it should."""

    def __init__(self, hall: EmulatedHall, ctx: Context, app: WindowApp, pictures: Path) -> None:
        self.hall, self.ctx, self.app = hall, ctx, app
        self.hands = Hands()
        self.pictures = pictures
        self.played: dict[str, Played] = {}
        self.ratings = 0
        self.said: Callable[[str], None] = lambda _: None
        self.desk_pages: dict[str, Page] = {}
        self._slips = 0
        self._steps: dict[type, Callable[[Any], None]] = {
            scenes.SignIn: self._sign_in,
            scenes.Greet: self._greet,
            scenes.Find: self._find,
            scenes.Answer: self._answer,
            scenes.HandIn: self._hand_in,
            scenes.Fill: self._fill,
            scenes.Do: self._do,
            scenes.Decline: self._decline,
            scenes.EndVisit: self._end_visit,
            scenes.Rate: self._rate,
            scenes.Skip: self._skip,
            scenes.PressPad: self._press_pad,
            scenes.StopHub: self._stop_hub,
            scenes.StartHub: self._start_hub,
            scenes.Decide: self._decide,
            scenes.OpenPage: self._open_page,
            scenes.Turn: self._turn,
            scenes.TakePaper: self._take_paper,
            scenes.PutPaper: self._put_paper,
            scenes.Shoot: self._shoot,
        }

    def play(self, steps: Iterable[scenes.Step]) -> None:
        """Perform steps, one after the other."""
        for number, step in enumerate(steps, 1):
            self.hands.doing = f"{number} {type(step).__name__}"
            self.said(self.hands.doing)
            self._to_the_window()
            self._steps[type(step)](step)

    def _to_the_window(self) -> None:
        """Give the keyboard to the clerk's window; the citizen's screen must not have it."""
        window = self.app.window
        if not window.isActiveWindow():
            window.activateWindow()
            self.hands.wait("window", window.isActiveWindow)

    # What is on the screens

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

    # Signing in

    def _sign_in(self, _: scenes.SignIn) -> None:
        hands = self.hands
        hands.wait("core", lambda: self.app.bridge.ctx is not None)
        self.app.window.activateWindow()
        hands.at("sign_in_login")
        hands.type(people.CLERK.login)
        hands.press(Qt.Key.Key_Return)
        hands.at("sign_in_password")
        hands.type(people.CLERK.password)
        hands.press(Qt.Key.Key_Return)
        hands.wait("workplace", lambda: self.app.window.workplace is not None)
        hands.wait("hub", lambda: self.ctx.hub_state().connected)
        devices = self.ctx.devices
        assert devices is not None
        hands.wait("devices", lambda: all(view.usable for view in devices.snapshot()))

    # The visitor

    def _greet(self, step: scenes.Greet) -> None:
        person, hands, desk = people.person(step.person), self.hands, self.place.desk
        hands.wait("free desk", lambda: desk.now.empty and not desk.busy)
        if step.by is scenes.By.CARD:
            self.hall.devices.reader.put_card(person.card())
        elif step.by is scenes.By.SCANNER:
            hands.at("visitor_name")
            self.hall.devices.scanner.scan(person.number)
            hands.wait("scanned number", lambda: self.place.work.visitor.form.number.text())
            self._type_visitor(person, number=False)
        else:
            hands.at("visitor_name")
            self._type_visitor(person, number=True)
        hands.wait(
            "visitor",
            lambda: desk.now.visitor is not None and desk.now.visitor.name == person.name,
        )
        self.hall.devices.reader.take_card()
        hands.at("search_edit")

    def _type_visitor(self, person: people.SamplePerson, *, number: bool) -> None:
        hands = self.hands
        hands.at("visitor_name")
        hands.type(person.name)
        hands.press(Qt.Key.Key_Return)
        hands.at("visitor_number")
        if number:
            hands.type(person.number)
        hands.press(Qt.Key.Key_Return)
        hands.at("visitor_phone")
        hands.type(person.phone)
        hands.press(Qt.Key.Key_Return)
        hands.at("visitor_capacity")
        hands.press(Qt.Key.Key_Return)

    # The matter

    def _find(self, step: scenes.Find) -> None:
        hands, desk, search = self.hands, self.place.desk, self.place.work.search
        hands.press(Qt.Key.Key_F3)
        hands.at("search_edit")
        hands.type(step.typed)
        wanted = f"result_{step.item}"

        def place() -> int:
            names = [row.objectName() for row in search.results.rows]
            return names.index(wanted) if wanted in names else -1

        hands.wait(step.typed, lambda: not search._pending and place() >= 0)
        while search.results.index != place():
            hands.press(Qt.Key.Key_Down if search.results.index < place() else Qt.Key.Key_Up)
        hands.press(Qt.Key.Key_Return)
        hands.wait("item", lambda: desk.item is not None and desk.item.code == step.item)

    def _answer(self, step: scenes.Answer) -> None:
        hands, desk = self.hands, self.place.desk
        hands.at(f"question_{step.question}")
        review = desk.now.review
        assert review is not None
        question = next(q for q in review.questions if q.id == step.question)
        options = [option.id for option in question.options]
        hands.press(Qt.Key(Qt.Key.Key_1 + options.index(step.option)))

        def answered() -> bool:
            review = desk.now.review
            return review is not None and review.draft.answers.get(step.question) == step.option

        hands.wait("answer", answered)

    def _hand_in(self, step: scenes.HandIn) -> None:
        hands, desk, rows = self.hands, self.place.desk, self.place.work.path.materials.list
        hands.at("materials_list")
        for material in step.materials:
            names = [row.objectName() for row in rows.rows]
            goal = names.index(f"material_{material}")
            while rows.index != goal:
                hands.press(Qt.Key.Key_Down if rows.index < goal else Qt.Key.Key_Up)
            hands.press(Qt.Key.Key_Space)

            def settled(material: str = material) -> bool:
                draft = desk.now.draft
                return desk.fresh and draft is not None and material in draft.materials

            hands.wait(material, settled)

    def _fill(self, step: scenes.Fill) -> None:
        hands, desk, values = self.hands, self.place.desk, dict(step.fields)
        form = self.place.work.path.form
        for _ in range(len(self.place.work.path.materials.list.rows)):
            if hands.focus() == "materials_list":
                hands.press(Qt.Key.Key_Return)
        hands.wait("form", lambda: hands.focus().startswith("form_"))
        while (name := hands.focus()).startswith("form_"):
            field_id = name.removeprefix("form_")
            self._fill_field(form.fields[field_id], values.get(field_id, ""))
            hands.press(Qt.Key.Key_Return)
            self._wait_past(name)
        hands.wait("review", lambda: desk.fresh)

    def _wait_past(self, name: str) -> None:
        hands = self.hands
        hands.wait("next field", lambda: hands.focus() not in ("", name))

    def _fill_field(self, shown: Field | Choice, value: str) -> None:
        if isinstance(shown, Choice):
            if value and shown.value() != value:
                options = [button.accessibleName() for button in shown.findChildren(QWidget)]
                self.hands.press(Qt.Key(Qt.Key.Key_1 + options.index(value)))
        elif value and not shown.text():
            self.hands.type(value)

    # Acts

    def _to_review(self, act: Act) -> None:
        """The act's own key leads to the review step first, wherever the keyboard is."""
        hands = self.hands
        _, key, control = KEYS[act]
        hands.wait("review", lambda: self.place.desk.fresh and not self.place.desk.busy)
        if hands.focus() != "review_panel":
            hands.pump(150)
            hands.press(key, CONTROL if control else NONE)
            hands.at("review_panel")

    def _press(self, act: Act) -> None:
        _, key, control = KEYS[act]
        self.hands.press_legal(key, CONTROL if control else NONE)

    def _do(self, step: scenes.Do) -> None:
        self._to_review(step.act)
        self._saving(step.matter, step.act, step.expected, step.offline)

    def _decline(self, step: scenes.Decline) -> None:
        hands, place = self.hands, self.place
        self._to_review(Act.DECLINE)
        self._press(Act.DECLINE)
        hands.at("decline_kind")
        kinds = [kind.value for kind in DeclineKind]
        hands.press(Qt.Key(Qt.Key.Key_1 + kinds.index(step.kind)))
        hands.press(Qt.Key.Key_Return)
        for name, text in (
            ("decline_reason", step.reason),
            ("decline_basis", step.basis),
            ("decline_go_to", step.go_to[0]),
            ("decline_go_to_address", step.go_to[1]),
            ("decline_go_to_phone", step.go_to[2]),
            ("decline_second_name", people.SUPERVISOR.login),
            ("decline_second_password", people.SUPERVISOR.password),
        ):
            hands.at(name)
            hands.press(Qt.Key.Key_A, CONTROL)
            hands.type(text)
            if name == "decline_second_password":
                self._shoot(scenes.Shoot("14-decline"))
            hands.press(Qt.Key.Key_Return)
        hands.at("confirm_decline")
        hands.wait("review", lambda: place.desk.fresh)
        self._saving(step.matter, Act.DECLINE, CaseState.NOT_ACCEPTED, False)

    def _saving(self, matter: str, act: Act, expected: CaseState, offline: bool) -> None:
        """Press the act's key and take down what the program says it has saved."""
        hands, desk = self.hands, self.place.desk
        item = desk.item
        assert item is not None
        saved: list[Saved] = []

        def take(answer: Saved, _: str) -> None:
            saved.append(answer)

        desk.saved.connect(take)
        try:
            self._press(act)
            hands.wait(act.value, lambda: saved)
        finally:
            desk.saved.disconnect(take)
        self.played[matter] = Played(matter, saved[0], expected, offline, item.code)
        self._slips += sum(document.kind == "receipt" for document in saved[0].documents)
        if self.hall.devices.printer.paper == "ok":
            wanted = self._slips
            hands.wait("slip", lambda: len(self.hall.devices.printer.sheets) >= wanted)
        # The list of this visit's matters follows by itself.
        hands.wait("visit", lambda: self.place.desk.now.cases)

    # The visit's end

    def _end_visit(self, _: scenes.EndVisit) -> None:
        desk = self.place.desk
        self.hands.press(Qt.Key.Key_F11)
        self.hands.wait("visit ended", lambda: desk.now.empty and not desk.busy)
        self.hands.wait("invitation", lambda: self.citizen.visit_id)

    def _rate(self, step: scenes.Rate) -> None:
        page = self.citizen.rating
        self.hands.touch(page.grades[step.grade])
        for code in step.reasons:
            self._touch_reason(code)
        self._shoot(scenes.Shoot(f"citizen-rated-{step.grade}", "citizen"))
        self.hands.touch(page.send)
        self._rated()

    def _touch_reason(self, code: str) -> None:
        page = self.citizen.rating
        self.hands.wait(code, lambda: code in page.reasons)
        self.hands.touch(page.reasons[code])

    def _press_pad(self, step: scenes.PressPad) -> None:
        self.hall.devices.pad.press(step.grade)
        self._rated()

    def _rated(self) -> None:
        self.ratings += 1
        self.hands.wait("rated", lambda: not self.citizen.visit_id)

    def _skip(self, _: scenes.Skip) -> None:
        self.hands.touch(self.citizen.rating.skip)
        self.hands.wait("skipped", lambda: not self.citizen.visit_id)

    # The network

    def _stop_hub(self, _: scenes.StopHub) -> None:
        self.hands.wait("arrived", lambda: not self.ctx.journal.status().waiting, ARRIVE_SECONDS)
        self.hands.during(self.hall.hub.stop)
        self._look_now()
        self.hands.wait("hub away", lambda: self.ctx.hub_state().state == "unreachable")

    def _start_hub(self, _: scenes.StartHub) -> None:
        self.hands.during(self.hall.hub.start)
        self._look_now()

        def arrived() -> bool:
            return self.ctx.hub_state().connected and not self.ctx.journal.status().waiting

        self.hands.wait("arrived", arrived, ARRIVE_SECONDS)

    def _look_now(self) -> None:
        """Tell the sync that the network has changed, as the machine does."""
        assert self.ctx.sync is not None
        self.ctx.sync.wake()

    def _decide(self, step: scenes.Decide) -> None:
        account = people.desk_account(step.account)
        case_id = self.played[step.matter].saved.case.case_id
        ready = self.hall.hub.ready
        assert ready is not None

        def decide() -> None:
            browser = Browser()
            page = browser.get(ready.desk_url)
            queue = browser.submit(
                page,
                page.form("account", "password"),
                account=account.login,
                password=account.password,
            )
            page = browser.get(next(link for link in queue.links if case_id in link))
            done = browser.submit(
                page,
                page.form("outcome", "token"),
                outcome="GRANTED",
                document_number=step.document_number,
            )
            self.desk_pages = {"hub-desk": queue, "hub-case": page, "hub-decided": done}

        self.hands.during(decide)
        self._look_now()
        self.hands.wait(
            "decided", lambda: self.ctx.cases.case(case_id).state is CaseState.DECIDED,
            ARRIVE_SECONDS,
        )  # fmt: skip
        self.played[step.matter].expected = CaseState.DECIDED

    # Pages, paper, pictures

    def _open_page(self, step: scenes.OpenPage) -> None:
        number = dict(PAGES)[step.page]
        self.hands.press(Qt.Key(Qt.Key.Key_0 + number), ALT)
        wanted = self.place.pages[step.page]
        self.hands.wait(step.page, lambda: self.place.stack.currentWidget() is wanted)

    def _turn(self, step: scenes.Turn) -> None:
        tabs = self.place.cases.findChildren(Button, QRegularExpression("^tab_"))
        self.hands.at("cases_table")
        for _ in tabs:
            if any(tab.isChecked() and tab.objectName() == f"tab_{step.tab}" for tab in tabs):
                return
            self.hands.press(Qt.Key.Key_Left)
        self.hands.wait(step.tab, lambda: False, seconds=0)

    def _take_paper(self, _: scenes.TakePaper) -> None:
        self.hall.devices.printer.take_paper()
        self._wait_printer("paper_out")

    def _put_paper(self, _: scenes.PutPaper) -> None:
        self.hall.devices.printer.put_paper()
        self._wait_printer("connected")
        wanted = self._slips
        self.hands.wait("slip", lambda: len(self.hall.devices.printer.sheets) >= wanted)

    def _wait_printer(self, state: str) -> None:
        devices = self.ctx.devices
        assert devices is not None
        devices.retry()

        def so() -> bool:
            return any(
                view.kind == "receipt_printer" and view.state == state
                for view in devices.snapshot()
            )

        self.hands.wait(state, so)

    def _shoot(self, step: scenes.Shoot) -> None:
        self.hands.pump(SETTLE_MS)
        screen = self.citizen if step.screen == "citizen" else self.app.window
        self.pictures.mkdir(parents=True, exist_ok=True)
        screen.grab().save(str(self.pictures / f"{step.name}.png"))
