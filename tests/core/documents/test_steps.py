"""Every paper of a case's later life: read as a lawyer, word for word, in every regime."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from terminal.documents import Copy, decode_view, encode_view, lay_out, render
from terminal.documents.templates.common import Sealed
from terminal.documents.views import (
    DOCUMENT_KINDS,
    DocumentView,
    ReceiptView,
    Signing,
    SupplementView,
    kind_of,
)
from terminal.documents.wording import BILINGUAL
from terminal.domain.catalogue import Regime
from terminal.domain.records import BY_POST, DeliveryWay
from terminal.errors import RuleRefused
from tests.core.documents import steps
from tests.core.documents.matter import life_event_receipt
from tests.core.documents.reading import read_stream
from tests.core.documents.test_golden import compare

LICENCE = {
    name: replace(view, query_url="https://fw.example.gov.cn/r/x")
    for name, view in steps.papers(Regime.LICENSING).items()
}
SHEETS = {
    name: replace(view, query_url="https://fw.example.gov.cn/r/x")
    if isinstance(view, ReceiptView | SupplementView)
    else view
    for name, view in steps.sheets().items()
}
GOLDEN = {**LICENCE, **SHEETS, "life_event_receipt": life_event_receipt()}
OTHERS = [regime for regime in Regime if regime is not Regime.LICENSING]


def flat(view: DocumentView, **options: object) -> str:
    text = render(view, "text", **options).decode()  # type: ignore[arg-type]
    return text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("name", GOLDEN)
def test_each_paper_is_as_it_was_read(name: str) -> None:
    view = GOLDEN[name]
    compare(f"step-{name}.txt", render(view, "text").decode())
    assert decode_view(encode_view(view)) == view


@pytest.mark.parametrize("regime", OTHERS)
def test_decisions_bear_the_name_of_their_regime(regime: Regime) -> None:
    found = steps.papers(regime)
    for name in ("decision_grant", "decision_refuse"):
        compare(f"step-{name}-{regime.value.lower()}.txt", render(found[name], "text").decode())


def test_there_is_a_sample_of_every_document() -> None:
    from tests.core.documents.samples import samples

    seen = {kind_of(view) for view in (*GOLDEN.values(), *samples().values())}
    assert seen >= set(DOCUMENT_KINDS)


@pytest.mark.parametrize("regime", OTHERS)
def test_no_paper_of_another_regime_quotes_the_licensing_law(regime: Regime) -> None:
    for name, view in steps.papers(regime).items():
        complete = replace(view, query_url="https://fw.example.gov.cn/r/x")
        words = flat(complete)
        assert "行政许可" not in words, name
        assert "即为受理" not in words, name


@pytest.mark.parametrize("name", [name for name in LICENCE if hasattr(LICENCE[name], "basis")])
def test_another_regime_s_paper_cannot_be_made_to_quote_it(name: str) -> None:
    view = LICENCE[name]
    law = "《中华人民共和国行政许可法》第三十八条"
    foreign = replace(view, regime=Regime.OTHER_BY_GUIDE, basis=(law,))
    with pytest.raises(RuleRefused) as refused:
        lay_out(foreign)
    assert refused.value.code == "document.licensing_law_quoted"


def test_nobody_types_the_licensing_law_into_another_regime_s_paper() -> None:
    """Reasons, standards and notes are words of people; a reprint repeats what was handed out."""
    refusal = steps.papers(Regime.OTHER_BY_GUIDE)["decision_refuse"]
    typed = replace(refusal, reason="不符合行政许可法第三十八条")
    with pytest.raises(RuleRefused) as refused:
        lay_out(typed)
    assert refused.value.code == "document.licensing_law_quoted"
    assert lay_out(typed, copy=Copy(2, "2026-11-24T09:05:00+08:00"))
    named = replace(refusal, item=replace(refusal.item, name="行政许可法律咨询"))
    assert lay_out(named)
    firm = replace(refusal.applicant, name="某某行政许可法律咨询有限公司")
    assert lay_out(replace(refusal, applicant=firm))


@pytest.mark.parametrize("kind", ["extension", "special_procedure"])
def test_a_longer_time_always_names_the_article_that_allows_it(kind: str) -> None:
    found = flat(LICENCE[kind])
    article = "第四十二条" if kind == "extension" else "第四十五条"
    assert f"根据《中华人民共和国行政许可法》{article}" in found
    assert found.count(article) == 1


INCOMPLETE = {
    "extension": {"reason": ""},
    "special_procedure": {"planned_end": ""},
    "decision_grant": {"decider": ""},
    "decision_refuse": {"reason": ""},
    "cure_failed": {"missing": ()},
    "payment_notice": {"places": ()},
    "commitment": {"lines": ()},
    "supplement-correction": {"reply_due": None},
    "copy_check": {"copies": ()},
    "withdrawal": {"withdrawn_at": ""},
    "void_note": {"confirmed_by": ""},
    "originals_returned": {"materials": ()},
    "handover_slip": {"pages": 0},
    "delivery_address": {"address": ""},
    "courier_slip": {"contents": ()},
    "result_handover": {"things": ()},
    "delivery_receipt": {"documents": ()},
    "one_time_notice": {"complaint_phone": ""},
    "complaint_slip": {"answer_due": ""},
    "shift_handover": {"incoming": ""},
    "queue_ticket": {"number": ""},
    "blank_receipt": {"number": ""},
    "case_history": {"lines": ()},
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_what_the_law_asks_for_cannot_be_left_out(name: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        lay_out(replace(GOLDEN[name], **INCOMPLETE[name]))
    assert refused.value.code == "document.incomplete"


@pytest.mark.parametrize("name", ["decision_refuse", "cure_failed", "one_time_notice"])
def test_a_no_without_remedies_is_not_printed(name: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        lay_out(replace(GOLDEN[name], remedies=None))
    assert refused.value.code == "document.no_remedies"


def test_reconsideration_that_comes_first_is_told_with_its_period() -> None:
    view = LICENCE["decision_refuse"]
    words = flat(replace(view, remedies=replace(view.remedies, review_first=True)))
    assert "应当先向沈阳市和平区人民政府申请行政复议；对复议决定不服的，" in words
    assert "申请行政复议的期限为自收到本决定之日起60日。" in words


def test_electronic_delivery_needs_consent_and_a_promise_its_power() -> None:
    view = replace(LICENCE["delivery_address"], way=DeliveryWay.ELECTRONIC)
    with pytest.raises(RuleRefused) as refused:
        lay_out(view)
    assert refused.value.code == "document.no_consent"
    assert "文书到达上列电子地址即为送达" in flat(replace(view, consent=True))
    with pytest.raises(RuleRefused) as refused:
        lay_out(replace(LICENCE["commitment"], authorised=False))
    assert refused.value.code == "document.commitment_not_authorised"


def test_the_accused_is_not_on_the_complaint_slip() -> None:
    assert "某某窗口" not in render(SHEETS["complaint_slip"], "text").decode()
    assert b"\xe6\x9f\x90\xe6\x9f\x90" not in encode_view(SHEETS["complaint_slip"])


def test_only_what_may_fade_is_on_thermal_paper() -> None:
    thermal = {kind_of(view) for view in GOLDEN.values() if lay_out(view).paper == "thermal80"}
    assert thermal == {"receipt", "supplement", "queue_ticket"}
    for name in ("supplement-correction", "queue_ticket"):
        stream = read_stream(render(GOLDEN[name], "escpos"))
        assert "热敏纸易褪色" in "".join(stream.listing)


def test_what_came_later_stands_on_the_reprint_and_leaves_the_digest() -> None:
    view = LICENCE["decision_refuse"]
    drawn = strokes()
    since = Copy(
        2,
        "2026-11-25T09:00:00+08:00",
        official_number="和市监否〔2026〕9号",
        sealed=Sealed("市级电子印章系统", "SY26-8842-1173", "2026-11-24T09:00:00+08:00"),
        signing=Signing(signer="王㛃", signed_at="2026-11-24T10:00:00+08:00", picture="5" * 64),
        picture=drawn,
    )
    words = flat(view, copy=since)
    assert "和市监否〔2026〕9号（原编号" in words
    assert "补打第2次2026-11-2509:00" in words
    assert "（电子印章）市级电子印章系统校验码SY26-8842-1173" in words
    assert "王㛃于2026-11-2410:00在签字屏签字" in words
    assert "专用章后有效" not in words
    digest = words[words.index("文书校验") : words.index("模板")]
    assert digest in flat(view)
    with_picture = render(view, "pdf", copy=since)
    without = render(view, "pdf", copy=replace_picture(since))
    assert len(with_picture) > len(without)
    refused = Copy(signing=Signing(signed=False, reason="拒绝签字", witness="赵敏"))
    assert "申请人未签字，原因：拒绝签字。在场人：赵敏。" in flat(view, copy=refused)
    # Nobody was told on the spot by a paper that went out by post.
    posted = flat(view, copy=Copy(signing=Signing(signed=False, reason=BY_POST, witness="李强")))
    assert "申请人未在窗口签收，本文书邮寄送达。交寄人：李强。" in posted
    assert "当场告知" not in posted


def strokes() -> bytes:
    import io

    from PIL import Image, ImageDraw

    image = Image.new("L", (320, 120), 255)
    ImageDraw.Draw(image).line((20, 90, 120, 30, 180, 100, 300, 40), fill=0, width=5)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def replace_picture(copy: Copy) -> Copy:
    import msgspec

    return msgspec.structs.replace(copy, picture=b"")


def test_two_languages_stand_on_one_paper() -> None:
    view = LICENCE["decision_refuse"]
    both = replace(view, head=replace(view.head, language=BILINGUAL))
    text = render(both, "text").decode()
    assert "不予行政许可决定书" in text
    assert "Decision (Refused)" in text
    assert "决定日期 Decided on" in text
    assert render(both, "pdf").startswith(b"%PDF")
    slip = LICENCE["supplement-correction"]
    text = render(replace(slip, head=replace(slip.head, language=BILINGUAL)), "text").decode()
    assert "Receipt for Supplemented Materials" in text
    assert "收件时间 Received" in text


def test_forty_materials_and_long_names_run_over_pages() -> None:
    from terminal.documents.compose import compose

    view = LICENCE["handover_slip"]
    name = "国有建设用地使用权及房屋所有权转移登记申请人与配偶𬱖丽、㛃䶮共同签署的书面材料"
    lines = tuple(replace(view.materials[0], name=f"{name}{n}") for n in range(40))
    long = replace(view, materials=lines, item=replace(view.item, name=name * 2))
    sheet, pages = compose(lay_out(long))
    assert 2 <= len(pages) <= 6
    for page in pages:
        for op in page:
            assert getattr(op, "x", 0) >= 0
            assert getattr(op, "y", 0) <= (sheet.height or 0)
