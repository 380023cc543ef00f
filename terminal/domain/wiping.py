"""What is left of an aggregate when the personal part of it is wiped from a terminal.

It works by what may stay, not by what must go: texts of a field that is not named here are
emptied, so a field that is added later is wiped until somebody says otherwise. What stays lets
the case be found by its number and further records be judged: ids, states, dates, what was
recorded of the materials, who of the staff did what.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from terminal.domain.aggregates import Aggregate, Complaint, Document, NumberLease, ShiftHandover
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import Actor, Blob, MaterialEntry, Party

_STAFF = frozenset({"clerk", "department", "supervisor", "system", "device"})
_KEPT = frozenset(
    {
        # Which aggregate, and how it hangs together with others.
        "case_id", "head", "visit_id", "rating_id", "document_id", "application_id",
        "outcome_id", "complaint_id", "subject_id", "parent_id", "case_ids", "record_id",
        # Its numbers; they are printed on papers, and lists are searched by them.
        "receipt_number", "case_number", "number", "official_number", "document_number",
        "paper_number",
        # What it is about.
        "item_code", "item_version", "item_name", "organ", "event_id", "event_name", "window",
        "document_kind", "template_version", "digest", "scope", "reasons", "reasons_version",
        "device", "channel", "material_id", "deferred", "originals_returned", "invitation",
        # When, and by what state.
        "respond_by", "decide_by", "cure_by", "deliver_by", "check_by", "answer_by",
        "planned_end", "decide_by_before", "forward_by", "origin", "kind",
    }
)  # fmt: skip
_NAMED = frozenset({"name", "place", "id"})
"""Of a member of the staff."""


def wiped(aggregate: Aggregate) -> Aggregate:
    """Return an aggregate without its personal part; once more changes nothing."""
    if isinstance(aggregate, ShiftHandover | NumberLease):
        return aggregate
    bare: Aggregate = _bare(aggregate, "")
    return bare


def is_wiped(aggregate: Case | Document) -> bool:
    """Say whether the personal part of a case or document was wiped here."""
    if isinstance(aggregate, Document):
        return not aggregate.view
    return not aggregate.token and not aggregate.applicant.name


def may_be_wiped(aggregate: Aggregate, terminal_id: str) -> bool:
    """Say whether nobody at this terminal needs the personal part any more.

    A case: nothing is owed to anybody in it, or it began at another terminal. A complaint: it
    is closed. Of the others the case to which they belong decides.
    """
    if isinstance(aggregate, Case):
        decided = aggregate.state is CaseState.DECIDED and not aggregate.deliver_by
        return aggregate.state.over or decided or aggregate.origin != terminal_id
    if isinstance(aggregate, Complaint):
        return aggregate.state == "closed"
    return True


def _bare(value: Any, name: str) -> Any:
    match value:
        case Party():
            return Party(name="", kind=value.kind, document_kind=value.document_kind)
        case Actor():
            kept = {"kind": value.kind}
            if value.kind in _STAFF:
                kept |= {field: getattr(value, field) for field in _NAMED}
            return Actor(**kept)
        case Enum() | bool() | int() | float() | None:
            return value
        case str():
            return value if name in _KEPT else ""
        case bytes():
            return b""
        case dict():
            return {}
        case msgspec.Struct():
            fields = value.__struct_fields__
            changed = {
                field: _bare(getattr(value, field), _under(value, field)) for field in fields
            }
            return msgspec.structs.replace(value, **changed)
        case tuple():
            texts = value and type(value[0]) is str and name not in _KEPT
            gone = texts or (value and isinstance(value[0], Blob))
            return () if gone else tuple(_bare(one, name) for one in value)
    raise TypeError(f"{name}: {type(value).__name__} is not a part of an aggregate")


def _under(owner: msgspec.Struct, field: str) -> str:
    """Return the name by which a field is judged; a material's name is the guide's word."""
    return "item_name" if isinstance(owner, MaterialEntry) and field == "name" else field
