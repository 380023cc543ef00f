"""The judge's unit of work: what one write transaction reads and writes, in few statements.

Everything is read ahead for a page of entries, changed in memory, and written by `flush`;
whoever queries the tables in between flushes what is asked for first. An aggregate that
several entries of a page change is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hub.store import entries, projections
from hub.store.entries import NewEffect, Stored
from terminal.domain.aggregates import Aggregate, NumberLease
from terminal.protocol.wire import Effect


class Sitting:
    """Effects, aggregates and touches of one transaction."""

    def __init__(self, database: Any, now: int) -> None:
        self.db = database
        self.now = now
        self._effects: dict[str, Effect | None] = {}
        self._aggregates: dict[str, Aggregate | None] = {}
        self._touches: dict[str, set[str]] = {}
        self._new_effects: list[NewEffect] = []
        self._new_touches: list[tuple[str, str]] = []
        self._changed: dict[str, Aggregate] = {}
        self._heads: dict[str, str] = {}
        self._judged: list[int] = []
        self._leases: dict[str, list[NumberLease]] = {}

    def read_ahead(self, page: Sequence[Stored]) -> None:
        """Load in one query each what judging these entries asks for."""
        records = [one.record_id for one in page if one.record_id not in self._effects]
        found = entries.effects_of(self.db, records)
        self._effects |= {record: found.get(record) for record in records}
        names = {one.aggregate_id for one in page} - self._aggregates.keys()
        self._load(names)
        missing = {one.aggregate_id for one in page} - self._touches.keys()
        touched = projections.touches_of(self.db, missing)
        self._touches |= {name: touched.get(name, set()) for name in missing}

    def effect(self, record_id: str) -> Effect | None:
        """Return what a record came to so far."""
        if record_id not in self._effects:
            self._effects[record_id] = entries.effect_of(self.db, record_id)
        return self._effects[record_id]

    def put_effect(self, stored: Stored, effect: Effect, waits_for: str) -> bool:
        """Give a record its effect; False when it has this one already, for ever."""
        old = self.effect(effect.record_id)
        new = NewEffect(effect, stored.aggregate_id, waits_for, self.now)
        if old is None:
            self._new_effects.append(new)
        else:
            self._flush_effects()
            if not entries.change_effect(self.db, new):
                return False
        self._effects[effect.record_id] = effect
        return old is None or (old.effect, old.code) != (effect.effect, effect.code)

    def judged(self, stored: Stored) -> None:
        """Note that an entry was judged."""
        if stored.id:  # the hub's own are written as judged
            self._judged.append(stored.id)

    def load(self, aggregate_id: str) -> Aggregate | None:
        """Return an aggregate as this sitting leaves it."""
        if aggregate_id not in self._aggregates:
            self._load({aggregate_id})
        return self._aggregates[aggregate_id]

    def save(self, aggregate_id: str, aggregate: Aggregate) -> None:
        """Change an aggregate that was loaded."""
        self._aggregates[aggregate_id] = self._changed[aggregate_id] = aggregate
        if isinstance(aggregate, NumberLease):
            self._leases.pop(aggregate.terminal_id, None)

    def _load(self, names: set[str]) -> None:
        found = projections.load_many(self.db, names)
        self._aggregates |= {name: found.get(name) for name in names}
        self._heads |= {name: found[name].head if name in found else "" for name in names}

    def leases_of(self, terminal_id: str) -> list[NumberLease]:
        """Return the blocks of numbers of a terminal as this sitting leaves them."""
        if terminal_id not in self._leases:
            found = {one.lease_id: one for one in projections.leases_of(self.db, terminal_id)}
            # Looked up here and not flushed: a case that is numbered next is written once.
            found |= {
                name: one
                for name, one in self._changed.items()
                if isinstance(one, NumberLease) and one.terminal_id == terminal_id
            }
            self._leases[terminal_id] = list(found.values())
        return self._leases[terminal_id]

    def touched_by(self, aggregate_id: str) -> set[str]:
        """Return the terminals that touched an aggregate."""
        if aggregate_id not in self._touches:
            found = projections.touches_of(self.db, [aggregate_id])
            self._touches[aggregate_id] = found.get(aggregate_id, set())
        return self._touches[aggregate_id]

    def touch(self, aggregate_id: str, terminal_id: str) -> bool:
        """Note that a terminal touched an aggregate; True when that is new."""
        known = self.touched_by(aggregate_id)
        if terminal_id in known:
            return False
        known.add(terminal_id)
        self._new_touches.append((aggregate_id, terminal_id))
        return True

    def held(self, keys: Iterable[str]) -> list[Stored]:
        """Return held entries that wait for one of these."""
        self._flush_effects()
        return entries.held(self.db, list(keys))

    def of_aggregate(self, aggregate_id: str) -> list[Stored]:
        """Return the applied entries of an aggregate in the order in which they had their effect.

        One that was held arrived before others that stand in front of it now.
        """
        self._flush_effects()
        found = entries.of_aggregate(self.db, aggregate_id)
        aggregate = self.load(aggregate_id)
        steps = aggregate.history if aggregate is not None else ()
        places = {step.record_id: place for place, step in enumerate(steps)}
        return sorted(found, key=lambda one: places.get(one.record_id, len(places)))

    def flush(self) -> None:
        """Write what was changed so far."""
        self._flush_effects()
        judged, self._judged = self._judged, []
        entries.mark_judged(self.db, judged)
        changed, self._changed = self._changed, {}
        projections.save_many(
            self.db, {name: (now, self._heads[name]) for name, now in changed.items()}, self.now
        )
        self._heads |= {name: aggregate.head for name, aggregate in changed.items()}
        touches, self._new_touches = self._new_touches, []
        projections.add_touches(self.db, touches)

    def _flush_effects(self) -> None:
        effects, self._new_effects = self._new_effects, []
        entries.add_effects(self.db, effects)
