"""The catalogue as the window uses it, on the shipped data."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from terminal.domain.catalogue import ServiceItem
from terminal.errors import InvalidInput, NotFound
from terminal.search.index import SearchIndex
from terminal.services.catalogue import (
    INDEX_NAME,
    SHIPPED,
    CatalogueService,
    read_shipped,
    view_of,
)
from terminal.services.indexing import make_index
from terminal.store.catalogue import CatalogueStore
from terminal.texts import Texts

FOOD = "511A0005200004-511602000000-000-115113016823646795-1-00"
PRESALE = "商品房预售许可"
NEW_ROWS = "name,item_code,department\n新事项,B1,区局\n另一事项,B2,区局\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalogue")
    CatalogueService(folder / "catalogue.db").close()
    return folder


@pytest.fixture
def path(built: Path, data_dir: Path) -> Path:
    for file in built.iterdir():
        shutil.copy(file, data_dir)
    return data_dir / "catalogue.db"


@pytest.fixture
def catalogue(path: Path) -> Iterator[CatalogueService]:
    with CatalogueService(path) as catalogue:
        yield catalogue


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_catalogue_is_there_at_the_first_start(catalogue: CatalogueService) -> None:
    assert catalogue.count() == 868
    assert len(catalogue.life_events()) >= 3
    guided = [item for item in read_shipped().items if item.guide]
    assert len(guided) >= 40
    assert all(item.sample and item.organ for item in guided)


def test_every_shipped_item_is_found_by_its_name_and_code(catalogue: CatalogueService) -> None:
    for item in read_shipped().items:
        assert item.code in [hit.code for hit in catalogue.hits(item.name, 20)], item.name
        assert item.code in [hit.code for hit in catalogue.hits(item.code, 5)], item.code


def test_life_events_are_of_several_departments(catalogue: CatalogueService) -> None:
    for event in catalogue.life_events():
        assert catalogue.life_event(event.id) == event
        assert len({catalogue.item(code).department for code in event.items}) >= 2
        assert event in catalogue.life_events(event.name[:4])
    assert catalogue.life_events("没有这样的一件事") == ()


def test_a_hit_shows_what_a_clerk_tells_items_apart_by(catalogue: CatalogueService) -> None:
    view = catalogue.search("spjyxk")[0]
    assert view.code == FOOD
    assert view.department
    assert view.version == catalogue.item(FOOD).version
    assert view.spans
    assert view.guide
    assert view.task_type_text() == "行政许可"
    assert view.badges()
    assert view.badges(Texts("en")) != view.badges()
    unguided = next(item for item in read_shipped().items if not item.guide)
    assert view_of(unguided).badges() == ("仅登记",)


def test_a_second_start_builds_nothing(path: Path) -> None:
    CatalogueService(path).close()
    before = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    CatalogueService(path).close()
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before


@pytest.mark.parametrize("name", ["catalogue.db", INDEX_NAME])
@pytest.mark.parametrize("content", [None, b"", b"broken" * 1000])
def test_a_lost_or_broken_file_never_stops_the_start(
    path: Path, name: str, content: bytes | None
) -> None:
    file = path.with_name(name)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with CatalogueService(path) as catalogue:
        assert catalogue.search("spjyxk")[0].code == FOOD
        assert catalogue.count() == 868
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name, INDEX_NAME]


def test_an_index_of_another_catalogue_is_made_anew(path: Path) -> None:
    with CatalogueStore(path) as store:
        store.import_items([ServiceItem(code="B1", name="崭新事项", department="区局")])
    with CatalogueService(path) as catalogue:
        assert catalogue.search("崭新")[0].code == "B1"
        assert SearchIndex(path.with_name(INDEX_NAME)).handle == catalogue.handle


@pytest.mark.parametrize("made", [True, False])
def test_a_running_window_has_its_index_made_apart(
    catalogue: CatalogueService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    asked: list[tuple[Path, Path]] = []

    def apart(store: Path, index: Path) -> bool:
        asked.append((store, index))
        if made:
            with CatalogueStore(store) as found:
                make_index(found, index)
        return made

    monkeypatch.setattr("terminal.services.catalogue.make_index_apart", apart)
    catalogue.make_indexes_apart()
    catalogue.import_files([write(tmp_path, "new.csv", NEW_ROWS)])
    assert asked == [(catalogue.index_path.with_name("catalogue.db"), catalogue.index_path)]
    # Without a process of its own it is made here all the same.
    assert catalogue.search("另一事项")[0].code == "B2"


@pytest.mark.allow_warnings("terminal.services.catalogue")
def test_a_file_that_breaks_while_running_is_made_anew(path: Path) -> None:
    with CatalogueService(path) as catalogue:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        assert catalogue.item(FOOD).code == FOOD
        assert catalogue.search("spjyxk")[0].code == FOOD


def test_another_release_brings_its_items_and_keeps_versions(path: Path, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shutil.copytree(SHIPPED, shipped)
    with CatalogueService(path) as catalogue:
        code = catalogue.search(PRESALE)[0].code
        old = catalogue.item(code).version
    csv = shipped / "service_items.csv"
    text = csv.read_text(encoding="utf-8").replace(f"{PRESALE},", "商品房预先销售许可,")
    csv.write_text(text, encoding="utf-8")
    with CatalogueService(path, shipped=shipped) as catalogue:
        assert catalogue.item(code).name == "商品房预先销售许可"
        assert catalogue.item(code, old).name == PRESALE
        assert catalogue.search("预先销售")[0].code == code


def test_importing_a_list_makes_it_searchable(catalogue: CatalogueService, tmp_path: Path) -> None:
    file = write(tmp_path, "新.csv", NEW_ROWS)
    report = catalogue.import_files([file])[0]
    assert report.done
    assert (report.counts.imported, report.counts.changed, report.counts.unchanged) == (2, 0, 0)
    assert catalogue.search("xinshix")[0].code == "B1"
    again = catalogue.import_files([file])[0]
    assert (again.counts.imported, again.counts.unchanged) == (0, 2)


def test_a_refused_row_keeps_the_whole_file_out(
    catalogue: CatalogueService, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.csv", NEW_ROWS + ",B3,区局\n")
    handle = catalogue.handle
    report = catalogue.import_files([file])[0]
    assert not report.done
    assert [row.line for row in report.refused] == [4]
    assert catalogue.handle == handle
    with pytest.raises(NotFound):
        catalogue.item("B1")
    assert catalogue.import_files([file], skip_refused=True)[0].counts.imported == 2


def test_a_plain_list_keeps_the_guides(catalogue: CatalogueService, tmp_path: Path) -> None:
    old = catalogue.item(FOOD)
    row = f"name,item_code,department\n食品经营许可（改名）,{FOOD},{old.department}\n"
    assert catalogue.import_files([write(tmp_path, "a.csv", row)])[0].counts.changed == 1
    new = catalogue.item(FOOD)
    assert new == msgspec.structs.replace(old, name="食品经营许可（改名）", version=new.version)
    assert catalogue.item(FOOD, old.version) == old


def test_a_guide_is_imported_onto_its_item(catalogue: CatalogueService, tmp_path: Path) -> None:
    unguided = next(item for item in read_shipped().items if not item.guide)
    text = f"""
    [[item]]
    code = "{unguided.code}"
    committed = {{ amount = 2 }}
    [[life_event]]
    id = "own"
    name = "自定的一件事"
    items = ["{unguided.code}", "{FOOD}"]
    """
    report = catalogue.import_files([write(tmp_path, "a.toml", text)])[0]
    assert (report.counts.changed, report.counts.life_events) == (1, 1)
    item = catalogue.item(unguided.code)
    assert item.guide
    assert not item.sample
    assert "承诺 2 个工作日" in view_of(item).badges()
    assert catalogue.life_event("own").items[1] == FOOD


def test_a_file_that_cannot_be_understood_changes_nothing(
    catalogue: CatalogueService, tmp_path: Path
) -> None:
    handle = catalogue.handle
    for name, text, code in (
        ("a.xlsx", "x", "catalogue.file_kind"),
        ("a.toml", "[[item", "catalogue.unreadable"),
        ("a.csv", "name,item_code\n护士,B1\n", "catalogue.column_missing"),
        (
            "b.toml",
            '[[life_event]]\nid = "x"\nname = "y"\nitems = ["unknown"]',
            "catalogue.guide_unknown_member",
        ),
    ):
        with pytest.raises(InvalidInput) as caught:
            catalogue.import_files([write(tmp_path, name, text)])
        assert caught.value.code == code
    assert catalogue.handle == handle


def test_an_import_renews_what_was_shown_before(
    catalogue: CatalogueService, tmp_path: Path
) -> None:
    before = catalogue.search(PRESALE)[0]
    row = f"name,item_code,department\n{PRESALE},{before.code},区住房局\n"
    catalogue.import_files([write(tmp_path, "a.csv", row)])
    assert catalogue.search(PRESALE)[0].department == "区住房局"
