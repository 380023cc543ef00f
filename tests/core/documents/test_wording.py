"""The fixed sentences stand as they were written; a hall adds and moves, never removes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from terminal.documents import load_hall_wording, render
from terminal.documents.layout import Cut
from terminal.documents.render import lay_out
from terminal.documents.views import (
    ReceiptView,
    SupplementView,
    decode_view,
    encode_view,
    kind_of,
)
from terminal.documents.wording import HallDocument, HallWording, Wording
from terminal.domain.catalogue import Regime
from terminal.errors import InvalidInput
from tests.core.documents import steps
from tests.core.documents.reading import read_stream
from tests.core.documents.samples import acceptance, receipt, samples

FIXED = {
    "receipt.licensing": "{}已于{}收到上列材料。最迟{}（{}，含当日）作出是否受理的处理；"
    "需要补正的，一次性告知全部内容。逾期未告知补正的，自{}起即为受理，本凭证即为受理凭证。"
    "本凭证不表示已同意您的申请。",
    "receipt.other": "材料已收到。本事项自受理之日起{}内办结（依据：{}）。",
    "receipt.forwarding": "本窗口代{}接收，最迟{}（{}，含当日）转交；"
    "补正和受理期限自{}收到之日起计算，收到后将告知您。",
    "receipt.offline": "本凭证在网络中断期间出具，收件时间以本凭证为准，办理期限不因断网顺延。"
    "材料已加密保存，联网后自动上传；办件编号随后生成，凭收件号即可查询。"
    "{}后仍查不到的，请致电{}。",
    "correction.body": "您于{}提交的“{}”申请材料（收件号{}）不齐全或不符合法定形式。"
    "根据{}，现将需要补正的全部内容一次性告知如下：",
    "correction.closing": "以上为全部补正内容。补正后可在{}提交，无需重新取号。",
    "decline.no_licence_needed": "您申请的事项依法不需要取得行政许可。根据{}，决定不予受理。",
    "decline.not_competent": "您申请的事项依法不属于本机关职权范围，请向{}提出。"
    "根据{}，决定不予受理。",
    "remedies.either": "如不服本决定，可以自收到之日起60日内向{}申请行政复议，"
    "也可以自收到之日起6个月内向{}提起行政诉讼。",
    "remedies.review_first": "应当先向{}申请行政复议；对复议决定不服的，可依法提起行政诉讼。",
    "conditional.body": "您的主要材料已齐全，经您自愿选择，先予受理。请最迟{}（{}，含当日）"
    "补齐：{}。补齐前不发放结果；逾期未补齐的，将书面告知您处理结果及救济途径，"
    "您可在材料齐全后重新申请。",
    "receipt.originals_both": "以下原件已当场核对并退还：{}；以下原件留存：{}，凭本凭证领回。",
    "common.not_signed": "已当场告知内容，申请人未签字，原因：{}。在场人：{}。",
    "common.by_post": "申请人未在窗口签收，本文书邮寄送达。交寄人：{}。",
    "receipt.rest_day": "今天是{}，办理期限从{}开始计算。",
    "common.seal": "（盖章处）加盖{}专用章后有效",
    "receipt.thermal": "热敏纸易褪色，请拍照留存；可在任一窗口或自助终端免费补打。",
}


@pytest.mark.parametrize("key", FIXED)
def test_a_fixed_sentence_is_word_for_word(key: str) -> None:
    assert re.sub(r"\{\w+\}", "{}", Wording().plain(key)) == FIXED[key]


def test_a_notice_is_chinese_whatever_the_visitor_reads() -> None:
    view = acceptance(head=replace(acceptance().head, language="en"))
    assert "受理通知书" in render(view, "text").decode()
    slip = receipt(head=replace(receipt().head, language="en"))
    assert "Receipt for Materials" in render(slip, "text").decode()


def test_an_english_slip_has_the_chinese_sentences_that_have_force() -> None:
    slip = receipt(head=replace(receipt().head, language="en"))
    plain = render(receipt(), "text").decode().replace("\n", "")
    words = render(slip, "text").decode().replace("\n", "")
    sentence = plain[plain.index("市场监督管理局已于") : plain.index("[https")]
    assert "逾期未告知补正的" in sentence
    assert sentence in words
    assert "The Chinese text has legal force:" in words


def test_the_english_receipt_uses_the_same_data() -> None:
    english, chinese = Wording("en")._own, Wording()._own
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        # weekdays and dates are formatted with the same names
        names = set(re.findall(r"\{(\w+)", sentence))
        assert names <= set(re.findall(r"\{(\w+)", chinese[key])), key


def test_limits_are_never_given_as_before_a_day() -> None:
    for sentence in Wording()._own.values():
        assert "}前" not in sentence


def write(folder: Path, text: str) -> Path:
    path = folder / "hall.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_hall_adds_sentences_and_moves_blocks(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[receipt]\nbefore = ["便民服务电话 12345"]\nafter = ["停车请扫码登记。"]\n'
        'order = ["sentence", "materials"]\n',
    )
    plain = render(receipt(), "text").decode()
    changed = render(receipt(), "text", wording=load_hall_wording(path)).decode()
    assert "停车请扫码登记。" in changed
    assert "便民服务电话 12345" in changed
    assert plain.index("收到的材料") < plain.index("逾期未告知")
    assert changed.index("逾期未告知") < changed.index("收到的材料")
    for line in plain.splitlines():
        assert line in changed


EVERY = {**samples(), **steps.papers(Regime.LICENSING), **steps.sheets()}


@pytest.mark.parametrize("name", EVERY)
def test_no_order_of_blocks_loses_a_line_of_any_paper(name: str) -> None:
    """A hall names every block it can guess, backwards: what stood on the paper stands there."""
    view = EVERY[name]
    if isinstance(view, ReceiptView | SupplementView):
        view = replace(view, query_url="https://fw.example.gov.cn/r/x")
    own = HallDocument(before=("便民服务电话 12345",), after=("停车请扫码登记。",), order=BLOCKS)
    moved = HallWording(**{kind_of(view): own})
    plain, changed = lay_out(view), lay_out(view, wording=moved)
    assert all(node in changed.nodes for node in plain.nodes)
    added = [node for node in changed.nodes if node not in plain.nodes]
    assert {getattr(node, "text", "") for node in added} >= {"便民服务电话 12345"}
    assert changed.footer == plain.footer


BLOCKS = (
    "signature", "people", "remedies", "sentence", "originals", "materials", "facts", "body",
    "number", "closing", "deficiencies", "clock", "copies", "basis", "told", "promised", "notes",
    "offline", "provisional", "again", "ended", "authority", "due", "only", "after", "time", "once",
)  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    ["逾期未补正的，视为放弃申请。", "依据《中华人民共和国行政许可法》办理。", "请给好评！"],
)
def test_a_hall_adds_no_waiver_no_law_and_no_begging(tmp_path: Path, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_hall_wording(write(tmp_path, f'[correction]\nafter = ["{sentence}"]\n'))
    assert refused.value.code == "document.wording_forbidden"
    assert sentence in refused.value.sentence()


def test_a_slip_is_cut_behind_its_last_line_wherever_blocks_stand(tmp_path: Path) -> None:
    path = write(tmp_path, '[receipt]\norder = ["hints", "number"]\n')
    layout = lay_out(receipt(), wording=load_hall_wording(path))
    assert [type(node) is Cut for node in layout.nodes].index(True) == len(layout.nodes) - 1


@pytest.mark.parametrize(
    "text",
    [
        '[receipt]\nlicensing = "材料已收到。"\n',
        '[refusal]\nafter = ["x"]\n',
        "[receipt\n",
        'logo = "missing.png"\n',
    ],
)
def test_a_hall_cannot_replace_or_misspell(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_hall_wording(write(tmp_path, text))
    assert refused.value.code in ("document.wording_unreadable", "document.logo_missing")
    assert refused.value.sentence()


def test_a_logo_stands_on_all_papers(tmp_path: Path) -> None:
    Image.new("RGBA", (120, 60), (10, 10, 10, 255)).save(tmp_path / "logo.png")
    hall = load_hall_wording(write(tmp_path, 'logo = "logo.png"\n'))
    plain = read_stream(render(receipt(), "escpos")).bands
    marked = read_stream(render(receipt(), "escpos", wording=hall)).bands
    assert len(marked) == len(plain) + 1
    assert marked[0].ink > 10_000
    assert b"BI /W 120" not in render(acceptance(), "pdf")
    assert len(render(acceptance(), "png", wording=hall)) != len(render(acceptance(), "png"))
    assert render(acceptance(), "pdf", wording=hall).startswith(b"%PDF")


def test_a_logo_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"GIF89a no picture")
    hall = load_hall_wording(write(tmp_path, 'logo = "logo.png"\n'))
    with pytest.raises(InvalidInput) as refused:
        render(acceptance(), "pdf", wording=hall)
    assert refused.value.code == "document.logo_unreadable"


def test_an_old_view_keeps_its_template_version() -> None:
    view = receipt()
    assert b'"template_version":"1"' in encode_view(view)
    assert decode_view(encode_view(view)) == view
