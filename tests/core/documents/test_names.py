"""Names that printers and fonts stumble over come out right in all four formats."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from terminal.documents import PrinterProfile, missing_characters, render
from terminal.documents.chinese import encode_char
from terminal.documents.fonts import fonts
from terminal.documents.raster import glyph_mask
from terminal.documents.views import Party, Visitor
from terminal.domain.parties import Capacity
from tests.core.documents.reading import pdf_text, read_stream
from tests.core.documents.samples import acceptance, head, receipt

RARE = ("王㛃", "刘䶮", "𬱖丽")
NAMES = (*RARE, "阿卜杜热合曼·麦麦提", "김철수", "O'Brien-Müller")
NOBODY = {"visitor": None, "head": head("收", official=None)}


def named(name: str) -> dict[str, object]:
    from msgspec.structs import replace

    return {
        "applicant": Party(name=name),
        "visitor": None,
        "head": replace(head("收", official=None), clerk="王芳"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_text_has_the_name(name: str) -> None:
    assert f"申请人：  {name}\n" in render(receipt(**named(name)), "text").decode()


@pytest.mark.parametrize("name", NAMES)
def test_pdf_has_the_name(name: str) -> None:
    assert name in pdf_text(render(acceptance(**named(name)), "pdf")).split("\n")


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_an_independent_reader_finds_the_name_in_the_pdf(name: str, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(render(acceptance(**named(name)), "pdf"))
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=30
    )
    assert f"{name}：" in done.stdout.decode()


@pytest.mark.parametrize("name", RARE)
def test_a_printer_of_gbk_gets_the_line_as_a_band(name: str) -> None:
    stream = read_stream(render(receipt(**named(name)), "escpos"))
    assert len(stream.bands) == 1
    assert stream.bands[0].dots == 576
    # 申请人：and the name, drawn black: not empty, not a filled bar
    assert 300 < stream.bands[0].ink < 0.3 * stream.bands[0].dots * stream.bands[0].rows
    assert b"?" not in stream.text.replace(b"?t=", b"")


def test_a_name_within_gbk_needs_no_band() -> None:
    stream = read_stream(render(receipt(**named("阿卜杜热合曼·麦麦提")), "escpos"))
    assert stream.bands == []
    assert "阿卜杜热合曼·麦麦提" in stream.text.decode("gbk")


def test_a_printer_of_gb18030_has_extension_a_in_its_font() -> None:
    profile = PrinterProfile(encoding="gb18030")
    data = render(receipt(**named("王㛃")), "escpos", profile=profile)
    assert read_stream(data, "gb18030").bands == []
    assert "王㛃".encode("gb18030") in data


@pytest.mark.parametrize("name", NAMES)
def test_png_draws_every_character_as_itself(name: str) -> None:
    blank = glyph_mask("\U0010fffd", 48, False)
    for char in name:
        mask, _, _ = glyph_mask(char, 48, False)
        assert mask is not None
        assert bytes(mask) != bytes(blank[0])
        assert fonts().find(char)[1] != 0
    image = Image.open(io.BytesIO(render(receipt(**named(name)), "png")))
    assert image.width == 576


def test_every_character_of_the_standard_table_has_a_glyph() -> None:
    # the three ends of the table's planes stand for it: BMP, extension A, outside the BMP
    assert fonts().missing("一龟䶮㛃𬱖𠅤𱉿".replace("𱉿", "")) == []
    assert missing_characters(receipt(**named("王㛃"))) == ()


def test_a_character_that_nobody_draws_is_named_and_boxed() -> None:
    name = "王\U0001f984"
    view = acceptance(**named(name))
    assert missing_characters(view) == ("\U0001f984",)
    assert "\U0001f984" in pdf_text(render(view, "pdf"))
    assert b"ActualText" not in render(acceptance(**named("王")), "pdf")
    assert len(read_stream(render(view, "escpos")).bands) == 2  # salutation and form


def test_moved_codes_follow_the_edition_of_2022() -> None:
    assert encode_char("龴", "gb18030") == b"\xfe\x59"
    assert encode_char("ḿ", "gb18030") == b"\xa8\xbc"
    assert encode_char("︐", "gb18030") == b"\xa6\xd9"
    assert encode_char("龴", "gbk") is None
    assert encode_char("𬱖", "gb18030") is None


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf8"])
def test_control_characters_never_reach_the_printer(encoding: str) -> None:
    name = "王\x1b@\x1dV\x00芳\n\x07\u202e\u200b\u2028八\x9b"
    visitor = Visitor(name="\x10\x04\x01赵", capacity=Capacity.AGENT)
    values = {**named(name), "visitor": visitor}
    profile = PrinterProfile(encoding=encoding)  # type: ignore[arg-type]
    data = render(receipt(**values), "escpos", profile=profile)
    plain = read_stream(data, {"utf8": "utf-8"}.get(encoding, encoding))
    assert not [byte for byte in plain.text.replace(b"\n", b"") if byte < 0x20 or byte == 0x7F]
    assert data.count(b"\x1b@") == 1
    text = render(receipt(**values), "text").decode()
    assert "王@V芳  八" in text
