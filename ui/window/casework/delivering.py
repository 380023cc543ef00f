"""送达 at the result desk: several results and originals, one person, one signature."""

from __future__ import annotations

from functools import partial

from terminal.domain.case import Case
from terminal.domain.parties import Party
from terminal.services.casework.collecting import Collection, capacity_to_collect, to_collect
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.parts import Tick, Ticks
from ui.window.casework.person import PersonParts
from ui.window.casework.signed_form import SignedForm


class DeliverForm(SignedForm):
    """Who collects, checked by card or by eye; what goes out; the receipt that is signed."""

    act = CaseAct.DELIVER

    def build(self) -> None:
        self.results = Ticks("deliver_results", self.texts("casework.deliver.results"), self.texts)
        self.results.changed.connect(self._on_results)
        self.add_part(self.results, lambda: self.missing(self.results))
        self.originals = Ticks(
            "deliver_originals", self.texts("casework.deliver.originals"), self.texts
        )
        self.add_part(self.originals)
        self.person = PersonParts(self, self._chosen, capacity_to_collect, self.to_confirm)
        self.add_signature()

    def fill(self, file: CaseFile) -> None:
        super().fill(file)
        cases = self._cases(file)
        self.results.show_ticks([self._tick(case) for case in cases], [file.case.case_id])
        self.person.fill(file.case)
        self._show_originals()

    def take_card(self, party: Party) -> None:
        """A reader has read the receiver's card: that is the check of the identity."""
        self.person.take_card(party)

    def words(self) -> tuple[str, ...]:
        texts, chosen = self.texts, self._chosen()
        said = [texts("casework.deliver.signing", receiver=self.person.name.text())]
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
            receiver=self.person.party(),
            capacity=self.person.capacity.value(),
            words=self.words(),
            originals={case_id: tuple(ids) for case_id, ids in originals.items()},
            strokes=self.strokes,
            not_signed=self.not_signed(),
            witness=self.witness.text(),
        )
        return partial(ctx.collecting.hand_over, collection, session, self.action_id)

    def done_words(self, _result: object) -> str:
        count = len(self.results.ticked())
        return self.texts.counted("casework.deliver.handed", count, name=self.person.name.text())

    def leave(self) -> None:
        super().leave()
        self.person.forget()

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
        self.person.suggest()
