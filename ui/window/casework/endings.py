"""Forms that end a case: withdrawn by its applicant, made void, decided here, closed."""

from __future__ import annotations

from typing import Any

from terminal.domain.case import Case
from terminal.domain.parties import Capacity, Party
from terminal.domain.records import Outcome
from terminal.services.casework.signing import Withdrawal, capacity_to_withdraw
from terminal.services.casework.window import DecisionRequest
from ui.bridge import Failure
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile, lines
from ui.window.casework.form import CaseForm
from ui.window.casework.person import PersonParts
from ui.window.casework.signature import SignatureRequest


class WithdrawForm(CaseForm):
    """申请人撤回: the clerk only opens it; what does it is the applicant's own signature."""

    act = CaseAct.WITHDRAW
    confirmed = False

    def build(self) -> None:
        self._strokes = b""
        self.person = PersonParts(self, self._cases, capacity_to_withdraw, self._to_reason)
        self.reason = self.line("reason", most=300, needed=False)
        self.reason.moved_on.connect(self._ask)

    def fill(self, file: CaseFile) -> None:
        self.person.fill(file.case)
        self.reason.set_text("")
        self._hold(False)

    def take_card(self, party: Party) -> None:
        """A reader has read the card of who withdraws: that is the check of the identity."""
        if self.clerking.signatures.request is None and not self.busy:
            self.person.take_card(party)

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        withdrawal = Withdrawal(
            self.person.party(), self.person.capacity.value(), self.reason.text(), self._strokes
        )
        action = self.action_id
        return lambda: ctx.signing.withdraw(case_id, withdrawal, session, action)

    def leave(self) -> None:
        self._strokes = b""
        self.person.forget()
        self.clerking.signatures.take_back()

    def _cases(self) -> tuple[Case, ...]:
        return (self.file.case,) if self.file is not None else ()

    def _to_reason(self) -> None:
        self.reason.setFocus()

    def _hold(self, held: bool) -> None:
        """Let nothing change while somebody reads it, or let it again."""
        for part, _ in self.parts:
            part.setEnabled(part is self.reason or not held)
        self.reason.edit.setReadOnly(held)

    def _signing(self) -> str:
        assert self.file is not None
        texts, case, capacity = self.texts, self.file.case, self.person.capacity.value()
        what = {"item": case.item_name, "number": case.receipt_number}
        if capacity == Capacity.SELF.value:
            return texts("casework.withdraw.signing", applicant=case.applicant.name, **what)
        return texts(
            "casework.withdraw.signing_for", applicant=case.applicant.name,
            signer=self.person.name.text(), capacity=texts(f"casework.withdraw.as_{capacity}"),
            **what,
        )  # fmt: skip

    def _ask(self) -> None:
        asking = self.clerking.signatures.request is not None
        if self.busy or self.file is None or asking or not self.check():
            return
        texts, case, reason = self.texts, self.file.case, self.reason.text()
        said = texts("casework.withdraw.signing_reason", reason=reason) if reason else ""
        request = SignatureRequest(
            title=texts("casework.withdraw.signing_title"),
            words=lines((self._signing(), said, texts("casework.withdraw.signing_effect"))),
            number=case.receipt_number,
            done=texts("casework.withdraw.signing_done"),
            refuse=texts("casework.withdraw.signing_refuse"),
        )
        self._hold(True)
        self.clerking.signatures.ask(request, self._on_signed, self._on_refused)
        self.say(texts("casework.withdraw.waiting", signer=self.person.name.text()), "")

    def _on_signed(self, strokes: bytes) -> None:
        if self.file is None or self.busy:
            return
        self._strokes = strokes
        self.start(self.call(), self._on_done)

    def _on_refused(self) -> None:
        self._hold(False)
        self.reason.setFocus()
        self.say(self.texts("casework.withdraw.refused"), "warning")

    def _on_done(self, result: Any) -> None:
        self._hold(False)
        super()._on_done(result)

    def _on_failed(self, failure: Failure) -> None:
        self._hold(False)
        super()._on_failed(failure)


class VoidForm(CaseForm):
    """作废: on the day of its making, with a reason and a second person's password."""

    act = CaseAct.VOID

    def build(self) -> None:
        self.reason = self.pick("reason", ("person", "item", "twice"))
        self.detail = self.line("detail", most=300, needed=False)
        self.returned = self.pick("returned", ("yes", "no"))
        self.second_name = self.line("second_name", most=60)
        self.second_password = self.line("second_password", secret=True)

    def fill(self, file: CaseFile) -> None:
        self.reason.set_value("")
        self.returned.set_value("")
        for field in (self.detail, self.second_name, self.second_password):
            field.set_text("")

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        reason = self.texts(f"casework.void.reason_{self.reason.value()}")
        if self.detail.text():
            reason = self.texts("casework.with_detail", word=reason, detail=self.detail.text())
        returned, action = self.returned.value() == "yes", self.action_id
        name, password = self.second_name.text(), self.second_password.edit.text()
        self.second_password.set_text("")
        return lambda: ctx.casework.void(case_id, reason, returned, name, password, session, action)

    def leave(self) -> None:
        self.second_password.set_text("")


class DecideForm(CaseForm):
    """决定: a named chief representative decides at the window, by name and number."""

    act = CaseAct.DECIDE

    def build(self) -> None:
        self.outcome = self.pick("outcome", (Outcome.GRANTED.value, Outcome.REFUSED.value))
        self.outcome.chosen.connect(self._on_outcome)
        # Left empty, the organ's next number is given by itself.
        self.number = self.line("number", most=80, needed=False)
        self.enforcement = self.line("enforcement", most=60)
        self.reason = self.line("reason", most=500)
        self.basis = self.line("basis", most=500)

    def fill(self, file: CaseFile) -> None:
        self.outcome.set_value("")
        for field in (self.number, self.enforcement, self.reason, self.basis):
            field.set_text("")
        if file.item is not None:
            self.basis.set_text(self.texts("window.list").join(file.item.legal_basis[:2]))
        self._on_outcome("")

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        refused = self.outcome.value() == Outcome.REFUSED.value
        request = DecisionRequest(
            Outcome(self.outcome.value()), self.number.text(), self.enforcement.text(),
            self.reason.text() if refused else "", self.basis.text() if refused else "",
        )  # fmt: skip
        action = self.action_id
        return lambda: ctx.casework.decide(case_id, request, session, action)

    def _on_outcome(self, outcome: str) -> None:
        # A refusal needs its reasons and its basis; a grant says nothing but yes.
        self.reason.setVisible(outcome == Outcome.REFUSED.value)
        self.basis.setVisible(outcome == Outcome.REFUSED.value)


class CloseForm(CaseForm):
    """办结: after its delivery, or for a recorded reason that the supervisor sees."""

    act = CaseAct.CLOSE

    def build(self) -> None:
        self.reason = self.line("reason", most=300)

    def fill(self, file: CaseFile) -> None:
        self.reason.set_text("")
        delivered = file.case.delivery is not None
        self.reason.setVisible(not delivered)
        key = "delivered" if delivered else "explanation"
        self.explanation.say(self.texts(f"casework.close.{key}"))

    def open(self, file: CaseFile) -> None:
        super().open(file)
        if self.reason.isHidden():
            self.confirm.setFocus()

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        reason = "" if self.reason.isHidden() else self.reason.text()
        action = self.action_id
        return lambda: ctx.casework.close(case_id, reason, session, action)
