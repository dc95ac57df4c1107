"""OpenSSL reads our revocation lists and asks our OCSP responder, as far as it knows SM2.

`openssl crl` and `openssl ocsp` read everything; they check no SM2 signature with the identity that it was made with,
because those commands take none (`-sigopt distid` is `openssl dgst` alone). So the signatures are given to
`openssl dgst`, over the octets that OpenSSL itself says were signed.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from keys.codec import der_from_raw
from keys.sm2 import PublicKey
from service.apps import make_app
from service.directory import SERVICES
from tests.city import City
from trust.formats.certificate import Certificate, load_certificate, to_pem
from trust.formats.crl import Reason, load_crl
from trust.formats.ocsp import REQUEST_TYPE, RESPONSE_TYPE, OcspAnswer, read_answer

DISTID = "distid:1234567812345678"


def openssl(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command on this machine")
    made = City(people=False)
    made.clock.forward(seconds=1)
    made.yinzheng.authority.revoke_certificate(leaf(made, "receipt").serial, Reason.SUPERSEDED, made.clock())
    made.yinzheng.publisher.refresh(made.clock())
    yield made
    made.close()


@pytest.fixture(scope="module")
def http(city: City) -> Iterator[TestClient]:
    with TestClient(make_app(city.yinzheng, production=False)) as client:
        yield client


def leaf(city: City, name: str) -> Certificate:
    return city.yinzheng.directory.certificate(SERVICES[name])


def issuing(city: City) -> Certificate:
    return city.yinzheng.authority.issuing.certificate


def holds(folder: Path, message: bytes, signature: bytes, public: PublicKey) -> bool:
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(der_from_raw(signature))
    (folder / "key.der").write_bytes(public.spki)
    assert openssl("pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-out", "key", folder=folder).returncode == 0
    words = ("dgst", "-sm3", "-verify", "key", "-sigopt", DISTID, "-signature", "signature", "message")
    return openssl(*words, folder=folder).returncode == 0


def test_a_revocation_list(city: City, http: TestClient, tmp_path: Path) -> None:
    octets = http.get("/crl/issuing.crl").content
    (tmp_path / "list.crl").write_bytes(octets)
    said = openssl("crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text", folder=tmp_path)
    assert said.returncode == 0, said.stderr
    assert f"{leaf(city, 'receipt').serial:X}" in said.stdout
    assert "Superseded" in said.stdout
    assert re.search(r"CRL Number:\s+2\b", said.stdout)
    assert "SM2-with-SM3" in said.stdout
    crl = load_crl(octets)
    assert holds(tmp_path, crl.tbs, crl.signature, issuing(city).public_key)
    assert not holds(tmp_path, crl.tbs + b"\x00", crl.signature, issuing(city).public_key)


def asked(city: City, name: str, folder: Path, *words: str) -> bytes:
    """A request as `openssl ocsp` writes it."""
    (folder / "ca.pem").write_bytes(to_pem([issuing(city)]))
    (folder / "leaf.pem").write_bytes(to_pem([leaf(city, name)]))
    made = openssl("ocsp", "-issuer", "ca.pem", *words, "-cert", "leaf.pem", "-reqout", "request.der", folder=folder)
    assert (folder / "request.der").exists(), made.stderr
    return (folder / "request.der").read_bytes()


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("log", (), "leaf.pem: good"),
        ("log", ("-no_nonce",), "leaf.pem: good"),
        ("receipt", (), "leaf.pem: revoked"),
        ("receipt", ("-sha256",), "leaf.pem: revoked"),
    ],
)
def test_openssl_asks_and_reads_the_answer(
    city: City, http: TestClient, tmp_path: Path, name: str, words: tuple[str, ...], told: str
) -> None:
    answer = http.post("/ocsp", content=asked(city, name, tmp_path, *words), headers={"Content-Type": REQUEST_TYPE})
    assert (answer.status_code, answer.headers["content-type"]) == (200, RESPONSE_TYPE)
    (tmp_path / "answer.der").write_bytes(answer.content)
    digest = ("-sha256",) if "-sha256" in words else ()
    said = openssl(
        *("ocsp", "-respin", "answer.der", "-reqin", "request.der", "-issuer", "ca.pem", *digest, "-cert", "leaf.pem"),
        *("-noverify", "-resp_text", "-validity_period", "999999999"),
        folder=tmp_path,
    )
    assert told in said.stdout, (said.stdout, said.stderr)
    assert "OCSP Response Status: successful (0x0)" in said.stdout
    found = read_answer(answer.content)
    assert isinstance(found, OcspAnswer)
    (responder,) = found.certificates
    assert holds(tmp_path, found.tbs, found.signature, load_certificate(responder).public_key)
    assert ("no-store" in answer.headers["cache-control"]) is ("-no_nonce" not in words)


def test_openssl_knows_the_responders_certificate(city: City, tmp_path: Path) -> None:
    (tmp_path / "responder.pem").write_bytes(to_pem([leaf(city, "ocsp")]))
    said = openssl("x509", "-in", "responder.pem", "-noout", "-ext", "extendedKeyUsage,noCheck", folder=tmp_path)
    assert "OCSP Signing" in said.stdout
    assert "OCSP No Check" in said.stdout
