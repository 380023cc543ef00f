"""The hand-written guides: complete, consistent with the real items, lawful in their shape."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from terminal.domain.catalogue import (
    Answers,
    Condition,
    FieldKind,
    HandlingKind,
    LifeEvent,
    Organ,
    Regime,
    ServiceItem,
    TimeLimit,
    TimeUnit,
    Way,
    WindowAuthority,
    asked_fields,
    asked_materials,
    asked_questions,
    open_questions,
)

CATALOGUE = Path(__file__).parents[3] / "resources" / "catalogue"
SAMPLES = CATALOGUE / "samples"
KNOWN_DATA = {
    "applicant.name",
    "applicant.identity_number",
    "applicant.phone",
    "applicant.address",
    "organisation.name",
    "organisation.credit_code",
    "organisation.legal_representative",
    "visitor.name",
}
LICENSING_TASK_TYPE = "1"


def tables(key: str) -> list[tuple[str, dict[str, Any]]]:
    """Return every `[[key]]` table of the samples with its file's name."""
    return [
        (path.name, table)
        for path in sorted(SAMPLES.glob("*.toml"))
        for table in tomllib.loads(path.read_text(encoding="utf-8")).get(key, [])
    ]


def real_items() -> dict[str, dict[str, str]]:
    """Return the shipped real items by code."""
    files = [path for path in CATALOGUE.glob("*.csv") if "item_code" in path.read_text("utf-8-sig")]
    assert files, "the real items are shipped beside the samples"
    with files[0].open(encoding="utf-8-sig", newline="") as file:
        return {row["item_code"]: row for row in csv.DictReader(file)}


def decode(table: dict[str, Any]) -> ServiceItem:
    """Decode one table; name, department and task type come from the real item."""
    real = REAL[table["code"]]
    return msgspec.convert(
        {
            "name": real["name"],
            "department": real["department"],
            "task_type": real["task_type"],
            **table,
        },
        ServiceItem,
        strict=True,
    )


REAL = real_items()
TABLES = tables("item")
ITEMS = [decode(table) for _, table in TABLES if table["code"] in REAL]
EVENTS = [msgspec.convert(table, LifeEvent, strict=True) for _, table in tables("life_event")]
each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.code[:12]}{item.name}")


def unknown_keys(raw: object, decoded: object, where: str = "") -> Iterator[str]:
    """Yield what stands in the file and was dropped in decoding (a misspelt key)."""
    if isinstance(raw, dict) and isinstance(decoded, dict):
        for key, value in raw.items():
            if key not in decoded:
                yield f"{where}.{key}"
            else:
                yield from unknown_keys(value, decoded[key], f"{where}.{key}")
    elif isinstance(raw, list) and isinstance(decoded, list | tuple):
        for index, (left, right) in enumerate(zip(raw, decoded, strict=True)):
            yield from unknown_keys(left, right, f"{where}[{index}]")


def situations(item: ServiceItem, answers: Answers | None = None) -> Iterator[Answers]:
    """Yield every complete set of answers that the item's questions lead to."""
    answers = answers or {}
    still_open = open_questions(item, answers)
    if not still_open:
        yield answers
        return
    question = still_open[0]
    for option in question.options:
        yield from situations(item, {**answers, question.id: option.id})


def calendar_days(limit: TimeLimit) -> float:
    """Return a limit's least length in calendar days (working days may only be longer)."""
    return limit.amount / 24 if limit.unit is TimeUnit.HOURS else float(limit.amount)


def all_conditions(item: ServiceItem) -> Iterator[tuple[str, Condition]]:
    for part in (*item.questions, *item.materials, *item.fields):
        for condition in part.when:
            yield part.id, condition


def test_every_code_is_a_real_item_and_stands_once() -> None:
    counts = Counter(table["code"] for _, table in TABLES)
    assert {code for code in counts if code not in REAL} == set()
    assert {code: count for code, count in counts.items() if count > 1} == {}


def test_enough_items_in_many_departments() -> None:
    assert len(ITEMS) >= 44
    assert len({item.department for item in ITEMS}) >= 10
    assert all(item.guide and item.sample for item in ITEMS)


def test_no_key_is_misspelt() -> None:
    dropped = [
        f"{file}: {decoded.name}{path}"
        for (file, raw), decoded in zip(TABLES, ITEMS, strict=True)
        for path in unknown_keys(raw, msgspec.to_builtins(decoded))
    ]
    dropped += [
        f"{file}: {raw['id']}{path}"
        for (file, raw), decoded in zip(tables("life_event"), EVENTS, strict=True)
        for path in unknown_keys(raw, msgspec.to_builtins(decoded))
    ]
    assert dropped == []


@each_item
def test_conditions_name_earlier_questions_and_their_options(item: ServiceItem) -> None:
    options = {q.id: {option.id for option in q.options} for q in item.questions}
    for owner, condition in all_conditions(item):
        assert condition.question in options, owner
        assert condition.options, owner
        assert set(condition.options) <= options[condition.question], owner
    order = [question.id for question in item.questions]
    for question in item.questions:
        assert len(question.options) >= 2
        for condition in question.when:
            assert order.index(condition.question) < order.index(question.id)


@each_item
def test_every_situation_asks_for_a_required_material(item: ServiceItem) -> None:
    reached: set[str] = set()
    for answers in situations(item):
        asked = asked_materials(item, answers)
        assert any(material.required for material in asked), answers
        assert len({material.id for material in asked}) == len(asked), answers
        shown = asked_fields(item, answers)
        assert len({field.id for field in shown}) == len(shown), answers
        reached |= {material.id for material in asked}
        reached |= {question.id for question in asked_questions(item, answers)}
    written = {part.id for part in (*item.materials, *item.questions)}
    assert reached == written, "a material or question that no situation leads to"


@each_item
def test_limits_are_lawful(item: ServiceItem) -> None:
    assert item.committed is not None
    assert item.committed.amount > 0
    if item.statutory is None:
        assert item.regime is Regime.OTHER_BY_GUIDE
        return
    assert item.statutory.basis
    same = item.statutory.unit is item.committed.unit
    assert same or item.committed.unit is TimeUnit.HOURS
    assert calendar_days(item.committed) <= calendar_days(item.statutory)


@each_item
def test_regime_fits_the_kind_of_item(item: ServiceItem) -> None:
    if item.regime is Regime.LICENSING:
        assert item.task_type == LICENSING_TASK_TYPE
    if item.task_type == LICENSING_TASK_TYPE:
        assert item.regime in (Regime.LICENSING, Regime.MARKET_ENTITY_REGISTRATION)
    assert not any("行政许可法》第三十二条" in basis for basis in item.legal_basis)


@each_item
def test_authority_is_documented(item: ServiceItem) -> None:
    assert bool(item.authority_document) is item.authority.may_accept
    if item.authority is WindowAuthority.DECIDE:
        assert item.handling is HandlingKind.ON_THE_SPOT
    assert item.conditional_acceptance is any(m.deferrable for m in item.materials)


@each_item
def test_guide_is_complete(item: ServiceItem) -> None:
    assert item.legal_basis
    assert item.conditions
    assert item.result
    assert item.fee.text
    assert item.usage > 0
    assert len(item.aliases) >= 2
    assert 3 <= len(item.materials) <= 10
    assert 3 <= len(item.fields) <= 12
    assert len(item.questions) <= 3
    assert set(item.serves) <= {"PERSON", "ORGANISATION"}


@each_item
def test_materials_say_what_is_accepted(item: ServiceItem) -> None:
    for material in item.materials:
        assert len(material.standard) >= 8, material.id
        assert material.standard.endswith("。"), material.id
        assert material.source, material.id
        assert material.copies >= 1, material.id
        assert bool(material.certificate) is (Way.CERTIFICATE in material.ways), material.id
        assert material.deferrable is (Way.DEFERRED in material.ways), material.id
        assert not material.proves_identity or not material.deferrable, material.id


@each_item
def test_fields_take_known_data(item: ServiceItem) -> None:
    for field in item.fields:
        assert not field.filled_from or field.filled_from in KNOWN_DATA, field.id
        assert bool(field.options) is (field.kind is FieldKind.CHOICE), field.id
        # A phone number is always the visitor's own choice.
        assert field.kind is not FieldKind.PHONE or not field.required, field.id


def test_one_paper_has_one_name() -> None:
    names: dict[str, set[str]] = defaultdict(set)
    ids: dict[str, set[str]] = defaultdict(set)
    for item in ITEMS:
        for material in item.materials:
            names[material.id].add(material.name)
            ids[material.name].add(material.id)
    assert {key: value for key, value in names.items() if len(value) > 1} == {}
    assert {key: value for key, value in ids.items() if len(value) > 1} == {}


def test_one_field_has_one_label_and_kind() -> None:
    labels: dict[str, set[tuple[str, FieldKind]]] = defaultdict(set)
    for item in ITEMS:
        for field in item.fields:
            labels[field.id].add((field.label, field.kind))
    assert {key: found for key, found in labels.items() if len(found) > 1} == {}


def test_all_authorities_and_regimes_have_an_example() -> None:
    assert {item.authority for item in ITEMS} == set(WindowAuthority)
    assert {item.regime for item in ITEMS} >= {
        Regime.LICENSING,
        Regime.MARKET_ENTITY_REGISTRATION,
        Regime.OTHER_BY_GUIDE,
    }


def test_items_for_a_first_try_exist() -> None:
    def required(item: ServiceItem) -> int:
        return sum(material.required for material in item.materials)

    assert any(not i.questions and required(i) == 3 == len(i.materials) for i in ITEMS)
    assert any(
        i.regime is Regime.LICENSING
        and i.authority is WindowAuthority.ACCEPT_AND_DECLINE
        and all(len(asked_materials(i, answers)) >= 4 for answers in situations(i))
        for i in ITEMS
    )


def test_life_events_join_several_departments() -> None:
    by_code = {item.code: item for item in ITEMS}
    assert len(EVENTS) >= 3
    assert len({event.id for event in EVENTS}) == len(EVENTS)
    for event in EVENTS:
        assert event.sample
        assert event.description
        assert len(set(event.items)) == len(event.items) >= 3, event.id
        assert set(event.items) <= set(by_code), event.id
        assert len({by_code[code].department for code in event.items}) >= 2, event.id
        papers = Counter(m.id for code in event.items for m in by_code[code].materials)
        assert papers.most_common(1)[0][1] >= 2, "nothing is asked for once instead of twice"


def test_every_department_has_an_organ() -> None:
    raw = tomllib.loads((CATALOGUE / "organs.toml").read_text(encoding="utf-8"))["organ"]
    organs = {key: msgspec.convert(value, Organ, strict=True) for key, value in raw.items()}
    assert set(organs) == {row["department"] for row in REAL.values()}
    for department, organ in organs.items():
        assert list(unknown_keys(raw[department], msgspec.to_builtins(organ))) == []
        assert all(v for v in msgspec.structs.asdict(organ).values() if isinstance(v, str)), (
            department
        )
        assert "示例" in organ.phone
        assert "示例" in organ.address
