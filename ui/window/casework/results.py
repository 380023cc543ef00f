"""Forms of the result desk: made ready, reminded of, sent, brought back, registered as received."""

from __future__ import annotations

import re
from typing import Any

from terminal.domain.parties import Capacity, Party
from terminal.domain.records import DeliveryWay, ResultThing
from terminal.services.casework.results import Reception
from ui.widgets.basics import Label
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.form import CaseForm

MOST_THINGS = 20


class ReadyForm(CaseForm):
    """出件: one thing after the other with its certificate number; an empty line ends the list."""

    act = CaseAct.READY

    def build(self) -> None:
        self.things: list[ResultThing] = []
        self.list = Label("", wrap=True, object_name="ready_things")
        self.add_widget(self.list)
        self.name = self.line("name", most=80, needed=False)
        self.parts[-1] = (self.name, self._check_name)
        self.number = self.line("number", most=60, needed=False)
        self.count = self.line("count", most=3, needed=False)
        self.parts[-1] = (self.count, self._check_count)
        self.spoiled = self.line("spoiled", most=200, needed=False)
        self.name.edit.went_up.connect(self._take_back)

    def fill(self, file: CaseFile) -> None:
        self.things = []
        self._clear()
        if file.item is not None:
            self.name.set_text(file.item.result)
        self._show()

    def to_confirm(self) -> None:
        """An entered thing joins the list; an empty line goes to the confirming row."""
        if self.name.text():
            if not self.check():
                return
            self.things.append(self._thing())
            self._clear()
            self._show()
            self.name.setFocus()
            return
        super().to_confirm()

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        things, action = tuple(self.things), self.action_id
        return lambda: ctx.results.make_ready(case_id, things, session, action)

    def do(self) -> None:
        if self.name.text():
            # What stands in the lines belongs to the list as well.
            self.to_confirm()
            return
        super().do()

    def _step(self, part: Any, by: int) -> None:
        if part is self.name and by > 0 and not self.name.text() and self.things:
            self.to_confirm()
            return
        super()._step(part, by)

    def _thing(self) -> ResultThing:
        spoiled = tuple(one for one in re.split(r"[\s,，、;；]+", self.spoiled.text()) if one)
        return ResultThing(
            self.name.text(), self.number.text(), int(self.count.text()), spoiled=spoiled
        )

    def _take_back(self) -> None:
        """Put the last thing of the list back into the lines, to mend it."""
        if self.name.text() or not self.things:
            return
        last = self.things.pop()
        self.name.set_text(last.name)
        self.number.set_text(last.number)
        self.count.set_text(str(last.count))
        self.spoiled.set_text(self.texts("window.list").join(last.spoiled))
        self._show()

    def _clear(self) -> None:
        for field in (self.name, self.number, self.spoiled):
            field.set_text("")
        self.count.set_text("1")

    def _show(self) -> None:
        texts = self.texts
        said = []
        for place, thing in enumerate(self.things, 1):
            number = thing.number or texts("window.never")
            words = texts(
                "casework.ready.thing",
                place=place, name=thing.name, number=number, count=thing.count,
            )  # fmt: skip
            if thing.spoiled:
                numbers = texts("window.list").join(thing.spoiled)
                words = texts("casework.ready.thing_spoiled", thing=words, numbers=numbers,
                              count=len(thing.spoiled))  # fmt: skip
            said.append(words)
        self.list.say("\n".join(said) or texts("casework.ready.none"))

    def _check_name(self) -> str:
        if not self.name.text() and not self.things:
            return self.texts("casework.fill_in")
        full = len(self.things) >= MOST_THINGS and self.name.text()
        return self.texts("casework.ready.too_many", most=MOST_THINGS) if full else ""

    def _check_count(self) -> str:
        if not self.name.text():
            return ""
        text = self.count.text()
        good = text.isascii() and text.isdecimal() and int(text) > 0
        return "" if good else self.texts("casework.ready.count_wrong")


class RemindForm(CaseForm):
    """提醒领取: how the applicant was reminded."""

    act = CaseAct.REMIND

    def build(self) -> None:
        self.way = self.pick("way", ("phone", "message", "letter"))
        self.detail = self.line("detail", most=200, needed=False)

    def fill(self, file: CaseFile) -> None:
        self.way.set_value("")
        self.detail.set_text("")
        phone = file.case.applicant.phone or file.case.visitor.phone
        key = "phone" if phone else "no_phone"
        count = len(file.case.reminders)
        words = self.texts(f"casework.remind.{key}", phone=phone)
        if count:
            words = self.texts("casework.remind.again", words=words, count=count)
        self.explanation.say(words)

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        how = self.texts(f"casework.remind.way_{self.way.value()}")
        if self.detail.text():
            how = self.texts("casework.with_detail", word=how, detail=self.detail.text())
        action = self.action_id
        return lambda: ctx.results.remind(case_id, how, session, action)


class SendForm(CaseForm):
    """交寄: to the confirmed address; delivered only when the receiver has it."""

    act = CaseAct.SEND

    def build(self) -> None:
        self.company = self.line("company", most=60)
        self.number = self.line("number", most=60)

    def fill(self, file: CaseFile) -> None:
        choice = file.case.delivery_choice
        self.company.set_text("")
        self.number.set_text("")
        if choice is not None:
            self.explanation.say(
                self.texts("casework.send.to", recipient=choice.recipient,
                           address=choice.address, phone=choice.phone)
            )  # fmt: skip

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        company, number, action = self.company.text(), self.number.text(), self.action_id
        return lambda: ctx.results.send(case_id, company, number, session, action)


class CameBackForm(CaseForm):
    """邮件退回: the result lies at the desk again."""

    act = CaseAct.CAME_BACK

    def build(self) -> None:
        self.reason = self.pick("reason", ("nobody", "refused", "address", "other"), vertical=True)
        self.detail = self.line("detail", most=200, needed=False)
        self.parts[-1] = (self.detail, self._check_detail)

    def fill(self, file: CaseFile) -> None:
        self.reason.set_value("")
        self.detail.set_text("")

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        reason = self.texts(f"casework.came_back.reason_{self.reason.value()}")
        action = self.action_id
        if self.detail.text():
            reason = self.texts("casework.with_detail", word=reason, detail=self.detail.text())
        return lambda: ctx.results.came_back(case_id, reason, session, action)

    def _check_detail(self) -> str:
        other = self.reason.value() == "other" and not self.detail.text()
        return self.texts("casework.fill_in") if other else ""


class ReceivedForm(CaseForm):
    """登记签收: what went by courier or electronically has arrived; its trace is the proof."""

    act = CaseAct.RECEIVED

    def build(self) -> None:
        self.name = self.line("name", most=60)
        self.trace = self.line("trace", most=200)

    def fill(self, file: CaseFile) -> None:
        choice, courier = file.case.delivery_choice, file.case.courier
        self.name.set_text(
            choice.recipient if choice and choice.recipient else file.case.applicant.name
        )
        self.trace.set_text("")
        if courier is not None and not courier.returned_at:
            words = self.texts(
                "casework.received.courier", company=courier.company,
                number=courier.tracking_number,
            )  # fmt: skip
            self.explanation.say(words)
        else:
            self.explanation.say(self.texts("casework.received.explanation"))

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case = self.clerking.ctx, self.clerking.session, self.file.case
        by_courier = case.courier is not None and not case.courier.returned_at
        own = self.name.text() == case.applicant.name
        receiver = case.applicant if own else Party(self.name.text())
        reception = Reception(
            receiver, Capacity.SELF.value if own else "",
            DeliveryWay.COURIER if by_courier else DeliveryWay.ELECTRONIC,
            trace=self.trace.text(),
        )  # fmt: skip
        action = self.action_id
        return lambda: ctx.results.deliver([case.case_id], reception, session, action)
