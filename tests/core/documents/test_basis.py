"""On what papers rest: the regime's article, the item's own, otherwise the published guide."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from terminal.documents import lay_out, render
from terminal.documents.composing import department, house, intake
from terminal.domain.catalogue import Regime, ServiceItem, SpecialProcedure
from terminal.domain.parties import Capacity
from terminal.domain.records import CaseReceived, CorrectionNotified, DeclineKind
from terminal.domain.regime import (
    GUIDE,
    acceptance_basis,
    correction_basis,
    decline_basis,
    limit_basis,
    own_basis,
    procedure_of,
)
from tests.core.documents import steps
from tests.core.domain.life import lived

LAW = "《中华人民共和国行政许可法》第四十二条"
OTHERS = [regime for regime in Regime if regime is not Regime.LICENSING]


def bare(regime: Regime, *basis: str) -> ServiceItem:
    """Return an item whose guide names these articles alone."""
    return replace(steps.item(regime), legal_basis=basis)


@pytest.mark.parametrize("regime", OTHERS)
def test_data_that_quotes_the_licensing_law_does_not_bring_it_onto_a_paper(regime: Regime) -> None:
    item = bare(regime, LAW)
    assert own_basis(item) == ()
    for basis in (acceptance_basis(item), correction_basis(item), (limit_basis(item),)):
        assert basis
        assert LAW not in basis
    assert own_basis(bare(Regime.LICENSING, LAW)) == (LAW,)


def test_an_item_without_any_article_still_gets_its_papers() -> None:
    """Most items of a real catalogue name none; their papers rest on the guide (rules 1)."""
    regime = Regime.OTHER_BY_GUIDE
    item, took = bare(regime), steps.received(regime)
    accepted = lived(took, steps._accepted(regime))
    occasion = steps.occasion()
    receipt = intake.receipt(accepted, item, occasion)
    told = lived(
        replace(took, materials=(steps.FORM, replace(steps.LEASE, status="MISSING"))),
        CorrectionNotified(
            steps.AT, (steps.CorrectionItem("lease", "租赁合同", "", "原件"),), (), steps.CLERK
        ),
    )
    made = (
        replace(receipt, query_url="https://fw.example.gov.cn/r/x"),
        intake.acceptance(accepted, item, occasion),
        intake.correction(told, item, occasion),
        house.one_time_notice(item, {}, occasion),
    )
    assert all(lay_out(view) for view in made)
    assert receipt.limit is not None
    assert receipt.limit.basis == GUIDE
    assert made[1].basis == (GUIDE,)  # type: ignore[union-attr]


def test_a_refusal_of_registration_names_the_article_on_refusals() -> None:
    for regime, article in (
        (Regime.LICENSING, "《中华人民共和国行政许可法》第三十八条第二款"),
        (Regime.REAL_ESTATE_REGISTRATION, "《不动产登记暂行条例》第二十二条"),
        (Regime.MARKET_ENTITY_REGISTRATION, "《中华人民共和国市场主体登记管理条例》第二十条"),
    ):
        view = steps.papers(regime)["decision_refuse"]
        assert article in view.basis  # type: ignore[union-attr]
        assert article not in steps.papers(regime)["decision_terminate"].basis  # type: ignore[union-attr]
        assert procedure_of(regime).refuse_basis == article


def test_what_the_official_writes_stands_beside_the_article_of_the_law() -> None:
    regime = Regime.LICENSING
    took, accepted = steps.received(regime), steps._accepted(regime)
    extended = steps.CaseExtended(
        3, "2026-12-03", "需要核实", "《某省许可条例》第九条", "局长", "延〔2026〕1号", steps.AT,
        steps.OFFICIAL,
    )  # fmt: skip
    case = lived(took, accepted, extended)
    view = department.extension(case, steps.item(regime), steps.occasion())
    assert view.basis == ("《中华人民共和国行政许可法》第四十二条", "《某省许可条例》第九条")


def test_declining_offers_an_article_only_where_the_law_has_one() -> None:
    for kind in DeclineKind:
        for regime in OTHERS:
            assert "行政许可法" not in decline_basis(steps.item(regime), kind)


def test_on_a_rest_day_the_receipt_for_another_place_says_nothing_of_a_clock_here() -> None:
    """The competent organ's time runs from its own receipt (wording 1)."""
    regime = Regime.LICENSING
    sunday = steps.AT - steps.DAY
    elsewhere: CaseReceived = steps.received(
        regime, received_at=sunday, forwarding=steps.Forwarding("某市某局", "某市", "2026-11-24"),
    )  # fmt: skip
    occasion = steps.occasion(at=sunday)
    assert intake.receipt(lived(elsewhere), steps.item(regime), occasion).clock_from is None
    here = steps.received(regime, received_at=sunday)
    assert intake.receipt(lived(here), steps.item(regime), occasion).clock_from == "2026-11-23"


def test_an_acceptance_says_what_may_stop_the_clock_by_the_item_s_own_guide() -> None:
    regime = Regime.LICENSING
    own = (SpecialProcedure("公示", "不超过10个工作日"), SpecialProcedure("实地核查"))
    item = replace(steps.item(regime), special_procedures=own)
    case = lived(steps.received(regime), steps._accepted(regime))
    words = render(intake.acceptance(case, item, steps.occasion()), "text").decode()
    told = "所需时间不计算在上述期限内：公示（不超过10个工作日）、实地核查。"
    assert told in words.replace("\n", "")


def test_a_company_does_not_sign_on_a_screen_but_who_acts_for_it() -> None:
    took = steps.received(
        Regime.LICENSING, applicant=steps.COMPANY, capacity=Capacity.LEGAL_REPRESENTATIVE
    )
    left = steps.CaseWithdrawn("不再开办", steps.AT, "screen", "d" * 64, steps.SIGNATURE)
    (view,) = steps._paper(Regime.LICENSING, took, left)
    words = render(view, "text").decode().replace("\n", "").replace(" ", "")
    assert "王㛃（法定代表人）于2026-11-2310:42在签字屏签字" in words
