"""Seals come from a seal service's signature over the document's digest, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub import policy, sealing
from hub.hub import Hub
from hub.store import projections
from terminal.dev.seal_service import EmulatedSealService
from terminal.domain.aggregates import Document
from terminal.domain.policy import SealService
from terminal.domain.records import DocumentIssued, DocumentSealed
from terminal.errors import InvalidInput
from terminal.ids import SystemRandomness
from terminal.protocol.seals import SealAnswer, SealRequest
from tests.hub.line import TestTerminal

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
