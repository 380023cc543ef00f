"""Several items asked as one: nothing twice, and each item gets what it would ask for itself."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.domain.catalogue import (
    Condition,
    Fate,
    FieldKind,
    FormField,
    Material,
    Option,
    PaperKind,
    Question,
    ServiceItem,
    Way,
    asked_fields,
    asked_materials,
    asked_questions,
)
from terminal.domain.life_event import (
    answers_for,
    entries_for,
    form_for,
    merge,
)
from terminal.domain.parties import MaterialEntry, MaterialStatus

OPTIONS = (("a", "是"), ("b", "否"))


@st.composite
def items(draw: st.DrawFn) -> tuple[ServiceItem, ...]:
    """Two to four items whose questions, papers and fields overlap at random."""
    found = []
    for place in range(draw(st.integers(2, 4))):
        texts = draw(st.lists(st.sampled_from(["问甲", "问乙", "问丙"]), unique=True, max_size=3))
        questions: list[Question] = []
        for number, text in enumerate(texts):
            when = draw(_conditions(tuple(questions)))
            options = tuple(Option(f"{place}{key}", label) for key, label in OPTIONS)
            questions.append(Question(f"q{place}-{number}", text, options, when))
        asked = tuple(questions)
        names = draw(st.lists(st.sampled_from(["身份证", "申请表", "租约", "照片"]), max_size=4))
        materials = tuple(
            Material(
                f"m{place}-{number}",
                name,
                kind=draw(st.sampled_from((PaperKind.ORIGINAL, PaperKind.COPY))),
                copies=draw(st.integers(1, 3)),
                required=draw(st.booleans()),
                deferrable=draw(st.booleans()),
                fate=draw(st.sampled_from(list(Fate)[:4])),
                when=draw(_conditions(asked)),
            )
            for number, name in enumerate(names)
        )
        labels = draw(st.lists(st.sampled_from(["姓名", "面积", "地址"]), max_size=3))
        fields = tuple(
            FormField(f"f{place}-{number}", label, when=draw(_conditions(asked)))
            for number, label in enumerate(labels)
        )
        found.append(
            ServiceItem(
                f"T-{place}", f"事项{place}", "某局", conditional_acceptance=draw(st.booleans()),
                questions=asked, materials=materials, fields=fields,
            )
        )  # fmt: skip
    return tuple(found)


def _conditions(asked: tuple[Question, ...]) -> st.SearchStrategy[tuple[Condition, ...]]:
    if not asked:
        return st.just(())
    one = st.sampled_from(asked).flatmap(
        lambda q: st.sampled_from(q.options).map(lambda o: Condition(q.id, (o.id,)))
    )
    return st.lists(one, max_size=1).map(tuple)


def answered(found: tuple[ServiceItem, ...], choices: list[int]) -> dict[str, str]:
    """Answer the merged questions one after the other, as they come up."""
    answers: dict[str, str] = {}
    for turn in range(12):
        left = [q for q in merge(found, answers).questions if q.id not in answers]
        if not left:
            return answers
        option = left[0].options[choices[turn % len(choices)] % 2]
        answers[left[0].id] = option.id
    raise AssertionError("the questions do not come to an end")


@settings(max_examples=40, deadline=None)
@given(items(), st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_each_item_gets_what_it_would_ask_for_by_itself(
    found: tuple[ServiceItem, ...], choices: list[int]
) -> None:
    answers = answered(found, choices)
    merged = merge(found, answers)
    entries = {each.material.id: _handed_in(each.material) for each in merged.materials}
    form = {each.field.id: f"值{each.field.id}" for each in merged.fields}
    for place, item in enumerate(found):
        own = answers_for(item, answers)
        assert set(own) == {q.id for q in asked_questions(item, own)}
        mapped = entries_for(place, merged, found, entries)
        wanted = {m.id: m for m in asked_materials(item, own)}
        assert set(mapped) == set(wanted)
        assert all(mapped[key].name == wanted[key].name for key in wanted)
        assert all(mapped[key].count >= 1 for key in wanted)
        assert set(form_for(place, merged, form)) == {f.id for f in asked_fields(item, own)}


@settings(max_examples=40, deadline=None)
@given(items(), st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_nothing_is_asked_twice(found: tuple[ServiceItem, ...], choices: list[int]) -> None:
    answers = answered(found, choices)
    merged = merge(found, answers)
    texts = [q.text for q in merged.questions]
    assert len(texts) == len(set(texts))
    # Twice in the one list only what one item by itself asks for twice.
    for each in merged.materials:
        alike = [m for m in merged.materials if _same(m.material, each.material)]
        most = max(
            sum(_same(m, each.material) for m in asked_materials(item, own))
            for item, own in zip(found, merged.answers, strict=True)
        )
        assert len(alike) == most
    # Every use is in exactly one line, and no material of an item is without one.
    uses = [use for each in merged.materials for use in each.uses]
    assert len(uses) == len(set(uses))


@settings(max_examples=40, deadline=None)
@given(items(), st.lists(st.integers(0, 1), min_size=3, max_size=3))
def test_an_original_is_kept_by_one_item_at_most(
    found: tuple[ServiceItem, ...], choices: list[int]
) -> None:
    merged = merge(found, answered(found, choices))
    entries = {each.material.id: _handed_in(each.material) for each in merged.materials}
    own = [entries_for(place, merged, found, entries) for place in range(len(found))]
    for each in merged.materials:
        fates = [own[use.item][use.id].fate for use in each.uses]
        assert fates.count(Fate.ORIGINAL_KEPT) == (each.material.fate is Fate.ORIGINAL_KEPT)
        if Fate.ORIGINAL_KEPT in fates:
            # What is kept is not on the desk any more: nobody may be told to take it home.
            assert not any(fate.shows_original for fate in fates)


def test_the_strictest_of_two_items_holds_for_both() -> None:
    one = _item("甲", Material("m1", "租约", deferrable=True, copies=2, fate=Fate.COPY,
                              ways=(Way.PAPER, Way.COMMITMENT), standard="清晰"))  # fmt: skip
    two = _item("乙", Material("m2", "租约", deferrable=False, fate=Fate.ORIGINAL_KEPT,
                              ways=(Way.PAPER, Way.UPLOAD), standard="有效期内"))  # fmt: skip
    (line,) = merge((one, two), {}).materials
    material = line.material
    assert (material.copies, material.deferrable, material.fate) == (2, False, Fate.ORIGINAL_KEPT)
    assert material.ways == (Way.PAPER,)
    assert material.standard == "清晰；有效期内"
    entry = {material.id: _handed_in(material)}
    first, second = (entries_for(i, merge((one, two), {}), (one, two), entry) for i in (0, 1))
    assert (first["m1"].fate, first["m1"].count) == (Fate.COPY, 2)
    assert (second["m2"].fate, second["m2"].standard) == (Fate.ORIGINAL_KEPT, "有效期内")


def test_what_one_item_may_defer_and_the_other_not_is_not_deferrable() -> None:
    both = [_item(name, Material(name, "租约", deferrable=True)) for name in "甲乙"]
    assert merge(both, {}).materials[0].material.deferrable
    firm = msgspec.structs.replace(both[1], conditional_acceptance=False)
    assert not merge((both[0], firm), {}).materials[0].material.deferrable


def test_fields_are_one_only_when_they_take_the_same() -> None:
    text = FormField("f1", "面积", FieldKind.NUMBER, required=False, max_length=8)
    same = FormField("f2", "面积", FieldKind.NUMBER, filled_from="applicant.area")
    other = FormField("f3", "面积", FieldKind.CHOICE, options=("大", "小"))
    merged = merge([_item("甲", fields=(text,)), _item("乙", fields=(same, other))], {})
    assert [(one.field.kind, one.field.required) for one in merged.fields] == [
        (FieldKind.NUMBER, True),
        (FieldKind.CHOICE, True),
    ]
    assert (merged.fields[0].field.max_length, merged.fields[0].field.filled_from) == (
        8,
        "applicant.area",
    )


def _item(name: str, *materials: Material, fields: tuple[FormField, ...] = ()) -> ServiceItem:
    return ServiceItem(
        f"T-{name}", name, "某局", conditional_acceptance=True, materials=materials, fields=fields
    )


def _handed_in(material: Material) -> MaterialEntry:
    return MaterialEntry(
        material.id, material.name, MaterialStatus.RECEIVED, Way.PAPER, material.kind,
        material.fate, material.copies,
    )  # fmt: skip


def _same(one: Material, other: Material) -> bool:
    return (one.name, one.kind) == (other.name, other.kind)
