"""OpenSSL's own word on what the city issues: signatures by its command line, chains by its X.509 code.

Nothing of ours takes part in the verifying: the message, the key and the signature are written to files as OpenSSL
reads them, and it is asked. Every case is then hurt in one place and asked again.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.issuing import Issued
from keys.codec import der_from_raw
from keys.sm2 import PublicKey
from service.directory import SERVICES
from tests.city import BUNDLES, City
from tests.journey_parts import number
from tests.pki_parts import second_opinion
from trust.certification.profiles import SEAL_MAKER, SEAL_SIGNER
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.cose import split
from trust.formats.crl import Reason, load_crl
from trust.formats.ofd.examine import SIGNED_VALUE
from trust.formats.ofd.package import read_package
from trust.formats.pdf.cms import read_signed_message
from trust.formats.ses import parse_signature
from trust.formats.token import split_token

DISTID = "distid:1234567812345678"
MAX_ENVELOPE = 4 * 1024 * 1024
Ask = Callable[["Signed"], bool]


@dataclass(frozen=True)
class Signed:
    """A message, the raw signature over it, and the key it is said to be of."""

    message: bytes
    signature: bytes
    public: PublicKey


def openssl(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def _with_sm2(tmp_path_factory: pytest.TempPathFactory) -> None:
    """These tests need an `openssl` with SM2."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command on this machine")
    folder = tmp_path_factory.mktemp("sm2")
    if openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", "key", folder=folder).returncode:
        pytest.skip("the openssl command of this machine has no SM2")


@pytest.fixture(params=["dgst", "pkeyutl"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    """Whether OpenSSL accepts a signature, by either of its two commands."""

    def accepts(signed: Signed) -> bool:
        (tmp_path / "message").write_bytes(signed.message)
        (tmp_path / "signature").write_bytes(der_from_raw(signed.signature))
        (tmp_path / "key.der").write_bytes(signed.public.spki)
        if request.param == "dgst":
            converted = openssl("pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-out", "key", folder=tmp_path)
            assert converted.returncode == 0, converted.stderr
            words = ("dgst", "-sm3", "-verify", "key", "-sigopt", DISTID, "-signature", "signature", "message")
        else:
            words = (
                *("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-keyform", "DER", "-inkey", "key.der"),
                *("-sigfile", "signature", "-pkeyopt", DISTID, "-in", "message"),
            )
        answer = openssl(*words, folder=tmp_path)
        said = answer.stdout + answer.stderr
        assert ("erified OK" in said or "Verified Successfully" in said) is (answer.returncode == 0), said
        return answer.returncode == 0

    return accepts


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


@pytest.fixture(scope="module")
def issued(city: City) -> dict[str, Issued]:
    return {bundle: city.issue(bundle, number=number()) for bundle in BUNDLES}


def of_ofd(issued: Issued) -> dict[str, Signed]:
    value = parse_signature(read_package(issued.ofd)[SIGNED_VALUE])
    maker, signer = load_certificate(value.seal.maker_certificate), load_certificate(value.certificate)
    return {
        "the maker's over the seal": Signed(value.seal.signed, value.seal.signature, maker.public_key),
        "the body's over the licence": Signed(value.signed, value.signature, signer.public_key),
    }


def of_pdf(issued: Issued) -> Signed:
    (found,) = re.finditer(rb"/Contents\s*<([0-9A-Fa-f]{200,})>", issued.pdf)
    message = read_signed_message(bytes.fromhex(found[1].decode()))
    return Signed(message.signed, message.signature, load_certificate(message.certificates[0]).public_key)


def published(city: City) -> dict[str, Signed]:
    """What the city publishes, each with the key of the service's certificate."""
    bundle, certificate = (
        city.yinzheng.evidence_bundle(),
        {name: city.yinzheng.directory.certificate(kind).public_key for name, kind in SERVICES.items()},
    )
    root = city.yinzheng.anchors[0].public_key
    issuing = next(one for one in map(load_certificate, bundle.certificates) if one.is_ca).public_key
    listed, status = split(bundle.trust_list, MAX_ENVELOPE), split(bundle.status_lists[0], MAX_ENVELOPE)
    crls = {name: load_crl(octets) for name, octets in zip(("root", "issuing"), bundle.crls, strict=True)}
    return {
        "trust list": Signed(listed.to_be_signed, listed.signature, certificate["trust-list"]),
        "status list": Signed(status.to_be_signed, status.signature, certificate["status-list"]),
        "root's list": Signed(crls["root"].tbs, crls["root"].signature, root),
        "issuing CA's list": Signed(crls["issuing"].tbs, crls["issuing"].signature, issuing),
    }


def hurt(signed: Signed, other: PublicKey) -> dict[str, Signed]:
    """The same in one place hurt, in each of its places."""
    message, value = bytearray(signed.message), bytearray(signed.signature)
    message[len(message) // 2] ^= 1
    value[40] ^= 1
    return {
        "message": Signed(bytes(message), signed.signature, signed.public),
        "message cut": Signed(signed.message[:-1], signed.signature, signed.public),
        "signature": Signed(signed.message, bytes(value), signed.public),
        "key": Signed(signed.message, signed.signature, other),
    }


def agree(ask: Ask, signed: Signed, other: PublicKey) -> None:
    assert ask(signed)
    assert {name: ask(one) for name, one in hurt(signed, other).items()} == dict.fromkeys(hurt(signed, other), False)


@pytest.mark.parametrize("bundle", BUNDLES)
def test_seal_and_signature_of_an_ofd(ask: Ask, city: City, issued: dict[str, Issued], bundle: str) -> None:
    both = of_ofd(issued[bundle])
    (maker, signer) = both.values()
    assert maker.public != signer.public
    agree(ask, maker, signer.public)
    agree(ask, signer, maker.public)


@pytest.mark.parametrize("bundle", BUNDLES)
def test_signature_of_a_pdf(ask: Ask, city: City, issued: dict[str, Issued], bundle: str) -> None:
    signed = of_pdf(issued[bundle])
    assert signed.public == city.yinzheng.directory.certificate(SEAL_SIGNER, city.body_code(bundle)).public_key
    agree(ask, signed, city.yinzheng.anchors[0].public_key)


def test_code(ask: Ask, city: City, issued: dict[str, Issued]) -> None:
    for bundle, one in issued.items():
        envelope = split_token(one.token)
        public = city.yinzheng.directory.certificate(SEAL_SIGNER, city.body_code(bundle)).public_key
        agree(ask, Signed(envelope.to_be_signed, envelope.signature, public), city.yinzheng.anchors[0].public_key)


def test_everything_published(ask: Ask, city: City) -> None:
    for name, signed in published(city).items():
        assert ask(signed), name
        assert not any(ask(one) for one in hurt(signed, city.yinzheng.directory.maker()[1].public_key).values()), name


# --- chains -----------------------------------------------------------------------------------------------------------


def leaves(city: City) -> dict[str, Certificate]:
    directory = city.yinzheng.directory
    found = {name: directory.certificate(kind) for name, kind in SERVICES.items()}
    found |= {bundle: directory.certificate(SEAL_SIGNER, city.body_code(bundle)) for bundle in BUNDLES}
    return found | {"seal maker": directory.certificate(SEAL_MAKER)}


def complaint(city: City, leaf: Certificate, *, days: float = 0) -> str | None:
    """What OpenSSL has against a leaf, by what the city publishes."""
    bundle = city.yinzheng.evidence_bundle()
    between = [one for one in bundle.certificates if load_certificate(one).is_ca]
    at = city.clock() + timedelta(days=days)
    return second_opinion(leaf.der, between, city.yinzheng.anchors[0].der, list(bundle.crls), at)


def test_every_chain(city: City) -> None:
    assert {name: complaint(city, leaf) for name, leaf in leaves(city).items()} == dict.fromkeys(leaves(city))


def test_chains_that_do_not_hold(city: City) -> None:
    leaf = leaves(city)[BUNDLES[0]]
    assert "expired" in (complaint(city, leaf, days=3 * 365 + 2) or "")
    assert "CRL has expired" in (complaint(city, leaf, days=8) or "")
    changed = bytearray(leaf.der)
    changed[-1] ^= 1
    bundle = city.yinzheng.evidence_bundle()
    between = [one for one in bundle.certificates if load_certificate(one).is_ca]
    root = city.yinzheng.anchors[0].der
    assert "signature" in (second_opinion(bytes(changed), between, root, list(bundle.crls), city.clock()) or "")
    assert second_opinion(leaf.der, [], root, list(bundle.crls), city.clock()) is not None
    assert "CRL" in (second_opinion(leaf.der, between, root, list(bundle.crls[:1]), city.clock()) or "")


def test_a_revoked_certificate() -> None:
    city = City(people=False)
    leaf = leaves(city)["seal maker"]
    assert complaint(city, leaf) is None
    city.clock.forward(seconds=1)
    city.yinzheng.publisher._authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, city.clock())
    city.yinzheng.publisher.refresh(city.clock())
    assert "revoked" in (complaint(city, leaf) or "")
    city.close()
