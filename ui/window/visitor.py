"""Who is here: a card read, a code scanned or fields typed; checked as it is typed."""

from __future__ import annotations

from datetime import date

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from terminal.clock import today
from terminal.domain.capacity import CONSENT_AGE, age_on
from terminal.domain.parties import Capacity, IdentitySource, Party, PartyKind
from terminal.texts import Texts
from ui.bridge import Bridge
from ui.widgets.basics import (
    Card,
    KeyCap,
    Label,
    Notice,
    StateLabel,
    column,
    holds_focus,
    name,
    row,
)
from ui.widgets.fields import Choice
from ui.window.desk import Desk
from ui.window.party_form import PartyForm
from ui.window.power_form import PowerForm
from ui.window.toggles import Toggles


class VisitorPanel(Card):
    """The visitor's card: fields while they are filled in, a summary once they are."""

    completed = Signal()

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        texts = bridge.texts
        super().__init__(texts("window.visitor.title"), gap=8)
        self.setObjectName("visitor_panel")
        self._bridge, self._desk, self._texts = bridge, desk, texts
        self._source = IdentitySource.KEYBOARD
        self._mending = False
        self.form = PartyForm("visitor", texts, self.today)
        self.capacity = Choice(
            "visitor_capacity",
            texts("window.visitor.capacity"),
            [(c.value, texts(f"window.capacity.{c.value}")) for c in Capacity],
            columns=2,
            numbered=True,
        )
        self.capacity.set_value(Capacity.SELF.value)
        self.applicant_title = Label(texts("window.visitor.applicant"), "title")
        self.applicant = PartyForm("applicant", texts, self.today)
        self.seal = Label(texts("day.visitor.seal"), "small", wrap=True)
        self.seal.setObjectName("visitor_seal")
        self.power = PowerForm(texts, self.today)
        self.consent = Toggles(
            "guardian_consent", texts("day.visitor.consent_title"),
            [("yes", texts("day.visitor.consent"))],
        )  # fmt: skip
        self.notice = Notice("visitor_notice")
        self.editor = QWidget()
        column(
            self.form, self.capacity, self.applicant_title, self.applicant, self.seal,
            self.power, self.consent, gap=8, to=self.editor,
        )  # fmt: skip
        self.summary = _Summary(texts)
        self.lanes = Label("", "dense", state="accent", wrap=True, object_name="visitor_lanes")
        self.add(self.editor, self.summary, self.lanes, self.notice)
        forget = row(KeyCap("Shift+F2"), Label(texts("window.visitor.forget"), "small"), None)
        self.forget_line = QWidget()
        self.forget_line.setLayout(forget)
        forget.setContentsMargins(0, 0, 0, 0)
        self.add(self.forget_line)
        self.form.moved_past_end.connect(self.capacity.setFocus)
        self.form.changed.connect(self._on_typed)
        self.capacity.chosen.connect(self._on_capacity)
        self.capacity.moved_on.connect(self._on_capacity_done)
        self.capacity.moved_back.connect(self.form.focus_last)
        self.applicant.moved_past_end.connect(self._on_applicant_done)
        self.applicant.changed.connect(self._on_applicant_typed)
        self.power.changed.connect(self._store)
        self.power.moved_back.connect(self.applicant.focus_last)
        self.power.moved_past_end.connect(self.finish)
        self.consent.changed.connect(self._store)
        self.consent.moved_on.connect(self.finish)
        self.consent.moved_back.connect(self.applicant.focus_last)
        desk.visit_changed.connect(self.show_visit)
        desk.reviewed.connect(self._show_problems)
        desk.cleared.connect(self._on_cleared)
        self.forget_line.hide()
        self.edit(focus=False)

    def today(self) -> date:
        """Return the hall's day; the number's birth date is judged by it."""
        ctx = self._bridge.ctx
        assert ctx is not None
        return today(ctx.clock)

    # Filling in.

    def edit(self, *, focus: bool = True) -> None:
        """Open the fields for typing."""
        self._mending = self._desk.now.visitor is not None
        self.summary.hide()
        self.editor.show()
        self._on_capacity(self.capacity.value(), save=False)
        if focus:
            self.form.focus_first_open()

    def fill(self, party: Party) -> None:
        """Fill the fields from a card or a code that was read; nothing of before stays.

        A code carries a number without a name: then a name that was typed is kept, as is the
        phone of an appointment in the same name.
        """
        typed = self.form.name_field.text()
        phone = self.form.phone.text() if party.name in ("", typed) else ""
        party = msgspec.structs.replace(party, name=party.name or typed, phone=party.phone or phone)
        self._desk.now.typed = {}
        self._on_cleared()
        self.form.show_party(party)
        # Filling the number counts as typing: where it comes from is said afterwards.
        self._source = party.source
        self.edit(focus=False)
        self._store()
        self.finish()

    def finish(self) -> bool:
        """Take down who is here if everything is in order; otherwise go to what is not."""
        if not self.form.check():
            return False
        capacity = Capacity(self.capacity.value() or Capacity.SELF.value)
        applicant: Party | None = None
        if capacity is not Capacity.SELF:
            if not self.applicant.check():
                return False
            applicant = self.applicant.party(IdentitySource.KEYBOARD)
        if capacity is Capacity.AGENT and not self.power.check():
            return False
        consents = not self.consent.isHidden() and bool(self.consent.values())
        if not self.consent.isHidden() and not consents:
            self.notice.say(self._texts("day.visitor.consent_missing"), "warning")
            self.consent.setFocus()
            return False
        self._store()
        self.notice.say("")
        self._mending = False
        self._desk.greet(
            self.form.party(self._source), applicant, capacity,
            power=self.power.power() if capacity is Capacity.AGENT else None,
            guardian_consents=consents,
        )  # fmt: skip
        self.completed.emit()
        return True

    def next_applicant(self) -> None:
        """Ask for the next applicant of the same agent; nothing of the last one stays."""
        self.applicant.restore({}, "")
        self.applicant.set_kind(self.applicant.kind())
        self.consent.set_values(())
        self.edit(focus=False)
        self._store()
        self.applicant.focus_first_open()

    def finish_quietly(self) -> bool:
        """Take down who is here if the fields are complete; complain about nothing."""
        return bool(self.form.name_field.text()) and self.finish()

    def show_visit(self) -> None:
        """Show the visit that is on the desk."""
        visit, texts = self._desk.now, self._texts
        flags = [texts(f"day.lane.{lane.value}") for lane in visit.lanes]
        if visit.late:
            flags.append(texts("day.late.flag"))
        self.lanes.say(texts("window.separator").join(flags))
        self.lanes.setVisible(bool(flags))
        if visit.visitor is None:
            return
        if self._mending and holds_focus(self.editor, QApplication.focusWidget()):
            # News of the visit's cases must not close fields in which somebody types.
            return
        self.summary.show_people(visit.visitor, visit.applicant, visit.capacity, self.today())
        self.editor.hide()
        self.summary.show()
        self.forget_line.setVisible(not visit.cases)

    def _on_cleared(self) -> None:
        visit = self._desk.now
        self._source = IdentitySource.KEYBOARD
        self._mending = False
        self.notice.say("")
        typed = dict(visit.typed)
        self.form.restore(typed, "")
        self.applicant.restore(typed, "applicant_")
        self.power.restore(typed)
        self.consent.set_values(typed.get("consent", "").split())
        self.capacity.set_value(typed.get("capacity", Capacity.SELF.value))
        if "source" in typed:
            self._source = IdentitySource(typed["source"])
        if visit.visitor is not None:
            if not typed:
                self.form.show_party(visit.visitor)
            self.show_visit()
        else:
            self.summary.wipe()
            self.edit(focus=False)
        self.show_visit()
        self.forget_line.setVisible(not visit.cases and not visit.empty)

    def _show_problems(self) -> None:
        """Say beside the visitor what the core finds wrong with who stands here for whom."""
        review = self._desk.now.review
        if review is None or not self.editor.isHidden():
            return
        found = (p for p in review.problems if p.where.startswith(("visitor.", "applicant.")))
        said = dict.fromkeys(self._sentence(p.code, p.data) for p in found)
        self.notice.say("\n".join(said), "warning")

    def _sentence(self, code: str, data: dict[str, str]) -> str:
        texts, hint = self._texts, f"{code}.hint"
        message = texts(f"{code}.message", **data)
        return message + (texts(hint, **data) if texts.has(hint) else "")

    def _on_applicant_typed(self, field: str) -> None:
        if field in ("number", "kind"):
            self._ask_consent()
        self.seal.setVisible(self._of_organisation())
        self._store()

    def _of_organisation(self) -> bool:
        if self.applicant.isHidden():
            return self.form.kind() is PartyKind.ORGANISATION
        return self.applicant.kind() is PartyKind.ORGANISATION

    def _ask_consent(self) -> None:
        """Ask for the guardian's consent where the child is under fourteen (PIPL art. 31)."""
        guardian = self.capacity.value() == Capacity.GUARDIAN.value
        child = self.applicant.party(IdentitySource.KEYBOARD) if guardian else None
        age = age_on(child, self.today()) if child is not None else None
        self.consent.setVisible(age is not None and age < CONSENT_AGE)

    def _on_applicant_done(self) -> None:
        if self.capacity.value() == Capacity.AGENT.value:
            self.power.begin()
        elif not self.consent.isHidden():
            self.consent.setFocus()
        else:
            self.finish()

    def _on_typed(self, field: str) -> None:
        if field == "number":
            self._source = IdentitySource.KEYBOARD
        self._store()
        self.forget_line.setVisible(not self._desk.now.cases and not self._desk.now.empty)

    def _store(self) -> None:
        self._desk.now.typed = {
            **self.form.typed(""),
            **self.applicant.typed("applicant_"),
            **self.power.typed(),
            "consent": " ".join(self.consent.values()),
            "capacity": self.capacity.value(),
            "source": self._source.value,
        }

    def _on_capacity(self, value: str, *, save: bool = True) -> None:
        for_another = value not in ("", Capacity.SELF.value)
        self.applicant_title.setVisible(for_another)
        self.applicant.setVisible(for_another)
        if value in (Capacity.LEGAL_REPRESENTATIVE.value, Capacity.HANDLER.value):
            self.applicant.set_kind(PartyKind.ORGANISATION, fixed=True)
        elif value == Capacity.GUARDIAN.value:
            self.applicant.set_kind(PartyKind.PERSON, fixed=True)
        else:
            self.applicant.set_kind(self.applicant.kind(), fixed=False)
        named = self.applicant.legal_representative
        if value == Capacity.LEGAL_REPRESENTATIVE.value and not named.text():
            named.set_text(self.form.name_field.text())
        self.power.setVisible(value == Capacity.AGENT.value)
        self.seal.setVisible(self._of_organisation())
        self._ask_consent()
        if save:
            self._store()

    def _on_capacity_done(self) -> None:
        if self.applicant.isVisibleTo(self):
            self.applicant.focus_first_open()
        else:
            self.finish()


class _Summary(QWidget):
    """Name large, number masked, where it comes from, for whom."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.name = Label("", "heading", wrap=True, object_name="visitor_name")
        self.detail = Label("", "muted")
        self.number = Label("", object_name="visitor_number")
        self.verified = StateLabel()
        self.verified.setObjectName("visitor_verified")
        self.capacity = Label("", "dense", wrap=True, object_name="visitor_capacity_shown")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        head = row(self.name, self.detail, gap=10)
        head.setStretch(0, 1)
        column(head, self.number, self.verified, self.capacity, gap=4, to=self)
        name(self, "visitor_summary")

    def wipe(self) -> None:
        """Leave nothing of whoever was shown, not even unseen."""
        for label in (self.name, self.detail, self.number, self.capacity):
            label.say("")
        self.verified.say("keyboard", "", "muted")

    def show_people(
        self, visitor: Party, applicant: Party | None, capacity: Capacity, day: date
    ) -> None:
        from terminal.domain.identity import check_document
        from terminal.domain.masking import mask_identity

        texts = self._texts
        self.name.say(visitor.name)
        if visitor.kind is PartyKind.ORGANISATION:
            self.detail.say(visitor.legal_representative)
            self.number.say(visitor.credit_code)
        else:
            found = check_document(visitor.document_kind, visitor.identity_number, day)
            age = found.age(day) if found.valid else None
            sex = texts(f"window.sex.{found.sex.value}") if found.sex.value else ""
            words = [sex] if sex else []
            if age is not None:
                words.append(texts("window.visitor.age", age=age))
            self.detail.say(texts("window.separator").join(words))
            self.number.say(mask_identity(visitor.identity_number))
        self.detail.setVisible(bool(self.detail.text()))
        source = visitor.source
        icon = "badge-check" if source is IdentitySource.CARD_READER else "keyboard"
        state = "good" if source is IdentitySource.CARD_READER else "muted"
        self.verified.say(icon, texts(f"window.source.{source.value}"), state)
        lines = [texts("window.visitor.stands_as", capacity=texts(f"window.capacity.{capacity}"))]
        if applicant is not None:
            lines.append(texts("window.visitor.stands_for", name=applicant.name))
        self.capacity.say("\n".join(lines))
