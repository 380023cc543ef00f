"""Lists of items as departments send them: taken exactly, or refused with a sentence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.errors import InvalidInput
from terminal.store.catalogue_import import Batch, parse_csv, read_csv
from terminal.texts import RESOURCES, Texts

HEADER = "department,group,name,item_code,area_code,dept_code,task_type"
ROW = "区行政审批局,未分类,护士执业注册,511A001,511602000000,123,1"
TAIWAN = "區政府,未分類,護士執業註冊與變更登記,A1,1,1,1"
JAPAN = "役所,未分類,パスポートの発給申請について,A1,1,1,1"
SHIPPED = RESOURCES / "catalogue" / "service_items.csv"


def csv_of(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def refusal(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InvalidInput) as caught:
        parse_csv(data, "表.csv")
    for language in ("zh", "en"):
        assert "表.csv" in caught.value.sentence(Texts(language))
    return caught.value.code


def only_refused(batch: Batch) -> tuple[int, str]:
    assert len(batch.refused) == 1
    row = batch.refused[0]
    assert str(row.line) in row.sentence()
    assert str(row.line) in row.sentence(Texts("en"))
    return row.line, row.code


def test_the_shipped_list_is_taken_whole_with_its_traps() -> None:
    batch = read_csv(SHIPPED)
    assert (len(batch.items), batch.refused) == (868, ())
    names = [item.name for item in batch.items]
    assert len(set(names)) == 867
    assert max(map(len, names)) == 110
    assert "拖拉机\\联合收割机检验合格标志核发" in names
    assert any("８市" in name for name in names)
    assert any("（" in name for name in names)
    assert any("(" in name for name in names)
    lengths = {len(item.code) for item in batch.items}
    assert (min(lengths), max(lengths)) == (23, 55)
    assert {len(item.department_code) for item in batch.items} >= {9, 18}
    assert {item.area_code for item in batch.items} == {"511602000000"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings_give_the_same_items(encoding: str) -> None:
    text = csv_of(ROW, "区医保局,未分类,居民参保登记（城乡）,511A002,511602000000,123,20")
    assert parse_csv(text.encode(encoding), "f") == parse_csv(text.encode(), "f")


def test_rare_characters_survive_gb18030() -> None:
    row = "区文广旅局,未分类,㛃䶮𬱖龴文化遗产认定（含已列入名录的传统技艺项目）,A1,1,1,7"
    assert "㛃䶮𬱖龴" in parse_csv(csv_of(row, ROW).encode("gb18030"), "f").items[0].name
    # The two-byte code of 2022 that Python's codec still maps to a private character.
    moved = csv_of(row, ROW).encode("gb18030").replace("龴".encode("gb18030"), b"\xfe\x59")
    assert "㛃䶮𬱖龴" in parse_csv(moved, "f").items[0].name


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (csv_of(ROW).encode("utf-16"), "catalogue.utf16"),
        (csv_of(TAIWAN).encode("big5"), "catalogue.encoding"),
        (csv_of(JAPAN).encode("shift_jis"), "catalogue.encoding"),
        (b"\xff\xff\xff" + csv_of(ROW).encode("gbk"), "catalogue.encoding"),
        (b"PK\x03\x04\0\0\0", "catalogue.not_text"),
        (b"", "catalogue.empty_file"),
        (b"\xef\xbb\xbf \n", "catalogue.empty_file"),
        (csv_of().encode(), "catalogue.no_rows"),
        (csv_of('区局,未分类,"护士,A1,1,1,1').encode(), "catalogue.csv_broken"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_missing_column_is_named() -> None:
    text = csv_of("护士执业注册,511A001", header="name,item_code")
    assert refusal(text) == "catalogue.column_missing"
    with pytest.raises(InvalidInput, match="department"):
        parse_csv(text.encode(), "f")
    assert refusal(csv_of("a,b,c,d", header="name,item_code,department,Name")) == (
        "catalogue.column_twice"
    )


def test_chinese_headers_are_understood() -> None:
    text = csv_of("护士执业注册,511A001,区局", header="事项名称, 事项编码 ,部门")
    item = parse_csv(text.encode(), "f").items[0]
    assert (item.name, item.code, item.department) == ("护士执业注册", "511A001", "区局")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("区局,组,护士,,1,1,1", "empty_code"),
        ("区局,组,  ,A1,1,1,1", "empty_name"),
        (",组,护士,A1,1,1,1", "empty_department"),
        ("区局,组,护士,A1,1,1", "cells"),
        ("区局,组,护士,A1,1,1,1,2", "cells"),
        (f"区局,组,{'护' * 301},A1,1,1,1", "too_long"),
        (f"区局,组,护士,{'A' * 65},1,1,1", "too_long"),
        ("区局,组,护士,Ａ１,1,1,1", "full_width_code"),
        ("区局,组,护士,A１,1,1,1", "full_width_code"),
        ("区局,组,护士,A 1,1,1,1", "bad_code"),
        ("区局,组,护士,事项一,1,1,1", "bad_code"),
        ("区局,组,护\x07士,A1,1,1,1", "control"),
        ("区局,组,护\ue000士,A1,1,1,1", "control"),
        ("区局,组,护士,511A001,1,1,1", "duplicate"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_its_line(row: str, code: str) -> None:
    batch = parse_csv(csv_of(ROW, "", row).encode(), "f")
    assert only_refused(batch) == (4, f"catalogue.refused.{code}")
    assert len(batch.items) == 1


def test_the_line_is_where_the_row_begins() -> None:
    rows = ('区局,"未\n分\n类",护士,A1,1,1,1', "区局,组,,A2,1,1,1")
    batch = parse_csv(csv_of(*rows).encode(), "f")
    # The first row's group holds line breaks: a control character.
    assert [(row.line, row.code) for row in batch.refused] == [
        (2, "catalogue.refused.control"),
        (5, "catalogue.refused.empty_name"),
    ]


def test_equal_names_with_different_codes_are_both_taken() -> None:
    batch = parse_csv(csv_of(ROW, ROW.replace("511A001", "511A002")).encode(), "f")
    assert [item.code for item in batch.items] == ["511A001", "511A002"]


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_csv(tmp_path / "none.csv")
    assert caught.value.code == "catalogue.file_missing"
    with pytest.raises(InvalidInput) as caught:
        read_csv(tmp_path)
    assert caught.value.code == "catalogue.file_unreadable"


def answer(data: bytes) -> Batch | str:
    """Return the batch, or the sentence that refuses the file."""
    try:
        return parse_csv(data, "f")
    except InvalidInput as error:
        return error.sentence()


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    assert answer(data)
    assert answer((HEADER + "\n").encode() + data)


@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), max_size=5))
def test_any_cells_are_answered(rows: list[list[str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["name", "item_code", "department"])
    writer.writerows(rows)
    batch = answer(file.getvalue().encode("utf-8", "replace"))
    if isinstance(batch, Batch):
        assert all(row.sentence() for row in batch.refused)
        assert all(item.name.strip() and item.code for item in batch.items)
