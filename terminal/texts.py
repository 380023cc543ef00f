"""Texts of the program by language: `resources/texts/<language>/<area>.toml`.

One mechanism for screens, documents and error sentences. A key is `area.name` (or
`area.group.name`); values are `str.format` templates, so nothing is concatenated in code.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
"""The folder of everything that is shipped as data."""

DEFAULT_LANGUAGE = "zh"
LANGUAGES = ("zh", "en")


@cache
def _table(language: str, area: str) -> dict[str, str]:
    path = RESOURCES / "texts" / language / f"{area}.toml"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return _flatten(tomllib.load(file), f"{area}.")


def _flatten(tree: dict[str, Any], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = str(value)
    return flat


class Texts:
    """The texts in one language; call it with a key and the data of the sentence.

    A key that the language lacks is taken from Chinese; a key that nobody has is a defect
    and raises `KeyError` (a test looks through all keys that the code names).
    """

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        self.language = language if language in LANGUAGES else DEFAULT_LANGUAGE

    def __call__(self, key: str, /, **data: object) -> str:
        return self.template(key).format(**data)

    def counted(self, key: str, count: int, /, **data: object) -> str:
        """Return the sentence of `key` for a count; `key_one` is the one for exactly 1."""
        return self(f"{key}_one" if count == 1 else key, count=count, **data)

    def template(self, key: str) -> str:
        """Return the template of `key` as it stands in the file, unfilled."""
        area = key.partition(".")[0]
        for language in (self.language, DEFAULT_LANGUAGE):
            found = _table(language, area).get(key)
            if found is not None:
                return found
        raise KeyError(f"no text for {key!r}")

    def has(self, key: str) -> bool:
        """Say whether a text for `key` exists in this language or in Chinese."""
        area = key.partition(".")[0]
        return any(key in _table(lang, area) for lang in (self.language, DEFAULT_LANGUAGE))
