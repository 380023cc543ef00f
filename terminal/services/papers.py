"""The papers of an act: document views composed from the case, the item and the place.

Law is not computed here: dates and articles come from the case and its review; the templates
choose the sentences. Composing itself is shared with the hub (`terminal.documents.composing`).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from terminal.documents import views as paper
from terminal.documents.composing import Occasion, desk, intake, papers_of_step
from terminal.documents.composing.steps import correction_supplement
from terminal.documents.digest import content_digest
from terminal.documents.views import DOCUMENT_KINDS
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.policy import HallRules
from terminal.domain.records import Body
from terminal.domain.regime import procedure_of
from terminal.protocol.entry import short_hash
from terminal.services.acts import Circumstances
from terminal.services.views import Act
from terminal.texts import DEFAULT_LANGUAGE, Texts

ON_THERMAL_PAPER = ("receipt", "supplement", "queue_ticket")
"""Only receipts for materials and tickets may be on paper that fades (rules 4, Paper)."""

PAPER_OF_KIND = {
    kind: "receipt_printer" if kind in ON_THERMAL_PAPER else "a4_printer" for kind in DOCUMENT_KINDS
}
"""Which device a document goes to."""


class Place(msgspec.Struct, frozen=True):
    """Where papers are made, as they name it; `language` may be `zh+en` for both.

    `copy_check`: copies made here come with a sheet that says with what they were compared.
    """

    hall: str
    window: str
    phone: str
    language: str = "zh"
    copy_check: bool = True


class Paper(msgspec.Struct, frozen=True):
    """A document ready to be issued: its view without the query address, and its digest.

    `series` are the words before the year in the number of the organ that it still lacks; empty
    for one that has it already or bears none.
    """

    kind: str
    number: str
    view: paper.DocumentView
    digest: str
    series: str = ""

    def with_query_url(self, url: str) -> paper.DocumentView:
        """Return the final view; the digest leaves the address out, so it still holds."""
        return msgspec.structs.replace(self.view, query_url=url)

    def with_official_number(self, number: str) -> Paper:
        """Return the paper with the organ's own number (文号) in its head."""
        head = msgspec.structs.replace(self.view.head, official_number=number)
        return ready(msgspec.structs.replace(self.view, head=head), self.series)


class PaperMaker:
    """Composes the papers of a case at one place; a pure object."""

    def __init__(self, place: Place, rules: Callable[[], HallRules], texts: Texts) -> None:
        self._place = place
        self._rules = rules
        self._texts = texts
        self._chinese = texts if texts.language == DEFAULT_LANGUAGE else Texts(DEFAULT_LANGUAGE)

    def occasion(
        self, where: Circumstances, entry_hash: str = "", *, slip: bool = False
    ) -> Occasion:
        """Return the place and time of papers; a `slip` speaks the visitor's language."""
        occasion = self.occasion_of(where.clerk.name, where.at)
        return msgspec.structs.replace(
            occasion,
            texts=self._texts if slip else self._chinese,
            offline=where.offline,
            entry_hash=short_hash(entry_hash),
            issued=where.issued,
        )

    def occasion_of(self, clerk: str, at: int) -> Occasion:
        """Return the place and time (milliseconds) of a paper that belongs to no act."""
        return Occasion(
            hall=self._place.hall,
            window=self._place.window,
            clerk=clerk,
            phone=self._place.phone,
            at=at,
            calendar=self._rules().calendar,
            texts=self._chinese,
            language=self._place.language,
        )

    def of_act(
        self,
        act: Act,
        case: Case,
        item: ServiceItem,
        where: Circumstances,
        entry_hash: str,
        *,
        before: Case | None,
    ) -> tuple[Paper, ...]:
        """Return the papers of an act, the receipt first; `before` is the case as it was.

        An act's own paper is the last one; before the undertaking stands the organ's notice.
        """
        new = before is None
        occasion = self.occasion(where, entry_hash)
        slip = self.occasion(where, entry_hash, slip=True)
        made: list[paper.DocumentView | None] = []
        forwarded = case.forwarding is not None
        on_the_spot = procedure_of(item.regime).on_the_spot_only and not forwarded
        if new and act is not Act.DECLINE and not on_the_spot:
            made.append(intake.receipt(case, item, slip))
        brought = None if new else correction_supplement(case, item, slip)
        made.append(brought)
        if act is not Act.DECLINE:
            known = before.materials if before is not None else ()
            brought_now = [entry for entry in case.materials if entry not in known]
            made.append(self._copies(desk.copy_check(brought_now, case, item, occasion)))
        if act is not Act.DECLINE and (new or _promises(brought)):
            made.append(intake.commitment(case, item, occasion))
        match act:
            case Act.RECEIVE if new and case.cure_by:
                made.append(intake.undertaking(case, item, occasion))
            case Act.ACCEPT:
                made.append(intake.acceptance(case, item, occasion))
            case Act.ACCEPT_CONDITIONALLY:
                made.append(intake.conditional(case, item, occasion))
                made.append(intake.undertaking(case, item, occasion))
            case Act.NOTIFY_CORRECTION:
                made.append(intake.correction(case, item, occasion))
            case Act.DECLINE:
                made.append(intake.decline(case, item, occasion))
        return tuple(self._ready(view, item) for view in made if view is not None)

    def of_step(
        self, body: Body, case: Case, item: ServiceItem, where: Circumstances, entry_hash: str
    ) -> tuple[Paper, ...]:
        """Return the papers that a step after the intake hands out; some hand out none."""
        occasion = self.occasion(where, entry_hash)
        made = map(self._copies, papers_of_step(body, case, item, occasion))
        return tuple(self._ready(view, item) for view in made if view is not None)

    def _copies(self, view: paper.DocumentView | None) -> paper.DocumentView | None:
        """Leave out the sheet of compared copies where the hall stamps each copy by hand."""
        wanted = self._place.copy_check or not isinstance(view, paper.CopyCheckView)
        return view if wanted else None

    def _ready(self, view: paper.DocumentView, item: ServiceItem) -> Paper:
        """Return a paper with the series in which its organ has yet to number it."""
        if view.head.official_number:
            return ready(view)
        numbers = self._rules().policy.numbers
        return ready(view, numbers.series_head(item.organ, paper.kind_of(view)))


def _promises(brought: paper.SupplementView | None) -> bool:
    """Whether something that was brought just now is a commitment."""
    return brought is not None and any(
        line.fate is paper.Fate.COMMITMENT for line in brought.materials
    )


MAIN_PAPER = {
    Act.RECEIVE: "receipt",
    Act.ACCEPT: "acceptance",
    Act.ACCEPT_CONDITIONALLY: "conditional",
    Act.NOTIFY_CORRECTION: "correction",
    Act.DECLINE: "decline",
}
"""The paper that an act is about; a preview shows this one."""


def ready(view: paper.DocumentView, series: str = "") -> Paper:
    """Return a view as a paper that can be issued."""
    return Paper(paper.kind_of(view), view.head.number, view, content_digest(view), series)
