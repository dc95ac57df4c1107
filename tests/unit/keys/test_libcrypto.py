"""The binding: against the oracles, under threads and fork, with bad keys, bad libraries and many refusals."""

import gc
import json
import multiprocessing
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path

import pytest

from keys import pure
from keys.backend import _candidates, signing
from keys.codec import N, check_point, der_from_raw
from keys.digest import DEFAULT_IDENTITY, digest_of
from keys.errors import BackendMissing, MalformedKey, SignatureRefused
from keys.libcrypto import PUBLIC_KEYS_KEPT, Libcrypto, already_loaded

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/sm2.json").read_text())
KEYS = {key["id"]: key for key in VECTORS["keys"]}
STD = bytes.fromhex("04" + KEYS["std"]["x"] + KEYS["std"]["y"])
STD_D = bytes.fromhex(KEYS["std"]["d"])


def every_library():
    """Each different libcrypto on this machine that has SM2, by real path."""
    found = {}
    for path in dict.fromkeys(_candidates()):
        try:
            library = Libcrypto(path)
        except BackendMissing:
            continue
        found.setdefault(library.description.partition("(")[2], library)
    return list(found.values())


LIBRARIES = every_library()


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.description.partition("(")[2][:15])
def library(request):
    return request.param


def complaints(library):
    return library._library.ERR_peek_error()


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["id"])
def test_private_keys_of_the_vectors_have_their_points(library, case):
    point = bytes.fromhex("04" + case["x"] + case["y"])
    key = library.private_key(bytearray.fromhex(case["d"]), point)
    assert key.point == point
    assert library.private_octets(key) == bytes.fromhex(case["d"])


@pytest.mark.parametrize("case", VECTORS["sign"], ids=lambda case: case["id"])
def test_signatures_of_the_vectors_hold(library, case):
    key = KEYS[case["key"]]
    point = bytes.fromhex("04" + key["x"] + key["y"])
    assert library.verify(
        point, bytes.fromhex(case["message"]), bytes.fromhex(case["user_id"]), bytes.fromhex(case["raw"])
    )


@pytest.mark.parametrize("size", [0, 1, 55, 56, 64, 119, 120, 4096])
@pytest.mark.parametrize("identity", [b"", b"x", DEFAULT_IDENTITY, bytes(8190)], ids=len)
def test_own_signatures_hold_by_every_library_and_by_the_oracle(library, size, identity):
    key, message = library.generate(), os.urandom(size)
    signature = library.sign(key, message, identity)
    assert len(signature) == 64
    assert pure.holds(key.point, digest_of(key.point, message, identity), signature)
    for other in LIBRARIES:
        assert other.verify(key.point, message, identity, signature)
        assert not other.verify(key.point, message + b"\0", identity, signature)
        assert not other.verify(key.point, message, identity + b"1" if len(identity) < 8190 else b"", signature)


def test_generated_keys_are_sound_and_differ(library):
    keys = [library.generate() for _ in range(100)]
    assert len({key.point for key in keys}) == 100
    for key in keys:
        check_point(key.point)
        private = library.private_octets(key)
        assert library.private_key(private, key.point).point == key.point


def test_short_r_and_s_come_through(library):
    """About one signature in 128 has a short r or s; 2 000 of them show some."""
    key = library.generate()
    short = 0
    for number in range(2000):
        message = number.to_bytes(2, "big")
        signature = library.sign(key, message, DEFAULT_IDENTITY)
        short += not (signature[0] and signature[32])
        assert library.verify(key.point, message, DEFAULT_IDENTITY, signature)
    assert short


@pytest.mark.parametrize("number", [0, N - 1, N, N + 1, (1 << 256) - 1])
def test_private_numbers_out_of_range_are_refused(library, number):
    with pytest.raises(MalformedKey):
        library.private_key(number.to_bytes(32, "big"), None)


def test_a_foreign_public_half_is_refused(library):
    with pytest.raises(MalformedKey) as refusal:
        library.private_key(STD_D, library.generate().point)
    assert refusal.value.reason == "public-half"
    assert library.private_key(STD_D, None).point == STD


@pytest.mark.parametrize("case", VECTORS["public_key"], ids=lambda case: case["id"])
def test_public_keys_of_the_vectors(library, case):
    point = bytes.fromhex(case["point"])
    if case["valid"]:
        assert library.public_key(point).point == point
    else:
        with pytest.raises(MalformedKey):
            library.public_key(point)


def test_libcrypto_itself_would_take_infinity_and_numbers_out_of_range(library):
    """Why the codec stands in front: without it these load. Should a newer libcrypto refuse them, so much the better."""
    infinity = bytearray.fromhex("3019301306072a8648ce3d020106082a811ccf5501822d03020000")
    with pytest.raises(MalformedKey):  # refused by our look at the octets afterwards, or by libcrypto
        library._load(library._library.d2i_PUBKEY, infinity, None)
    with pytest.raises(MalformedKey):
        library.private_key(N.to_bytes(32, "big"), None)


def test_malformed_signatures_and_identities_do_not_reach_libcrypto(library, monkeypatch):
    def reached(*_):
        raise AssertionError("reached libcrypto")

    monkeypatch.setattr(library._library, "EVP_DigestVerify", reached)
    for signature in (b"", bytes(64), b"\xff" * 64, bytes(63) + b"\1"):
        with pytest.raises(SignatureRefused):
            library.verify(STD, b"", DEFAULT_IDENTITY, signature)
    with pytest.raises(MalformedKey):
        library.verify(STD, b"", bytes(8191), bytes.fromhex(VECTORS["sign"][0]["raw"]))
    with pytest.raises(MalformedKey):
        library.verify(bytes(65), b"", DEFAULT_IDENTITY, bytes.fromhex(VECTORS["sign"][0]["raw"]))


def test_signing_with_an_identity_that_is_too_long_is_refused(library):
    with pytest.raises(MalformedKey):
        library.sign(library.generate(), b"", bytes(8191))


def test_refusals_leave_no_error_behind_and_disturb_nothing(library):
    good = bytes.fromhex(VECTORS["sign"][0]["raw"])
    for number in range(1, 300):
        assert not library.verify(STD, b"message digest", DEFAULT_IDENTITY, number.to_bytes(32, "big") + good[32:])
        assert complaints(library) == 0
    with pytest.raises(MalformedKey):
        library._load(library._library.d2i_PUBKEY, bytearray(b"\x30\x00"), None)
    assert complaints(library) == 0
    assert library.verify(STD, b"message digest", DEFAULT_IDENTITY, good)


def test_public_keys_are_loaded_once_and_the_cache_is_bounded():
    library = Libcrypto(signing().path)
    key = library.generate()
    signature = library.sign(key, b"m", DEFAULT_IDENTITY)
    for _ in range(50):
        assert library.verify(key.point, b"m", DEFAULT_IDENTITY, signature)
    about = library._public_key.cache_info()
    assert (about.misses, about.hits, about.maxsize) == (1, 49, PUBLIC_KEYS_KEPT)


def test_one_key_on_eight_threads(library):
    key = library.generate()

    def work(seed):
        for number in range(60):
            message = bytes([seed, number])
            signature = library.sign(key, message, DEFAULT_IDENTITY)
            assert library.verify(key.point, message, DEFAULT_IDENTITY, signature)
            assert not library.verify(key.point, message + b"x", DEFAULT_IDENTITY, signature)
        assert complaints(library) == 0
        return seed

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == list(range(8))


def test_keys_dropped_by_one_thread_while_others_sign(library):
    def work(seed):
        for number in range(40):
            key = library.generate()
            signature = library.sign(key, bytes([seed, number]), DEFAULT_IDENTITY)
            assert library.verify(key.point, bytes([seed, number]), DEFAULT_IDENTITY, signature)
            del key
            if seed == 0 and number in (10, 30):  # one thread collects for all; a full heap takes a second each time
                gc.collect()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def sign_in_child(library, key, pipe):
    pipe.send([library.sign(key, b"fork", DEFAULT_IDENTITY) for _ in range(5)])


def test_a_forked_child_signs_with_nonces_of_its_own(library):
    context = multiprocessing.get_context("fork")
    key = library.generate()
    library.sign(key, b"before", DEFAULT_IDENTITY)  # the generator is seeded before the fork
    signatures = []
    for _ in range(3):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=sign_in_child, args=(library, key, theirs))
        child.start()
        assert ours.poll(30)
        signatures += ours.recv()
        child.join(30)
        assert child.exitcode == 0
    signatures += [library.sign(key, b"fork", DEFAULT_IDENTITY) for _ in range(5)]
    assert all(library.verify(key.point, b"fork", DEFAULT_IDENTITY, signature) for signature in signatures)
    assert len({signature[:32] for signature in signatures}) == len(signatures)


def test_a_loaded_key_is_neither_copied_nor_pickled(library):
    key = library.generate()
    with pytest.raises(TypeError, match="process"):
        copy(key)
    with pytest.raises(TypeError, match="process"):
        pickle.dumps(key)


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def make_and_sign(library):
    library.sign(library.generate(), b"m", DEFAULT_IDENTITY)


def accept(library):
    assert library.verify(STD, b"message digest", DEFAULT_IDENTITY, bytes.fromhex(VECTORS["sign"][0]["raw"]))


def refuse(library):
    assert not library.verify(STD, b"message", DEFAULT_IDENTITY, bytes.fromhex(VECTORS["sign"][0]["raw"]))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs procfs")
@pytest.mark.parametrize("work", [make_and_sign, accept, refuse])
def test_memory_does_not_grow(library, work):
    """A context or key that is not freed costs half a KiB or more a call: 750 KiB here."""
    for _ in range(200):
        work(library)
    before = resident()
    for _ in range(1500):
        work(library)
    assert resident() - before < 384 << 10


@pytest.mark.parametrize("path", ["/nonexistent/libcrypto.so.3", "libc.so.6", __file__])
def test_libraries_that_do_not_serve_are_refused(path):
    with pytest.raises(BackendMissing) as refusal:
        Libcrypto(path)
    assert path in refusal.value.text


def test_the_interpreters_own_libcrypto_is_found():
    found = already_loaded()
    assert all("libcrypto" in name for name in found)
    assert len(found) <= 8


def test_der_handed_to_libcrypto_is_ours(library, monkeypatch):
    seen = []
    original = library._library.EVP_DigestVerify

    def spy(context, der, size, *rest):
        seen.append(der)
        return original(context, der, size, *rest)

    monkeypatch.setattr(library._library, "EVP_DigestVerify", spy)
    raw = bytes.fromhex(VECTORS["sign"][0]["raw"])
    assert library.verify(STD, b"message digest", DEFAULT_IDENTITY, raw)
    assert seen == [der_from_raw(raw)]
