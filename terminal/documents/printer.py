"""What a receipt printer can do; the device file of a model gives it."""

from __future__ import annotations

from typing import Literal

import msgspec


class PrinterProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Abilities of a receipt printer.

    `encoding` is how it takes Chinese; `columns` and `dots` its width (48 and 576 on 80 mm, 32
    and 384 on 58 mm); `chinese_mode` whether it knows FS & and FS !; `native_qr` whether it draws
    QR codes itself; `cutter` how it cuts; `feed` lines fed before the end; `raster` prints the
    whole slip as a picture, for a printer without a Chinese font.
    """

    encoding: Literal["gbk", "gb18030", "utf8"] = "gbk"
    columns: int = 48
    dots: int = 576
    chinese_mode: bool = True
    native_qr: bool = True
    cutter: Literal["partial", "full", "none"] = "partial"
    feed: int = 4
    raster: bool = False
