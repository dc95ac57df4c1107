"""Verifier keys in one line: written and read back, and nothing that is nearly one."""

from base64 import b64encode

import pytest

from keys.custody import memory_signer
from trust.errors import Malformed
from trust.formats.checkpoint import SM2_TYPE
from trust.formats.cosignature import COSIGNATURE_TYPE, read_witness_key, witness_key
from trust.formats.verifier_key import VerifierKey, decode_verifier_key, encode_verifier_key

PUBLIC = memory_signer().public
LOG = VerifierKey("rizhi.example/log", PUBLIC)
LINE = encode_verifier_key(LOG)


def test_a_key_survives_its_line() -> None:
    assert decode_verifier_key(LINE, SM2_TYPE) == LOG
    assert decode_verifier_key(f" {LINE}\n", SM2_TYPE) == LOG
    seen = witness_key("jianzheng.example", PUBLIC)
    assert read_witness_key(encode_verifier_key(seen)) == seen
    assert seen.key_id != VerifierKey(seen.name, PUBLIC).key_id


def with_octets(octets: bytes) -> str:
    return "+".join([*LINE.split("+")[:2], b64encode(octets).decode()])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "rizhi.example/log",
        LINE.replace("rizhi", "rizhj"),
        LINE[:-8],
        LINE.replace("+", " ", 1),
        LINE.replace(LOG.key_id.hex(), "00000000"),
        LINE.replace(LOG.key_id.hex(), LOG.key_id.hex().upper() + "0"),
        with_octets(SM2_TYPE),
        with_octets(SM2_TYPE + bytes(65)),
        with_octets(SM2_TYPE + PUBLIC.point + b"\x00"),
        with_octets(COSIGNATURE_TYPE + PUBLIC.point),
        with_octets(b"\x01" + PUBLIC.point[1:33]),
        "x" * 600,
        "a b+00000000+AAAA",
    ],
    ids=lambda line: f"{len(line)} characters",  # the key is another at each run, and the names may not be
)
def test_what_is_no_key_of_this_kind_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        decode_verifier_key(line, SM2_TYPE)


def test_a_logs_key_is_no_witnesss() -> None:
    with pytest.raises(Malformed, match="verifier-key"):
        read_witness_key(LINE)
