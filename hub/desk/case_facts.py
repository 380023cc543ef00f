"""What has happened to a case, in sentences: hand-overs, procedures, reviews, delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hub.web.site import say_moment
from terminal.clock import to_local
from terminal.domain.case import Case, CaseState, Suspension
from terminal.domain.deadlines import say_day
from terminal.texts import Texts


def facts_of(case: Case, texts: Texts, today: dt.date) -> list[str]:
    """Return the sentences in the order of a case's life."""
    return list(_Facts(case, texts, today))


class _Facts:
    def __init__(self, case: Case, texts: Texts, today: dt.date) -> None:
        self._case = case
        self._texts = texts
        self._today = today

    def __iter__(self) -> Iterator[str]:
        yield from self._coming_in()
        yield from self._papers()
        yield from self._procedure()
        yield from self._going_out()

    def _say(self, key: str, **data: object) -> str:
        return self._texts(f"desk.case.{key}", **data)

    def _moment(self, at: int) -> str:
        return say_moment(at, self._texts, self._today)

    def _day(self, text: str) -> str:
        return say_day(dt.date.fromisoformat(text), self._texts, self._today)

    def _coming_in(self) -> Iterator[str]:
        case = self._case
        if case.lanes:
            names = "、".join(self._texts(f"desk.lane.{lane.value}") for lane in case.lanes)
            yield self._say("lanes", names=names)
        if case.power is not None:
            until = case.power.valid_until
            yield self._say("power_until", date=until) if until else self._say("power")
        if case.parent_id:
            yield self._say("parent")
        if case.late_entry is not None:
            late = case.late_entry
            yield self._say(
                "late_entry",
                number=late.paper_number,
                moment=self._moment(late.written_at),
                name=late.confirmed_by.name,
            )
        if case.forwarding is not None:
            key = "forwarded" if case.forwarded_at else "forwarded_not_yet"
            yield self._say(
                key,
                window=case.window,
                received=self._moment(case.received_at),
                forwarded=self._moment(case.forwarded_at),
            )
            if case.arrived_at:
                yield self._say("arrived", moment=self._moment(case.arrived_at))
        for entry in case.materials:
            if entry.choice is not None and entry.choice.freely:
                told = self._moment(entry.choice.told_at)
                yield self._say("commitment_chosen", name=entry.name, moment=told)
        for number, reason in enumerate(case.repeat_reasons, start=2):
            yield self._say("second_notice", count=number, reason=reason)
        if case.deemed:
            day = to_local(case.accepted_at).date().isoformat()
            yield self._say("deemed", date=self._day(day))

    def _papers(self) -> Iterator[str]:
        papers = self._case.papers
        if papers is None:
            return
        handed = self._moment(papers.handed_over_at)
        yield self._say("papers_handed", name=papers.clerk.name, pages=papers.pages, moment=handed)
        if papers.official is not None:
            moment = self._moment(papers.taken_over_at)
            yield self._say(
                "papers_taken", name=papers.official.name, pages=papers.pages_taken, moment=moment
            )
        if papers.remark:
            yield self._say("papers_remark", remark=papers.remark)

    def _procedure(self) -> Iterator[str]:
        case = self._case
        for one in case.suspensions:
            yield self._suspension(one)
        if case.extension is not None:
            longer = case.extension
            yield self._say(
                "extension",
                days=longer.days,
                reason=longer.reason,
                approved_by=longer.approved_by,
                number=longer.document_number,
            )
        if case.legal_review is not None:
            review = case.legal_review
            key = "legal_passed" if review.passed else "legal_failed"
            yield self._say(key, name=review.reviewer.name, opinion=review.opinion)
        elif case.legal_review_needed and case.state.open:
            yield self._say("legal_needed")
        names = {entry.material_id: entry.name for entry in case.materials}
        for check in case.commitment_checks:
            verdict = self._texts(f"desk.choice.holds_{'yes' if check.holds else 'no'}")
            name = names.get(check.material_id, check.material_id)
            yield self._say("commitment_checked", name=name, verdict=verdict, finding=check.finding)

    def _suspension(self, one: Suspension) -> str:
        ground = self._texts(f"desk.ground.{one.ground.value}")
        begun = self._moment(one.suspended_at)
        if one.resumed_at:
            ended = self._moment(one.resumed_at)
            return self._say(
                "suspension_over", ground=ground, begun=begun, ended=ended, result=one.result
            )
        end = self._day(one.planned_end)
        return self._say(
            "suspension", ground=ground, begun=begun, end=end, number=one.document_number
        )

    def _going_out(self) -> Iterator[str]:
        case = self._case
        if case.delivery_choice is not None:
            choice = case.delivery_choice
            way = self._texts(f"desk.way.{choice.way.value}")
            yield self._say("delivery_choice", way=way)
            if choice.address:
                yield self._say(
                    "delivery_to",
                    recipient=choice.recipient,
                    address=choice.address,
                    phone=choice.phone,
                )
        if case.results:
            things = [f"{one.name} {one.number} ×{one.count}" for one in case.results]
            yield self._say("ready", things="；".join(things))
        if case.courier is not None:
            sent = case.courier
            moment = self._moment(sent.sent_at)
            yield self._say(
                "courier", company=sent.company, number=sent.tracking_number, moment=moment
            )
            if sent.returned_at:
                yield self._say("courier_back", reason=sent.reason)
        if case.delivery is not None:
            done = case.delivery
            way = self._texts(f"desk.way.{done.way.value}")
            moment = self._moment(done.delivered_at)
            yield self._say("delivered", way=way, receiver=done.receiver.name, moment=moment)
        if case.ending is not None and case.state is not CaseState.ARCHIVED:
            what = self._texts(f"hub.step.{case.ending.kind}")
            yield self._say("ending", what=what, reason=case.ending.reason)
        if case.kept_originals:
            names = "；".join(f"{one.name} ×{one.count}" for one in case.kept_originals)
            yield self._say("originals", names=names)
