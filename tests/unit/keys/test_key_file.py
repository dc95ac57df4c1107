"""Key files: written in one profile, read in three, everything else refused, and never a key from a damaged file."""

import base64
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto.keys import EncryptedPrivateKeyInfo
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

from keys import key_file
from keys.backend import signing
from keys.codec import N
from keys.der import INTEGER, NULL, OCTETS, SEQUENCE, integer, wrap
from keys.errors import KeyFileRefused, MalformedKey, WrongPassphrase
from keys.key_file import GM, OPENSSL_AES, OPENSSL_SM4, Envelope, lock, read_envelope, unlock

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
STD = VECTORS["keys"][0]
D, POINT = bytes.fromhex(STD["d"]), bytes.fromhex("04" + STD["x"] + STD["y"])
WORD, ROUNDS = "口令 correct horse".encode(), 1024


def written(**changes):
    return lock(bytearray(D), POINT, WORD, **({"rounds": ROUNDS} | changes))


def der_of(pem):
    return base64.b64decode(b"".join(pem.splitlines()[1:-1]))


def encrypted(plain, profile=GM, **changes):
    """A file around any plaintext, padding included."""
    envelope = Envelope(profile, b"s" * 16, ROUNDS, b"i" * 16, b"")
    encryptor = key_file._cipher(envelope, WORD).encryptor()
    whole = replace(envelope, ciphertext=encryptor.update(plain) + encryptor.finalize(), **changes)
    return key_file._pem(key_file._envelope_der(whole))


def padded(info):
    size = 16 - len(info) % 16
    return info + bytes([size]) * size


INNER_150 = bytes.fromhex(
    "308193020100301306072A8648CE3D020106082A811CCF5501822D0479307702010104 20".replace(" ", "")
    + STD["d"] + "A00A06082A811CCF5501822DA144034200" + "04" + STD["x"] + STD["y"]
)  # fmt: skip
INNER_138 = bytes.fromhex(STD["pkcs8_der"])
INNER_80 = wrap(
    SEQUENCE,
    integer(0),
    wrap(SEQUENCE, key_file._EC_PUBLIC_KEY, key_file._CURVE),
    wrap(OCTETS, wrap(SEQUENCE, integer(1), wrap(OCTETS, D), wrap(0xA0, key_file._CURVE))),
)
INNER_67 = bytes.fromhex("3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420") + D


def test_what_is_written_is_read():
    unlocked = unlock(written(), WORD)
    assert (unlocked.private, unlocked.point) == (D, POINT)
    unlocked.wipe()
    assert unlocked.private == bytes(32)


def test_an_independent_reader_finds_the_gm_profile_and_the_inner_form_of_150_octets():
    info = EncryptedPrivateKeyInfo.load(der_of(written(rounds=2048)), strict=True)
    algorithm = info["encryption_algorithm"]
    details = algorithm["parameters"]["key_derivation_func"]["parameters"]
    cipher = algorithm["parameters"]["encryption_scheme"]
    assert algorithm["algorithm"].native == "pbes2"
    assert details["prf"]["algorithm"].dotted == "1.2.156.10197.1.401.2"
    assert cipher["algorithm"].dotted == "1.2.156.10197.1.104.2"
    assert (details["iteration_count"].native, details["key_length"].native) == (2048, 16)
    salt = details["salt"].native
    assert len(salt) == 16
    key = PBKDF2HMAC(SM3(), 16, salt, 2048).derive(WORD)
    iv = cipher["parameters"]  # an OctetString where trust.formats.asn1 has registered SM4, else Any
    decryptor = Cipher(SM4(key), CBC(getattr(iv, "parsed", iv).native)).decryptor()
    padded, unpadder = decryptor.update(info["encrypted_data"].native) + decryptor.finalize(), PKCS7(128).unpadder()
    plain = unpadder.update(padded) + unpadder.finalize()
    assert plain == INNER_150
    assert len(plain) == 150


def test_salt_and_iv_are_fresh_each_time():
    first, second = (read_envelope(written()) for _ in range(2))
    assert first.salt != second.salt
    assert first.iv != second.iv
    assert first.ciphertext != second.ciphertext


@pytest.mark.parametrize("inner", [INNER_150, INNER_138, INNER_80, INNER_67], ids=len)
@pytest.mark.parametrize("profile", [GM, OPENSSL_SM4, OPENSSL_AES], ids=["gm", "openssl-sm4", "openssl-aes"])
def test_every_inner_form_is_read_under_every_profile(inner, profile):
    unlocked = unlock(encrypted(padded(inner), profile), WORD)
    assert unlocked.private == D
    assert unlocked.point == (POINT if len(inner) > 100 else None)


@pytest.mark.parametrize("cipher", ["aes-256-cbc", "sm4-cbc"])
def test_files_written_by_openssl_are_read(cipher, tmp_path):
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs the openssl command")
    plain, locked = tmp_path / "plain.der", tmp_path / "locked.pem"
    plain.write_bytes(INNER_138)
    command = [
        program,
        "pkcs8",
        "-topk8",
        "-inform",
        "DER",
        "-in",
        plain,
        "-v2",
        cipher,
        "-passout",
        "pass:x",
        "-out",
        locked,
    ]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this openssl has no SM2 or no SM4")
    unlocked = unlock(locked.read_bytes(), b"x")
    assert (unlocked.private, unlocked.point) == (D, POINT)


def test_a_wrong_passphrase_is_always_the_same_answer():
    """600 wrong ones: by chance some leave right padding behind, and must not sound different."""
    pem = written()
    answers = set()
    for number in range(600):
        with pytest.raises(WrongPassphrase) as refusal:
            unlock(pem, b"wrong %d" % number)
        answers.add((str(refusal.value), refusal.value.reason, refusal.value.__cause__))
    assert len(answers) == 1


BAD_INNER = {
    "rubbish": padded(bytes(range(150))),
    "no padding at all": b"\0" * 160,
    "padding longer than a block": b"\x11" * 160,
    "uneven padding": padded(INNER_150)[:-10] + b"\1" * 9 + b"\n",
    "octet behind": padded(INNER_150 + b"\0"),
    "octet missing": padded(INNER_150[:-1]),
    "nothing but padding": b"\x10" * 16,
    "P-256 curve": padded(
        INNER_138.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a8648ce3d030107"))
    ),
    "long-form lengths": padded(b"\x30\x82\x00\x93" + INNER_150[3:]),
    "other version": padded(INNER_150.replace(b"\2\1\0", b"\2\1\1", 1)),
    "unused bits": padded(INNER_150.replace(b"\x03\x42\x00\x04", b"\x03\x42\x01\x04")),
}


@pytest.mark.parametrize("plain", BAD_INNER.values(), ids=BAD_INNER.keys())
def test_other_plaintexts_are_refused_like_a_wrong_passphrase(plain):
    with pytest.raises(WrongPassphrase):
        unlock(encrypted(plain), WORD)


@pytest.mark.parametrize("number", [0, N - 1, N, (1 << 256) - 1])
def test_private_numbers_out_of_range_are_refused(number):
    with pytest.raises(KeyFileRefused) as refusal:
        unlock(encrypted(padded(INNER_150.replace(D, number.to_bytes(32, "big")))), WORD)
    assert refusal.value.reason == "private-range"
    with pytest.raises(MalformedKey):
        lock(bytearray(number.to_bytes(32, "big")), POINT, WORD, rounds=ROUNDS)


@pytest.mark.parametrize("rounds", [-1, 0, 1, 1023, 10_000_001, 1 << 62])
def test_rounds_out_of_bounds_are_refused_before_any_work(rounds, monkeypatch):
    with pytest.raises(KeyFileRefused):
        written(rounds=rounds)
    body = integer(rounds) if rounds >= 0 else b"\2\1\xff"
    pem = with_details(wrap(OCTETS, b"s" * 16), body, integer(16), wrap(SEQUENCE, GM.prf[0]))
    monkeypatch.setattr(key_file, "_cipher", None)  # calling it would be a TypeError
    with pytest.raises(KeyFileRefused):
        unlock(pem, WORD)


def with_details(*parts, cipher=None, scheme=key_file._PBES2, function=key_file._PBKDF2, behind=b""):
    cipher = cipher or wrap(SEQUENCE, GM.cipher_oid, wrap(OCTETS, b"i" * 16))
    derivation = wrap(SEQUENCE, function, wrap(SEQUENCE, *parts))
    algorithm = wrap(SEQUENCE, scheme, wrap(SEQUENCE, derivation, cipher))
    return key_file._pem(wrap(SEQUENCE, algorithm, wrap(OCTETS, b"c" * 160)) + behind)


SALT, COUNT, SIZE, PRF = wrap(OCTETS, b"s" * 16), integer(ROUNDS), integer(16), wrap(SEQUENCE, GM.prf[0])
BAD_HEADS = {
    "salt of 7": with_details(wrap(OCTETS, b"s" * 7), COUNT, SIZE, PRF),
    "salt of 65": with_details(wrap(OCTETS, b"s" * 65), COUNT, SIZE, PRF),
    "no salt": with_details(COUNT, SIZE, PRF),
    "rounds not minimal": with_details(SALT, wrap(INTEGER, b"\0\4\0"), SIZE, PRF),
    "rounds empty": with_details(SALT, wrap(INTEGER), SIZE, PRF),
    "rounds of 40 octets": with_details(SALT, wrap(INTEGER, b"\1" * 40), SIZE, PRF),
    "key length of another cipher": with_details(SALT, COUNT, integer(32), PRF),
    "key length not minimal": with_details(SALT, COUNT, wrap(INTEGER, b"\0\x10"), PRF),
    "no PRF (SHA-1)": with_details(SALT, COUNT, SIZE),
    "PRF HMAC-SHA-1": with_details(SALT, COUNT, SIZE, wrap(SEQUENCE, b"\6\x08" + bytes.fromhex("2a864886f70d0207"), wrap(NULL))),
    "PRF with octets behind": with_details(SALT, COUNT, SIZE, wrap(SEQUENCE, GM.prf[0], wrap(NULL), wrap(NULL))),
    "SM3 with AES": with_details(SALT, COUNT, PRF, cipher=wrap(SEQUENCE, OPENSSL_AES.cipher_oid, wrap(OCTETS, b"i" * 16))),
    "IV of 15": with_details(SALT, COUNT, SIZE, PRF, cipher=wrap(SEQUENCE, GM.cipher_oid, wrap(OCTETS, b"i" * 15))),
    "no IV": with_details(SALT, COUNT, SIZE, PRF, cipher=wrap(SEQUENCE, GM.cipher_oid)),
    "PBES1": with_details(SALT, COUNT, SIZE, PRF, scheme=b"\6\x09" + bytes.fromhex("2a864886f70d010503")),
    "scrypt": with_details(SALT, COUNT, SIZE, PRF, function=b"\6\x09" + bytes.fromhex("2b06010401da470" "40b")),
    "octets behind": with_details(SALT, COUNT, SIZE, PRF, behind=b"\0\0"),
    "five details": with_details(SALT, COUNT, SIZE, PRF, PRF),
}  # fmt: skip


@pytest.mark.parametrize("pem", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_heads_of_another_form_are_refused_before_any_work(pem, monkeypatch):
    monkeypatch.setattr(key_file, "_cipher", None)
    with pytest.raises(KeyFileRefused):
        unlock(pem, WORD)


@pytest.mark.parametrize(
    "parts", [(SALT, COUNT, SIZE, PRF), (SALT, COUNT, PRF), (SALT, COUNT, wrap(SEQUENCE, GM.prf[1]))]
)
def test_heads_with_or_without_key_length_and_null_are_read(parts):
    assert read_envelope(with_details(*parts)).profile is GM


GOOD = written()
BAD_TEXTS = {
    "empty": b"",
    "plain key": b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(INNER_138) + b"\n-----END PRIVATE KEY-----\n",
    "text before": b"x" + GOOD,
    "text behind": GOOD + b"x",
    "twice": GOOD + GOOD,
    "no end": GOOD[:-30],
    "bad base64": GOOD.replace(b"M", b"*", 1),
    "padding in the middle": GOOD.replace(b"\n", b"\n====", 1),
    "too large": GOOD + b"\n" * 5000,
    "DER": der_of(GOOD),
    "empty block": b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n\n-----END ENCRYPTED PRIVATE KEY-----\n",
    "deep nonsense": key_file._pem(b"\x30\x80\x30\x80\0\0\0\0"),
    "length cut off": key_file._pem(b"\x30\x82\x01"),
    "length beyond": key_file._pem(b"\x30\x84\xff\xff\xff\xff\x00"),
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_files_of_another_form_are_refused(text):
    with pytest.raises(KeyFileRefused):
        unlock(text, WORD)


def test_line_ends_of_another_system_are_read():
    assert unlock(GOOD.replace(b"\n", b"\r\n"), WORD).private == D
    assert unlock(GOOD + b"\n", WORD).private == D


@pytest.mark.parametrize("word", [b"", b"x" * 1025], ids=len)
def test_passphrases_are_bounded(word):
    with pytest.raises(KeyFileRefused):
        lock(bytearray(D), POINT, word, rounds=ROUNDS)
    with pytest.raises(KeyFileRefused):
        unlock(GOOD, word)


def test_no_flipped_bit_gives_another_key():
    """Every octet of the file: refused, or (never seen) the same key; and libcrypto compares the point besides."""
    der = der_of(GOOD)
    library = signing()
    for at in range(len(der)):
        broken = key_file._pem(der[:at] + bytes([der[at] ^ 1 << at % 8]) + der[at + 1 :])
        try:
            envelope = read_envelope(broken)
            if envelope.rounds > 100_000:
                continue  # within bounds, but only slow
            unlocked = unlock(broken, WORD)
        except (KeyFileRefused, WrongPassphrase):
            continue
        with pytest.raises(MalformedKey):
            library.private_key(unlocked.private, unlocked.point)


def test_the_plaintext_of_a_written_file_is_overwritten(monkeypatch):
    seen = []
    original = key_file._padded
    monkeypatch.setattr(key_file, "_padded", lambda *words: seen.append(original(*words)) or seen[-1])
    written()
    assert seen == [bytearray(160)]


def test_the_plaintext_buffer_of_a_read_file_is_overwritten(monkeypatch):
    seen = []
    original = key_file._private_key

    def spy(view):
        seen.append(view.obj)
        return original(view)

    monkeypatch.setattr(key_file, "_private_key", spy)
    unlock(GOOD, WORD)
    assert not any(seen[0])
