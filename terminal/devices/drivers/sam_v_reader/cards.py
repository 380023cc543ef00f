"""The 256 bytes of text on a card, UTF-16LE, by the card's type flag.

Layouts: GA/T 490 (resident, 居民身份证), the residence permit for Hong Kong, Macao and Taiwan
residents (J), the foreigners' permanent residence card of 2017 (I) and of 2023 (Y).
Offsets and lengths in bytes. Nothing here puts a card's content into an error.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from terminal.devices.ports import CardKind, IdCard, Sex
from terminal.errors import DeviceProtocolError

TEXT_SIZE = 256
_FLAG = (248, 2)
_LONG_TERM = "长期"

Field = tuple[int, int]

_RESIDENT: dict[str, Field] = {
    "name": (0, 30),
    "sex": (30, 2),
    "nation": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "issuer": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
_LAYOUTS: dict[str, tuple[CardKind, dict[str, Field]]] = {
    "": ("resident", _RESIDENT),
    "J": (
        "hmt_permit",
        # The permit has no ethnic group; its place is empty.
        {**_RESIDENT, "pass_number": (220, 18), "issue_count": (238, 4)},
    ),
    "I": (
        "foreigner_2017",
        {
            "english_name": (0, 120),
            "sex": (120, 2),
            "number": (122, 30),
            "nation": (152, 6),
            "name": (158, 30),
            "valid_from": (188, 16),
            "valid_to": (204, 16),
            "birth": (220, 16),
            "issuer": (240, 8),
        },
    ),
    "Y": (
        "foreigner_2023",
        {
            "name": (0, 30),
            "sex": (30, 2),
            "issue_count": (32, 4),
            "birth": (36, 16),
            "english_name": (52, 70),
            "number": (122, 36),
            "valid_from": (188, 16),
            "valid_to": (204, 16),
            "english_name_rest": (220, 22),
            "nation": (242, 6),
        },
    ),
}

_SEX: dict[str, Sex] = {"1": "male", "2": "female"}

# GB/T 3304 in the order of its numeric codes 01 to 56.
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 "
    "高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 "
    "普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 "
    "珞巴 基诺"
)
_OTHER_NATIONS = {"97": "其他", "98": "外国血统中国籍人士"}


def read_card(data: bytes) -> IdCard:
    """Read the data of the answer to `30 01`: lengths, text, photo."""
    text_size = int.from_bytes(data[:2], "big")
    photo_size = int.from_bytes(data[2:4], "big")
    if text_size != TEXT_SIZE or len(data) < 4 + text_size + photo_size:
        raise DeviceProtocolError("device.card_content", field="length")
    return parse_text(data[4 : 4 + text_size], data[4 + text_size : 4 + text_size + photo_size])


def parse_text(text: bytes, photo: bytes = b"") -> IdCard:
    """Read the 256 bytes of text; raise `DeviceProtocolError` that names the field."""
    layout = _LAYOUTS.get(_field(text, "flag", _FLAG).rstrip(" "))
    if layout is None:
        raise DeviceProtocolError("device.card_kind")
    kind, fields = layout
    values = {name: _field(text, name, place) for name, place in fields.items()}
    # Joined before the padding goes: the first part may end in a space between two names.
    values["english_name"] = values.get("english_name", "") + values.pop("english_name_rest", "")
    values = {name: value.rstrip(" ") for name, value in values.items()}
    if not values["number"]:
        raise DeviceProtocolError("device.card_content", field="number")
    nation_code = values["nation"]
    long_term = values["valid_to"] == _LONG_TERM
    return IdCard(
        kind=kind,
        name=values["name"],
        number=values["number"],
        sex=_SEX.get(values["sex"], "unspecified"),
        nation=_nation(nation_code) if kind == "resident" else _country(kind, nation_code),
        nation_code=nation_code,
        birth=_date("birth", values["birth"]),
        address=values.get("address", ""),
        issuer=values.get("issuer", ""),
        valid_from=_date("valid_from", values["valid_from"]),
        valid_to=None if long_term else _date("valid_to", values["valid_to"]),
        long_term=long_term,
        pass_number=values.get("pass_number", ""),
        issue_count=values.get("issue_count", ""),
        english_name=values["english_name"],
        photo=photo,
    )


def _field(text: bytes, name: str, place: Field) -> str:
    start, length = place
    try:
        value = text[start : start + length].decode("utf-16-le")
    except UnicodeDecodeError:
        raise DeviceProtocolError("device.card_content", field=name) from None
    # A card is written by others too: control characters must not reach a screen or printer.
    value = value.rstrip("\0")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in value):
        raise DeviceProtocolError("device.card_content", field=name)
    return value


def _nation(code: str) -> str:
    names = _NATIONS.split()
    if code.isascii() and code.isdigit() and 1 <= int(code) <= len(names):
        return names[int(code) - 1]
    return _OTHER_NATIONS.get(code, "")


def _country(kind: CardKind, code: str) -> str:
    return "" if kind == "hmt_permit" else code


def _date(field: str, value: str) -> date | None:
    """Read YYYYMMDD; None if the card leaves it empty."""
    if not value:
        return None
    try:
        if not (len(value) == 8 and value.isascii() and value.isdigit()):
            raise ValueError
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        raise DeviceProtocolError("device.card_content", field=field) from None
