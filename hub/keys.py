"""The hub's keys: what it signs with, what recovers a terminal, its hall's own CA.

All are files that only the account can read. The certificate authority signs the hub's
certificate only; terminals know it by the fingerprint in their enrolment code.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from terminal.errors import InvalidInput, NotFound
from terminal.ids import Randomness
from terminal.protocol.suites import STANDARD, key_id

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
ALWAYS_NAMED = ("localhost", "127.0.0.1")
_NOT_BEFORE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
# Clocks are wrong in halls, and terminals check chain and name but not dates.
_NOT_AFTER = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


class HubKeys(msgspec.Struct, frozen=True):
    """Private keys as raw bytes, certificates as PEM and DER."""

    signing: bytes
    recovery: bytes
    session: bytes
    ca_pem: bytes
    ca_der: bytes

    @property
    def public(self) -> bytes:
        return STANDARD.public_key(self.signing)

    @property
    def id(self) -> str:
        return key_id(self.public)

    @property
    def recovery_public(self) -> bytes:
        return STANDARD.agreement_public(self.recovery)

    def __repr__(self) -> str:
        return f"HubKeys({self.id})"


class KeyFiles:
    """Where the keys lie in a hub's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signing = folder / "hub.key"
        self.recovery = folder / "recovery.key"
        self.session = folder / "session.key"
        self.ca = folder / "ca.pem"
        self.ca_key = folder / "ca.key.pem"
        self.certificate = folder / "hub.pem"
        self.certificate_key = folder / "hub.key.pem"

    @property
    def complete(self) -> bool:
        """Whether every file is there; the hub's certificate is written last."""
        return self.certificate.is_file()


def make(files: KeyFiles, names: Sequence[str], hall: str, randomness: Randomness) -> None:
    """Make what is missing; keys that are there stay as they are.

    A name that the hub's certificate lacks is added: a new certificate for the same key.
    """
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not files.signing.is_file():
        _write(files.signing, STANDARD.new_private_key())
    if not files.recovery.is_file():
        _write(files.recovery, STANDARD.new_agreement_key())
    if not files.session.is_file():
        _write(files.session, randomness.token_bytes(32))
    if not files.ca.is_file():
        _make_ca(files, hall)
    named = names_in(files)
    new = (str(_general_name(name).value) for name in names)
    every = tuple(dict.fromkeys((*ALWAYS_NAMED, *named, *new)))
    if every != named:
        _make_certificate(files, every)


def names_in(files: KeyFiles) -> tuple[str, ...]:
    """Return the names and addresses for which the hub's certificate holds; none without one."""
    if not files.certificate.is_file():
        return ()
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in held)


def load(files: KeyFiles) -> HubKeys:
    """Read the keys; `NotFound` when the hub was never set up here."""
    if not files.complete:
        raise NotFound("hub.not_set_up", folder=files.folder.parent)
    pem = files.ca.read_bytes()
    return HubKeys(
        signing=files.signing.read_bytes(),
        recovery=files.recovery.read_bytes(),
        session=files.session.read_bytes(),
        ca_pem=pem,
        ca_der=x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER),
    )


def _write(path: Path, data: bytes) -> None:
    """Write a secret beside its place and move it there, so that no half file is ever read."""
    partial = path.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_bytes(data)
    partial.replace(path)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Yichuang"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _builder(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _make_ca(files: KeyFiles, hall: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # A common name has at most 64 characters; the hall's name is only for people.
    subject = _name(f"{hall[:40]} CA")
    certificate = (
        _builder(subject, subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.ca_key, _pem(key))
    _write(files.ca, certificate.public_bytes(serialization.Encoding.PEM))


def _certificate_key(files: KeyFiles) -> ec.EllipticCurvePrivateKey:
    """Return the certificate's key, made now when there is none."""
    if not files.certificate_key.is_file():
        _write(files.certificate_key, _pem(ec.generate_private_key(ec.SECP256R1())))
    data = files.certificate_key.read_bytes()
    key = serialization.load_pem_private_key(data, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _make_certificate(files: KeyFiles, names: Sequence[str]) -> None:
    ca = x509.load_pem_x509_certificate(files.ca.read_bytes())
    ca_key = serialization.load_pem_private_key(files.ca_key.read_bytes(), password=None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = _certificate_key(files)
    certificate = (
        _builder(_name(names[-1][:64]), ca.subject)
        .public_key(key.public_key())
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
            critical=False,
        )
        .sign(ca_key, hashes.SHA256())
    )
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        if not _HOST_NAME.fullmatch(name):  # an address with https:// or a port, mostly
            raise InvalidInput("hub.name_invalid", name=name) from None
        return x509.DNSName(name)
