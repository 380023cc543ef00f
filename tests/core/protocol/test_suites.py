"""Cryptography stands in one table: whoever adds a suite changes no other file."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from terminal.errors import SyncError
from terminal.protocol import suites, wire
from terminal.protocol.suites import STANDARD, suite

ROOT = Path(__file__).parents[3]
OWN = {
    # TLS certificates are X.509's, not the protocol's.
    "hub/keys.py": {"cryptography"},
    # Cookies of the hub's own pages, which nobody else reads.
    "hub/desk/session.py": {"hashlib", "hmac"},
    # A comparison in constant time.
    "hub/desk/forms.py": {"hmac"},
    "hub/web/progress.py": {"hmac"},
    # A scan's name is its SHA-256 whatever the suite, read from the file piece by piece.
    "hub/blobs.py": {"hashlib"},
}


def imported(file: Path) -> set[str]:
    """The top packages that a file imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names & {"hashlib", "hmac", "cryptography"}


def test_protocol_and_hub_take_their_cryptography_from_the_table() -> None:
    found = {
        file.relative_to(ROOT).as_posix(): imported(file)
        for folder in ("terminal/protocol", "terminal/sync", "hub")
        for file in (ROOT / folder).rglob("*.py")
    }
    assert found.pop("terminal/protocol/suites.py") == {"hashlib", "cryptography"}
    assert {name: used for name, used in found.items() if used} == OWN


def test_two_sides_agree_on_a_key_for_one_purpose() -> None:
    one, other = STANDARD.new_agreement_key(), STANDARD.new_agreement_key()
    public = STANDARD.agreement_public(one), STANDARD.agreement_public(other)
    key = STANDARD.agree(one, public[1], b"", b"purpose")
    assert key == STANDARD.agree(other, public[0], b"", b"purpose")
    assert key != STANDARD.agree(other, public[0], b"salt", b"purpose")
    assert key != STANDARD.agree(other, public[0], b"", b"another")
    assert STANDARD.agree(one, b"short", b"", b"purpose") is None
    assert STANDARD.agree(one, b"\0" * 32, b"", b"purpose") is None


def test_a_suite_is_looked_up_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    message = wire.CataloguePointer("handle", 1, 1, 1)
    key = STANDARD.new_private_key()
    envelope = wire.open_envelope(wire.seal(message, key))
    renamed = msgspec.structs.replace(envelope, suite="gm")
    assert suite("gm") is None
    with pytest.raises(SyncError) as caught:
        wire.unseal(renamed, STANDARD.public_key(key), wire.CataloguePointer)
    assert caught.value.code == "sync.unknown_suite"
    assert "gm" in caught.value.sentence()
    monkeypatch.setitem(suites.SUITES, "gm", STANDARD)
    assert wire.unseal(renamed, STANDARD.public_key(key), wire.CataloguePointer) == message
