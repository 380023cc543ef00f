"""From what was typed into a form to the act that it asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from hub.desk.acts import DeskActs
from hub.desk.case_forms import THINGS
from hub.desk.grounds import DeclineRequest
from terminal.clock import CHINA_TIME
from terminal.domain.case import Case
from terminal.domain.records import DeclineKind, Outcome, ResultThing, SuspensionGround
from terminal.errors import InvalidInput, TerminalError
from terminal.texts import Texts

LONGEST = 2_000
"""Characters of one field; the page's own fields are shorter."""

_MOST_COUNT = 100_000
_TICK = "tick_"


class Typed:
    """The fields of a sent form; errors name the field as the page does."""

    def __init__(self, fields: dict[str, str], texts: Texts) -> None:
        self._fields = fields
        self._texts = texts

    def text(self, name: str) -> str:
        """Return a text without blanks around it, as long as any may be."""
        return self._fields.get(name, "").strip()[:LONGEST]

    def number(self, name: str, label: str) -> int:
        """Return a count from 1; `InvalidInput` for anything else."""
        text = self.text(name)
        # isdecimal takes full-width digits too, as an input method may type them; so does int.
        value = int(text) if text.isdecimal() and len(text) < 9 else 0
        if not 0 < value <= _MOST_COUNT:
            raise InvalidInput("desk.bad_number", field=self._label(label))
        return value

    def date(self, name: str, label: str) -> dt.date:
        """Return a date; `InvalidInput` when it is none."""
        try:
            return dt.date.fromisoformat(self.text(name))
        except ValueError:
            raise InvalidInput("desk.bad_date", field=self._label(label)) from None

    def moment(self) -> int:
        """Return day and time of the hall as milliseconds; without a time it is midnight."""
        day = self.date("day", "arrived_day")
        try:
            time = dt.time.fromisoformat(self.text("time") or "00:00")
            found = dt.datetime.combine(day, time.replace(tzinfo=None), CHINA_TIME)
            return int(found.timestamp() * 1000)
        except (ValueError, OverflowError):
            raise InvalidInput("desk.bad_date", field=self._label("arrived_time")) from None

    def yes(self, name: str) -> bool:
        """Return which of two was chosen; nothing is chosen for anybody."""
        chosen = self._fields.get(name)
        if chosen not in ("yes", "no"):
            raise InvalidInput("desk.nothing_chosen", field=self._label(name))
        return chosen == "yes"

    def outcome(self) -> Outcome:
        """Return the decision that was chosen."""
        chosen = self.text("outcome")
        if chosen not in Outcome.__members__:
            raise InvalidInput("desk.needs_outcome")
        return Outcome(chosen)

    def ground(self) -> SuspensionGround:
        """Return the special procedure that was chosen."""
        chosen = self.text("ground")
        if chosen not in SuspensionGround.__members__:
            raise InvalidInput("desk.nothing_chosen", field=self._label("ground"))
        return SuspensionGround(chosen)

    def things(self) -> list[ResultThing]:
        """Return the things of a result; rows without a name are none."""
        return [
            ResultThing(
                self.text(f"thing_name_{row}"),
                self.text(f"thing_number_{row}"),
                self.number(f"thing_count_{row}", "thing_count")
                if self.text(f"thing_count_{row}")
                else 1,
                self._fields.get(f"thing_electronic_{row}") == "yes",
            )
            for row in range(THINGS)
            if self.text(f"thing_name_{row}")
        ]

    def ticked(self) -> list[str]:
        """Return the ids of the materials that were ticked."""
        return [name.removeprefix(_TICK) for name in self._fields if name.startswith(_TICK)]

    def faults(self) -> dict[str, str]:
        """Return what is wrong with each ticked material, in words that may be empty."""
        return {name: self.text(f"words_{name}") for name in self.ticked()}

    def decline(self) -> DeclineRequest:
        """Return why an application is not accepted."""
        kind = self.text("decline_kind")
        if kind not in DeclineKind.__members__:
            raise InvalidInput("desk.nothing_chosen", field=self._label("decline_kind"))
        return DeclineRequest(
            kind=DeclineKind(kind),
            reason=self.text("decline_reason"),
            basis=self.text("decline_basis"),
            go_to=self.text("go_to"),
            go_to_address=self.text("go_to_address"),
            go_to_phone=self.text("go_to_phone"),
        )

    def _label(self, name: str) -> str:
        return self._texts(f"desk.field.{name}")


def read(act: str, typed: Typed) -> dict[str, Any]:
    """Return the keywords of the act's method; `InvalidInput` names what is missing."""
    return _READERS[act](typed)


_READERS: dict[str, Callable[[Typed], dict[str, Any]]] = {
    "take_over": lambda one: {"pages": one.number("pages", "pages"), "remark": one.text("remark")},
    "accept": lambda one: {},
    "accept_conditionally": lambda one: {"on_paper": one.text("undertaken") == "yes"},
    "supplement": lambda one: {"brought": one.ticked()},
    "correct": lambda one: {"faults": one.faults(), "repeat_reason": one.text("repeat_reason")},
    "decline": lambda one: {"request": one.decline()},
    "claim": lambda one: {},
    "release": lambda one: {"reason": one.text("reason")},
    "arrival": lambda one: {"arrived_at": one.moment()},
    "suspend": lambda one: {
        "ground": one.ground(),
        "basis": one.text("basis"),
        "planned_end": one.date("planned_end", "planned_end"),
        "document_number": one.text("document_number"),
    },
    "resume": lambda one: {"result": one.text("result")},
    "extension": lambda one: {
        "days": one.number("days", "days"),
        "reason": one.text("reason"),
        "basis": one.text("basis"),
        "approved_by": one.text("approved_by"),
        "document_number": one.text("document_number"),
    },
    "review": lambda one: {"passed": one.yes("passed"), "opinion": one.text("opinion")},
    "decision": lambda one: {
        "outcome": one.outcome(),
        "document_number": one.text("document_number"),
        "enforcement_number": one.text("enforcement_number"),
        "reason": one.text("reason"),
        "basis": one.text("basis"),
    },
    "cure_failed": lambda one: {
        "reason": one.text("reason"),
        "basis": one.text("basis"),
        "document_number": one.text("document_number"),
    },
    "ready": lambda one: {"things": one.things(), "place": one.text("place")},
    "check": lambda one: {
        "material_id": one.text("material_id"),
        "holds": one.yes("holds"),
        "finding": one.text("finding"),
    },
    "close": lambda one: {"reason": one.text("reason")},
    "archive": lambda one: {"shelf": one.text("shelf")},
}

_METHODS: dict[str, Callable[..., None]] = {
    "take_over": DeskActs.take_over,
    "accept": DeskActs.accept,
    "accept_conditionally": DeskActs.accept_conditionally,
    "supplement": DeskActs.supplement,
    "correct": DeskActs.notify_correction,
    "decline": DeskActs.decline,
    "claim": DeskActs.claim,
    "release": DeskActs.release,
    "arrival": DeskActs.register_arrival,
    "suspend": DeskActs.suspend,
    "resume": DeskActs.resume,
    "extension": DeskActs.extend,
    "review": DeskActs.review,
    "decision": DeskActs.decide,
    "cure_failed": DeskActs.fail_cure,
    "ready": DeskActs.make_ready,
    "check": DeskActs.check_commitment,
    "close": DeskActs.close,
    "archive": DeskActs.archive,
}


def do(desk: DeskActs, act: str, case: Case, given: dict[str, Any], action_id: str) -> None:
    """Do what a form asks for; raises `TerminalError` with the sentence to show."""
    _METHODS[act](desk, case.case_id, **given, action_id=action_id)


def status_of(error: TerminalError) -> int:
    """Return the HTTP status: a form to fill in again, or a step that is not lawful now."""
    return 400 if isinstance(error, InvalidInput) else 409
