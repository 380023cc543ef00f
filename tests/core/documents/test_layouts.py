"""What the four renderers promise about paper: pages, widths, bytes, codes."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from terminal.documents import (
    Copy,
    PrinterProfile,
    content_digest,
    decode_view,
    encode_view,
    lay_out,
    render,
)
from terminal.documents.breaking import clean, wrap
from terminal.documents.columns import fold, width
from terminal.documents.compose import compose
from terminal.documents.layout import Paper
from terminal.documents.qr import modules
from terminal.documents.sheet import Frame, Glyphs
from terminal.documents.views import Item
from terminal.documents.wording import BILINGUAL
from terminal.domain.catalogue import Regime
from terminal.errors import InvalidInput
from tests.core.documents import steps
from tests.core.documents.reading import Band, pdf_text, read_stream
from tests.core.documents.samples import QUERY_URL, acceptance, correction, receipt, samples

ROOT = Path(__file__).resolve().parents[3]


def decoded(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]


def stacked(bands: list[Band]) -> Image.Image:
    rows = sum(band.rows for band in bands)
    bits = bytes(255 - byte for band in bands for byte in band.bits)
    return Image.frombytes("1", (bands[0].dots, rows), bits)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(4, 80))
def test_no_line_is_wider_than_the_paper_and_nothing_is_lost(text: str, columns: int) -> None:
    lines = fold(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")


def test_lines_break_as_chinese_is_set() -> None:
    lines = wrap("一二三四，五六七（八九）十", 8, lambda char: 2)
    assert lines == ["一二三", "四，五六", "七（八", "九）十"]
    assert wrap("自收到之日起60日内", 14, lambda char: 1 if char.isascii() else 2) == [
        "自收到之日起",
        "60日内",
    ]


@pytest.mark.parametrize("name", samples())
def test_the_same_view_gives_the_same_bytes(name: str) -> None:
    view = samples()[name]
    again = decode_view(encode_view(view))
    for format in ("text", "escpos", "png", "pdf"):
        assert render(view, format) == render(again, format)  # type: ignore[arg-type]


def test_the_digest_depends_on_the_view_but_not_on_the_address_that_carries_it() -> None:
    view = receipt()
    assert content_digest(view) == content_digest(receipt(query_url="https://other.example/r"))
    assert content_digest(view) != content_digest(receipt(receipt_number="2101-03-261123-KTM-X"))
    assert len(content_digest(view)) == len(hashlib.sha256().hexdigest())


def test_a_reprint_says_so_in_every_format() -> None:
    copy = Copy(2, "2026-11-24T09:05:00+08:00")
    words = "补打 第 2 次 2026-11-24 09:05"
    assert words in render(acceptance(), "text", copy=copy).decode()
    assert words in pdf_text(render(acceptance(), "pdf", copy=copy))
    assert words.encode("gbk") in render(receipt(), "escpos", copy=copy)
    assert "补打" not in render(acceptance(), "text").decode()


def test_the_code_is_read_from_png_and_from_printer_dots() -> None:
    view = receipt()
    assert decoded(Image.open(io.BytesIO(render(view, "png")))) == [QUERY_URL]
    assert decoded(Image.open(io.BytesIO(render(acceptance(), "png")))) == [QUERY_URL]
    drawn = render(view, "escpos", profile=PrinterProfile(native_qr=False))
    assert decoded(stacked(read_stream(drawn).bands)) == [QUERY_URL]
    whole = render(view, "escpos", profile=PrinterProfile(raster=True))
    assert decoded(stacked(read_stream(whole).bands)) == [QUERY_URL]
    assert read_stream(render(view, "escpos")).codes == [QUERY_URL.encode()]


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=400))
def test_codes_are_those_of_the_library(payload: str) -> None:
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, QRData

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=2)
    code.add_data(QRData(payload.encode(), mode=MODE_8BIT_BYTE))
    code.make()
    assert modules(payload) == tuple(bytes(map(bool, row)) for row in code.modules)


def test_a_code_that_nobody_could_scan_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        modules("x" * 1201)
    assert refused.value.code == "document.qr_too_long"


def test_a_58_mm_printer_gets_narrow_lines_and_bands() -> None:
    profile = PrinterProfile(columns=32, dots=384)
    stream = read_stream(render(receipt(), "escpos", profile=profile))
    lines = stream.text.decode("gbk").split("\n")
    assert all(width(line) <= 32 for line in lines)
    assert {band.dots for band in stream.bands} == {384}
    whole = render(receipt(), "escpos", profile=PrinterProfile(dots=384, raster=True))
    assert {band.dots for band in read_stream(whole).bands} == {384}


def test_real_item_names_fit_their_paper() -> None:
    with (ROOT / "resources/catalogue/service_items.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    longest = sorted(set(names), key=len)[-5:]
    assert len(longest[-1]) > 80
    for name in [*longest, *[name for name in names if "\\" in name][:1]]:
        view = receipt(item=Item(name=name))
        lines = render(view, "text").decode().split("\n")
        # the query address is one line whatever its length
        assert max(width(line) for line in lines if not line.startswith("[")) <= 48
        flat = "".join(line.strip() for line in lines)
        assert name.replace(" ", "") in flat.replace(" ", "")
        assert render(acceptance(item=Item(name=name)), "pdf").startswith(b"%PDF")


def test_a_long_notice_has_numbered_pages_and_repeats_the_head_of_its_table() -> None:
    view = correction(deficiencies=correction().deficiencies * 20)
    text = pdf_text(render(view, "pdf"))
    assert "第 1 页 共 3 页" in text
    assert text.count("应达到的要求") == 3
    image = Image.open(io.BytesIO(render(view, "png", scale=0.5)))
    assert image.height > 2 * image.width * 1.41


@pytest.mark.parametrize("language", ["zh", BILINGUAL])
def test_no_seal_and_no_signature_stands_on_a_page_without_text(language: str) -> None:
    papers = {**samples(), **steps.papers(Regime.LICENSING)}
    crowded = 0
    for name, view in papers.items():
        shown = replace(view, head=replace(view.head, language=language), query_url=QUERY_URL)
        _, pages = compose(lay_out(shown), Paper.A4)
        for page in pages:
            if any(isinstance(op, Frame) for op in page):
                words = "".join(op.text for op in page if isinstance(op, Glyphs))
                assert view.applicant.name in words, name
        crowded += len(pages) > 1
    assert crowded < 8, "two languages need not two pages"


def test_fonts_are_embedded_and_no_other_is_named() -> None:
    data = render(acceptance(), "pdf")
    assert data.count(b"/FontFile2") == 2
    assert b"/BaseFont /Helvetica" not in data.split(b"/Pages")[-1]
    assert len(data) < 80_000


def test_paper_can_be_chosen_for_text_and_png() -> None:
    wide = render(receipt(), "text", paper=Paper.A4).decode()
    assert "热敏纸" not in wide
    assert "热敏纸" in render(receipt(), "text").decode()
    slip = render(acceptance(), "text", paper=Paper.THERMAL_80).decode()
    assert "正式文书用 A4 纸" in slip


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        render(receipt(), "docx")  # type: ignore[arg-type]
    assert "docx" in refused.value.sentence()


def test_importing_documents_loads_neither_reportlab_nor_pillow() -> None:
    code = (
        "import sys, terminal.documents, terminal.documents.escpos as e\n"
        "from tests.core.documents.samples import receipt\n"
        "terminal.documents.render(receipt(), 'text')\n"
        "print([m for m in ('reportlab', 'PIL', 'qrcode') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, timeout=60
    )
    assert done.stdout.decode().strip() == "[]"
