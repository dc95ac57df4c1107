"""SM2 twins of the certificates and lists of NIST's path validation suite (PKITS), and what our path rules say of them.

The suite's keys are RSA and DSA, which our profile does not read. A twin keeps every octet of the signed part but the
signature algorithm and the public key, so names, periods, serial numbers and extensions are NIST's own; each key has
one SM2 key in its place. A twin is signed by the twin of whichever key signed the original; where no key of the suite
did (the cases with a broken signature), by a key that nobody has. In one respect names are adapted: one without a
common name gets one, everywhere alike, because our profile asks for it and the cases are about something else.

The certificates come from the package `cryptography_vectors`; the list of cases is MIT-licensed data of others and lies
beside the checkout (`YINZHENG_PKITS` names another place).
"""

import json
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import cryptography_vectors
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keys.codec import der_from_raw
from keys.custody import memory_signer
from keys.signer import Signer
from tests.conftest import ROOT
from trust.errors import Malformed
from trust.formats import der
from trust.formats.asn1 import SM2_WITH_SM3_ALGORITHM, x509
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.crl import RevocationList, load_crl
from trust.formats.errors import PathRefused
from trust.formats.path import validate_path
from trust.formats.x509_fields import SET

CASES = Path(os.environ.get("YINZHENG_PKITS") or ROOT.parent / "shared" / "vectors" / "pkits.json")
FOLDER = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
ANCHOR, ANCHOR_LIST = "TrustAnchorRootCertificate.crt", "TrustAnchorRootCRL.crl"
AT = datetime(2022, 5, 1, tzinfo=UTC)
LIMIT = 64 * 1024
EXPLICIT_VERSION = 0xA0
VALID, REFUSED, REVOKED, UNKNOWN = "valid", "refused", "revoked", "unknown"
CLASSES = {
    None: VALID,
    "PathValidationError": REFUSED,
    "RevokedError": REVOKED,
    "InsufficientRevinfoError": UNKNOWN,
    "StaleRevinfoError": UNKNOWN,
}
SAID = {"revoked": REVOKED, "revocation-unknown": UNKNOWN}
"""The answers of ours that are no plain refusal."""
UNAPPLIED, CA_LEAF = "unapplied", "ca-leaf"
GENERAL = frozenset({UNAPPLIED, CA_LEAF})
"""Refused by a general rule, without a look at what the case is about: an issuer bears an extension that we do not
apply, whatever it may say; a CA certificate is asked about as if it were a signer's."""
COMMON_NAME = der.write_object_identifier("2.5.4.3")
NAMELESS = der.write(SET, der.write_sequence(COMMON_NAME, der.write_utf8_string("-")))


@dataclass(frozen=True)
class Case:
    """One case: its number as NIST's document has it (with a letter where it is asked in several ways)."""

    number: str
    leaf: str
    others: tuple[str, ...]
    lists: tuple[str, ...]
    needs_revocation: bool
    restricted: bool
    expected: str


def read_cases() -> list[Case]:
    """All cases of the list."""
    entries = json.loads(CASES.read_text("utf-8"))
    times = Counter(entry["id"][:5] for entry in entries)
    seen: Counter[str] = Counter()
    return [_case(entry, times, seen) for entry in entries]


def _case(entry: dict[str, Any], times: Counter[str], seen: Counter[str]) -> Case:
    plain = entry["id"][:5]
    number = f"{int(plain[0])}.{int(plain[1:3])}.{int(plain[3:5])}"
    if times[plain] > 1:
        number += "abcdefghijklmnop"[seen[plain]]
        seen[plain] += 1
    return Case(
        number,
        entry["cert"],
        tuple(entry.get("other_certs", ())),
        (*entry.get("crls", ()), ANCHOR_LIST),
        entry.get("revocation", True),
        bool(entry.get("params")),
        CLASSES[entry.get("error", {}).get("class")],
    )


def outcome(case: Case) -> tuple[str, str]:
    """What our rules say of a case: the kind of answer, and its reason (empty for a path that holds)."""
    try:
        leaf = load_certificate(twin_certificate(case.leaf))
        others = _others(case)
        validate_path(
            leaf,
            others=others,
            anchors=[anchor()],
            crls=_lists(case),
            at=AT,
            now=AT,
            purpose=None,
            require_revocation=case.needs_revocation,
        )
    except Malformed as error:
        return REFUSED, error.reason
    except PathRefused as error:
        return SAID.get(error.reason, REFUSED), _cause(error, leaf, others)
    return VALID, ""


def _cause(error: PathRefused, leaf: Certificate, others: list[Certificate]) -> str:
    """The reason, or which general rule it stands for."""
    if error.reason != "constraint":
        return error.reason
    if error.fingerprint == leaf.fingerprint.hex() and leaf.is_ca:
        return CA_LEAF
    return (
        UNAPPLIED if error.fingerprint in {one.fingerprint.hex() for one in others if one.unapplied} else "constraint"
    )


def anchor() -> Certificate:
    """The suite's one trust anchor."""
    return load_certificate(twin_certificate(ANCHOR))


def _others(case: Case) -> list[Certificate]:
    """The other certificates of a case; whoever verifies passes by those that are not in our profile."""
    found: list[Certificate] = []
    for name in case.others:
        try:
            found.append(load_certificate(twin_certificate(name)))
        except Malformed:
            continue
    return found


def _lists(case: Case) -> list[RevocationList]:
    """The lists of a case; whoever verifies passes by those that are not in our profile."""
    found: list[RevocationList] = []
    for name in case.lists:
        try:
            found.append(load_crl(twin_list(name)))
        except Malformed:
            continue
    return found


@cache
def twin_certificate(name: str) -> bytes:
    """The twin of a certificate."""
    original = _octets("certs", name)
    tbs = der.members(der.read(original, limit=LIMIT))[0]
    fields = [one.octets for one in tbs.children()]
    first = 1 if tbs.children()[0].tag == EXPLICIT_VERSION else 0
    fields[first + 1] = SM2_WITH_SM3_ALGORITHM
    fields[first + 2], fields[first + 4] = named(fields[first + 2]), named(fields[first + 4])
    fields[first + 5] = _key(fields[first + 5]).public.spki
    return _signed(der.write_sequence(*fields), signer_of(original))


@cache
def twin_list(name: str) -> bytes:
    """The twin of a revocation list."""
    original = _octets("crls", name)
    fields = [one.octets for one in der.members(der.read(original, limit=LIMIT))[0].children()]
    fields[1] = SM2_WITH_SM3_ALGORITHM  # after the version, which every list of the suite states
    fields[2] = named(fields[2])
    return _signed(der.write_sequence(*fields), signer_of(original))


def named(name: bytes) -> bytes:
    """A name with a common name; an empty name stays empty."""
    parts = [one.octets for one in der.members(der.read(name, limit=LIMIT))]
    return name if not parts or any(COMMON_NAME in part for part in parts) else der.write_sequence(*parts, NAMELESS)


def _signed(tbs: bytes, signer: Signer) -> bytes:
    return der.write_sequence(tbs, SM2_WITH_SM3_ALGORITHM, der.write_bit_string(der_from_raw(signer.sign(tbs))))


@cache
def _octets(folder: str, name: str) -> bytes:
    return (FOLDER / folder / name).read_bytes()


@cache
def _key(spki: bytes) -> Signer:
    """The one SM2 key in the place of a key."""
    return memory_signer("twin")


def signer_of(original: bytes) -> Signer:
    """The twin of the key that signed the original, or a key that nobody has."""
    tbs, _, value = der.members(der.read(original, limit=LIMIT))
    signature = value.content[1:]  # some are broken on purpose, in the count of unused bits too
    for spki, public in _suite_keys():
        if _verifies(public, tbs.octets, signature):
            return _key(spki)
    return memory_signer("nobody")


@cache
def _suite_keys() -> tuple[tuple[bytes, Any], ...]:
    """Every key of a CA in the suite, each once, as its octets and as something that verifies."""
    found: dict[bytes, Any] = {}
    parameters: dsa.DSAParameterNumbers | None = None
    for path in sorted((FOLDER / "certs").iterdir()):
        loaded = x509.Certificate.load(path.read_bytes())
        if loaded.key_usage_value is not None and not loaded.key_usage_value.native & {"key_cert_sign", "crl_sign"}:
            continue
        info = loaded.public_key
        if info["algorithm"]["parameters"].native is None and info.algorithm == "dsa":
            if parameters is None:
                raise LookupError("a key without parameters before the key it has them from")
            numbers = dsa.DSAPublicNumbers(info["public_key"].parsed.native, parameters)
            found[info.dump()] = numbers.public_key()
            continue
        found[info.dump()] = public = load_der_public_key(info.dump())
        if isinstance(public, dsa.DSAPublicKey):
            parameters = public.parameters().parameter_numbers()
    return tuple(found.items())


def _verifies(public: Any, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), SHA256())
        else:
            public.verify(signature, message, SHA1())
    except InvalidSignature:
        return False
    return True
