"""Who applies here, and in what capacity: what is wrong with the people of a draft."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.domain.capacity import capacity_fault
from terminal.domain.catalogue import ServiceItem
from terminal.domain.checks import is_control
from terminal.domain.parties import Capacity, Party, PartyKind
from terminal.services import form_rules
from terminal.services.form_rules import problem
from terminal.services.views import IntakeDraft, Problem

LONGEST_NAME = 100


def party_problems(draft: IntakeDraft, item: ServiceItem, today: date) -> tuple[Problem, ...]:
    """Name what is wrong with visitor, applicant and the capacity in which one acts."""
    found = list(_one_party(draft.visitor, "visitor", today))
    if draft.capacity is not Capacity.SELF:
        found += _one_party(draft.applicant, "applicant", today)
    if draft.applicant.kind.value not in item.serves:
        found.append(problem("applicant.kind", "intake.not_for_this_kind"))
    if draft.capacity is Capacity.AGENT and not item.agent_allowed:
        found.append(problem("visitor.capacity", "intake.in_person_only"))
    fault = capacity_fault(
        draft.applicant, draft.visitor, draft.capacity, item, today,
        power=draft.power, guardian_consents=draft.guardian_consents,
    )  # fmt: skip
    if fault is not None:
        found.append(problem(*fault))
    if draft.paper is not None and to_local(draft.paper.written_at).date() > today:
        found.append(problem("visitor.paper", "intake.paper_of_the_future"))
    return tuple(found)


def _one_party(party: Party, where: str, today: date) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if not party.name.strip():
        found.append(problem(f"{where}.name", "intake.name_missing"))
    elif any(is_control(character) for character in party.name):
        found.append(problem(f"{where}.name", "intake.name_control"))
    elif len(party.name) > LONGEST_NAME:
        found.append(problem(f"{where}.name", "intake.name_too_long", most=LONGEST_NAME))
    if party.kind is PartyKind.ORGANISATION:
        fault = form_rules.credit_code_fault(party.credit_code)
        if fault:
            found.append(msgspec.structs.replace(fault, where=f"{where}.credit_code"))
        return tuple(found)
    fault = form_rules.identity_fault(party.document_kind, party.identity_number, today)
    if fault:
        found.append(msgspec.structs.replace(fault, where=f"{where}.identity_number"))
    if party.phone:
        fault = form_rules.phone_fault(party.phone)
        if fault:
            found.append(msgspec.structs.replace(fault, where=f"{where}.phone"))
    return tuple(found)
