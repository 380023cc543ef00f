"""送达 at the result desk: several results and originals, one person, one signature."""

from __future__ import annotations

from functools import partial

import msgspec

from terminal.clock import today
from terminal.domain.case import Case
from terminal.domain.identity import check_identity_number
from terminal.domain.parties import Capacity, IdentitySource, Party, PartyKind
from terminal.services.casework.collecting import Collection, capacity_of, to_collect
from ui.widgets.basics import Label
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.parts import Tick, Ticks
from ui.window.casework.signed_form import SignedForm

CAPACITIES = (
    Capacity.SELF, Capacity.LEGAL_REPRESENTATIVE, Capacity.GUARDIAN, Capacity.AGENT,
)  # fmt: skip


class DeliverForm(SignedForm):
    """Who collects, checked by card or by eye; what goes out; the receipt that is signed."""

    act = CaseAct.DELIVER

    def build(self) -> None:
        self.card: Party | None = None
        self.results = Ticks("deliver_results", self.texts("casework.deliver.results"), self.texts)
        self.results.changed.connect(self._on_results)
        self.add_part(self.results, lambda: self.missing(self.results))
        self.originals = Ticks(
            "deliver_originals", self.texts("casework.deliver.originals"), self.texts
        )
        self.add_part(self.originals)
        self.name = self.line("name", most=100)
        self.number = self.line("number", most=18, needed=False)
        self.parts[-1] = (self.number, self._check_number)
        self.number.changed.connect(lambda _: self._suggest())
        self.capacity = self.pick("capacity", tuple(one.value for one in CAPACITIES), vertical=True)
        self.parts[-1] = (self.capacity, self._check_capacity)
        self.seen = self.pick("seen", ("yes", "no"))
        self.parts[-1] = (self.seen, self._check_seen)
        self.read = Label("", "dense", state="good", object_name="deliver_card")
        self.add_widget(self.read)
        self.add_signature()

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        self.card = None
        cases = self._cases(file)
        self.results.show_ticks([self._tick(case) for case in cases], [file.case.case_id])
        case = file.case
        person = case.applicant.kind is PartyKind.PERSON
        self.name.set_text(case.applicant.name if person else "")
        self.number.set_text("")
        self.capacity.set_value(Capacity.SELF.value if person else "")
        self.seen.set_value("")
        self.seen.show()
        self.read.say("")
        self.read.hide()
        self._show_originals()

    def take_card(self, party: Party) -> None:
        """A reader has read the receiver's card: that is the check of the identity."""
        self.card = party
        self.name.set_text(party.name)
        self.number.set_text(party.identity_number)
        self.seen.hide()
        self.read.say(self.texts("casework.deliver.card_read"))
        self.read.show()
        self._suggest()
        if self.number.text() and not self._check_capacity():
            self.to_confirm()
        else:
            self.capacity.setFocus()

    def words(self) -> tuple[str, ...]:
        texts, chosen = self.texts, self._chosen()
        said = [texts("casework.deliver.signing", receiver=self.name.text())]
        for case in chosen:
            things = texts("window.list").join(self._things(case))
            said.append(texts("casework.deliver.signing_result", item=case.item_name,
                              number=case.receipt_number, things=things))  # fmt: skip
        names = texts("window.list").join(
            tick.word for tick in self._original_ticks() if tick.id in self.originals.ticked()
        )
        if names:
            said.append(texts("casework.deliver.signing_originals", names=names))
        return tuple(said)

    def call(self) -> Call:
        ctx, session = self.clerking.ctx, self.clerking.session
        originals: dict[str, list[str]] = {}
        for one in self.originals.ticked():
            case_id, _, material_id = one.partition("/")
            originals.setdefault(case_id, []).append(material_id)
        collection = Collection(
            case_ids=self.results.ticked(),
            receiver=self._receiver(),
            capacity=self.capacity.value(),
            words=self.words(),
            originals={case_id: tuple(ids) for case_id, ids in originals.items()},
            strokes=self.strokes,
            not_signed=self.not_signed(),
            witness=self.witness.text(),
        )
        return partial(ctx.collecting.hand_over, collection, session, self.action_id)

    def done_words(self, _result: object) -> str:
        count = len(self.results.ticked())
        return self.texts.counted("casework.deliver.handed", count, name=self.name.text())

    def leave(self) -> None:
        super().leave()
        self.card = None

    # Inside.

    def _cases(self, file: CaseFile) -> list[Case]:
        return [case for case in (file.case, *file.siblings) if to_collect(case)]

    def _chosen(self) -> list[Case]:
        if self.file is None:
            return []
        ids = self.results.ticked()
        return [case for case in self._cases(self.file) if case.case_id in ids]

    def _things(self, case: Case) -> list[str]:
        said = [
            self.texts("casework.deliver.thing", name=thing.name, number=thing.number,
                       count=thing.count)
            if thing.number
            else self.texts("casework.deliver.thing_plain", name=thing.name, count=thing.count)
            for thing in case.results
        ]  # fmt: skip
        if not said and case.decision is not None:
            number = case.decision.document_number
            said.append(self.texts("casework.deliver.decision", number=number))
        return said

    def _tick(self, case: Case) -> Tick:
        things = self.texts("window.list").join(self._things(case))
        detail = self.texts("casework.deliver.tick", number=case.receipt_number, things=things)
        return Tick(case.case_id, case.item_name, detail)

    def _original_ticks(self) -> list[Tick]:
        return [
            Tick(f"{case.case_id}/{entry.material_id}",
                 self.texts("window.end.original", name=entry.name, count=max(entry.count, 1)),
                 case.receipt_number)
            for case in self._chosen()
            for entry in case.kept_originals
        ]  # fmt: skip

    def _show_originals(self) -> None:
        ticks = self._original_ticks()
        self.originals.show_ticks(ticks, [tick.id for tick in ticks])
        self.originals.setVisible(bool(ticks))

    def _on_results(self) -> None:
        self._show_originals()
        self._suggest()

    def _receiver(self) -> Party:
        party = self.card if self.card is not None else Party("")
        by_card = self.card is not None and self.card.identity_number == self.number.text()
        return msgspec.structs.replace(
            party if by_card else Party(""),
            name=self.name.text(),
            identity_number=self.number.text().upper(),
            source=IdentitySource.CARD_READER if by_card else IdentitySource.KEYBOARD,
        )

    def _suggest(self) -> None:
        """Choose the capacity that the cases themselves give this person."""
        found = {capacity_of(case, self._receiver()) for case in self._chosen()}
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

    def _check_number(self) -> str:
        number = self.number.text()
        if not number:
            return self.texts("casework.fill_in")
        if (
            len(number) == 18
            and not check_identity_number(number, today=today(self.clerking.ctx.clock)).valid
        ):
            return self.texts("casework.deliver.number_wrong")
        return ""

    def _check_capacity(self) -> str:
        value = self.capacity.value()
        if not value:
            return self.texts("casework.choose_one")
        if value != Capacity.SELF.value:
            return ""
        number = self.number.text().upper()
        known = {case.applicant.identity_number.upper() for case in self._chosen()}
        if any(case.applicant.kind is not PartyKind.PERSON for case in self._chosen()):
            return self.texts("casework.deliver.organisation")
        return "" if known <= {number} else self.texts("casework.deliver.other_person")

    def _check_seen(self) -> str:
        if self.seen.value() == "yes":
            return ""
        return self.texts("casework.deliver.not_seen")
