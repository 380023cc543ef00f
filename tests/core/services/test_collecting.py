"""One person collects: several results and originals, one signature, each with its receipt."""

from __future__ import annotations

import io

import msgspec
import pytest
from PIL import Image

from terminal.domain.case import CaseState
from terminal.domain.catalogue import Fate, WindowAuthority
from terminal.domain.materials import received
from terminal.domain.parties import Capacity, PowerOfAttorney
from terminal.domain.records import DeliveryWay, ResultThing
from terminal.errors import InvalidInput, RuleRefused
from terminal.services import drafts
from terminal.services.casework.collecting import Agreement, Collection, capacity_to_collect
from terminal.services.casework.signing import digest_of
from terminal.services.casework.todo import Tab
from terminal.services.views import Role, Session
from tests.core.hall import LICENCE, OTHER, VISITOR, Hall
from tests.core.services.test_casework import GRANT

WORDS = ("张三已领取下列结果：", "食品经营许可证")


def strokes() -> bytes:
    data = io.BytesIO()
    Image.new("L", (40, 20), 255).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def ready(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two cases of one person and one of another, with their results at the desk."""
    named = msgspec.structs.replace(
        LICENCE, authority=WindowAuthority.DECIDE, authority_document="授权书〔2026〕1号"
    )
    taken_in = []
    for visitor in (VISITOR, VISITOR, OTHER):
        draft = hall.complete(visitor=visitor)
        card = next(one for one in LICENCE.materials if one.id == "form")
        entry = msgspec.structs.replace(received(card), fate=Fate.ORIGINAL_KEPT)
        draft = drafts.with_material(draft, entry)
        taken_in.append(hall.ctx.intake.accept(draft, hall.clerk).case.case_id)
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: named)
    chief = Session("chief-1", "王芳", Role.CHIEF_REPRESENTATIVE, 0)
    for place, case_id in enumerate(taken_in):
        hall.ctx.casework.decide(case_id, GRANT, chief)
        # Granted and not made ready: it stands in a tab of its own.
        rows = hall.ctx.todo.mine(hall.clerk).of(Tab.TO_MAKE_READY)
        assert [row.case.case_id for row in rows] == [case_id]
        thing = ResultThing("食品经营许可证", f"JY{place}", spoiled=("K7",))
        hall.ctx.results.make_ready(case_id, [thing], hall.clerk)
    return taken_in


def test_two_results_and_an_original_go_out_with_one_signature(
    hall: Hall, ready: list[str]
) -> None:
    first = hall.ctx.cases.case(ready[0])
    assert [case.case_id for case in hall.ctx.collecting.beside(first)] == [ready[1]]
    assert first.results[0].spoiled == ("K7",)
    kept = tuple(entry.material_id for entry in first.kept_originals)
    assert kept
    collection = Collection(
        (ready[0], ready[1]), VISITOR, "SELF", WORDS, {ready[0]: kept}, strokes()
    )
    done = hall.ctx.collecting.hand_over(collection, hall.clerk, "hand-over-1")
    for case_id in ready[:2]:
        case = hall.ctx.cases.case(case_id)
        assert case.state is CaseState.DELIVERED
        assert case.delivery is not None
        assert hall.ctx.blobs.read(case.delivery.signature) == strokes()
    assert not hall.ctx.cases.case(ready[0]).kept_originals
    # Each delivery receipt that was issued carries the signature, bound to its own digest.
    receipts = [d for one in done for d in one.documents if d.kind == "delivery_receipt"]
    for receipt in receipts:
        assert hall.ctx.documents.document(receipt.document_id).signed is not None
    assert ready[0] in [row.case.case_id for row in hall.ctx.todo.ended(hall.clerk)]
    before = hall.written()
    hall.ctx.collecting.hand_over(collection, hall.clerk, "hand-over-1")
    assert hall.written() == before
    assert hall.ctx.cases.case(ready[2]).state is CaseState.RESULT_READY


def test_what_stopped_halfway_is_signed_once_when_it_goes_on(
    hall: Hall, ready: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = hall.ctx
    collection = Collection((ready[0], ready[1]), VISITOR, "SELF", WORDS, {}, strokes())
    with monkeypatch.context() as broken:
        broken.setattr(ctx.signing, "sign", _power_cut)
        with pytest.raises(RuntimeError):
            ctx.collecting.hand_over(collection, hall.clerk, "halfway")
    papers = [
        one.document_id
        for case_id in ready[:2]
        for one in ctx.cases.documents(case_id)
        if one.kind == "delivery_receipt"
    ]
    assert [ctx.documents.document(one).signed for one in papers] == [None, None]
    ctx.collecting.hand_over(collection, hall.clerk, "halfway")
    assert all(ctx.documents.document(one).signed for one in papers)
    written = hall.written()
    ctx.collecting.hand_over(collection, hall.clerk, "halfway")
    assert hall.written() == written


def _power_cut(*_: object) -> None:
    raise RuntimeError("dark")


def test_who_does_not_sign_is_written_down_with_a_witness(hall: Hall, ready: list[str]) -> None:
    kept = tuple(entry.material_id for entry in hall.ctx.cases.case(ready[0]).kept_originals)
    silent = Collection((ready[0],), VISITOR, "SELF", WORDS, {ready[0]: kept})
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.collecting.hand_over(silent, hall.clerk, "a")
    assert refused.value.code == "case.delivery_needs_signature"
    seen = msgspec.structs.replace(silent, not_signed="拒绝签字", witness="赵敏")
    hall.ctx.collecting.hand_over(seen, hall.clerk, "b")
    delivery = hall.ctx.cases.case(ready[0]).delivery
    assert delivery is not None
    assert delivery.not_signed == "拒绝签字"
    with pytest.raises(InvalidInput):
        hall.ctx.collecting.hand_over(Collection((), VISITOR, "", WORDS), hall.clerk, "c")


def test_who_may_collect_follows_from_the_case(hall: Hall, ready: list[str]) -> None:
    case = hall.ctx.cases.case(ready[0])
    assert capacity_to_collect(case, VISITOR) is Capacity.SELF
    assert capacity_to_collect(case, OTHER) is None
    agent = msgspec.structs.replace(
        case, visitor=OTHER, capacity=Capacity.AGENT, power=PowerOfAttorney()
    )
    assert capacity_to_collect(agent, OTHER) is None
    may = msgspec.structs.replace(agent, power=PowerOfAttorney(may_collect=True))
    assert capacity_to_collect(may, OTHER) is Capacity.AGENT
    guardian = msgspec.structs.replace(agent, capacity=Capacity.GUARDIAN)
    assert capacity_to_collect(guardian, OTHER) is Capacity.GUARDIAN


def test_the_digest_follows_every_word() -> None:
    assert digest_of(WORDS) != digest_of((WORDS[0], "食品经营许可証"))
    assert "张三" not in repr(Collection((), VISITOR, "SELF", WORDS))


def test_the_whole_history_goes_on_paper(hall: Hall, ready: list[str]) -> None:
    view = hall.ctx.history_sheets.view(ready[0], hall.clerk)
    assert view.first_contact == "王芳"
    assert [line.kind for line in view.lines][-1] == "result_ready"
    job = hall.ctx.history_sheets.print(ready[0], hall.clerk)
    assert hall.ctx.printing.loose_job(job) is not None


def test_nobody_consents_to_electronic_delivery_by_silence(hall: Hall, ready: list[str]) -> None:
    words = ("我同意电子送达。",)
    asked = Agreement(DeliveryWay.ELECTRONIC, "张三", words, consent=True, phone="13800000000")
    unsigned = msgspec.structs.replace(asked, not_signed="拒绝签字", witness="赵敏")
    with pytest.raises(RuleRefused, match="须经受送达人同意"):
        hall.ctx.collecting.agree(ready[0], unsigned, hall.clerk, "agree-1")
    assert hall.ctx.cases.case(ready[0]).delivery_choice is None
    signed = msgspec.structs.replace(asked, strokes=strokes())
    done = hall.ctx.collecting.agree(ready[0], signed, hall.clerk, "agree-2")
    (paper,) = done.documents
    choice = hall.ctx.cases.case(ready[0]).delivery_choice
    signature = hall.ctx.documents.document(paper.document_id).signed
    assert choice is not None
    assert signature is not None
    assert (paper.kind, signature.strokes) == ("delivery_address", choice.signature)
    assert "13800000000" not in repr(signed)
    # A courier takes it without: then the paper says who saw that nobody signed.
    posted = msgspec.structs.replace(
        unsigned, way=DeliveryWay.COURIER, recipient="张三", address="样例路1号"
    )
    (paper,) = hall.ctx.collecting.agree(ready[0], posted, hall.clerk, "agree-3").documents
    signature = hall.ctx.documents.document(paper.document_id).signed
    assert signature is not None
    assert signature.not_signed == "拒绝签字"
