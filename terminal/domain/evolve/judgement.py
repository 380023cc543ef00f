"""What a record can come to, and the register of the steps that records take."""

from __future__ import annotations

from collections.abc import Callable
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
