"""Papers of the intake: receipt, acceptance, correction, decline, conditional, commitment."""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.clock import to_local
from terminal.documents import views as paper
from terminal.documents.composing.base import (
    Occasion,
    case_part,
    day,
    deferred_of,
    limit_of,
    material_of,
    materials_of,
    moment,
    notice_part,
    of_this_hall,
    provisional,
    remedies_of,
)
from terminal.documents.dates import long_day
from terminal.documents.wording import default_wording
from terminal.domain.case import Case
from terminal.domain.catalogue import Material, Regime, ServiceItem, Way
from terminal.domain.deadlines import renew_by
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.regime import (
    acceptance_basis,
    committed_limit,
    conditional_basis,
    correction_basis,
    limit_basis,
    own_basis,
)
from terminal.texts import DEFAULT_LANGUAGE, Texts

HANDED_IN = (
    paper.Fate.ORIGINAL_KEPT,
    paper.Fate.ORIGINAL_SEEN_COPY_KEPT,
    paper.Fate.ORIGINAL_SEEN_RETURNED,
    paper.Fate.COPY,
)
"""Fates of what lies on the desk as paper and can be given back."""


def receipt(case: Case, item: ServiceItem, occasion: Occasion) -> paper.ReceiptView:
    """Return the receipt for materials; of what goes to another place, the receipt for that."""
    received = to_local(case.received_at).date()
    calendar = occasion.calendar
    # of what goes elsewhere no time runs here that a rest day could begin later
    rest_day = not calendar.is_working_day(received) and case.forwarding is None
    counted = calendar.next_working_day(received).isoformat() if rest_day else None
    elsewhere = case.forwarding
    reply_due = case.respond_by if case.regime is Regime.LICENSING and elsewhere is None else None
    fields = case_part(case, item, "receipt", occasion)
    # a receipt names the window's phone, for the organ knows nothing of it yet
    fields["phone"] = occasion.phone
    forwarding = None
    if elsewhere is not None:
        fields = of_this_hall(fields, occasion)
        forwarding = paper.Forwarding(
            organ=elsewhere.organ,
            due=elsewhere.forward_by,
            place=elsewhere.place,
            phone=elsewhere.phone,
        )
    cure_due = case.cure_by if case.deferred else ""
    return paper.ReceiptView(
        **fields,  # type: ignore[arg-type]
        materials=materials_of(case, occasion.texts),
        received_at=moment(case.received_at),
        query_url="",
        reply_due=reply_due or None,
        clock_from=counted,
        limit=limit_of(committed_limit(item), limit_basis(item)),
        calendar_provisional=provisional(occasion, reply_due, counted, cure_due),
        forwarding=forwarding,
        deferred=deferred_of(case, occasion.texts),
        cure_due=cure_due or None,
        handwritten=case.late_entry.paper_number if case.late_entry else "",
    )


def _renewal(case: Case) -> tuple[str, ...]:
    """Return what a licence's last day means for its renewal, if it was applied for in time."""
    if not case.expires or case.regime is not Regime.LICENSING:
        return ()
    last = dt.date.fromisoformat(case.expires)
    if to_local(case.received_at).date() > renew_by(last):
        return ()
    wording = default_wording(DEFAULT_LANGUAGE)
    return (wording("acceptance.renewal", expires=long_day(case.expires, wording)),)


def acceptance(case: Case, item: ServiceItem, occasion: Occasion) -> paper.AcceptanceView:
    """Return the acceptance notice, also of what silence has accepted."""
    return paper.AcceptanceView(
        **notice_part(case, item, "acceptance", occasion),  # type: ignore[arg-type]
        calendar_provisional=case.provisional,
        basis=correction_basis(item) if case.deemed else acceptance_basis(item),
        accepted_on=day(case.accepted_at),
        decision_due=case.decide_by,
        deemed=case.deemed,
        limit=limit_of(committed_limit(item)),
        statutory_limit=limit_of(item.statutory),
        special_procedures=tuple(
            paper.SpecialProcedure(name=one.name, duration=one.duration)
            for one in item.special_procedures
        ),
        notes=_renewal(case),
        materials=materials_of(case, occasion.texts),
    )


def correction(case: Case, item: ServiceItem, occasion: Occasion) -> paper.CorrectionView:
    """Return the notice of the last corrections; a second one says why there is one."""
    texts = occasion.texts
    serial = len(case.notices)
    repeated = serial > 1
    return paper.CorrectionView(
        **notice_part(case, item, "correction", occasion, serial=serial),  # type: ignore[arg-type]
        basis=correction_basis(item),
        deficiencies=tuple(
            paper.Deficiency(
                name=line.name,
                standard=line.standard or texts("paper.standard_by_guide"),
                problem=line.defect or texts("paper.not_submitted"),
            )
            for line in case.notices[-1]
        ),
        repeated=repeated,
        added=_told_only_now(case),
        repeat_reason=case.repeat_reasons[-1] if repeated and case.repeat_reasons else "",
    )


def decline(case: Case, item: ServiceItem, occasion: Occasion) -> paper.DeclineView:
    """Return the non-acceptance notice; raises `ValueError` for a case that was not declined."""
    declined = case.decline
    if declined is None:
        raise ValueError("the case was not declined")
    competent = None
    if declined.go_to:
        competent = paper.CompetentOrgan(
            name=declined.go_to, address=declined.go_to_address, phone=declined.go_to_phone
        )
    returned: tuple[paper.MaterialLine, ...] = ()
    if case.declined_at_once:
        lines = materials_of(case, occasion.texts)
        returned = tuple(line for line in lines if line.fate in HANDED_IN)
    return paper.DeclineView(
        **notice_part(case, item, "decline", occasion),  # type: ignore[arg-type]
        basis=(declined.basis,),
        kind=declined.kind,
        remedies=remedies_of(item.organ),
        reason=declined.reason,
        competent=competent,
        returned=returned,
        to_collect=tuple(material_of(one, occasion.texts) for one in case.kept_originals),
    )


def conditional(case: Case, item: ServiceItem, occasion: Occasion) -> paper.ConditionalView:
    """Return the organ's notice of a conditional acceptance."""
    return paper.ConditionalView(
        **notice_part(case, item, "conditional", occasion),  # type: ignore[arg-type]
        calendar_provisional=case.provisional or provisional(occasion, case.cure_by),
        basis=conditional_basis(item),
        accepted_on=day(case.accepted_at),
        cure_due=case.cure_by,
        deferred=deferred_of(case, occasion.texts),
        decision_due=case.decide_by,
        notes=_renewal(case),
    )


def undertaking(case: Case, item: ServiceItem, occasion: Occasion) -> paper.UndertakingView:
    """Return the applicant's undertaking to bring what is deferred.

    It is signed with the acceptance, or before it where the organ's own desk accepts.
    """
    if not case.deferred:
        chosen = [one for one in case.materials if one.status is MaterialStatus.DEFERRED]
        ids = tuple(one.material_id for one in chosen)
        case = msgspec.structs.replace(case, deferred=ids)
    return paper.UndertakingView(
        **notice_part(case, item, "undertaking", occasion),  # type: ignore[arg-type]
        calendar_provisional=provisional(occasion, case.cure_by),
        basis=conditional_basis(item),
        cure_due=case.cure_by,
        deferred=deferred_of(case, occasion.texts),
    )


def commitment(case: Case, item: ServiceItem, occasion: Occasion) -> paper.CommitmentView | None:
    """Return the commitment letter for the proofs that commitments replace, or None."""
    promised = [
        entry
        for entry in case.materials
        if entry.way is Way.COMMITMENT and entry.status is MaterialStatus.RECEIVED
    ]
    if not promised:
        return None
    known = {material.id: material for material in item.materials}
    lines = tuple(_promise(one, known.get(one.material_id), item, occasion) for one in promised)
    return paper.CommitmentView(
        **notice_part(case, item, "commitment", occasion),  # type: ignore[arg-type]
        basis=(occasion.texts("paper.commitment_rule"),),
        lines=lines,
        check_by=case.check_by,
        authorised=case.power is not None and case.power.may_commit,
    )


def _promise(
    entry: MaterialEntry, material: Material | None, item: ServiceItem, occasion: Occasion
) -> paper.CommitmentLine:
    own = material.basis if material is not None else ""
    return commitment_line(entry.name, entry.standard, own, item, occasion.texts)


def commitment_line(
    name: str, standard: str, basis: str, item: ServiceItem, texts: Texts
) -> paper.CommitmentLine:
    """Return what a commitment for a proof is about: whose duty it is by which law, and what.

    `basis` is the law that asks for this proof, empty where it is the item's own.
    """
    duty = basis or texts("paper.list_comma").join(own_basis(item)) or texts("paper.by_guide")
    return paper.CommitmentLine(
        name=name, duty=duty, content=standard or texts("paper.standard_by_guide")
    )


def _told_only_now(case: Case) -> tuple[str, ...]:
    """Return what the last notice lists and none before it did; nothing for the first one."""
    *earlier, last = case.notices
    told = {line.material_id for notice in earlier for line in notice}
    return tuple(line.name for line in last if earlier and line.material_id not in told)
