"""The law in scenes: four departments, offline, silence, a failed cure, elsewhere, answers.

The answers are a refusal, those of an organ whose windows may only receive, and those of another
place's organ.
"""

from __future__ import annotations

import pytest

from terminal.dev.scenes import LAW, Scene
from tests.core.documents.reading import pdf_text
from tests.journeys import staged
from ui.demo.acting.law import DESK_PAPERS
from ui.demo.stage import Stage

pytestmark = pytest.mark.timeout(2 * staged.SECONDS)
"""The first test waits for the hall, too."""

REMEDIES = (
    "如不服本决定，可以自收到之日起60日内向区人民政府申请行政复议，"
    "也可以自收到之日起6个月内向区人民法院提起行政诉讼。"
)


@pytest.mark.parametrize("scene", LAW, ids=[scene.name for scene in LAW])
def test_it_goes_as_the_law_says(stage: Stage, scene: Scene) -> None:
    staged.play(stage, scene)


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        ("refused-case_decided", (
            "不予行政许可决定书", "区审批否〔2026〕4号", "距离要求",
            "《中华人民共和国行政许可法》第三十八条第二款", "决定不予行政许可。",
            "李强（执法证号SAMPLE-0101）",
        )),
        ("drainage-case_decided", (
            "不予行政许可决定书", "区住建否〔2026〕2号", "隔油预处理",
            "《城镇污水排入排水管网许可管理办法》第八条", "高原（执法证号SAMPLE-0401）",
        )),
    ],
)  # fmt: skip
def test_the_departments_refusal_has_reasons_and_remedies(
    stage: Stage, paper: str, words: tuple[str, ...]
) -> None:
    data = (stage.hall.folder / DESK_PAPERS / f"{paper}.pdf").read_bytes()
    said = "".join(pdf_text(data).split())
    for wanted in (*words, REMEDIES):
        assert "".join(wanted.split()) in said, wanted


def test_both_sides_hold_the_same(stage: Stage) -> None:
    staged.assert_whole(stage)
