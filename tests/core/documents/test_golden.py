"""Every document in every regime against files that were read as a lawyer would read them.

`WRITE_GOLDEN=1 pytest tests/core/documents/test_golden.py` writes them anew; the
difference is then read in review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from terminal.documents import render
from tests.core.documents.reading import pdf_text, read_stream
from tests.core.documents.samples import samples

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "documents"
SAMPLES = samples()


def compare(name: str, found: str) -> None:
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN") == "1":
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("name", SAMPLES)
def test_text_is_as_read(name: str) -> None:
    compare(f"{name}.txt", render(SAMPLES[name], "text").decode())


@pytest.mark.parametrize("name", SAMPLES)
def test_printer_stream_is_as_read(name: str) -> None:
    stream = read_stream(render(SAMPLES[name], "escpos"))
    compare(f"{name}.escpos.txt", "\n".join(stream.listing) + "\n")


@pytest.mark.parametrize("name", SAMPLES)
def test_pdf_text_is_as_read(name: str) -> None:
    compare(f"{name}.pdf.txt", pdf_text(render(SAMPLES[name], "pdf")) + "\n")


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}{end}" for name in SAMPLES for end in (".txt", ".escpos.txt", ".pdf.txt")}
    found = {path.name for path in GOLDEN.iterdir() if not path.name.startswith("step-")}
    assert found == expected
