"""Entering a handwritten receipt (补录): the paper's number, time and scan, a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

from PySide6.QtWidgets import QWidget

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.services.views import Act, HandwrittenReceipt
from ui.bridge import Bridge
from ui.widgets.basics import Label, row
from ui.widgets.fields import Field
from ui.widgets.keys import LegalGuard
from ui.window.dates import tidy_day
from ui.window.decline import ActPanel
from ui.window.desk import Desk


class LatePanel(ActPanel):
    """In place of the review while late entry is on; the clock starts at the paper's time."""

    def __init__(self, bridge: Bridge, desk: Desk, guard: LegalGuard) -> None:
        super().__init__(Act.RECEIVE, bridge.texts, desk, guard, "late_entry")
        texts = bridge.texts
        self._bridge = bridge
        self.number = self._field("number", 40, self._check_number)
        self.day = self._field("day", 11, self._check_day, patient=10, tidy=tidy_day)
        self.time = self._field("time", 5, self._check_time, patient=5)
        self.scan = self._field("scan", 1000)
        self.second_name = self._field("second_name", 60, self._check_there)
        self.second_password = Field(
            "late_second_password", texts("day.late.second_password"), secret=True
        )
        self._lines = (
            self.number, self.day, self.time, self.scan, self.second_name, self.second_password,
        )  # fmt: skip
        when, who = QWidget(), QWidget()
        row(self.number, self.day, self.time, gap=12, to=when)
        row(self.second_name, self.second_password, gap=12, to=who)
        for part in (when, self.scan, Label(texts("day.late.second"), "small"), who):
            self.add_field(part)
        for at, field in enumerate(self._lines):
            field.moved_on.connect(lambda at=at: self._step(at))
            field.moved_back.connect(lambda at=at: self._lines[max(at - 1, 0)].setFocus())

    def begin(self) -> None:
        for field in self._lines:
            field.set_text("")
            field.complain("")
        self.number.setFocus()

    def check(self) -> bool:
        for field in self._lines[:5]:
            if not field.valid():
                field.setFocus()
                return False
        if not self.second_password.edit.text():
            self.second_password.complain(self._texts("day.late.missing"))
            self.second_password.setFocus()
            return False
        return True

    def to_confirm(self) -> None:
        if self.check():
            # The dates at the right follow the paper's day before anything is written.
            self._desk.say_paper(self._receipt())
        super().to_confirm()

    def do(self) -> None:
        ctx = self._bridge.ctx
        if ctx is None or not self.check():
            return
        if not self._desk.fresh:
            self._say(self._texts("window.guard.checking"), "warning")
            return
        name, password = self.second_name.text(), self.second_password.edit.text()
        self.second_password.set_text("")
        file = Path(self.scan.text()).expanduser() if self.scan.text() else None
        self._desk.enter_late(self._receipt(), name, password, file)

    def _receipt(self) -> HandwrittenReceipt:
        written = datetime.combine(
            date.fromisoformat(self.day.text()), time.fromisoformat(self.time.text()), CHINA_TIME
        )
        return HandwrittenReceipt(self.number.text(), to_milliseconds(written))

    def _step(self, at: int) -> None:
        if self._lines[at].valid():
            if at + 1 < len(self._lines):
                self._lines[at + 1].setFocus()
            else:
                self.to_confirm()

    def _field(
        self,
        key: str,
        most: int,
        check: Callable[[str], str] | None = None,
        patient: int = 0,
        tidy: Callable[[str], str] | None = None,
    ) -> Field:
        texts = self._texts
        hint = f"day.late.{key}_hint"
        return Field(
            f"late_{key}", texts(f"day.late.{key}"), hint=texts(hint) if texts.has(hint) else "",
            max_length=most, check=check, tidy=tidy, patient=patient,
        )  # fmt: skip

    def _check_number(self, text: str) -> str:
        return "" if text else self._texts("day.late.number_missing")

    def _check_there(self, text: str) -> str:
        return "" if text else self._texts("day.late.missing")

    def _check_day(self, text: str) -> str:
        ctx = self._bridge.ctx
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return self._texts("day.late.bad_day")
        now = datetime.fromtimestamp(ctx.clock.now().corrected / 1000, CHINA_TIME) if ctx else None
        late = now is not None and day > now.date()
        return self._texts("intake.paper_of_the_future.message") if late else ""

    def _check_time(self, text: str) -> str:
        ctx = self._bridge.ctx
        try:
            time.fromisoformat(text)
        except ValueError:
            return self._texts("day.late.bad_time")
        if len(text) != len("00:00"):
            return self._texts("day.late.bad_time")
        if ctx is None or self._check_day(self.day.text()):
            return ""
        future = self._receipt().written_at > ctx.clock.now().corrected
        return self._texts("intake.paper_of_the_future.message") if future else ""
