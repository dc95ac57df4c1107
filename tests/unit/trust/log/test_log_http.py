"""The log over HTTP: checkpoint, tiles, proofs, and nothing beyond what is signed for."""

from base64 import b64decode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from keys.sm3 import sm3
from tests.unit.trust.log.memory import AT, ORIGIN, SIGNER, MemoryLog, grown, published
from trust.errors import Malformed
from trust.formats.log_proof import decode_log_proof, verify_log_proof
from trust.formats.merkle import root_of, verify_consistency
from trust.log.cosigning import take_cosignatures
from trust.log.errors import NotLogged
from trust.log.http import router


def client(log: MemoryLog) -> TestClient:
    app = FastAPI()
    app.include_router(router(log, lambda note: take_cosignatures(log, log, note, AT)))
    return TestClient(app, base_url="https://testserver")


def test_the_log_serves_its_checkpoint() -> None:
    log = published(5)
    http = client(log)
    answer = http.get("/log/checkpoint")
    assert (answer.content, answer.headers["content-type"]) == (log.latest(), "text/plain; charset=utf-8")
    assert http.get("/log/checkpoint", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    with pytest.raises(NotLogged, match="no-checkpoint"):
        client(MemoryLog()).get("/log/checkpoint")


def test_tiles_are_for_ever_and_below_the_signed_size() -> None:
    http = client(grown(published(5), 3))
    answer = http.get("/log/tile/0/000.p/5")
    assert len(answer.content) == 5 * 32
    assert "immutable" in answer.headers["cache-control"]
    assert len(http.get("/log/tile/entries/000.p/2").content) > 2 * 100
    for path in ("/log/tile/0/000.p/6", "/log/tile/0/000", "/log/tile/entries/000.p/6", "/log/tile/1/000.p/1"):
        with pytest.raises(NotLogged, match="no-tile"):
            http.get(path)
    for path in ("/log/tile/8/000", "/log/tile/0/0", "/log/tile/entries/x"):
        with pytest.raises(Malformed, match="tile-path"):
            http.get(path)


def test_proofs_over_http_hold() -> None:
    log = grown(published(5), 3)
    http = client(log)
    proof = decode_log_proof(http.get(f"/log/proof/inclusion?commitment={sm3(b'%c' % 2).hex()}").content)
    entry, checkpoint = verify_log_proof(proof, sm3(b"\x02"), ORIGIN, SIGNER.public)
    assert (entry.at, checkpoint.size) == (AT, 5)
    path = [b64decode(value) for value in http.get("/log/proof/consistency?old=3&new=5").json()["path"]]
    verify_consistency(3, 5, root_of(log.stored[:3]), root_of(log.stored[:5]), path)
    assert http.get("/log/proof/inclusion?commitment=zz").status_code == 422
    assert http.get("/log/proof/consistency?old=0&new=5").status_code == 422
    with pytest.raises(Malformed, match="proof-range"):
        http.get("/log/proof/consistency?old=5&new=2")
    with pytest.raises(NotLogged):
        http.get("/log/proof/consistency?old=2&new=6")
    with pytest.raises(NotLogged):
        http.get(f"/log/proof/inclusion?commitment={sm3(bytes([6])).hex()}")
