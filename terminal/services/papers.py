"""The papers of an act: document views composed from the case, the item and the place.

Law is not computed here: dates and articles come from the case and its review; the templates
choose the sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.documents import views as paper
from terminal.documents.digest import content_digest
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case
from terminal.domain.catalogue import Regime, ServiceItem, TimeLimit, Way
from terminal.domain.numbers import offline_document_number
from terminal.domain.parties import Capacity, MaterialEntry, MaterialStatus, Party, PartyKind
from terminal.domain.records import Body
from terminal.domain.regime import (
    acceptance_basis,
    committed_limit,
    conditional_basis,
    correction_basis,
    procedure_of,
)
from terminal.protocol.entry import short_hash
from terminal.services.acts import Circumstances
from terminal.services.views import Act
from terminal.texts import Texts

LOOK_UP_AFTER_DAYS = 3
"""Working days after which a number made offline must be found online, or one may call."""

PAPER_OF_KIND = {
    "receipt": "receipt_printer",
    "acceptance": "a4_printer",
    "correction": "a4_printer",
    "decline": "a4_printer",
    "conditional": "a4_printer",
    "undertaking": "a4_printer",
}
"""Which device a document goes to: only the receipt may be on thermal paper."""


HANDED_IN = (
    paper.Fate.ORIGINAL_KEPT,
    paper.Fate.ORIGINAL_SEEN_COPY_KEPT,
    paper.Fate.ORIGINAL_SEEN_RETURNED,
    paper.Fate.COPY,
)
"""Fates of what lies on the desk as paper and can be given back."""


class Place(msgspec.Struct, frozen=True):
    """Where papers are made, as they name it."""

    hall: str
    window: str
    phone: str
    language: str = "zh"


class Paper(msgspec.Struct, frozen=True):
    """A document ready to be issued: its view without the query address, and its digest."""

    kind: str
    number: str
    view: paper.DocumentView
    digest: str

    def with_query_url(self, url: str) -> paper.DocumentView:
        """Return the final view; the digest leaves the address out, so it still holds."""
        return msgspec.structs.replace(self.view, query_url=url)


class PaperMaker:
    """Composes the papers of a case at one place; a pure object."""

    def __init__(
        self, place: Place, calendar: Callable[[], WorkingDayCalendar], texts: Texts
    ) -> None:
        self._place = place
        self._calendar_now = calendar
        self._texts = texts

    def of_act(
        self,
        act: Act,
        case: Case,
        item: ServiceItem,
        where: Circumstances,
        entry_hash: str,
        *,
        new: bool,
    ) -> tuple[Paper, ...]:
        """Return the papers that an act hands to the citizen, the receipt first."""
        made: list[paper.DocumentView] = []
        no_receipt = act is Act.DECLINE or procedure_of(item.regime).on_the_spot_only
        if new and not no_receipt:
            made.append(self._receipt(case, item, where, entry_hash))
        match act:
            case Act.ACCEPT:
                made.append(self._acceptance(case, item, where, entry_hash))
            case Act.ACCEPT_CONDITIONALLY:
                made.append(self._conditional(case, item, where, entry_hash))
                made.append(self._undertaking(case, item, where, entry_hash))
            case Act.NOTIFY_CORRECTION:
                made.append(self._correction(case, item, where, entry_hash))
            case Act.DECLINE:
                made.append(self._decline(case, item, where, entry_hash))
        return tuple(
            Paper(paper.kind_of(view), view.head.number, view, content_digest(view))
            for view in made
        )

    def of_step(
        self, body: Body, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> tuple[Paper, ...]:
        """Return the papers that a step after the intake hands out; most steps hand out none."""
        return ()

    def _head(self, case: Case, kind: str, where: Circumstances) -> paper.DocumentHead:
        number = case.receipt_number
        if kind != "receipt":
            serial = len(case.notices) if kind == "correction" else 1
            suffix = self._texts(f"paper.number_kind.{kind}")
            number = offline_document_number(number, suffix)
            if serial > 1:
                number = self._texts("paper.serial_number", number=number, serial=serial)
        return paper.DocumentHead(
            organ=case.organ,
            number=number,
            issued_at=to_local(where.at).isoformat(timespec="seconds"),
            hall=self._place.hall,
            window=self._place.window,
            clerk=where.clerk.name,
            language=self._place.language,
        )

    def _party(self, party: Party) -> paper.Party:
        organisation = party.kind is PartyKind.ORGANISATION
        kind = "credit_code" if organisation else party.document_kind
        return paper.Party(
            name=party.name,
            id_kind=self._texts(f"paper.id_kind.{kind}"),
            id_number=party.credit_code if organisation else party.identity_number,
            phone=party.phone,
        )

    def _visitor(self, case: Case) -> paper.Visitor | None:
        if case.capacity is Capacity.SELF:
            return None
        party = self._party(case.visitor)
        return paper.Visitor(
            name=party.name,
            capacity=case.capacity,
            id_kind=party.id_kind,
            id_number=party.id_number,
            phone=party.phone,
        )

    def _item(self, case: Case, item: ServiceItem) -> paper.Item:
        labels = [
            option.label
            for question in item.questions
            for option in question.options
            if case.answers.get(question.id) == option.id
        ]
        return paper.Item(
            name=case.item_name,
            code=case.item_code,
            scenario=self._texts("paper.list_comma").join(labels),
        )

    def _material(self, entry: MaterialEntry) -> paper.MaterialLine:
        fate = paper.Fate(entry.fate.value)
        if entry.status is MaterialStatus.DEFERRED:
            fate = paper.Fate.DEFERRED
        elif entry.way is Way.COMMITMENT:
            fate = paper.Fate.COMMITMENT
        return paper.MaterialLine(
            name=entry.name,
            fate=fate,
            copies=max(entry.count, 1),
            filed=entry.filed and fate is paper.Fate.ORIGINAL_KEPT,
            form=self._texts(f"paper.form.{entry.way.value.lower()}")
            if entry.way is not Way.PAPER
            else self._texts(f"paper.form.{entry.kind.value.lower()}"),
        )

    @property
    def _calendar(self) -> WorkingDayCalendar:
        return self._calendar_now()

    def _materials(self, case: Case) -> tuple[paper.MaterialLine, ...]:
        return tuple(self._material(entry) for entry in case.materials if not entry.lacking)

    def _offline(self, where: Circumstances) -> paper.OfflineNote | None:
        """Say that this paper was made offline; how the receipt was made is its own matter."""
        if not where.offline:
            return None
        day = to_local(where.at).date()
        after = self._calendar.add_working_days(day, LOOK_UP_AFTER_DAYS)
        return paper.OfflineNote(look_up_after=after.date.isoformat(), phone=self._place.phone)

    def _provisional(self, *days: str | None) -> bool:
        """Whether a day that a paper names lies in a year without a holiday notice."""
        return any(self._calendar.provisional(date.fromisoformat(day).year) for day in days if day)

    def _receipt(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.ReceiptView:
        day = to_local(case.received_at).date()
        rest_day = not self._calendar.is_working_day(day)
        counted = self._calendar.next_working_day(day).isoformat() if rest_day else None
        reply_due = case.respond_by if case.regime is Regime.LICENSING else None
        return paper.ReceiptView(
            head=self._head(case, "receipt", where),
            regime=case.regime,
            receipt_number=case.receipt_number,
            item=self._item(case, item),
            applicant=self._party(case.applicant),
            visitor=self._visitor(case),
            materials=self._materials(case),
            received_at=to_local(case.received_at).isoformat(timespec="seconds"),
            query_url="",
            case_number=case.case_number or None,
            reply_due=reply_due,
            clock_from=counted,
            limit=_limit(committed_limit(item), item.legal_basis[0] if item.legal_basis else ""),
            calendar_provisional=self._provisional(reply_due, counted, case.cure_by),
            offline=self._offline(where),
            deferred=self._deferred(case),
            cure_due=case.cure_by or None,
            entry_hash=short_hash(entry_hash),
            phone=self._place.phone,
        )

    def _notice(
        self, case: Case, item: ServiceItem, kind: str, where: Circumstances
    ) -> dict[str, object]:
        return {
            "head": self._head(case, kind, where),
            "regime": case.regime,
            "receipt_number": case.receipt_number,
            "item": self._item(case, item),
            "applicant": self._party(case.applicant),
            "visitor": self._visitor(case),
            "submitted_on": to_local(case.received_at).date().isoformat(),
            "case_number": case.case_number or None,
            "phone": item.organ.phone if item.organ and item.organ.phone else self._place.phone,
            "offline": self._offline(where),
        }

    def _acceptance(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.AcceptanceView:
        return paper.AcceptanceView(
            **self._notice(case, item, "acceptance", where),  # type: ignore[arg-type]
            calendar_provisional=case.provisional,
            basis=correction_basis(item) if case.deemed else acceptance_basis(item),
            accepted_on=to_local(case.accepted_at).date().isoformat(),
            decision_due=case.decide_by,
            deemed=case.deemed,
            limit=_limit(committed_limit(item)),
            statutory_limit=_limit(item.statutory),
            materials=self._materials(case),
            entry_hash=short_hash(entry_hash),
        )

    def _correction(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.CorrectionView:
        return paper.CorrectionView(
            **self._notice(case, item, "correction", where),  # type: ignore[arg-type]
            basis=correction_basis(item),
            deficiencies=tuple(
                paper.Deficiency(
                    name=line.name,
                    standard=line.standard or self._texts("paper.standard_by_guide"),
                    problem=line.defect or self._texts("paper.not_submitted"),
                )
                for line in case.notices[-1]
            ),
            repeated=len(case.notices) > 1,
            added=_told_only_now(case),
            entry_hash=short_hash(entry_hash),
        )

    def _decline(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.DeclineView:
        decline, organ = case.decline, item.organ
        if decline is None:
            raise ValueError("the case was not declined")
        remedies = None
        if organ is not None:
            remedies = paper.Remedies(review_organ=organ.reconsideration_organ, court=organ.court)
        competent = None
        if decline.go_to:
            competent = paper.CompetentOrgan(
                name=decline.go_to, address=decline.go_to_address, phone=decline.go_to_phone
            )
        return paper.DeclineView(
            **self._notice(case, item, "decline", where),  # type: ignore[arg-type]
            basis=(decline.basis,),
            kind=decline.kind,
            remedies=remedies,
            reason=decline.reason,
            competent=competent,
            returned=tuple(line for line in self._materials(case) if line.fate in HANDED_IN),
            entry_hash=short_hash(entry_hash),
        )

    def _deferred(self, case: Case) -> tuple[paper.DeferredMaterial, ...]:
        return tuple(
            paper.DeferredMaterial(
                name=entry.name,
                standard=entry.standard or self._texts("paper.standard_by_guide"),
                copies=max(entry.count, 1),
            )
            for entry in case.materials
            if entry.material_id in case.deferred
        )

    def _conditional(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.ConditionalView:
        return paper.ConditionalView(
            **self._notice(case, item, "conditional", where),  # type: ignore[arg-type]
            calendar_provisional=case.provisional or self._provisional(case.cure_by),
            basis=conditional_basis(item),
            accepted_on=to_local(case.accepted_at).date().isoformat(),
            cure_due=case.cure_by,
            deferred=self._deferred(case),
            decision_due=case.decide_by,
            entry_hash=short_hash(entry_hash),
        )

    def _undertaking(
        self, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> paper.UndertakingView:
        return paper.UndertakingView(
            **self._notice(case, item, "undertaking", where),  # type: ignore[arg-type]
            calendar_provisional=self._provisional(case.cure_by),
            basis=conditional_basis(item),
            cure_due=case.cure_by,
            deferred=self._deferred(case),
            entry_hash=short_hash(entry_hash),
        )


def _told_only_now(case: Case) -> tuple[str, ...]:
    """Return what the last notice lists and none before it did; nothing for the first one."""
    *earlier, last = case.notices
    told = {line.material_id for notice in earlier for line in notice}
    return tuple(line.name for line in last if earlier and line.material_id not in told)


def _limit(limit: TimeLimit | None, otherwise: str = "") -> paper.TimeLimit | None:
    """Return a limit for paper; a promise has a basis of its own only where the guide names one."""
    if limit is None:
        return None
    return paper.TimeLimit(days=limit.amount, unit=limit.unit.value, basis=limit.basis or otherwise)
