"""The forms of a case: exactly the acts that are possible now, each with what it does.

A form is data; the template shows any of them. What a form says of the clock is computed by
the functions that the act itself uses. An act whose date depends on what is typed is shown
once more with that date before it is recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hub.desk import clock
from hub.desk.acting import handled, in_other_hands
from hub.desk.answer_forms import ANSWERS, does, fields_of, possible
from hub.desk.fields import LINE, LONG, SHORT, Choice, Field, Form
from hub.desk.grounds import Grounds
from hub.store.people import Account
from hub.web.site import say_due
from terminal.domain import transitions
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Regime
from terminal.domain.deadlines import RegimeClock, deliver_by, say_day
from terminal.domain.deadlines import clock_of as regime_clock
from terminal.domain.records import (
    Body,
    CaseArchived,
    CaseClaimed,
    CaseClosed,
    CaseDecided,
    CaseExtended,
    CaseReleased,
    CaseResumed,
    CaseSuspended,
    CureFailed,
    ForwardArrived,
    LegalReviewed,
    MaterialsTakenOver,
    Outcome,
    ResultReady,
    SuspensionGround,
)
from terminal.domain.regime import procedure_of
from terminal.texts import Texts

THINGS = 4
"""Rows for the things of a result; more go into a second line of one row's name."""

_NEVER_CHECKED = (CaseState.WITHDRAWN, CaseState.VOID, CaseState.NOT_ACCEPTED)


KINDS: dict[str, type[Body]] = {
    "take_over": MaterialsTakenOver,
    "arrival": ForwardArrived,
    **ANSWERS,
    "claim": CaseClaimed,
    "resume": CaseResumed,
    "review": LegalReviewed,
    "decision": CaseDecided,
    "suspend": CaseSuspended,
    "extension": CaseExtended,
    "cure_failed": CureFailed,
    "ready": ResultReady,
    "release": CaseReleased,
    "close": CaseClosed,
    "archive": CaseArchived,
}
"""The acts in the order in which a page shows them, with what each writes."""

ACTS = (*KINDS, "check")
"""Every act of the desk on a case; checks of commitments follow no state."""

_OF_OTHERS = ("take_over", "resume", "release")
"""What is possible with a case that somebody else has claimed."""


class Forms:
    """The forms of one case for one account on one day; `grounds` are those of an answer."""

    def __init__(
        self,
        case: Case,
        account: Account,
        today: dt.date,
        calendar: WorkingDayCalendar,
        texts: Texts,
        grounds: Grounds | None = None,
    ) -> None:
        self._case = case
        self._grounds = grounds
        self._account = account
        self._today = today
        self._calendar = calendar
        self._texts = texts

    def possible(self) -> list[Form]:
        """Return the forms in the order of the page."""
        case, account = self._case, self._account
        if handled(account, case):
            return []
        now = {row.kind for row in transitions.possible(case.state)}
        acts = [act for act, kind in KINDS.items() if kind in now and self._fits(act)]
        if account.legal:
            acts = [act for act in acts if act == "review"]
        elif in_other_hands(account, case):
            acts = [act for act in acts if act in _OF_OTHERS]
        else:
            acts = [act for act in acts if act != "review"]
        forms = [self._form(act) for act in acts]
        if not account.legal and case.accepted_at and case.state not in _NEVER_CHECKED:
            forms += [self._check(one.material_id, one.name) for one in case.unchecked_commitments]
        return forms

    def _fits(self, act: str) -> bool:
        """Say whether the case itself allows what its state does."""
        case, today = self._case, self._today.isoformat()
        papers, decision = case.papers, case.decision
        match act:
            case "take_over":
                return papers is not None and papers.official is None
            case "arrival":
                return case.forwarding is not None and not case.arrived_at
            case _ if act in ANSWERS:
                return possible(act, case, self._grounds)
            case "suspend":
                return case.decide_by >= today
            case "extension":
                longer = case.extension is None and bool(self._most_days())
                return longer and case.decide_by >= today
            case "review":
                return case.legal_review is None
            case "decision":
                return not case.legal_review_needed or case.legal_review is not None
            case "cure_failed":
                return bool(case.deferred) and bool(case.cure_by) and case.cure_by < today
            case "close":
                passed_on = case.forwarding is not None and bool(case.arrived_at)
                return case.state is not CaseState.RECEIVED or passed_on
            case "ready":
                return decision is not None and decision.outcome is Outcome.GRANTED
        return True

    def _form(self, act: str) -> Form:
        texts = self._texts
        return Form(
            act=act,
            key=act,
            title=texts(f"desk.act.{act}.title"),
            does=self._does(act),
            submit=texts(f"desk.act.{act}.submit"),
            fields=self._fields(act),
            asks_first=act in ("suspend", "extension", "arrival"),
        )

    def _fields(self, act: str) -> tuple[Field, ...]:
        if act in ANSWERS and self._grounds is not None:
            return fields_of(act, self._case, self._grounds, self._texts)
        return _FIELDS[act](self) if act in _FIELDS else ()

    def _does(self, act: str) -> str:
        """Say what the act does to the clock, with the date where one follows from today."""
        case, key = self._case, f"desk.act.{act}"
        due: dt.date | None = None
        match act:
            case "take_over":
                pages = case.papers.pages if case.papers else 0
                return self._texts(f"{key}.does", pages=pages)
            case "extension":
                return self._texts(f"{key}.does", most=self._most_days())
            case "close":
                delivered = case.state is CaseState.DELIVERED
                return self._texts(f"{key}.does" if delivered else f"{key}.does_reason")
            case _ if act in ANSWERS and self._grounds is not None:
                return does(act, case, self._grounds, self._texts, self._today, self._calendar)
            case "resume":
                due = clock.after_resuming(case, self._today, self._calendar)
            case "decision":
                due = deliver_by(self._today, self._calendar).date
            case "claim" | "release":
                due = dt.date.fromisoformat(case.decide_by) if case.decide_by else None
            case "ready":
                due = dt.date.fromisoformat(case.deliver_by) if case.deliver_by else None
            case _:
                return self._texts(f"{key}.does")
        if due is None:
            return self._texts(f"{key}.does_plain")
        return self._texts(f"{key}.does", latest=self._latest(due))

    def _latest(self, due: dt.date) -> str:
        provisional = self._calendar.provisional(due.year)
        return say_due(due.isoformat(), self._texts, self._today, provisional=provisional)

    def _most_days(self) -> int:
        return regime_clock(self._case.regime).longest_extension(joint=self._case.joint) or 0

    # Fields

    def _label(self, name: str) -> str:
        return self._texts(f"desk.field.{name}")

    def _text(self, name: str, label: str = "", longest: int = SHORT, value: str = "") -> Field:
        return Field(name, "text", self._label(label or name), value, longest)

    def _area(self, name: str, label: str = "", value: str = "") -> Field:
        return Field(name, "area", self._label(label or name), value, LONG)

    def _yes_no(self, name: str) -> Field:
        return Field(
            name,
            "radio",
            self._label(name),
            choices=(
                Choice("yes", self._texts(f"desk.choice.{name}_yes"), "circle-check", "good"),
                Choice("no", self._texts(f"desk.choice.{name}_no"), "circle-x", "bad"),
            ),
        )

    def _law(self, what: str) -> str:
        """Offer the article of the Licensing Law, to licences alone; papers are in Chinese."""
        if self._case.regime is not Regime.LICENSING:
            return ""
        return Texts()(f"desk.basis.{what}")

    def _take_over(self) -> tuple[Field, ...]:
        return (Field("pages", "number", self._label("pages")), self._area("remark"))

    def _arrival(self) -> tuple[Field, ...]:
        return (
            Field("day", "date", self._label("arrived_day"), self._today.isoformat()),
            Field("time", "time", self._label("arrived_time")),
        )

    def _suspend(self) -> tuple[Field, ...]:
        grounds = tuple(
            Choice(one.value, self._texts(f"desk.ground.{one.value}")) for one in SuspensionGround
        )
        return (
            Field("ground", "select", self._label("ground"), choices=grounds),
            Field("planned_end", "date", self._label("planned_end")),
            self._area("basis", value=self._law("suspension")),
            self._text("document_number"),
        )

    def _extension(self) -> tuple[Field, ...]:
        return (
            Field("days", "number", self._label("days")),
            self._area("reason"),
            self._area("basis", value=self._law("extension")),
            self._text(
                "approved_by", "approved_by_government" if self._case.joint else "approved_by"
            ),
            self._text("document_number"),
        )

    def _decision(self) -> tuple[Field, ...]:
        texts, refusal = self._texts, procedure_of(self._case.regime).refusal
        refused = refusal if texts.language == "zh" else texts("hub.desk.refuse")
        outcomes = (
            Choice("GRANTED", texts("hub.desk.grant"), "circle-check", "good"),
            Choice("REFUSED", refused, "circle-x", "bad"),
            Choice("TERMINATED", texts("hub.desk.terminate"), "file-x", "muted"),
        )
        return (
            Field("outcome", "radio", self._label("outcome"), choices=outcomes),
            self._text("document_number", "decision_number"),
            self._text("enforcement_number", value=self._account.enforcement_number),
            self._area("reason", "decision_reason"),
            self._area("basis", "decision_basis"),
        )

    def _review(self) -> tuple[Field, ...]:
        return (self._yes_no("passed"), self._area("opinion"))

    def _cure_failed(self) -> tuple[Field, ...]:
        return (self._area("reason"), self._area("basis"), self._text("document_number"))

    def _ready(self) -> tuple[Field, ...]:
        things = Field("things", "things", self._label("things"), longest=LINE)
        return (things, self._text("place", longest=LINE))

    def _release(self) -> tuple[Field, ...]:
        return (self._area("reason"),)

    def _close(self) -> tuple[Field, ...]:
        if self._case.state is CaseState.DELIVERED:
            return ()
        return (self._area("reason", "close_reason"),)

    def _archive(self) -> tuple[Field, ...]:
        return (self._text("shelf"),)

    def _check(self, material_id: str, name: str) -> Form:
        texts = self._texts
        return Form(
            act="check",
            key=f"check-{material_id}",
            title=texts("desk.act.check.title", name=name),
            does=texts("desk.act.check.does"),
            submit=texts("desk.act.check.submit"),
            fields=(self._yes_no("holds"), self._area("finding")),
            hidden=(("material_id", material_id),),
        )


_FIELDS: dict[str, Callable[[Forms], tuple[Field, ...]]] = {
    "take_over": Forms._take_over,
    "arrival": Forms._arrival,
    "suspend": Forms._suspend,
    "extension": Forms._extension,
    "decision": Forms._decision,
    "review": Forms._review,
    "cure_failed": Forms._cure_failed,
    "ready": Forms._ready,
    "release": Forms._release,
    "close": Forms._close,
    "archive": Forms._archive,
}


def consequence(
    act: str,
    case: Case,
    given: dict[str, object],
    today: dt.date,
    calendar: WorkingDayCalendar,
    limits: RegimeClock,
    texts: Texts,
) -> str:
    """Say where the clock goes by what was typed; `given` is what `doing.read` returned.

    `limits` are the regime's, as the hall makes them shorter.
    """

    def say(due: dt.date) -> str:
        provisional = calendar.provisional(due.year)
        return say_due(due.isoformat(), texts, today, provisional=provisional)

    key = f"desk.act.{act}.consequence"
    before = say(dt.date.fromisoformat(case.decide_by)) if case.decide_by else ""
    match act, given:
        case "suspend", {"planned_end": dt.date() as end}:
            due = clock.after_suspension(case, today, end, calendar)
            if due:
                return texts(key, end=say_day(end, texts, today), latest=say(due), before=before)
        case "extension", {"days": int() as days}:
            due = clock.after_extension(case, days, calendar)
            if due:
                return texts(key, days=days, latest=say(due), before=before)
        case "arrival", {"arrived_at": int() as moment}:
            due = clock.after_arrival(case, moment, calendar, limits)
            return texts(key, latest=say(due)) if due else texts("desk.act.arrival.no_limit")
    return ""
