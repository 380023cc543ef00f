"""The answers of the competent organ's own desk: accept, tell what lacks, decline."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hub.desk.acting import Acting, actor_of, handled
from hub.desk.grounds import DeclineRequest, Grounds
from hub.store.people import Account
from terminal.domain.case import Case
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseDeclined,
    CorrectionNotified,
    MaterialsSupplemented,
)
from terminal.errors import NotAllowed


class Answers(Acting):
    """What the desk does with an application that no window may answer."""

    def accept(self, case_id: str, action_id: str) -> None:
        """Accept an application that no window may accept (受理); what silence did, from then."""
        self._answer(
            case_id,
            CaseAccepted,
            lambda case, grounds: [grounds.accepted(case, self._actor, self._hub.now())],
            action_id,
        )

    def accept_conditionally(self, case_id: str, on_paper: bool, action_id: str) -> None:
        """Accept with what the applicant undertook at the window to bring later (容缺受理).

        `on_paper`: the undertaking was signed on paper and lies here.
        """

        def make(case: Case, grounds: Grounds) -> list[Body]:
            now = self._hub.now()
            return [grounds.accepted_conditionally(case, on_paper, self._actor, now)]

        self._answer(case_id, CaseAccepted, make, action_id)

    def notify_correction(
        self, case_id: str, faults: Mapping[str, str], repeat_reason: str, action_id: str
    ) -> None:
        """Tell everything that lacks or is defective at once (补正告知): words by material id."""

        def make(case: Case, grounds: Grounds) -> list[Body]:
            reason = repeat_reason.strip()
            return grounds.notified(case, faults, reason, self._actor, self._hub.now())

        self._answer(case_id, CorrectionNotified, make, action_id)

    def supplement(self, case_id: str, brought: Collection[str], action_id: str) -> None:
        """Register what lacked and was brought to the organ, by material id (补正材料)."""

        def make(case: Case, grounds: Grounds) -> list[Body]:
            now, today = self._hub.now(), self._today()
            return [grounds.supplemented(case, brought, today, self._calendar(), self._actor, now)]

        self._answer(case_id, MaterialsSupplemented, make, action_id)

    def decline(
        self, case_id: str, request: DeclineRequest, second: Account | None, action_id: str
    ) -> None:
        """Not accept an application (不予受理); a second account of the organ confirms it.

        `second` has signed in for this; None when its name or password was wrong.
        """

        def make(case: Case, grounds: Grounds) -> list[Body]:
            if second is None:
                raise NotAllowed("desk.second_wrong")
            if not self._may_confirm(second, case):
                raise NotAllowed("desk.second_other")
            now = self._hub.now()
            return [grounds.declined(case, request, self._actor, actor_of(second), now)]

        self._answer(case_id, CaseDeclined, make, action_id)

    def _may_confirm(self, second: Account, case: Case) -> bool:
        """Say whether somebody else of the same organ, who did not serve at the window, confirms.

        The legal department reviews the "no" later, and so confirms none.
        """
        same = self._account
        another = second.name != same.name and second.display_name != same.display_name
        of_organ = second.organ == same.organ and not second.supervisor and not second.legal
        return another and of_organ and not handled(second, case)
