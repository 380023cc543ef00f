"""Guide data from TOML and JSON: merged onto items, faults named with file and item."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terminal.domain.catalogue import (
    LifeEvent,
    Organ,
    Regime,
    ServiceItem,
    TimeLimit,
    TimeUnit,
)
from terminal.errors import InvalidInput
from terminal.store.catalogue_guide import check_life_events, read_guide, read_organs
from terminal.texts import Texts

BASE = ServiceItem(code="A1", name="护士执业注册", department="区卫健局", usage=7, task_type="1")
GOOD = """
[[item]]
code = "A1"
regime = "LICENSING"
handling = "COMMITTED"
statutory = { amount = 20 }
committed = { amount = 3 }
aliases = ["护士证"]

[[item.questions]]
id = "kind"
text = "首次还是延续？"
options = [{ id = "first", label = "首次" }, { id = "again", label = "延续" }]

[[item.materials]]
id = "form"
name = "申请表"
when = [{ question = "kind", options = ["first"] }]

[[item.fields]]
id = "hospital"
label = "执业机构"

[[life_event]]
id = "event"
name = "护士执业一件事"
items = ["A1"]
"""


def find(code: str) -> ServiceItem | None:
    return BASE if code == "A1" else None


def write(folder: Path, text: str, name: str = "guide.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, text: str, name: str = "guide.toml") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_guide(write(folder, text, name), find)
    for language in ("zh", "en"):
        assert name in caught.value.message(Texts(language))
    return caught.value


def test_a_guide_is_merged_onto_its_item(tmp_path: Path) -> None:
    batch = read_guide(write(tmp_path, GOOD), find, sample=True)
    item = batch.items[0]
    assert (item.name, item.department, item.usage, item.task_type) == (
        BASE.name,
        BASE.department,
        7,
        "1",
    )
    assert item.guide
    assert item.sample
    assert item.regime is Regime.LICENSING
    assert item.committed == TimeLimit(3, TimeUnit.WORKING_DAYS)
    assert item.materials[0].when[0].question == "kind"
    assert batch.life_events[0].items == ("A1",)


def test_json_says_the_same(tmp_path: Path) -> None:
    import tomllib

    text = json.dumps(tomllib.loads(GOOD), ensure_ascii=False)
    from_json = read_guide(write(tmp_path, text, "guide.json"), find)
    assert from_json == read_guide(write(tmp_path, GOOD), find)


def test_a_new_item_needs_its_name_and_department(tmp_path: Path) -> None:
    assert fault(tmp_path, '[[item]]\ncode = "B"').code == "catalogue.guide_unknown_code"
    text = '[[item]]\ncode = "B"\nname = "新事项"\ndepartment = "区局"'
    assert read_guide(write(tmp_path, text), find).items[0].guide


def test_organs_belong_to_their_departments(tmp_path: Path) -> None:
    organs = read_organs(write(tmp_path, '[organ."区卫健局"]\nname = "区卫生健康局"'))
    assert organs == {"区卫健局": Organ(name="区卫生健康局")}
    item = read_guide(write(tmp_path, GOOD), find, organs).items[0]
    assert item.organ == Organ(name="区卫生健康局")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('question = "kind"', 'question = "sort"', "unknown_question"),
        ('options = ["first"]', 'options = ["second"]', "unknown_option"),
        ('options = ["first"]', "options = []", "few_options"),
        ('{ id = "again", label = "延续" }', "", "few_options"),
        ('id = "again"', 'id = "first"', "duplicate_id"),
        ("committed = { amount = 3 }", "committed = { amount = 30 }", "committed_longer"),
        ("committed = { amount = 3 }", "committed = { amount = 0 }", "limit"),
        ("statutory = { amount = 20 }", 'statutory = { amount = "20" }', "shape"),
        ("statutory = { amount = 20 }", "statutory = { amout = 20, amount = 20 }", "unknown_key"),
        ('regime = "LICENSING"', 'regime = "LICENCE"', "shape"),
        ('regime = "LICENSING"', 'regim = "LICENSING"', "unknown_key"),
        ('name = "申请表"', 'name = ""', "material"),
        ('name = "申请表"', 'name = "申请表"\ncopies = 0', "material"),
        ('name = "申请表"', 'name = "申请表"\nstandrd = ""', "unknown_key"),
        ('label = "执业机构"', 'label = "执业机构"\nkind = "CHOICE"', "few_options"),
        ("aliases = ", 'name = ""\naliases = ', "nameless"),
    ],
)
def test_a_fault_names_file_and_item(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD
    error = fault(tmp_path, GOOD.replace(old, new))
    assert error.code == f"catalogue.guide_{code}"
    assert "A1" in error.message()


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("[[item", "a.toml", "unreadable"),
        ("{", "a.json", "unreadable"),
        ("[" * 100_000, "a.json", "unreadable"),
        ('{"item": [], "item": []}', "a.json", "unreadable"),
        ("[]", "a.json", "no_sections"),
        ("", "a.toml", "no_sections"),
        ("other = 1", "a.toml", "no_sections"),
        ("item = 1", "a.toml", "no_sections"),
        ("item = [1]", "a.toml", "no_sections"),
        ("organ = 1", "a.toml", "no_sections"),
        (GOOD + '\n[[item]]\ncode = "A1"', "a.toml", "guide_twice"),
        ('[[life_event]]\nid = "x"', "a.toml", "guide_shape"),
    ],
)
def test_a_file_that_cannot_be_understood(tmp_path: Path, text: str, name: str, code: str) -> None:
    assert fault(tmp_path, text, name).code == f"catalogue.{code}"


def test_life_events_name_known_items_once() -> None:
    check_life_events([LifeEvent("e", "事", ("A1",))], find, "f")
    for items in (("A1", "B"), ("A1", "A1")):
        with pytest.raises(InvalidInput):
            check_life_events([LifeEvent("e", "事", items)], find, "f")
