"""Administrative divisions (行政区划, GB/T 2260): names of codes, current and abolished.

A number that was given out keeps the code of its day for ever. So an abolished code is no
error, and neither is a county code that this edition of the data does not know yet: only a
province that never existed is one.
"""

from __future__ import annotations

import csv
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from terminal.texts import RESOURCES


class DivisionState(StrEnum):
    """What the data says about a code."""

    CURRENT = "current"
    ABOLISHED = "abolished"
    UNKNOWN = "unknown"


class Division(msgspec.Struct, frozen=True):
    """A code of two, four or six digits with its full name, as far as the data knows it."""

    code: str
    name: str
    state: DivisionState


class Divisions(msgspec.Struct, frozen=True):
    """Names by code; `current` has codes of 2, 4 and 6 digits, `abolished` of 6 digits."""

    current: dict[str, str]
    abolished: dict[str, str]

    def is_province(self, code: str) -> bool:
        """Say whether the first two digits name a province that exists."""
        return code[:2] in self.current

    def find(self, code: str) -> Division:
        """Return the division of a code of 2, 4 or 6 digits; names above it are put in front.

        Trailing pairs of zeros mean the division above (210000 is the province). Names that
        are mere headings (市辖区, 县, 省直辖县级行政区划) are left out.
        """
        short = code
        while len(short) > 2 and short.endswith("00"):
            short = short[:-2]
        names = [self._name(short[:length]) for length in range(2, len(short), 2)]
        if short in self.current:
            return self._division(code, [*names, self.current[short]], DivisionState.CURRENT)
        if len(short) == 6 and short.endswith("01") and short[:4] in self.current:
            # GB/T 2260 gives 01 to a city's districts as a whole; organs of the city use it.
            return self._division(code, names, DivisionState.CURRENT)
        old = self.abolished.get(code.ljust(6, "0"))
        if old is not None:
            return self._division(code, [*names, old], DivisionState.ABOLISHED)
        return self._division(code, names, DivisionState.UNKNOWN)

    def _name(self, code: str) -> str:
        return self.current.get(code) or self.abolished.get(code.ljust(6, "0"), "")

    @staticmethod
    def _division(code: str, names: list[str], state: DivisionState) -> Division:
        headings = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
        return Division(code, "".join(name for name in names if name not in headings), state)


@cache
def load_divisions(folder: Path = RESOURCES / "divisions") -> Divisions:
    """Read the shipped data, once in a process."""
    return Divisions(_names(folder / "current.csv"), _names(folder / "abolished.csv"))


def _names(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
