"""Seals come from a seal service's signature over the document's digest, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub import policy, sealing
from hub.desk import papers
from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import projections
from terminal.dev.seal_service import EmulatedSealService
from terminal.documents import render
from terminal.domain.aggregates import Document
from terminal.domain.policy import SealService
from terminal.domain.records import DocumentIssued, DocumentSealed, Outcome
from terminal.errors import InvalidInput
from terminal.ids import SystemRandomness
from terminal.protocol.seals import SealAnswer, SealRequest
from tests.hub.line import TestTerminal, load
from tests.hub.week import OFFICIAL

pytestmark = pytest.mark.allow_warnings("hub.sealing")
ORGAN = "区市场监管局"
NAME = "市级电子印章系统"


@pytest.fixture(scope="module")
def service() -> Iterator[EmulatedSealService]:
    with EmulatedSealService([ORGAN]) as found:
        yield found


def publish(hub: Hub, folder: Path, *services: SealService) -> None:
    path = folder / "seals.json"
    named = {f"{NAME}{number or ''}": msgspec.to_builtins(one)
             for number, one in enumerate(services)}  # fmt: skip
    path.write_text(json.dumps(named), encoding="utf-8")
    policy.set_policy(hub, "seals", path)


def issue(terminal: TestTerminal, organ: str = ORGAN, kind: str = "acceptance") -> str:
    taken = terminal.receive()
    document_id = SystemRandomness().uuid7()
    view = msgspec.json.encode({"head": {"organ": organ}})
    body = DocumentIssued(
        kind, f"{taken.receipt_number}-受", taken.case_id, "1", document_id.replace("-", "") * 2,
        msgspec.Raw(view), terminal.clock.now().wall,
    )  # fmt: skip
    terminal.append(document_id, body, needs=(taken.head,))
    return document_id


def paper(hub: Hub, document_id: str) -> Document:
    with hub.store.reading() as database:
        found = projections.load(database, document_id)
    assert isinstance(found, Document)
    return found


def test_a_paper_of_the_organ_is_sealed_once_by_its_service(
    hub: Hub, terminal: TestTerminal, service: EmulatedSealService, tmp_path: Path
) -> None:
    wanted, other = issue(terminal), issue(terminal, organ="区住建局")
    receipt = issue(terminal, kind="receipt")
    terminal.push()
    assert sealing.go_on(hub) == 0, "without a service in the policy every frame stays empty"
    publish(hub, tmp_path, service.service)
    assert sealing.go_on(hub) == 1
    seal = paper(hub, wanted).seal
    assert seal is not None
    assert (seal.service, seal.check_code[:5]) == (NAME, "SY26-")
    assert paper(hub, other).seal is None
    assert paper(hub, receipt).seal is None
    assert sealing.go_on(hub) == 0
    assert paper(hub, wanted).seal == seal


def test_the_departments_own_papers_are_sealed_like_the_windows(
    hub: Hub, terminal: TestTerminal, service: EmulatedSealService, tmp_path: Path
) -> None:
    publish(hub, tmp_path, service.service)
    taken = terminal.accept(terminal.receive())
    terminal.push()
    desk = DeskActs(hub, OFFICIAL)
    longer = {"reason": "情况复杂", "basis": "第四十二条", "approved_by": "郑某"}
    desk.extend(taken.case_id, 5, **longer, document_number="延〔2026〕7号", action_id="s1")
    desk.decide(
        taken.case_id, outcome=Outcome.GRANTED, document_number="准〔2026〕7号",
        enforcement_number="执-1", reason="", basis="", action_id="s2",
    )  # fmt: skip

    def said(kind: str) -> str:
        view, copy = papers.sheet_of(hub, load(hub, taken), kind)
        return "".join(render(view, "text", copy=copy).decode().split())

    for kind, number in (("case_extended", "延〔2026〕7号"), ("case_decided", "准〔2026〕7号")):
        assert number in said(kind)
        assert "（盖章处）" in said(kind)
        assert "校验码" not in said(kind)
    assert sealing.go_on(hub) == 2
    with hub.store.reading() as database:
        issued = projections.documents_of(database, taken.case_id)
    assert {one.document_kind for one in issued} == {"extension", "decision_grant"}
    for one, kind in zip(issued, ("case_extended", "case_decided"), strict=True):
        assert one.seal is not None
        assert f"校验码{one.seal.check_code}" in said(kind)
        assert "（盖章处）" not in said(kind)
    # The window that took the papers in has the decision, and its seal.
    kinds = [row.kind for row in terminal.progress()]
    assert kinds.count("entry") >= 2 + 4
    # Without the service's key nothing shows that the seal is one.
    publish(hub, tmp_path)
    assert "（盖章处）" in said("case_decided")


def test_a_service_that_is_away_keeps_the_papers_waiting(
    hub: Hub, terminal: TestTerminal, service: EmulatedSealService, tmp_path: Path
) -> None:
    first, second = issue(terminal), issue(terminal)
    terminal.push()
    nowhere = msgspec.structs.replace(service.service, url="http://127.0.0.1:9/seal")
    publish(hub, tmp_path, nowhere)
    assert sealing.go_on(hub) == 0
    publish(hub, tmp_path, service.service)
    assert sealing.go_on(hub) == 2
    assert paper(hub, first).seal is not None
    assert paper(hub, second).seal is not None


def test_what_a_service_signed_for_something_else_seals_nothing(
    hub: Hub, terminal: TestTerminal, service: EmulatedSealService, tmp_path: Path
) -> None:
    document_id = issue(terminal)
    terminal.push()
    publish(hub, tmp_path, service.service)

    def elsewhere(_: SealService, request: SealRequest) -> SealAnswer:
        return service.sign(msgspec.structs.replace(request, digest="0" * 64))

    assert sealing.go_on(hub, elsewhere) == 0
    # Nor does a terminal's word, with a seal that no service of the hall has signed.
    document = paper(hub, document_id)
    with EmulatedSealService([ORGAN]) as stranger:
        forged = stranger.sign(SealRequest(document.digest, ORGAN, "acceptance", "1"))
    good = service.sign(SealRequest(document.digest, ORGAN, "acceptance", "1"))
    for answer, effect in ((forged, "refused"), (good, "applied")):
        body = DocumentSealed(
            document.digest, NAME, answer.certificate, answer.signature, answer.check_code,
            answer.sealed_at,
        )  # fmt: skip
        record = terminal.append(document_id, body, base=document.head)
        known = {one.record_id: one for one in terminal.push().effects}
        assert known[record].effect == effect
    assert paper(hub, document_id).seal is not None


@pytest.mark.parametrize(
    "wrong",
    [
        SealService(("no key",), (ORGAN,)),
        SealService((), (ORGAN,)),
        SealService(("ab" * 32,), ()),
        SealService(("ab" * 32,), (ORGAN,), "file:///etc/passwd"),
    ],
)
def test_a_service_that_cannot_be_is_refused(hub: Hub, tmp_path: Path, wrong: SealService) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish(hub, tmp_path, wrong)
    assert refused.value.code == "hub.policy_seals"
