"""What a clerk types, and what must be found first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.errors import StoreError
from terminal.search.build import IndexItem, build_index
from terminal.search.index import Hit, SearchIndex
from terminal.search.normalise import fold_text
from terminal.search.pinyin import syllables_of
from tests.core.search.conftest import ITEMS

FOOD, RENEWAL, NURSE = "511A0005200004", "511A0005200008", "511A0012600006"


def codes(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.code for hit in hits]


@pytest.mark.parametrize(
    ("typed", "code", "how"),
    [
        ("公司设立登记", "511A0064100070", "name"),
        ("公司", "511A0064100070", "name"),
        ("设立登记", "511A0064100070", "name"),
        ("食品许可", FOOD, "name"),
        ("食品经营", FOOD, "name"),
        ("许可 食品", FOOD, "name"),
        ("食 品 经　营", FOOD, "name"),
        ("hushixinban", NURSE, "pinyin"),
        ("hushix", NURSE, "pinyin"),
        ("ｈｕｓｈｉ", NURSE, "pinyin"),
        ("hù shì", NURSE, "pinyin"),
        ("hsxb", NURSE, "initials"),
        ("HSXB", NURSE, "initials"),
        ("spjyxk", FOOD, "initials"),
        ("gtgshsldj", "511A0074300005", "initials"),
        ("食品jyxk", FOOD, "name"),
        ("食品jingying", FOOD, "name"),
        ("hushizy", "511A0012600009", "pinyin"),
        ("caiwukuaiji", "51203001300001", "pinyin"),
        ("lvhua", "G-000007-001-511602000000", "pinyin"),
        ("lǜhuà", "G-000007-001-511602000000", "pinyin"),
        ("8市", "511X0000000002", "name"),
        ("拖拉机联合", "511X0000000001", "name"),
        ("511A0126", "", ""),
        ("511A00126", NURSE, "code"),
        ("５１１a00126", NURSE, "code"),
        ("g-000007", "G-000007-001-511602000000", "code"),
        ("开饭店", FOOD, "alias"),
        ("kaifandian", FOOD, "alias"),
        ("护是新办", NURSE, "sound"),
        ("護士新辦", NURSE, "sound"),
        ("husixinban", NURSE, "sound"),
        ("sangpinfang", "511A0161600000", "sound"),
        ("商拼房鱼售", "511A0161600000", "sound"),
        ("护士薪办执业", NURSE, "sound"),
        ("护士大办执业", NURSE, "typo"),
        ("个体工户商设立", "511A0074300005", "typo"),
        ("getigongshznghushe", "511A0074300005", "typo"),
        ("gtgshsxdj", "511A0074300005", "typo"),
    ],
)
def test_what_is_typed_finds_the_item_first(
    index: SearchIndex, typed: str, code: str, how: str
) -> None:
    hits = index.search(typed)
    assert [(hit.code, hit.how) for hit in hits[:1]] == ([(code, how)] if code else [])


def test_every_beginning_of_a_name_finds_it_while_typing(index: SearchIndex) -> None:
    for end in range(1, 6):
        assert "511A0161600000" in codes(index.search("商品房预售"[:end]))
    for end in range(3, 13):
        assert "511A0161600000" in codes(index.search("shangpinfang"[:end]))


def test_exact_name_comes_before_longer_ones_however_used(index: SearchIndex) -> None:
    assert index.search("公司备案")[0].code == "511A0064100093"
    assert codes(index.search("公司"))[:3] == [
        "511A0064100070",
        "511A0064100078",
        "511A0064100093",
    ]


def test_order_of_hits(tmp_path: Path) -> None:
    names = {
        "exact": "护士执业",
        "begins": "护士执业注册延续办理",
        "holds": "新护士执业",
        "apart": "护士的执业",
        "longer": "护士的各种执业",
        "used": "护士其他的各种各样执业",
    }
    items = [IndexItem(c, n, (), 60_000 if c == "used" else 0) for c, n in names.items()]
    build_index(tmp_path / "i", items, handle="")
    found = codes(SearchIndex(tmp_path / "i").search("护士执业"))
    assert found[:3] == ["exact", "begins", "holds"]
    # Parts in order come last: the shorter first, but for one that is used much more.
    del items[1:3]
    build_index(tmp_path / "i", items, handle="")
    found = codes(SearchIndex(tmp_path / "i").search("护士执业"))
    assert found == ["exact", "used", "apart", "longer"]


def test_use_never_puts_a_beginning_before_the_exact_name(tmp_path: Path) -> None:
    items = [
        IndexItem("exact", "护士执业"),
        IndexItem("begins", "护士执业注册", (), 30_000),
        IndexItem("holds", "新护士执业", (), 60_000),
    ]
    build_index(tmp_path / "i", items, handle="")
    index = SearchIndex(tmp_path / "i")
    for typed in ("护士执业", "hushizhiye", "hszy"):
        assert codes(index.search(typed)) == ["exact", "begins", "holds"]


def test_what_stands_in_brackets_may_be_left_out(tmp_path: Path) -> None:
    items = [
        IndexItem("brackets", "食品（含保健食品）经营许可核发（县级）"),
        IndexItem("holds", "网络食品经营备案"),
    ]
    build_index(tmp_path / "i", items, handle="")
    index = SearchIndex(tmp_path / "i")
    for typed in ("食品经营", "shipinjingying", "spjy"):
        hit = index.search(typed)[0]
        assert (hit.code, hit.spans) == ("brackets", ((0, 2), (9, 11)))
    assert [hit.code for hit in index.search("保健食品")] == ["brackets"]


def test_use_orders_equal_hits(tmp_path: Path) -> None:
    items = [IndexItem(f"c{use}", f"公司{unit}登记", (), use) for use, unit in enumerate("甲乙丙")]
    build_index(tmp_path / "i", items, handle="")
    assert codes(SearchIndex(tmp_path / "i").search("gs")) == ["c2", "c1", "c0"]


def test_equal_names_are_both_listed_the_more_used_first(index: SearchIndex) -> None:
    hits = index.search("殡葬服务")
    assert codes(hits) == ["511X0000000004", "511X0000000003"]
    assert [hit.same_name for hit in hits] == [2, 2]


def test_equal_names_leave_room_for_other_names(tmp_path: Path) -> None:
    many = [IndexItem(f"A{number:03d}", "食品经营许可") for number in range(30)]
    build_index(tmp_path / "i", [*many, IndexItem("B", "食品经营许可变更")], handle="")
    hits = SearchIndex(tmp_path / "i").search("食品经营许可", 10)
    assert len(hits) == 10
    assert hits[-1].code == "B"
    assert hits[0].same_name == 30


def test_spans_name_what_matched(index: SearchIndex) -> None:
    def marked(typed: str) -> list[str]:
        hit = index.search(typed)[0]
        return [hit.name[first:last] for first, last in hit.spans]

    assert marked("食品经营") == ["食品", "经营"]
    assert marked("spjyxk") == ["食品", "经营许可"]
    assert marked("收割机检") == ["收割机检"]
    assert marked("拖拉机联") == ["拖拉机", "联"]
    assert marked("8市") == ["８市"]
    assert marked("食品许可") == ["食品", "许可"]


def test_nothing_typed_lists_the_most_used(index: SearchIndex) -> None:
    hits = index.search("", 3)
    assert codes(hits) == ["511A0074300005", "511A0064100070", FOOD]
    assert {hit.how for hit in hits} == {"usage"}
    assert index.search("（、）", 3) == hits


def test_limit_is_kept(index: SearchIndex) -> None:
    assert len(index.search("公司", 2)) == 2
    assert index.search("公司", 0) == ()
    assert len(index.search("", 1)) == 1


def test_nonsense_finds_nothing(index: SearchIndex) -> None:
    for typed in ("龘龘龘龘", "qqqqqqqq", "zzzxxxvvv", "00000000"):
        assert index.search(typed) == ()


@given(st.text(max_size=60))
def test_any_text_is_answered(index: SearchIndex, text: str) -> None:
    for hit in index.search(text):
        assert all(0 <= first < last <= len(hit.name) for first, last in hit.spans)


@given(st.text(alphabet="食品经营许可 shipnjgxku护士zhc8（-", max_size=30))
def test_texts_near_to_names_are_answered(index: SearchIndex, text: str) -> None:
    hits = index.search(text, 5)
    assert len(hits) <= 5
    assert len(set(codes(hits))) == len(hits)
    for hit in hits:
        assert all(0 <= first < last <= len(hit.name) for first, last in hit.spans)


def _name(item: IndexItem) -> str:
    return item.name


def _initials(item: IndexItem) -> str:
    units = fold_text(item.name)
    return "".join((s or u)[0] for s, u in zip(syllables_of(units), units, strict=True))


def _pinyin(item: IndexItem) -> str:
    units = fold_text(item.name)
    return "".join(s or u for s, u in zip(syllables_of(units), units, strict=True))


def _code(item: IndexItem) -> str:
    return item.code[:12]


@pytest.mark.parametrize("make", [_name, _initials, _pinyin, _code])
def test_every_item_is_found_by(index: SearchIndex, make: Callable[[IndexItem], str]) -> None:
    for item in ITEMS:
        assert item.code in codes(index.search(make(item), 20)), make(item)


def test_threads_may_search_at_once(index: SearchIndex) -> None:
    typed = ["spjy", "护士", "hushi", "公司设立", "husixinban", "511A", "登记x", "gtgsh"] * 20
    expected = [index.search(text) for text in typed]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(index.search, typed)) == expected


def test_an_empty_catalogue_finds_nothing(tmp_path: Path) -> None:
    build_index(tmp_path / "i", [], handle="")
    index = SearchIndex(tmp_path / "i")
    assert [index.search(text) for text in ("", "食", "sp", "511")] == [(), (), (), ()]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "format", "magic"])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "catalogue.idx"
    build_index(path, ITEMS, handle="h")
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "flip":
        data[len(data) // 2] ^= 1
    elif damage == "empty":
        data = bytearray()
    elif damage == "format":
        data[16] ^= 0x7F
    else:
        data[0] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError) as caught:
        SearchIndex(path)
    assert caught.value.code == "catalogue.broken"


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        SearchIndex(tmp_path / "none")
    assert caught.value.code == "catalogue.missing"


def test_a_new_index_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.idx"
    build_index(path, ITEMS, handle="old")
    serving = SearchIndex(path)
    build_index(path, ITEMS[:1], handle="new")
    assert serving.search("护士")
    assert SearchIndex(path).handle == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["catalogue.idx"]
