"""Forms about papers: a cure fails, papers go to the department or away."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as datetime_time

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.domain.regime import conditional_basis
from ui.window.casework.acts import CaseAct
from ui.window.casework.bringing import deferred_of
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.form import CaseForm

WAYS = ("staff", "post", "system")


class CureFailedForm(CaseForm):
    """容缺逾期未补: ends the case in writing, with reason, basis and remedies."""

    act = CaseAct.CURE_FAILED

    def build(self) -> None:
        self.reason = self.line("reason", most=500)
        self.basis = self.line("basis", most=500)

    def fill(self, file: CaseFile) -> None:
        names = self.texts("window.list").join(entry.name for entry in deferred_of(file))
        self.reason.set_text(self.texts("casework.cure_failed.reason_given", names=names))
        basis = conditional_basis(file.item) if file.item is not None else ()
        self.basis.set_text(self.texts("window.list").join(basis))

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        reason, basis, action = self.reason.text(), self.basis.text(), self.action_id
        return lambda: ctx.casework.fail_cure(case_id, reason, basis, session, action)


class HandOverForm(CaseForm):
    """综合窗口交接单: the papers go to the department, pages counted."""

    act = CaseAct.HAND_OVER

    def build(self) -> None:
        self.pages = self.line("pages", most=5, needed=False)
        self.parts[-1] = (self.pages, self._count)

    def fill(self, file: CaseFile) -> None:
        self.pages.set_text("")

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        pages, action = int(self.pages.text()), self.action_id
        return lambda: ctx.casework.hand_over(case_id, pages, session, action)

    def _count(self) -> str:
        text = self.pages.text()
        good = text.isascii() and text.isdecimal() and int(text) > 0
        return "" if good else self.texts("casework.hand_over.pages_wrong")


class ForwardForm(CaseForm):
    """转交: papers received for another place go there; its clock begins with their receipt."""

    act = CaseAct.FORWARD

    def build(self) -> None:
        self.way = self.pick("way", WAYS)
        self.number = self.line("number", most=60, needed=False)
        self.parts[-1] = (self.number, self._number)

    def fill(self, file: CaseFile) -> None:
        self.way.set_value("")
        self.number.set_text("")
        forwarding = file.case.forwarding
        if forwarding is not None:
            self.explanation.say(
                self.texts("casework.forward.to", organ=forwarding.organ,
                           date=forwarding.forward_by)
            )  # fmt: skip

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        how = self.texts(f"casework.forward.way_{self.way.value()}")
        number, action = self.number.text(), self.action_id
        return lambda: ctx.casework.forward(case_id, how, number, session, action)

    def _number(self) -> str:
        needed = self.way.value() == "post" and not self.number.text()
        return self.texts("casework.forward.number_missing") if needed else ""


class ArrivedForm(CaseForm):
    """登记到达: when the competent organ received what was forwarded."""

    act = CaseAct.ARRIVED

    def build(self) -> None:
        self.day = self.line("day", most=10, needed=False)
        self.parts[-1] = (self.day, self._day)
        self.time = self.line("time", most=5, needed=False)
        self.parts[-1] = (self.time, self._time)

    def fill(self, file: CaseFile) -> None:
        self.day.set_text("")
        self.time.set_text("")

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        moment, action = self._moment(), self.action_id
        return lambda: ctx.casework.register_arrival(case_id, moment, session, action)

    def _moment(self) -> int:
        day, time = date.fromisoformat(self.day.text()), datetime_time.fromisoformat(self._clock())
        return to_milliseconds(datetime.combine(day, time, CHINA_TIME))

    def _clock(self) -> str:
        """Return the time with two digits for the hour: 9:30 is 09:30."""
        return self.time.text().replace("：", ":").zfill(5)

    def _day(self) -> str:
        assert self.file is not None
        try:
            day = date.fromisoformat(self.day.text())
        except ValueError:
            return self.texts("casework.arrived.day_wrong")
        forwarded = datetime.fromtimestamp(self.file.case.forwarded_at / 1000, CHINA_TIME).date()
        if day < forwarded:
            return self.texts("casework.arrived.too_early", date=forwarded.isoformat())
        return ""

    def _time(self) -> str:
        try:
            moment = self._moment()
        except ValueError:
            return self.texts("casework.arrived.time_wrong")
        late = moment > self.clerking.ctx.clock.now().corrected
        return self.texts("casework.arrived.in_future") if late else ""
