"""The Friday page (周五清单): the supervisor's lists in words, on screen and on A4."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from hub import friday
from hub.desk.session import Session
from hub.desk.words import staff_state
from hub.friday import Friday, Listed
from hub.store import filed
from hub.web import friday_sheet
from hub.web.friday_sheet import Line, Section, Sheet
from hub.web.site import HEADERS, Site, language_of, say_due, say_moment
from hub.web.trouble import Trouble
from terminal.clock import to_local
from terminal.domain.case import Case, CaseState
from terminal.domain.deadlines import say_day
from terminal.texts import Texts


class FridayPage:
    """The routes of the page, and what the command line prints of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._trouble = Trouble(site)

    async def show(self, request: Request, session: Session) -> Response:
        """Show the lists of the whole hall to a supervisor."""
        if not session.account.supervisor:
            return await self._site.not_found(request)
        sheet = await self._site.run(self.read, language_of(request))
        return self._site.page(request, "friday.html", session=session, sheet=sheet)

    async def print(self, request: Request, session: Session) -> Response:
        """Return the lists as a PDF to print."""
        if not session.account.supervisor:
            return await self._site.not_found(request)
        texts = language_of(request)
        sheet = await self._site.run(self.read, texts)
        data = await self._site.run(friday_sheet.render, sheet, texts, "pdf")
        headers = HEADERS | {"Content-Disposition": 'inline; filename="friday.pdf"'}
        return Response(data, 200, headers, media_type="application/pdf")

    def read(self, texts: Texts) -> Sheet:
        """Read the lists as they stand and put them into words; it blocks."""
        hub, today = self._site.hub, self._site.today()
        found = friday.read(hub, today)
        silent = self._silent(self._trouble.rows("silent", texts), texts)
        return Sheet(
            made=say_moment(hub.now(), texts, today),
            week=texts(
                "friday.week",
                since=say_day(found.since, texts, today),
                until=say_day(today, texts, today),
            ),
            sections=(*_Words(found, texts).sections(), silent),
        )

    def _silent(self, rows: Sequence[Any], texts: Texts) -> Section:
        lines = tuple(
            Line(
                one.label,
                one.name,
                texts("friday.last_contact", moment=one.contact),
                one.backlog.due,
                one.backlog.waiting,
                one.backlog.tone == "bad",
            )
            for one in rows
        )
        return Section("silent", texts("friday.silent"), len(lines), lines)


class _Words:
    def __init__(self, found: Friday, texts: Texts) -> None:
        self._found = found
        self._texts = texts
        self._today = found.today

    def sections(self) -> list[Section]:
        """Return the lists in the order of what cannot wait."""
        found = self._found
        return [
            self._list("overdue", found.overdue, self._overdue),
            self._list("due", found.due, self._due, date=self._day(found.next_day)),
            self._list("deemed", found.deemed, self._deemed),
            self._list("uncured", found.uncured, self._uncured),
            self._list("past_plan", found.past_plan, self._past_plan),
            self._list("undelivered", found.undelivered, self._undelivered),
            self._list("second_notices", found.second_notices, self._second_notice),
            self._ended(),
            self._list("unchecked", found.unchecked, self._unchecked),
            self._list("originals", found.originals, self._originals),
            self._refusals(),
            self._complaints(),
            self._call_backs(),
        ]

    def _say(self, key: str, **data: object) -> str:
        return self._texts(f"friday.{key}", **data)

    def _day(self, day: dt.date) -> str:
        return say_day(day, self._texts, self._today)

    def _moment(self, at: int) -> str:
        return say_moment(at, self._texts, self._today)

    def _list(
        self, key: str, listed: Listed, line: Callable[[Case], Line], **data: object
    ) -> Section:
        lines = tuple(line(case) for case in listed.cases)
        cut = len(lines) if listed.count > len(lines) else 0
        return Section(key, self._say(key, **data), listed.count, lines, cut)

    def _line(self, case: Case, when: str, why: str = "", *, marked: bool = False) -> Line:
        where = self._say("where", organ=case.organ, window=case.window)
        return Line(case.receipt_number, case.item_name, where, when, why, marked)

    def _due(self, case: Case) -> Line:
        answer = case.state is CaseState.RECEIVED
        forward = answer and case.forwarding is not None and not case.arrived_at
        act = "forward" if forward else "answer" if answer else "decide"
        why = self._say(f"act.{act}", state=staff_state(case, self._texts))
        said = say_due(case.due, self._texts, self._today, provisional=case.provisional)
        return self._line(case, said, why)

    def _overdue(self, case: Case) -> Line:
        return msgspec.structs.replace(self._due(case), marked=True)

    def _deemed(self, case: Case) -> Line:
        stored = self._found.stored_at.get(case.history[0].record_id, 0)
        late = friday.arrived_late(case, self._found.stored_at)
        key = ("offline_late" if late else "offline") if case.offline else ""
        key = key or ("late" if late else "not_answered")
        why = self._say(f"why.{key}", moment=self._moment(stored) if stored else "")
        if case.case_id in self._found.unrecorded:
            why = self._say("why.unrecorded", why=why)
        limit = say_due(case.respond_by, self._texts, self._today)
        day = self._day(to_local(case.accepted_at or case.materials_in_at).date())
        when = self._say("deemed_since", date=day, limit=limit)
        return self._line(case, when, why, marked=case.offline or late)

    def _second_notice(self, case: Case) -> Line:
        reason = case.repeat_reasons[-1] if case.repeat_reasons else ""
        why = self._say("why.reason", reason=reason) if reason else self._say("why.still_lacking")
        when = self._say("times", count=len(case.notices), moment=self._moment(case.notified_at))
        return self._line(case, when, why, marked=bool(reason))

    def _ended(self) -> Section:
        found, lines = self._found, []
        for one in found.ended:
            ending = one.case.ending
            if ending is None:
                continue
            what = self._texts(f"hub.step.{ending.kind}")
            near = self._say("near_limit") if one.near else ""
            why = self._say("why.ended", what=what, reason=ending.reason, near=near)
            line = self._line(one.case, self._moment(ending.at), why, marked=one.near)
            who = self._say("clerk_at", where=line.where, name=one.case.clerk.name)
            lines.append(msgspec.structs.replace(line, where=who))
        count = found.withdrawn.count + found.voided.count
        by_clerk = "；".join(
            self._say(
                f"{one.name}_by", place=one.place, name=one.who, count=one.cases
            )
            for one in found.endings
        )  # fmt: skip
        title = self._say("ended", withdrawn=found.withdrawn.count, voided=found.voided.count)
        cut = len(lines) if count > len(lines) else 0
        return Section("ended", title, count, tuple(lines), cut, by_clerk)

    def _past_plan(self, case: Case) -> Line:
        going_on = case.suspension
        assert going_on is not None
        end = self._day(dt.date.fromisoformat(going_on.planned_end))
        ground = self._texts(f"desk.ground.{going_on.ground.value}")
        why = self._say("why.past_plan", ground=ground, end=end)
        when = say_due(case.due, self._texts, self._today) if case.due else ""
        late = bool(case.due) and case.due < self._today.isoformat()
        return self._line(case, when, why, marked=late)

    def _undelivered(self, case: Case) -> Line:
        decided = self._moment(case.decision.decided_at) if case.decision else ""
        late = bool(case.deliver_by) and case.deliver_by < self._today.isoformat()
        limit = say_due(case.deliver_by, self._texts, self._today) if case.deliver_by else ""
        state = staff_state(case, self._texts)
        why = self._say("why.undelivered", state=state, moment=decided)
        return self._line(case, limit, why, marked=late)

    def _uncured(self, case: Case) -> Line:
        names = {entry.material_id: entry.name for entry in case.materials}
        lacking = "、".join(names.get(one, one) for one in case.deferred)
        when = say_due(case.cure_by, self._texts, self._today)
        return self._line(case, when, self._say("why.uncured", names=lacking), marked=True)

    def _unchecked(self, case: Case) -> Line:
        names = "、".join(entry.name for entry in case.unchecked_commitments)
        when = say_due(case.check_by, self._texts, self._today)
        return self._line(case, when, self._say("why.unchecked", names=names), marked=True)

    def _originals(self, case: Case) -> Line:
        names = "、".join(f"{entry.name} ×{entry.count}" for entry in case.kept_originals)
        over = case.state.over
        why = self._say("why.originals_over" if over else "why.originals", names=names)
        return self._line(case, self._moment(case.received_at), why, marked=over)

    def _refusals(self) -> Section:
        found = self._found
        lines = tuple(
            Line(
                one.receipt_number,
                one.item_name,
                one.organ,
                self._moment(one.said_at),
                self._say(
                    "why.refusal",
                    kind=self._texts(f"desk.refusal.kind.{one.outcome.value}"),
                    reason=one.reason,
                ),
            )
            for one in found.refusals
        )
        cut = filed.MOST if found.refusal_count > len(lines) else 0
        return Section("refusals", self._say("refusals"), found.refusal_count, lines, cut)

    def _complaints(self) -> Section:
        found = self._found
        lines = tuple(
            Line(
                one.number,
                one.text,
                one.window,
                say_due(one.answer_by, self._texts, self._today),
                self._complaint_why(one.answer_by),
                one.answer_by <= self._today.isoformat(),
            )
            for one in found.complaints
        )
        cut = filed.MOST if found.complaint_count > len(lines) else 0
        return Section("complaints", self._say("complaints"), found.complaint_count, lines, cut)

    def _complaint_why(self, answer_by: str) -> str:
        today = self._today.isoformat()
        if answer_by > today:
            return ""
        return self._say("why.due_today" if answer_by == today else "why.overdue")

    def _call_backs(self) -> Section:
        found = self._found
        lines = tuple(
            Line(one.number, one.text, one.window, self._moment(one.answered_at), one.answer)
            for one in found.call_backs
        )
        cut = filed.MOST if found.call_back_count > len(lines) else 0
        return Section("call_backs", self._say("call_backs"), found.call_back_count, lines, cut)
