"""Who stands at the window: name, number and capacity, checked by card or by eye."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from terminal.clock import today
from terminal.domain.case import Case
from terminal.domain.identity import check_identity_number
from terminal.domain.parties import Capacity, IdentitySource, Party, PartyKind
from ui.widgets.basics import Label
from ui.window.casework.form import CaseForm

CAPACITIES = (
    Capacity.SELF, Capacity.LEGAL_REPRESENTATIVE, Capacity.GUARDIAN, Capacity.AGENT,
)  # fmt: skip


class PersonParts:
    """The parts of a form that say who a person is; their words are the form's own.

    `cases` returns the cases it is about, `entitled` the capacity that a case itself gives a
    person, or None. `on_card` is called once a card has filled everything.
    """

    def __init__(
        self,
        form: CaseForm,
        cases: Callable[[], Sequence[Case]],
        entitled: Callable[[Case, Party], Capacity | None],
        on_card: Callable[[], None],
    ) -> None:
        self._form, self._cases, self._entitled, self._on_card = form, cases, entitled, on_card
        self._slug = form.act.value
        self.card: Party | None = None
        self.name = form.line("name", most=100)
        self.number = form.line("number", most=18, needed=False)
        form.parts[-1] = (self.number, self._check_number)
        self.number.changed.connect(lambda _: self.suggest())
        self.capacity = form.pick("capacity", tuple(one.value for one in CAPACITIES), vertical=True)
        form.parts[-1] = (self.capacity, self.check_capacity)
        self.seen = form.pick("seen", ("yes", "no"))
        form.parts[-1] = (self.seen, self._check_seen)
        self.read = Label("", "dense", state="good", object_name=f"{self._slug}_card")
        form.add_widget(self.read)

    def fill(self, case: Case) -> None:
        """Begin anew for a case: an applicant's name is there, nothing is checked."""
        self.card = None
        person = case.applicant.kind is PartyKind.PERSON
        self.name.set_text(case.applicant.name if person else "")
        self.number.set_text("")
        self.capacity.set_value(Capacity.SELF.value if person else "")
        self.seen.set_value("")
        self.seen.show()
        self.read.say("")
        self.read.hide()

    def take_card(self, party: Party) -> None:
        """A reader has read the person's card: that is the check of the identity."""
        self.card = party
        self.name.set_text(party.name)
        self.number.set_text(party.identity_number)
        self.seen.hide()
        self.read.say(self._say("card_read"))
        self.read.show()
        self.suggest()
        if self.number.text() and not self.check_capacity():
            self._on_card()
        else:
            self.capacity.setFocus()

    def forget(self) -> None:
        """Drop the card: the form closes."""
        self.card = None

    def party(self) -> Party:
        """Return the person as checked; what a card said counts while its number stands there."""
        party = self.card if self.card is not None else Party("")
        by_card = self.card is not None and self.card.identity_number == self.number.text()
        return msgspec.structs.replace(
            party if by_card else Party(""),
            name=self.name.text(),
            identity_number=self.number.text().upper(),
            source=IdentitySource.CARD_READER if by_card else IdentitySource.KEYBOARD,
        )

    def suggest(self) -> None:
        """Choose the capacity that the cases themselves give this person."""
        found = {self._entitled(case, self.party()) for case in self._cases()}
        if len(found) == 1 and None not in found:
            (capacity,) = found
            assert capacity is not None
            known = capacity if capacity in CAPACITIES else Capacity.AGENT
            self.capacity.set_value(known.value)
        if self.card is not None and self.card.identity_number != self.number.text():
            # Typed over: the card no longer vouches for it.
            self.card = None
            self.read.hide()
            self.seen.show()

    def check_capacity(self) -> str:
        """Return what is wrong with the capacity, or an empty string."""
        value = self.capacity.value()
        if not value:
            return self._form.texts("casework.choose_one")
        if value != Capacity.SELF.value:
            return ""
        number = self.number.text().upper()
        known = {case.applicant.identity_number.upper() for case in self._cases()}
        if any(case.applicant.kind is not PartyKind.PERSON for case in self._cases()):
            return self._say("organisation")
        return "" if known <= {number} else self._say("other_person")

    def _check_number(self) -> str:
        number = self.number.text()
        if not number:
            return self._form.texts("casework.fill_in")
        day = today(self._form.clerking.ctx.clock)
        if len(number) == 18 and not check_identity_number(number, today=day).valid:
            return self._say("number_wrong")
        return ""

    def _check_seen(self) -> str:
        return "" if self.seen.value() == "yes" else self._say("not_seen")

    def _say(self, key: str) -> str:
        return self._form.texts(f"casework.{self._slug}.{key}")
