"""An index that is made in a process of its own is the same as one that is made here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from terminal.domain.catalogue import ServiceItem
from terminal.services import indexing
from terminal.services.indexing import make_index, make_index_apart
from terminal.store.catalogue import CatalogueStore, build_catalogue

ITEMS = [ServiceItem(code="B1", name="崭新事项", department="区局", aliases=("新事",), usage=3)]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.db"
    build_catalogue(path, ITEMS, [])
    return path


def test_an_index_made_apart_is_the_same(built: Path) -> None:
    here, apart = (built.with_name(name) for name in ("here", "apart"))
    with CatalogueStore(built) as store:
        make_index(store, here)
        assert make_index_apart(built, apart)
    assert apart.read_bytes() == here.read_bytes()


@pytest.mark.allow_warnings("terminal.services.indexing")
def test_what_cannot_be_made_apart_is_told(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not make_index_apart(built.with_name("none"), built.with_name("index"))
    monkeypatch.setattr(sys, "executable", str(built.with_name("no-python")))
    assert not make_index_apart(built, built.with_name("index"))
    assert not built.with_name("index").exists()


def test_the_process_makes_an_index_or_says_what_is_missing(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "nice", lambda _: 0, raising=False)
    made = built.with_name("index")
    assert indexing.main([str(built), str(made)]) == 0
    assert made.stat().st_size > 0
    assert indexing.main([str(built.with_name("none")), str(made)]) == 1
    assert capsys.readouterr().err.strip() == "catalogue.missing"
