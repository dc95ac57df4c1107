"""SM4-GCM, and the SM4-CBC that key files take, against the vectors; refusals all sound alike."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from keys.errors import CiphertextRefused
from keys.sm4 import decrypt_gcm, encrypt_gcm

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm4.json").read_text())
KEY, IV = bytes(range(16)), bytes(12)


def octets(case, *names):
    return [bytes.fromhex(case[name]) for name in names]


@pytest.mark.parametrize("case", VECTORS["cbc"], ids=lambda case: case["id"])
def test_cbc_known_answers(case):
    key, iv, plain, cipher = octets(case, "key", "iv", "plaintext", "ciphertext")
    if case["padding"] != "none":
        padder = PKCS7(128).padder()
        plain = padder.update(plain) + padder.finalize()
    encryptor, decryptor = Cipher(SM4(key), CBC(iv)).encryptor(), Cipher(SM4(key), CBC(iv)).decryptor()
    assert encryptor.update(plain) + encryptor.finalize() == cipher
    assert decryptor.update(cipher) + decryptor.finalize() == plain


@pytest.mark.parametrize("case", VECTORS["gcm"], ids=lambda case: case["id"])
def test_gcm_known_answers(case):
    key, nonce, aad, cipher, tag = octets(case, "key", "nonce", "aad", "ciphertext", "tag")
    if case["valid"]:
        plain = bytes.fromhex(case["plaintext"])
        assert encrypt_gcm(key, nonce, plain, associated=aad) == cipher + tag
        assert decrypt_gcm(key, nonce, cipher + tag, associated=aad) == plain
    else:
        with pytest.raises(CiphertextRefused):
            decrypt_gcm(key, nonce, cipher + tag, associated=aad)


def test_a_wrong_tag_is_refused_whatever_the_library_calls_it(monkeypatch):
    class Odd:
        def decryptor(self):
            return self

        def authenticate_additional_data(self, _octets):
            return None

        def update(self, _octets):
            return b"not verified"

        def finalize(self):
            raise ValueError

    monkeypatch.setattr("keys.sm4.Cipher", lambda *_: Odd())
    with pytest.raises(CiphertextRefused):
        decrypt_gcm(KEY, IV, bytes(32))


def test_gcm_refuses_every_flipped_bit_and_cut_alike():
    sealed = encrypt_gcm(KEY, IV, b"licence", associated=b"a")
    broken = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    texts = set()
    for candidate in [*broken, sealed[:-1], sealed[:15], b"", sealed + b"\0"]:
        with pytest.raises(CiphertextRefused) as refusal:
            decrypt_gcm(KEY, IV, candidate, associated=b"a")
        texts.add(str(refusal.value))
    assert len(texts) == 1


@pytest.mark.parametrize("size", [0, 11, 13, 16])
def test_gcm_takes_ivs_of_twelve_octets_only(size):
    with pytest.raises(ValueError, match="12 octets"):
        encrypt_gcm(KEY, bytes(size), b"")
    with pytest.raises(ValueError, match="12 octets"):
        decrypt_gcm(KEY, bytes(size), bytes(16))
