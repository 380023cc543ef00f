"""The one judgement: what a record makes of an aggregate. Terminal and hub both call it.

`evolve` is pure. Each side loads the aggregate from its own tables, calls it, and saves what
comes back. The rules it enforces are those without which a case would be unlawful whoever
wrote the record; what a person may do at a window is checked before, in the services.
"""

from __future__ import annotations

from terminal.domain.aggregates import Aggregate
from terminal.domain.evolve import documents, endings, intake, office, procedure, results, visits
from terminal.domain.evolve.judgement import (
    BELONGS,
    CREATES,
    STEPS,
    Conflict,
    Evolved,
    Held,
    Judgement,
    Refused,
)
from terminal.domain.records import EpochOpened, Record

__all__ = ["STEP_MODULES", "Conflict", "Evolved", "Held", "Judgement", "Refused", "evolve"]

STEP_MODULES = (visits, intake, endings, procedure, results, documents, office)
"""The modules whose import registers the steps."""


def evolve(aggregate: Aggregate | None, record: Record) -> Judgement:
    """Judge one record against the aggregate it names.

    The same record again changes nothing. A record whose base is not here is held; one whose
    base is no longer the head is taken if its step is still lawful, otherwise it conflicts.
    """
    kind = record.body.kind
    if isinstance(record.body, EpochOpened):
        return Evolved(None)
    if kind not in STEPS:
        return Held("journal.unknown_kind")
    if aggregate is None:
        if kind not in CREATES or record.base:
            return Held("journal.base_missing")
        made = STEPS[kind](None, record.body, record)
        return made if isinstance(made, Refused) else Evolved(made)
    if aggregate.knows(record.record_id):
        return Evolved(aggregate)
    if kind in CREATES:
        return Conflict("journal.created_twice")
    if not isinstance(aggregate, BELONGS[kind]):
        return Refused("journal.wrong_aggregate")
    if not aggregate.knows(record.base):
        return Held("journal.base_missing")
    made = STEPS[kind](aggregate, record.body, record)
    if not isinstance(made, Refused):
        return Evolved(made)
    return made if record.base == aggregate.head else Conflict(made.code)
