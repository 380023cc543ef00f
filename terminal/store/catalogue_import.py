"""Reading service items from a CSV file as departments export them.

Nothing is guessed: an encoding that is not certain, a missing column or a broken quote refuses
the file; a row that cannot be taken is named with its line and a sentence.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec

from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.errors import InvalidInput
from terminal.texts import Texts

MAX_FILE_BYTES = 512 * 1024 * 1024
_LIMITS = {
    "code": 64,
    "name": 300,
    "department": 120,
    "group": 200,
    "area_code": 20,
    "department_code": 40,
    "task_type": 20,
}
"""The longest value of each field in characters; real names reach 110, real codes 55."""

_COLUMNS = {
    "code": ("item_code", "code", "事项编码", "实施编码", "编码"),
    "name": ("name", "item_name", "事项名称", "名称"),
    "department": ("department", "dept_name", "部门", "实施主体", "部门名称"),
    "group": ("group", "分组", "主项名称"),
    "area_code": ("area_code", "区划代码", "行政区划"),
    "department_code": ("dept_code", "department_code", "部门编码", "实施主体编码"),
    "task_type": ("task_type", "事项类型"),
}
_REQUIRED = ("code", "name", "department")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*")
_COMMON_SHARE = 0.9
"""Real Chinese text stays this far within GB 2312; text decoded wrongly does not."""

_RECODED_2022 = dict(
    zip(
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
        "︐︒︑︓︔︕︖︗︘︙ḿ龴龵龶龷龸龹龺龻",
        strict=True,
    )
)
"""Codes that GB 18030-2022 moved out of the private-use area; the codec is of 2000."""

_UNMAPPED_2000 = {
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE831: 0x215D7,
    0xE83B: 0x2298F,
    0xE855: 0x241FE,
}
_PRIVATE_TO_REAL = str.maketrans(_RECODED_2022) | _UNMAPPED_2000


class RefusedRow(msgspec.Struct, frozen=True):
    """A row that cannot be taken: `line` of the file, `code` and `data` of the sentence."""

    line: int
    code: str
    data: dict[str, str] = {}

    def sentence(self, texts: Texts | None = None) -> str:
        """Return the sentence with its line number."""
        texts = texts or Texts()
        reason = texts(self.code, **self.data)
        return texts("catalogue.row", line=self.line, reason=reason)


class Batch(msgspec.Struct, frozen=True):
    """What a file holds: items and life events that can be taken, and rows that cannot."""

    items: tuple[ServiceItem, ...] = ()
    life_events: tuple[LifeEvent, ...] = ()
    refused: tuple[RefusedRow, ...] = ()


def read_csv(path: Path) -> Batch:
    """Read items from a CSV file in UTF-8 (with or without mark), GBK or GB 18030.

    Raises `InvalidInput` where the whole file cannot be understood.
    """
    return parse_csv(read_bytes(path), path.name)


def read_bytes(path: Path) -> bytes:
    """Return a file's content; raises `InvalidInput` with the reason in a sentence."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput("catalogue.file_too_big", file=path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InvalidInput("catalogue.file_missing", file=path.name) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput("catalogue.file_unreadable", file=path.name, reason=reason) from error


def decode_text(data: bytes, file: str) -> str:
    """Decode UTF-8 or GB 18030, strictly; raises `InvalidInput` for anything else."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidInput("catalogue.utf16", file=file)
    if b"\0" in data:
        raise InvalidInput("catalogue.not_text", file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030").translate(_PRIVATE_TO_REAL)
    except UnicodeDecodeError as error:
        raise InvalidInput("catalogue.encoding", file=file) from error
    # Nearly any bytes are valid GB 18030: Big5 or Shift JIS come out as rare characters.
    foreign = [character for character in text if not character.isascii()]
    common = sum(1 for character in foreign if _in_gb2312(character))
    if common < len(foreign) * _COMMON_SHARE:
        raise InvalidInput("catalogue.encoding", file=file)
    return text


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def parse_csv(data: bytes, file: str) -> Batch:
    """Read items from the bytes of a CSV file; see `read_csv`."""
    text = decode_text(data, file)
    if not text.strip():
        raise InvalidInput("catalogue.empty_file", file=file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    items: list[ServiceItem] = []
    refused: list[RefusedRow] = []
    seen: dict[str, int] = {}
    try:
        header = next(reader)
        places = _places(header, file)
        for line, row in _numbered(reader):
            if not any(cell.strip() for cell in row):
                continue
            taken = _read_row(row, len(header), places, line, seen)
            if isinstance(taken, RefusedRow):
                refused.append(taken)
            else:
                seen[taken.code] = line
                items.append(taken)
    except csv.Error as error:
        raise InvalidInput(
            "catalogue.csv_broken", file=file, line=reader.line_num, reason=str(error)
        ) from error
    if not items and not refused:
        raise InvalidInput("catalogue.no_rows", file=file)
    return Batch(items=tuple(items), refused=tuple(refused))


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    # The line on which the row begins: a quoted cell may run over several lines.
    while True:
        begins = reader.line_num + 1  # type: ignore[attr-defined]
        row = next(reader, None)
        if row is None:
            return
        yield begins, row


def _places(header: list[str], file: str) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    places: dict[str, int] = {}
    for field, known in _COLUMNS.items():
        found = [index for index, name in enumerate(names) if name in known]
        if len(found) > 1:
            raise InvalidInput("catalogue.column_twice", file=file, column=names[found[1]])
        if found:
            places[field] = found[0]
    missing = [_COLUMNS[field][0] for field in _REQUIRED if field not in places]
    if missing:
        raise InvalidInput("catalogue.column_missing", file=file, columns="、".join(missing))
    return places


def _read_row(
    row: list[str], width: int, places: dict[str, int], line: int, seen: dict[str, int]
) -> ServiceItem | RefusedRow:
    if len(row) != width:
        data = {"found": str(len(row)), "wanted": str(width)}
        return RefusedRow(line, "catalogue.refused.cells", data)
    values = {field: row[place].strip() for field, place in places.items()}
    for field in _REQUIRED:
        if not values[field]:
            return RefusedRow(line, f"catalogue.refused.empty_{field}")
    for field, value in values.items():
        if len(value) > _LIMITS[field]:
            data = {"column": _COLUMNS[field][0], "limit": str(_LIMITS[field])}
            return RefusedRow(line, "catalogue.refused.too_long", data)
        if any(unicodedata.category(character) in ("Cc", "Co", "Cs") for character in value):
            data = {"column": _COLUMNS[field][0]}
            return RefusedRow(line, "catalogue.refused.control", data)
    code = values["code"]
    if not _CODE.fullmatch(code):
        full_width = unicodedata.normalize("NFKC", code)
        kind = "full_width_code" if _CODE.fullmatch(full_width) else "bad_code"
        return RefusedRow(line, f"catalogue.refused.{kind}", {"code": code})
    if code in seen:
        data = {"code": code, "first": str(seen[code])}
        return RefusedRow(line, "catalogue.refused.duplicate", data)
    return msgspec.convert(values, ServiceItem)
