"""Procedure regimes as data: the articles that papers quote and the names of their notices."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from terminal.domain.catalogue import Regime, ServiceItem, TimeLimit
from terminal.domain.records import DeclineKind
from terminal.texts import RESOURCES

LICENSING_LAW = "行政许可法"
"""A paper of any other regime never quotes it (rules 1, Regimes)."""

GUIDE = "本事项公布的办事指南"
"""What a paper rests on where neither the regime nor the item names an article."""


class Procedure(msgspec.Struct, frozen=True):
    """What a regime says on paper; an empty basis means: the item's own guide is quoted.

    `grant` and `refusal` name the decisions (准予登记、不予登记); `extension_basis` and
    `special_basis` are the articles on a longer limit and on time that does not count.

    `on_the_spot_only`: the application is accepted or declined in writing at once, there is
    no phase of receipt (real estate registration, 不动产登记暂行条例 art. 17).
    """

    name: str
    refusal: str
    grant: str
    grant_basis: str = ""
    refuse_basis: str = ""
    extension_basis: str = ""
    special_basis: str = ""
    receipt_basis: str = ""
    correction_basis: str = ""
    acceptance_basis: str = ""
    conditional_basis: str = ""
    decline_no_licence_basis: str = ""
    decline_not_competent_basis: str = ""
    on_the_spot_only: bool = False
    checked: bool = False


@cache
def load_procedures(
    path: Path = RESOURCES / "regimes" / "procedures.toml",
) -> dict[Regime, Procedure]:
    """Read the shipped procedures, once in a process."""
    with path.open("rb") as file:
        return msgspec.convert(tomllib.load(file), dict[Regime, Procedure])


def procedure_of(regime: Regime) -> Procedure:
    """Return what a regime says on paper."""
    return load_procedures()[regime]


def correction_basis(item: ServiceItem) -> tuple[str, ...]:
    """Return the articles that a correction notice quotes: the regime's, then the item's."""
    return _with_items(procedure_of(item.regime).correction_basis, item)


def acceptance_basis(item: ServiceItem) -> tuple[str, ...]:
    """Return the articles that an acceptance notice quotes: the regime's, then the item's."""
    return _with_items(procedure_of(item.regime).acceptance_basis, item)


def conditional_basis(item: ServiceItem) -> tuple[str, ...]:
    """Return what a conditional acceptance rests on: a reform rule, not 「材料齐全」 of the law."""
    return _with_items(procedure_of(item.regime).conditional_basis, item)


def decline_basis(item: ServiceItem, kind: DeclineKind) -> str:
    """Return the article offered for declining; empty: the clerk must name one."""
    procedure = procedure_of(item.regime)
    match kind:
        case DeclineKind.NO_LICENCE_NEEDED:
            return procedure.decline_no_licence_basis
        case DeclineKind.NOT_COMPETENT:
            return procedure.decline_not_competent_basis
    return ""


def own_basis(item: ServiceItem) -> tuple[str, ...]:
    """Return the item's own articles, without the Licensing Law where it is no licence."""
    if item.regime is Regime.LICENSING:
        return item.legal_basis
    return tuple(one for one in item.legal_basis if LICENSING_LAW not in one)


def limit_basis(item: ServiceItem) -> str:
    """Return on what the limit rests that a receipt names: an article, or the guide."""
    return next(iter(own_basis(item)), "") or procedure_of(item.regime).receipt_basis or GUIDE


def _with_items(basis: str, item: ServiceItem) -> tuple[str, ...]:
    quoted = tuple(dict.fromkeys(((basis,) if basis else ()) + own_basis(item)))
    return quoted or (GUIDE,)


def committed_limit(item: ServiceItem) -> TimeLimit | None:
    """Return the limit that is promised: the committed one, otherwise the statutory one."""
    return item.committed or item.statutory
