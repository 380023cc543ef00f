"""What is shipped as data: fonts that draw every name, icons, licences, versions that agree."""

from __future__ import annotations

import re
import struct
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from terminal import __version__
from terminal.documents.fonts import Face
from terminal.texts import RESOURCES

ROOT = RESOURCES.parent
FONTS = sorted((RESOURCES / "fonts").glob("*.ttf"))
ICONS = sorted((RESOURCES / "icons").glob("*.svg"))

# Beyond the usual: names that fonts lack, of the standard table's last level and outside the BMP.
NAMES = "王㛃刘䶮𬱖㕮阿卜杜热合曼·麦麦提𠅤"


def _tables(path: Path) -> set[str]:
    data = path.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    return {data[at : at + 4].decode("ascii") for at in range(12, 12 + 16 * count, 16)}


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_fonts_are_static_truetype(path: Path) -> None:
    tables = _tables(path)
    assert "glyf" in tables
    assert "fvar" not in tables


@pytest.mark.parametrize("name", ["NotoSansSC-Regular", "NotoSansSC-Bold"])
def test_both_weights_draw_the_same_names(name: str) -> None:
    face = Face(RESOURCES / "fonts" / f"{name}.ttf")
    assert [c for c in NAMES if not face.glyph(ord(c))] == []
    assert all(face.glyph(code) for code in range(0x4E00, 0x9FA6))


def test_every_hangul_syllable_is_drawn() -> None:
    face = Face(RESOURCES / "fonts" / "NotoSansKR-Regular.ttf")
    assert all(face.glyph(code) for code in range(0xAC00, 0xD7A4))


def test_fonts_come_with_their_licence() -> None:
    for path in FONTS:
        licence = RESOURCES / "fonts" / f"OFL-{path.stem.partition('-')[0]}.txt"
        assert "SIL OPEN FONT LICENSE" in licence.read_text(encoding="utf-8").upper()


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_icons_take_the_colour_of_the_theme(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"


def test_icons_come_with_their_licence() -> None:
    assert len(ICONS) >= 50
    assert "ISC License" in (RESOURCES / "icons" / "LICENSE").read_text(encoding="utf-8")


def test_the_project_has_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    pinned = re.findall(r"^(\S+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
    assert len(pinned) == len(blocks) > 20
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    shipped, tested = _pins("requirements.lock"), _pins("requirements-test.lock")
    assert {name: tested.get(name) for name in shipped} == shipped


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["test"], *groups["benchmark"]]
    names = {re.split(r"[<>=~! ;\[]", line)[0].lower().replace("_", "-") for line in wanted}
    assert sorted(names - set(_pins("requirements-test.lock"))) == []
