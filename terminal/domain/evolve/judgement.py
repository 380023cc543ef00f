"""What a record can come to, and the register of the steps that records take."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

from terminal.domain.aggregates import Aggregate
from terminal.domain.case import Case, Step
from terminal.domain.parties import Actor
from terminal.domain.records import Body, Record


class Evolved(msgspec.Struct, frozen=True):
    """The record is lawful: this is the aggregate with it (None: it concerns no aggregate)."""

    aggregate: Aggregate | None


class Held(msgspec.Struct, frozen=True):
    """The record needs something that is not here yet; it is tried again later."""

    code: str


class Refused(msgspec.Struct, frozen=True):
    """The record breaks a rule; `code` names the rule's sentence in the texts."""

    code: str


class Conflict(msgspec.Struct, frozen=True):
    """Somebody else moved the aggregate on and this step is not lawful any more."""

    code: str


Judgement = Evolved | Held | Refused | Conflict
StepFunction = Callable[[Any, Any, Record], "Aggregate | Refused"]

AnyBody = TypeVar("AnyBody", bound=Body)
Changed = TypeVar("Changed", bound=Any)
Made = TypeVar("Made", bound=msgspec.Struct)

STEPS: dict[str, StepFunction] = {}
"""How each kind of record changes its aggregate."""

CREATES: set[str] = set()
"""The kinds that make a new aggregate."""

BELONGS: dict[str, type[Aggregate]] = {}
"""The aggregate to which each other kind belongs."""


def creates(
    kind: type[AnyBody],
) -> Callable[
    [Callable[[None, AnyBody, Record], Aggregate | Refused]],
    Callable[[None, AnyBody, Record], Aggregate | Refused],
]:
    """Register the function by which a kind of record makes its aggregate."""

    def register(
        function: Callable[[None, AnyBody, Record], Aggregate | Refused],
    ) -> Callable[[None, AnyBody, Record], Aggregate | Refused]:
        STEPS[kind.kind] = function
        CREATES.add(kind.kind)
        return function

    return register


def changes(
    kind: type[AnyBody], aggregate: type[Changed]
) -> Callable[
    [Callable[[Changed, AnyBody, Record], Aggregate | Refused]],
    Callable[[Changed, AnyBody, Record], Aggregate | Refused],
]:
    """Register the function by which a kind of record changes an aggregate of this type."""

    def register(
        function: Callable[[Changed, AnyBody, Record], Aggregate | Refused],
    ) -> Callable[[Changed, AnyBody, Record], Aggregate | Refused]:
        STEPS[kind.kind] = function
        BELONGS[kind.kind] = aggregate
        return function

    return register


def line(record: Record, actor: Actor) -> Step:
    """Return the record's line of the history."""
    return Step(record.record_id, record.body.kind, record.at, actor)


def born(kind: type[Made], record: Record, actor: Actor, **fields: Any) -> Made:
    """Return the aggregate that a record makes, with `fields` where they are no field of its body.

    What the body calls by the same name is taken over as it stands.
    """
    body = record.body
    shared = {name: getattr(body, name) for name in _in_both(kind, type(body))}
    first = kind.__struct_fields__[0]
    whole = {first: record.aggregate_id, "head": record.record_id, **shared, **fields}
    return kind(**whole, history=(line(record, actor),))


@cache
def _in_both(kind: type[msgspec.Struct], body: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the names of the fields that both have."""
    return tuple(name for name in kind.__struct_fields__ if name in body.__struct_fields__)


def advance(aggregate: Changed, record: Record, actor: Actor, **fields: Any) -> Changed:
    """Return the aggregate with changed fields, its history longer by this record."""
    changed: Changed = msgspec.structs.replace(
        aggregate,
        head=record.record_id,
        history=(*aggregate.history, line(record, actor)),
        **fields,
    )
    return changed


def wrong_state(case: Case) -> Refused:
    """Return the refusal of a step that the case's state does not allow."""
    return Refused(f"case.not_while_{case.state.value.lower()}")
