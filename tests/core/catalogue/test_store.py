"""`catalogue.db`: versions stay, imports are whole, damage is noticed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from terminal.domain.catalogue import LifeEvent, Material, ServiceItem
from terminal.errors import NotFound, StoreError
from terminal.store.catalogue import (
    CatalogueStore,
    ImportCounts,
    build_catalogue,
    content_version,
)

NURSE = ServiceItem(code="A1", name="护士执业注册", department="区卫健局")
DOCTOR = ServiceItem(code="A2", name="医师执业注册", department="区卫健局")
EVENT = LifeEvent(id="e", name="一件事", items=("A1", "A2"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.db"
    build_catalogue(path, [NURSE, DOCTOR], [EVENT], source="s1")
    return path


@pytest.fixture
def store(path: Path) -> Iterator[CatalogueStore]:
    with CatalogueStore(path) as store:
        yield store


def test_what_was_built_is_there(store: CatalogueStore) -> None:
    assert store.count() == 2
    assert [item.code for item in store.items()] == ["A1", "A2"]
    assert store.life_events() == (EVENT,)
    assert store.life_event("e") == EVENT
    assert store.source() == "s1"
    item = store.item("A1")
    assert item == msgspec.structs.replace(NURSE, version=content_version(NURSE))


def test_a_case_keeps_its_version(store: CatalogueStore) -> None:
    first = store.item("A1").version
    changed = msgspec.structs.replace(NURSE, materials=(Material("m", "申请表"),), guide=True)
    assert store.import_items([changed]) == ImportCounts(changed=1)
    now = store.item("A1")
    assert now.version != first
    assert now.materials
    assert store.item("A1", first).materials == ()
    assert store.versions("A1") == (now.version, first)
    assert store.count() == 2


def test_going_back_makes_the_old_version_current_again(store: CatalogueStore) -> None:
    first, handle = store.item("A1").version, store.handle
    store.import_items([msgspec.structs.replace(NURSE, name="护士注册")])
    assert store.handle != handle
    assert store.import_items([NURSE]) == ImportCounts(changed=1)
    assert store.item("A1").version == first
    assert store.handle == handle
    assert len(store.versions("A1")) == 2


def test_use_is_no_new_version(store: CatalogueStore) -> None:
    first, handle = store.item("A1").version, store.handle
    used = msgspec.structs.replace(NURSE, usage=50)
    assert store.import_items([used, DOCTOR]) == ImportCounts(unchanged=2)
    assert (store.item("A1").usage, store.item("A1").version) == (50, first)
    assert store.handle != handle


def test_the_same_content_has_the_same_handle(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    build_catalogue(other, [DOCTOR, NURSE], [EVENT], source="else")
    with CatalogueStore(path) as one, CatalogueStore(other) as two:
        assert one.handle == two.handle


def test_shipped_items_leave_imported_ones_alone(store: CatalogueStore) -> None:
    own = msgspec.structs.replace(NURSE, name="本地护士注册")
    store.import_items([own])
    newer = msgspec.structs.replace(DOCTOR, name="医师注册")
    assert store.import_items([NURSE, newer], source="s2") == ImportCounts(changed=1)
    assert store.item("A1").name == "本地护士注册"
    assert store.item("A2").name == "医师注册"
    assert store.source() == "s2"


def test_unknown_things_are_named(store: CatalogueStore) -> None:
    for ask, code in (
        (lambda: store.item("A9"), "catalogue.unknown_item"),
        (lambda: store.item("A1", "0"), "catalogue.unknown_version"),
        (lambda: store.life_event("x"), "catalogue.unknown_life_event"),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.code == code
    assert set(store.items_of(["A1", "A9"])) == {"A1"}
    assert store.items_of([]) == {}


def test_a_failing_import_leaves_nothing(store: CatalogueStore) -> None:
    before = (store.handle, store.items())

    class Unwritable(msgspec.Struct, frozen=True):
        id: str
        body: object

    with pytest.raises(TypeError):
        store.import_items([msgspec.structs.replace(NURSE, name="新")], [Unwritable("u", object())])
    assert (store.handle, store.items()) == before
    store.import_items([msgspec.structs.replace(NURSE, name="新")])
    assert store.item("A1").name == "新"


def test_another_process_sees_the_whole_import_or_nothing(path: Path) -> None:
    with CatalogueStore(path) as writer, CatalogueStore(path) as reader:
        writer.import_items([msgspec.structs.replace(NURSE, name="新")])
        assert reader.item("A1").name == "新"


def test_threads_may_read_at_once(store: CatalogueStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda code: store.item(code).name, ["A1", "A2"] * 50))
    assert names == [NURSE.name, DOCTOR.name] * 50


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue.db"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        CatalogueStore(path)
    assert caught.value.code == "catalogue.broken"


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        CatalogueStore(tmp_path / "catalogue.db")
    assert caught.value.code == "catalogue.missing"
    assert list(tmp_path.iterdir()) == []


def test_building_replaces_file_and_journal(path: Path) -> None:
    path.write_bytes(b"broken")
    journal = path.with_name("catalogue.db-journal")
    journal.write_bytes(b"left by a crash")
    build_catalogue(path, [NURSE], [], source="s")
    assert os.listdir(path.parent) == ["catalogue.db"]
    with CatalogueStore(path) as store:
        assert store.count() == 1


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        build_catalogue(tmp_path / "file" / "catalogue.db", [NURSE], [])
