"""No paper leaves without what the law asks for, and none says what its law does not say."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from terminal.documents import render
from terminal.documents.dates import long_day
from terminal.documents.views import CompetentOrgan, Deficiency, Party, Remedies, Signing, TimeLimit
from terminal.documents.wording import Wording
from terminal.domain.catalogue import Regime
from terminal.domain.masking import mask_identity, mask_phone
from terminal.domain.records import DeclineKind
from terminal.errors import RuleRefused
from tests.core.documents.samples import (
    ESTATE_BASIS,
    LICENCE_BASIS,
    OFFLINE,
    REMEDIES,
    acceptance,
    conditional,
    correction,
    decline,
    head,
    receipt,
    samples,
    undertaking,
)

SAMPLES = samples()


def text(view: object) -> str:
    return render(view, "text").decode()  # type: ignore[arg-type]


def flat(view: object) -> str:
    return text(view).replace("\n", "").replace(" ", "")


REFUSED = {
    "receipt without an item": (
        receipt(item=replace(receipt().item, name="")),
        "document.incomplete",
    ),
    "receipt without the clerk": (
        receipt(head=replace(head("收"), clerk="")),
        "document.incomplete",
    ),
    "receipt without its code": (receipt(query_url=""), "document.incomplete"),
    "licence receipt without the day": (receipt(reply_due=None), "document.incomplete"),
    "receipt in real estate": (
        receipt(regime=Regime.REAL_ESTATE_REGISTRATION),
        "document.receipt_not_for_regime",
    ),
    "other receipt quoting the licensing law": (
        receipt(regime=Regime.OTHER_BY_GUIDE, limit=TimeLimit(days=5, basis=LICENCE_BASIS)),
        "document.licensing_law_quoted",
    ),
    "deferred material without a day": (
        receipt(deferred=conditional().deferred),
        "document.incomplete",
    ),
    "acceptance without basis": (acceptance(basis=()), "document.incomplete"),
    "acceptance without the day": (acceptance(decision_due=""), "document.incomplete"),
    "silence where no law says so": (
        acceptance(regime=Regime.OTHER_BY_GUIDE, deemed=True, basis=("《办法》第一条",)),
        "document.deemed_not_for_regime",
    ),
    "correction of nothing": (correction(deficiencies=()), "document.incomplete"),
    "correction without a standard": (
        correction(deficiencies=(Deficiency(name="身份证明", standard=""),)),
        "document.incomplete",
    ),
    "correction without a phone": (correction(phone=""), "document.incomplete"),
    "estate correction by the licensing law": (
        correction(regime=Regime.REAL_ESTATE_REGISTRATION),
        "document.licensing_law_quoted",
    ),
    "decline without remedies": (decline(remedies=None), "document.no_remedies"),
    "decline without a court": (
        decline(remedies=Remedies(review_organ="某区人民政府", court="")),
        "document.no_remedies",
    ),
    "decline without the review organ": (
        decline(remedies=Remedies(review_organ="", court="某区人民法院")),
        "document.no_remedies",
    ),
    "sent elsewhere without an address": (
        decline(competent=CompetentOrgan(name="某局", address="", phone="1")),
        "document.no_competent_organ",
    ),
    "decline without a reason": (
        decline(kind=DeclineKind.OTHER, competent=None),
        "document.incomplete",
    ),
    "nobody signed and nobody saw": (
        correction(signing=Signing(signed=False, reason="拒绝签字")),
        "document.incomplete",
    ),
    "conditional without materials": (conditional(deferred=()), "document.incomplete"),
    "undertaking without the day": (undertaking(cure_due=""), "document.incomplete"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_incomplete_paper_is_refused_with_a_sentence(case: str) -> None:
    view, code = REFUSED[case]
    with pytest.raises(RuleRefused) as refused:
        render(view, "text")
    assert refused.value.code == code
    assert refused.value.sentence().endswith("。")


@pytest.mark.parametrize("name", SAMPLES)
def test_only_licences_speak_of_the_licensing_law(name: str) -> None:
    view = SAMPLES[name]
    if view.regime is not Regime.LICENSING:
        words = flat(view)
        assert "行政许可" not in words
        assert "即为受理" not in words


@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.startswith("receipt")])
def test_notices_carry_seal_number_date_and_digest(name: str) -> None:
    words = flat(SAMPLES[name])
    assert "文书校验" in words
    assert "编号：" in words
    assert SAMPLES[name].receipt_number in words
    if name.startswith("undertaking"):
        assert "承诺人（签字或盖章）：____" in words
    else:
        assert f"（盖章处）加盖{SAMPLES[name].head.organ}专用章后有效" in words
        assert long_day(SAMPLES[name].head.issued_at, Wording()) in words


def test_a_licence_receipt_says_what_silence_means() -> None:
    words = flat(receipt())
    assert (
        "沈阳市和平区市场监督管理局已于2026年11月23日10:42收到上列材料。"
        "最迟2026-11-30（周一，含当日）作出是否受理的处理；需要补正的，一次性告知全部内容。"
        "逾期未告知补正的，自2026年11月23日起即为受理，本凭证即为受理凭证。"
        "本凭证不表示已同意您的申请。"
    ) in words
    for fact in ("2101-03-261123-KTM-0042-7", "王㛃", "138****5678", "3号综合窗口", "刘䶮"):
        assert fact in words


def test_a_receipt_for_another_place_does_not_promise_acceptance() -> None:
    words = flat(SAMPLES["receipt-forwarding"])
    assert "本窗口代大连市市场监督管理局接收，最迟2026-11-24（周二，含当日）转交" in words
    assert "即为受理" not in words
    assert "代收凭证" in words


def test_kept_and_returned_originals_stand_apart() -> None:
    words = flat(receipt())
    assert (
        "以下原件已当场核对并退还：法定代表人身份证明1份、经营场所租赁合同1份；"
        "以下原件留存：不动产权证书1份，凭本凭证领回。"
    ) in words
    assert "以下原件归入办件档案：食品经营许可申请书1份。" in words


@pytest.mark.parametrize(
    ("view", "promised"),
    [
        (decline(offline=OFFLINE, head=head("不", official=None)), True),
        (decline(offline=OFFLINE), False),
        (undertaking(offline=OFFLINE), False),
    ],
    ids=["no number yet", "numbered from a block", "the applicant's own"],
)
def test_an_offline_paper_promises_a_number_only_where_one_is_to_come(
    view: object, promised: bool
) -> None:
    words = flat(view)
    assert "在网络中断期间出具" in words
    assert ("机关文号随后生成" in words) is promised


def test_an_offline_paper_says_so() -> None:
    words = flat(SAMPLES["receipt-licensing-offline"])
    assert "本凭证在网络中断期间出具，收件时间以本凭证为准，办理期限不因断网顺延。" in words
    assert "今天是周日，办理期限从2026-11-23开始计算。" in words
    assert "（机关文号随后编发）" in flat(SAMPLES["correction-estate"])


def test_remedies_name_organ_and_court() -> None:
    assert (
        "如不服本决定，可以自收到之日起60日内向沈阳市和平区人民政府申请行政复议，"
        "也可以自收到之日起6个月内向沈阳市和平区人民法院提起行政诉讼。"
    ) in flat(decline())
    first = decline(remedies=replace(REMEDIES, review_first=True))
    assert "应当先向沈阳市和平区人民政府申请行政复议；对复议决定不服的，" in flat(first)


def test_late_correction_loses_nothing_unless_an_article_says_so() -> None:
    assert "逾期" not in flat(correction())
    rule = "依据《某条例》第九条，逾期未补正的，视为撤回申请。"
    assert rule in flat(correction(expiry_rule=rule))


def test_an_unsigned_notice_says_why_and_who_saw() -> None:
    words = flat(SAMPLES["correction-estate"])
    assert "已当场告知内容，申请人未签字，原因：拒绝签字。在场人：赵敏。" in words
    assert "签收人：" not in words


def test_real_estate_is_corrected_under_its_own_law() -> None:
    words = flat(SAMPLES["correction-estate"])
    assert ESTATE_BASIS in words
    assert "以上为全部补正内容。" in words


def test_numbers_are_masked_even_when_they_arrive_whole() -> None:
    # a number that is nobody's: division code 999999 does not exist
    party = Party(
        name="王芳", id_kind="居民身份证", id_number="999999198505041237", phone="13800001234"
    )
    words = text(receipt(applicant=party))
    assert "999999********1237" in words
    assert "138****1234" in words
    assert "19850504" not in words


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("210211********1234", "210211********1234"),
        ("999999198505041237", "999999********1237"),
        ("G12345678", "G1*****78"),
        ("M123-4567", "M1**-**67"),
        ("", ""),
    ],
)
def test_identity_is_masked_six_and_four(number: str, masked: str) -> None:
    assert mask_identity(number) == masked


def test_phones_are_masked_three_and_four() -> None:
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("024-12345678") == "024-****5678"
