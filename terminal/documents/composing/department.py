"""Papers of the department: extension, special procedure, decision, failed cure, payment.

They are composed from the case as it stands after the step, so that the window and the desk on
the hub print the same paper.
"""

from __future__ import annotations

import datetime as dt

from terminal.clock import to_local
from terminal.documents import views as paper
from terminal.documents.composing.base import (
    Occasion,
    day,
    decision_kind,
    deferred_of,
    notice_part,
    number_to_follow,
    provisional,
    remedies_of,
    serial_of,
)
from terminal.documents.wording import default_wording
from terminal.domain.case import Case, Decision
from terminal.domain.catalogue import ServiceItem
from terminal.domain.records import CaseSuspended, Outcome
from terminal.domain.regime import GUIDE, own_basis, procedure_of
from terminal.texts import DEFAULT_LANGUAGE

CHIEF = "chief"
"""Actor of a named chief representative (首席事务代表) at a window."""


def extension(case: Case, item: ServiceItem, occasion: Occasion) -> paper.ExtensionView:
    """Return the notice of the one extension; raises `ValueError` for a case without."""
    extended = case.extension
    if extended is None:
        raise ValueError("the case was not extended")
    return paper.ExtensionView(
        **notice_part(case, item, "extension", occasion, official=extended.document_number),  # type: ignore[arg-type]
        basis=_with_law(procedure_of(case.regime).extension_basis, extended.basis),
        accepted_on=day(case.accepted_at),
        due_before=extended.decide_by_before,
        decision_due=case.decide_by,
        days=extended.days,
        reason=extended.reason,
        approved_by=extended.approved_by,
        calendar_provisional=provisional(occasion, case.decide_by),
    )


def special_procedure(
    case: Case, item: ServiceItem, occasion: Occasion
) -> paper.SpecialProcedureView:
    """Return the notice of the last special procedure; raises `ValueError` without one."""
    if not case.suspensions:
        raise ValueError("no special procedure was begun")
    last = case.suspensions[-1]
    wording = default_wording(DEFAULT_LANGUAGE)
    began = to_local(last.suspended_at).date()
    name = wording.plain(f"procedure_name.{last.ground}")
    return paper.SpecialProcedureView(
        **notice_part(
            case, item, "special_procedure", occasion,
            serial=serial_of(case, CaseSuspended.kind), official=last.document_number,
        ),  # type: ignore[arg-type]
        basis=_with_law(procedure_of(case.regime).special_basis, last.basis),
        procedure=name,
        began_on=began.isoformat(),
        planned_end=last.planned_end,
        days=occasion.calendar.working_days_between(
            began, dt.date.fromisoformat(last.planned_end)
        ),
        decision_due=case.decide_by,
        calendar_provisional=provisional(occasion, last.planned_end, case.decide_by),
    )  # fmt: skip


def decision(
    case: Case, item: ServiceItem, occasion: Occasion
) -> paper.DecisionGrantView | paper.DecisionRefuseView:
    """Return the decision, named by its regime; raises `ValueError` for an undecided case."""
    made = case.decision
    if made is None:
        raise ValueError("the case is not decided")
    granted = made.outcome is Outcome.GRANTED
    kind = decision_kind(made.outcome)
    follows = made.document_number == number_to_follow(case, kind)
    official = "" if follows else made.document_number
    fields = notice_part(case, item, kind, occasion, official=official)
    procedure = procedure_of(case.regime)
    # To end a case is no refusal of the permission: the article on refusals is not its basis.
    of_outcome = {
        Outcome.GRANTED: procedure.grant_basis,
        Outcome.REFUSED: procedure.refuse_basis,
    }
    articles = of_outcome.get(made.outcome, "")
    chief = made.decider.kind == CHIEF
    fields |= {
        "basis": _decision_basis(made, item, articles),
        "decided_on": day(made.decided_at),
        "decider": made.decider.name or case.organ,
        "enforcement_number": made.enforcement_number,
        "authority": item.authority_document if chief else "",
    }
    if granted:
        return paper.DecisionGrantView(
            **fields,  # type: ignore[arg-type]
            outcome=procedure.grant,
            result=item.result,
            deliver_due=case.deliver_by,
            conditions=made.reason,
            calendar_provisional=provisional(occasion, case.deliver_by),
        )
    return paper.DecisionRefuseView(
        **fields,  # type: ignore[arg-type]
        outcome=procedure.refusal,
        reason=made.reason,
        terminated=made.outcome is Outcome.TERMINATED,
        remedies=remedies_of(item.organ),
    )


def _with_law(article: str, typed: str) -> tuple[str, ...]:
    """Return the regime's article, then what the official wrote beside it."""
    return (article, typed) if article and article not in typed else (typed,)


def _decision_basis(made: Decision, item: ServiceItem, of_regime: str) -> tuple[str, ...]:
    own = (made.basis,) if made.basis else own_basis(item)
    return tuple(dict.fromkeys((*own, *((of_regime,) if of_regime else ())))) or (GUIDE,)


def cure_failed(case: Case, item: ServiceItem, occasion: Occasion) -> paper.CureFailedView:
    """Return the written end of a conditional acceptance whose materials did not come."""
    made = case.decision
    if made is None:
        raise ValueError("the conditional acceptance has not ended")
    official = "" if made.document_number == case.receipt_number else made.document_number
    return paper.CureFailedView(
        **notice_part(case, item, "cure_failed", occasion, official=official),  # type: ignore[arg-type]
        basis=(made.basis,),
        missing=deferred_of(case, occasion.texts),
        cure_due=case.cure_by,
        ended_on=day(made.decided_at),
        reason=made.reason,
        remedies=remedies_of(item.organ),
    )


def payment_notice(
    case: Case,
    item: ServiceItem,
    occasion: Occasion,
    payments: tuple[paper.Payment, ...],
    pay_due: str,
    places: tuple[str, ...],
    total: str = "",
) -> paper.PaymentNoticeView:
    """Return the notice of fees; each has its basis, the guide's where none is given."""
    return paper.PaymentNoticeView(
        **notice_part(case, item, "payment_notice", occasion),  # type: ignore[arg-type]
        basis=own_basis(item) or (GUIDE,),
        payments=payments,
        pay_due=pay_due,
        places=places,
        total=total,
        calendar_provisional=provisional(occasion, pay_due),
    )
