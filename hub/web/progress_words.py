"""What the progress page says of a case: its state, its line of steps, what is owed by whom."""

from __future__ import annotations

import datetime as dt

import msgspec

from hub.web.site import say_due, say_moment
from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.case import Case, CaseState, Step
from terminal.domain.masking import mask_name
from terminal.domain.parties import PartyKind
from terminal.domain.records import (
    CaseClosed,
    CorrectionNotified,
    MaterialsSupplemented,
    Outcome,
)
from terminal.domain.regime import procedure_of
from terminal.texts import Texts

S = CaseState
_IN_HAND = (S.ACCEPTED, S.UNDER_REVIEW, S.SUSPENDED)
_ENDED = (S.DELIVERED, S.CLOSED, S.ARCHIVED, S.NOT_ACCEPTED, S.WITHDRAWN, S.VOID)
_ORGAN_ACTS = (
    "case_accepted", "case_decided", "case_declined", "case_suspended", "case_resumed",
    "case_extended", "cure_failed",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """One step on the line: `mark` is done, now or later."""

    mark: str
    title: str
    detail: str = ""


class Notice(msgspec.Struct, frozen=True):
    """What is owed by the citizen, or what was decided, in lines."""

    title: str
    lines: tuple[str, ...]


def shown_name(case: Case) -> str:
    """Return the applicant's name as whoever holds the paper may see it."""
    party = case.applicant
    return party.name if party.kind is PartyKind.ORGANISATION else mask_name(party.name)


def state_name(case: Case, texts: Texts) -> str:
    """Return the state in words; a decided case says how it was decided."""
    if case.state is S.RECEIVED and case.forwarding is not None and not case.arrived_at:
        key = "arriving" if case.forwarded_at else "forwarding"
        return texts(f"progress.{key}", organ=case.competent_organ)
    decided = case.state is S.DECIDED and case.decision is not None
    key = case.decision.outcome.value if decided and case.decision else case.state.value
    return texts(f"hub.state.{key}", refusal=procedure_of(case.regime).refusal)


def tone_of(case: Case) -> str:
    """Return the colour's name of the state; the words beside it say the same."""
    match case.state:
        case S.AWAITING_CORRECTION:
            return "warning"
        case S.NOT_ACCEPTED:
            return "bad"
        case S.DECIDED:
            return "good" if _granted(case) else "bad"
        case S.RESULT_READY | S.DELIVERED:
            return "good"
        case S.SUSPENDED | S.CLOSED | S.ARCHIVED | S.WITHDRAWN | S.VOID:
            return "muted"
    return "accent"


def _granted(case: Case) -> bool:
    return case.decision is not None and case.decision.outcome is Outcome.GRANTED


def due_of(case: Case, texts: Texts, today: dt.date) -> str:
    """Say the next legal date of the organ, and what is due then."""
    if not case.due:
        return ""
    latest = say_due(case.due, texts, today, provisional=case.provisional)
    match case.state:
        case S.RECEIVED if case.forwarding is not None and not case.arrived_at:
            return texts("progress.due_forward", latest=latest, organ=case.competent_organ)
        case S.RECEIVED:
            return texts("hub.page.due_respond", latest=latest)
        case S.SUSPENDED:
            return texts("progress.due_suspended", latest=latest)
        case S.DECIDED | S.RESULT_READY:
            return texts("progress.due_deliver", latest=latest)
    return texts("hub.page.due_decide", latest=latest)


def owed_by(case: Case, texts: Texts) -> str:
    """Say whose turn it is: the citizen's, the organ's, the window's, or nobody's."""
    key = _turn(case)
    return texts(f"progress.owed.{key}", organ=case.competent_organ, window=case.window)


def _turn(case: Case) -> str:
    match case.state:
        case S.RECEIVED if case.forwarding is not None and not case.arrived_at:
            return "ARRIVING" if case.forwarded_at else "FORWARD"
        case S.RECEIVED | S.AWAITING_CORRECTION:
            return case.state.value
        case S.ACCEPTED | S.UNDER_REVIEW | S.SUSPENDED if case.deferred:
            return "DEFERRED"
        case S.SUSPENDED:
            return "SUSPENDED"
        case S.ACCEPTED | S.UNDER_REVIEW:
            return "REVIEW"
        case S.DECIDED:
            return "RESULT" if _granted(case) else "REFUSAL"
        case S.RESULT_READY:
            sent = case.courier is not None and not case.courier.returned_at
            return "COURIER" if sent else "COLLECT"
    return "NOBODY"


def owes(case: Case) -> bool:
    """Say whether the citizen must bring something."""
    return _turn(case) in ("AWAITING_CORRECTION", "DEFERRED")


def notices_of(case: Case, texts: Texts, today: dt.date) -> list[Notice]:
    """Return what the citizen must know, what is owed first."""
    words = _Notices(case, texts, today)
    found = (
        words.lacking(),
        words.deferred(),
        words.ready(),
        words.suspended(),
        words.deemed(),
        words.forwarded(),
        words.late_entry(),
        words.declined(),
        words.decided(),
        words.ended(),
        words.originals(),
    )
    return [one for one in found if one is not None]


class _Notices:
    def __init__(self, case: Case, texts: Texts, today: dt.date) -> None:
        self._case = case
        self._texts = texts
        self._today = today

    def _say(self, key: str, **data: object) -> str:
        return self._texts(f"progress.notice.{key}", **data)

    def _moment(self, at: int) -> str:
        return say_moment(at, self._texts, self._today)

    def _day(self, day: dt.date) -> str:
        return deadlines.say_day(day, self._texts, self._today)

    def lacking(self) -> Notice | None:
        case, texts = self._case, self._texts
        if case.state is not S.AWAITING_CORRECTION or not case.notices:
            return None
        lines = tuple(
            line
            for item in case.notices[-1]
            for line in (
                f"{item.name}：{item.defect}" if item.defect else item.name,
                texts("hub.page.standard", standard=item.standard) if item.standard else "",
            )
            if line
        )
        return Notice(texts("hub.page.lacking"), lines)

    def deferred(self) -> Notice | None:
        case = self._case
        if not case.cure_due:
            return None
        names = {entry.material_id: entry.name for entry in case.materials}
        latest = say_due(case.cure_due, self._texts, self._today)
        title = self._texts("hub.page.deferred", latest=latest)
        lines = tuple(names.get(one, one) for one in case.deferred)
        if case.cure_due < self._today.isoformat():
            lines += (self._say("uncured", organ=case.organ),)
        return Notice(title, lines)

    def ready(self) -> Notice | None:
        case = self._case
        if case.state is not S.RESULT_READY:
            return None
        things = "、".join(f"{one.name} ×{one.count}" for one in case.results)
        lines = [self._say("ready_things", things=things)]
        sent = case.courier
        if sent is not None and not sent.returned_at:
            moment = self._moment(sent.sent_at)
            lines.append(
                self._say(
                    "courier", moment=moment, company=sent.company, number=sent.tracking_number
                )
            )
            return Notice(self._texts("hub.step.courier_sent"), tuple(lines))
        if sent is not None:
            lines.append(self._say("courier_back", reason=sent.reason))
        if case.result_place:
            lines.append(self._say("ready_place", place=case.result_place))
        lines.append(self._say("ready_bring"))
        if case.deliver_by:
            latest = say_due(case.deliver_by, self._texts, self._today)
            lines.append(self._say("ready_until", latest=latest))
        return Notice(self._say("ready_title"), tuple(lines))

    def suspended(self) -> Notice | None:
        case, lines = self._case, []
        if case.state is S.SUSPENDED and case.suspension is not None:
            end = dt.date.fromisoformat(case.suspension.planned_end)
            lines.append(
                self._say(
                    "suspended" if end >= self._today else "suspended_past",
                    ground=self._texts(f"desk.ground.{case.suspension.ground.value}"),
                    end=self._day(end),
                )
            )
        if case.extension is not None and case.state in _IN_HAND:
            days, reason = case.extension.days, case.extension.reason
            lines.append(self._say("extended", days=days, reason=reason))
        return Notice(lines[0], tuple(lines[1:])) if lines else None

    def deemed(self) -> Notice | None:
        """Say what silence has accepted, also before the window has recorded it."""
        case = self._case
        if case.accepted_by_silence(self._today):
            date = self._day(to_local(case.materials_in_at).date())
            limit = say_due(case.respond_by, self._texts, self._today)
            return Notice(self._say("silent_title"), (self._say("silent", date=date, limit=limit),))
        if not case.deemed or case.state in _ENDED:
            return None
        date = self._day(to_local(case.accepted_at).date())
        return Notice(self._say("deemed_title"), (self._say("deemed", date=date),))

    def forwarded(self) -> Notice | None:
        case, forwarding = self._case, self._case.forwarding
        if forwarding is None:
            return None
        organ = case.competent_organ
        moment = self._moment(case.received_at)
        lines = [self._say("forward_received", window=case.window, moment=moment)]
        if case.forwarded_at:
            sent = self._moment(case.forwarded_at)
            lines.append(self._say("forward_sent", organ=organ, moment=sent))
        elif not case.arrived_at and forwarding.forward_by:
            latest = say_due(forwarding.forward_by, self._texts, self._today)
            lines.append(self._say("forward_by", organ=organ, latest=latest))
        if case.arrived_at:
            there = self._moment(case.arrived_at)
            lines.append(self._say("forward_arrived", organ=organ, moment=there))
        if forwarding.phone:
            lines.append(self._say("forward_phone", phone=forwarding.phone))
        return Notice(self._say("forward_title"), tuple(lines))

    def late_entry(self) -> Notice | None:
        late = self._case.late_entry
        if late is None:
            return None
        moment = self._moment(late.written_at)
        line = self._say("late_entry", number=late.paper_number, moment=moment)
        return Notice(self._say("late_entry_title"), (line,))

    def declined(self) -> Notice | None:
        decline, texts = self._case.decline, self._texts
        if decline is None:
            return None
        said = [texts("hub.page.decline_reason", reason=decline.reason)]
        said.append(texts("hub.page.decline_basis", basis=decline.basis))
        if decline.go_to:
            place = " ".join(
                filter(None, (decline.go_to, decline.go_to_address, decline.go_to_phone))
            )
            said.append(texts("hub.page.decline_go_to", place=place))
        return Notice(texts("hub.state.NOT_ACCEPTED"), tuple(said))

    def decided(self) -> Notice | None:
        decision, texts = self._case.decision, self._texts
        if decision is None:
            return None
        said = [texts("hub.page.decision", number=decision.document_number)]
        if decision.reason:
            said.append(texts("hub.page.decision_reason", reason=decision.reason))
        if decision.basis:
            said.append(texts("hub.page.decision_basis", basis=decision.basis))
        refusal = procedure_of(self._case.regime).refusal
        return Notice(texts(f"hub.state.{decision.outcome.value}", refusal=refusal), tuple(said))

    def ended(self) -> Notice | None:
        case, lines = self._case, []
        if case.delivery is not None:
            way = self._texts(f"desk.way.{case.delivery.way.value}")
            moment = self._moment(case.delivery.delivered_at)
            lines.append(self._say("delivered", moment=moment, way=way))
        ending = case.ending
        if ending is not None:
            moment = self._moment(ending.at)
            key = "closed_reason" if ending.kind == CaseClosed.kind else ""
            key = key or ("void" if case.state is S.VOID else "withdrawn")
            lines.append(self._say(key, moment=moment, reason=ending.reason))
            if case.state is S.VOID and not ending.paper_returned:
                lines.append(self._say("void_kept"))
        elif case.state in (S.CLOSED, S.ARCHIVED):
            closed = [step.at for step in case.history if step.kind == CaseClosed.kind]
            if closed:
                lines.append(self._say("closed", moment=self._moment(closed[-1])))
        if not lines:
            return None
        state = S.DELIVERED if case.delivery is not None else case.state
        return Notice(self._texts(f"hub.state.{state.value}"), tuple(lines))

    def originals(self) -> Notice | None:
        if not self._case.kept_originals:
            return None
        names = "、".join(f"{one.name} ×{one.count}" for one in self._case.kept_originals)
        return Notice(self._say("originals_title"), (self._say("originals", names=names),))


def lines_of(case: Case, texts: Texts, today: dt.date) -> list[Line]:
    """Return what was done with dates, what is going on now, and what comes after it."""
    lines = [
        Line("done", texts(f"hub.step.{step.kind}"), _where(case, step, texts, today))
        for step in _told_steps(case)
        if texts.has(f"hub.step.{step.kind}")
    ]
    now, *later = _ahead(case) or [""]
    if now:
        lines.append(Line("now", texts(f"hub.step.{now}")))
    return lines + [Line("later", texts(f"hub.step.{name}")) for name in later]


def _told_steps(case: Case) -> list[Step]:
    """Return the steps without those that only record what the notice beside them tells."""
    following = [*case.history[1:], None]
    return [
        step
        for step, after in zip(case.history, following, strict=True)
        if step.kind != MaterialsSupplemented.kind
        or after is None
        or (after.kind, after.at) != (CorrectionNotified.kind, step.at)
    ]


def _ahead(case: Case) -> list[str]:
    """Name what is going on and what follows it."""
    match case.state:
        case S.RECEIVED if case.forwarding is not None and not case.arrived_at:
            first = "forward_arrived" if case.forwarded_at else "case_forwarded"
            return [first, "answer", "decide"]
        case S.RECEIVED:
            return ["answer", "decide"]
        case S.AWAITING_CORRECTION:
            return ["correct", "answer"]
        case S.ACCEPTED | S.UNDER_REVIEW:
            return ["review", "decide", "collect"]
        case S.SUSPENDED:
            return ["suspended", "decide", "collect"]
        case S.DECIDED if _granted(case):
            return ["make", "collect"]
        case S.DECIDED:
            return ["deliver"]
        case S.RESULT_READY:
            return ["collect"]
    return []


def _where(case: Case, step: Step, texts: Texts, today: dt.date) -> str:
    """Say when and where a step was made: the window, or the organ for what is its act."""
    moment = say_moment(step.at, texts, today)
    place = case.competent_organ if step.kind in _ORGAN_ACTS else step.actor.place or case.window
    return texts("hub.page.place", moment=moment, place=place)
