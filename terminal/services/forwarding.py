"""Taking in prepared applications (代收转办): the window's own service, fed from a file."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from terminal.clock import Clock, today
from terminal.domain.case import Case
from terminal.domain.numbers import check_receipt_number
from terminal.domain.parties import Blob, Capacity
from terminal.errors import InvalidInput, RuleRefused, StoreError
from terminal.services import prepared
from terminal.services.blobs import BlobsService
from terminal.services.cases import CasesService
from terminal.services.intake import IntakeService, Items
from terminal.services.prepared import PreparedApplication
from terminal.services.views import Act, DeclineRequest, IntakeDraft, Review, Saved, Session
from terminal.services.visits import VisitsService

logger = logging.getLogger(__name__)

ACTS = {
    "receive": Act.RECEIVE,
    "accept": Act.ACCEPT,
    "conditional": Act.ACCEPT_CONDITIONALLY,
    "correct": Act.NOTIFY_CORRECTION,
    "decline": Act.DECLINE,
}

_SAID_BY_PROBLEMS = ("act.visitor_incomplete", "act.scenario_open", "act.form_incomplete")


class ForwardingService:
    """Does with a prepared application what a clerk would do; all of it or nothing.

    `second_password` asks for the password of the account that confirms a non-acceptance.
    """

    def __init__(
        self,
        intake: IntakeService,
        cases: CasesService,
        visits: VisitsService,
        blobs: BlobsService,
        items: Items,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._cases = cases
        self._visits = visits
        self._blobs = blobs
        self._items = items
        self._clock = clock

    def take_in(
        self,
        application: PreparedApplication,
        session: Session,
        *,
        folder: Path,
        second_password: Callable[[str], str],
    ) -> Saved:
        """Take in one application; files of its materials are looked for in `folder`.

        The visit ends with it, without an invitation: nobody stands at the desk. The same
        application again gives the first answer. Raises `TerminalError` with nothing saved.
        """
        action_id = prepared.action_id_of(application)
        case = self._case(application)
        saved = self._intake.saved_before(action_id, case.case_id if case else "")
        if saved is None:
            act = ACTS[application.act]
            draft = self._draft(application, action_id, case, {})
            _check_allowed(self._intake.review(draft), act)
            # Files are kept only once the rules allow the act, so that a refusal leaves none.
            blobs = self._attach(application, folder)
            draft = self._draft(application, action_id, case, blobs)
            saved = self._do(act, application, draft, session, second_password)
        try:
            self._visits.end(prepared.visit_id_of(action_id), session, invite=False)
        except StoreError as fault:
            # The case is saved: what stays open is its visit, which the same file ends later.
            logger.warning("visit not ended: %s", fault.code)
        return saved

    def _draft(
        self,
        application: PreparedApplication,
        action_id: str,
        case: Case | None,
        blobs: dict[str, tuple[Blob, ...]],
    ) -> IntakeDraft:
        on = today(self._clock)
        visitor = prepared.party(application.visitor, on)
        if case is not None:
            draft = self._intake.resume(case.case_id, visitor, prepared.visit_id_of(action_id))
        else:
            _check_capacity(application)
            applicant = prepared.party(application.applicant or application.visitor, on)
            draft = self._intake.start(
                visitor,
                application.item,
                visit_id=prepared.visit_id_of(action_id),
                applicant=applicant,
                capacity=application.capacity,
            )
        draft = msgspec.structs.replace(draft, action_id=action_id)
        item = self._items.item(draft.item_code, draft.item_version)
        return prepared.filled(draft, application, item, blobs)

    def _case(self, application: PreparedApplication) -> Case | None:
        if not application.case:
            return None
        found = check_receipt_number(application.case)
        if found.problem is not None:
            raise found.problem.error()
        case = self._cases.case(str(found.number))
        if prepared.party_differs(case, application):
            raise InvalidInput("intake.other_case", number=case.receipt_number)
        return case

    def _attach(
        self, application: PreparedApplication, folder: Path
    ) -> dict[str, tuple[Blob, ...]]:
        root = folder.resolve()
        found: dict[str, tuple[Blob, ...]] = {}
        for material in application.materials:
            paths = [(folder / name).resolve() for name in material.files]
            for path in paths:
                if not path.is_relative_to(root):
                    raise InvalidInput("intake.file_outside", file=path.name)
            found[material.id] = tuple(self._blobs.attach(path) for path in paths)
        return found

    def _do(
        self,
        act: Act,
        application: PreparedApplication,
        draft: IntakeDraft,
        session: Session,
        second_password: Callable[[str], str],
    ) -> Saved:
        match act:
            case Act.RECEIVE:
                return self._intake.receive(draft, session)
            case Act.ACCEPT:
                return self._intake.accept(draft, session)
            case Act.ACCEPT_CONDITIONALLY:
                agreed = application.applicant_agreed
                return self._intake.accept_conditionally(draft, session, agreed)
            case Act.NOTIFY_CORRECTION:
                return self._intake.notify_correction(draft, session, application.repeat_reason)
        why = application.decline
        if why is None:
            raise RuleRefused("case.decline_needs_reason")
        request = DeclineRequest(
            kind=why.kind,
            reason=why.reason,
            basis=why.basis,
            go_to=why.go_to,
            go_to_address=why.go_to_address,
            go_to_phone=why.go_to_phone,
            second_name=why.confirmed_by,
            second_password=second_password(why.confirmed_by),
        )
        return self._intake.decline(draft, session, request)


def _check_capacity(application: PreparedApplication) -> None:
    """Somebody else's application needs a capacity, and a capacity somebody else."""
    alone = application.applicant is None
    if alone is not (application.capacity is Capacity.SELF):
        raise InvalidInput("intake.capacity_unclear")


def _check_allowed(reviewed: Review, act: Act) -> None:
    """Raise why the act is not allowed, by the first thing in the file that is wrong."""
    permission = reviewed.permission(act)
    if permission.allowed:
        return
    wrong = next(iter(reviewed.problems), None)
    if wrong is not None and permission.code in _SAID_BY_PROBLEMS:
        raise InvalidInput(wrong.code, **wrong.data)
    raise RuleRefused(permission.code, **permission.data)
