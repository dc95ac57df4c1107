"""Custody: durable encrypted files, one signer per key, every signature verified, and nothing in plain text."""

import base64
import os
import pickle
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from keys import custody as module
from keys.backend import signing
from keys.custody import Custody, memory_signer
from keys.errors import (
    KeyFileRefused,
    KeyNotUsable,
    SignatureRefused,
    SigningFailed,
    UnknownReference,
    WrongPassphrase,
)
from keys.files import make_folder, read_private, write_once
from keys.key_file import lock
from keys.signer import Signer
from keys.sm2 import DEFAULT_IDENTITY, PublicKey, verify

WORD = b"a passphrase for tests"


def custody(folder, word=WORD, **changes):
    return Custody(folder, lambda: word, **({"production": False, "rounds": 1024} | changes))


def private_of(signer):
    return bytes(signing().private_octets(signer._key))


def test_a_made_key_signs_and_is_opened_again(tmp_path):
    made: Signer = custody(tmp_path).make("seal-maker")
    assert (made.reference, made.software) == ("file:seal-maker", True)
    again = custody(tmp_path)
    opened = again.open("file:seal-maker")
    assert opened.public == made.public
    verify(made.public, b"m", opened.sign(b"m"), identity=DEFAULT_IDENTITY)
    assert again.names() == ["seal-maker"]


def test_a_key_is_opened_once_and_shared(tmp_path):
    keys = custody(tmp_path)
    made = keys.make("log")
    assert keys.open("file:log") is made is keys.open("file:log")
    other = custody(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: other.open("file:log"), range(8)))
    assert all(signer is found[0] for signer in found)


def test_the_passphrase_is_asked_for_only_when_a_file_is_opened(tmp_path):
    asked = []

    def passphrase():
        asked.append(1)
        return WORD

    keys = Custody(tmp_path, passphrase, production=False, rounds=1024)
    assert keys.names() == []
    keys.make("a")
    keys.open("file:a")
    assert len(asked) == 1


def every_form(secret):
    """Raw, hexadecimal, and base64 at each of its three alignments."""
    forms = [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode()]
    forms += [base64.b64encode(bytes(shift) + secret)[4:40] for shift in range(3)]
    return [*forms, *(base64.urlsafe_b64encode(bytes(shift) + secret)[4:40] for shift in range(3))]


def test_the_private_number_is_nowhere_on_disk(tmp_path):
    keys = custody(tmp_path)
    secrets = [private_of(keys.make(f"key-{number}")) for number in range(5)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    for path in files:
        octets = path.read_bytes()
        pem_body = base64.b64decode(b"".join(octets.splitlines()[1:-1]))
        for secret in secrets:
            assert not any(form in octets or form in pem_body for form in every_form(secret))
            assert WORD not in octets


def test_the_search_would_find_it(tmp_path):
    secret = private_of(memory_signer())
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)
        assert any(form in text for form in every_form(secret))


def test_files_are_the_owners_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        custody(tmp_path / "keys").make("open-umask")
    finally:
        os.umask(0o777)
    try:
        write_once(tmp_path / "keys/closed-umask.p8.pem", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_a_file_is_synced_before_it_has_its_name_and_its_folder_after(tmp_path, monkeypatch):
    events = []
    sync, link = os.fsync, os.link
    monkeypatch.setattr(
        os, "fsync", lambda fd: (events.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file"), sync(fd))
    )
    monkeypatch.setattr(os, "link", lambda old, new: (events.append("name"), link(old, new)))
    custody(tmp_path).make("a")
    assert events == ["file", "name", "folder"]


def test_a_folder_that_is_made_is_synced_into_those_above(tmp_path, monkeypatch):
    sync, synced = os.fsync, []
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_ino), sync(fd)))
    make_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "a").stat().st_ino]
    make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2


@pytest.mark.parametrize("call", ["fsync", "link", "fchmod"])
def test_a_failed_write_leaves_nothing_behind_and_no_key(tmp_path, monkeypatch, call):
    def failing(*_):
        raise OSError(28, "No space left on device")

    keys = custody(tmp_path)
    monkeypatch.setattr(os, call, failing)
    with pytest.raises(KeyFileRefused):
        keys.make("a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnknownReference):
        keys.open("file:a")


def test_an_existing_key_is_never_overwritten(tmp_path):
    keys = custody(tmp_path)
    keys.make("a")
    before = (tmp_path / "a.p8.pem").read_bytes()
    with pytest.raises(KeyNotUsable):
        keys.make("a")
    with pytest.raises(KeyNotUsable):
        write_once(tmp_path / "a.p8.pem", b"other")
    assert (tmp_path / "a.p8.pem").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.p8.pem"]


def test_of_many_makers_of_one_name_one_wins(tmp_path):
    def attempt(_):
        try:
            return custody(tmp_path).make("root").public
        except KeyNotUsable:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [public for public in pool.map(attempt, range(8)) if public]
    assert len(made) == 1
    assert custody(tmp_path).open("file:root").public == made[0]


@pytest.mark.parametrize(
    "name",
    ["", "A", "a b", "../a", "a/b", ".a", "-a", "a-", "a.b", "印", "a\n", "a\0", "a" * 65],
)
def test_names_that_are_no_names_are_refused(tmp_path, name):
    with pytest.raises(KeyNotUsable):
        custody(tmp_path / "keys").make(name)
    with pytest.raises(UnknownReference):
        custody(tmp_path / "keys").open(f"file:{name}")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    "reference", ["", "a", "file:", "file:none", "FILE:a", "memory:a", "http://x/", "sdf:1", "pkcs11:label=a"]
)
def test_references_that_lead_nowhere(tmp_path, reference):
    custody(tmp_path).make("a")
    with pytest.raises(UnknownReference):
        custody(tmp_path).open(reference)


@pytest.mark.parametrize("reference", ["sdf:1", "pkcs11:label=a"])
def test_devices_are_said_not_to_be_built_yet(tmp_path, reference):
    with pytest.raises(UnknownReference, match=r"尚未实现.*not built yet"):
        custody(tmp_path).open(reference)


def test_production_refuses_software_keys(tmp_path):
    custody(tmp_path).make("a")
    strict = custody(tmp_path, production=True)
    for attempt in (lambda: strict.open("file:a"), lambda: strict.make("b")):
        with pytest.raises(KeyNotUsable) as refusal:
            attempt()
        assert refusal.value.reason == "software-key-in-production"
    assert strict.names() == ["a"]
    assert not (tmp_path / "b.p8.pem").exists()


def test_a_wrong_passphrase_opens_nothing_and_a_later_right_one_does(tmp_path):
    custody(tmp_path).make("a")
    words = [b"wrong", b"", WORD]
    keys = Custody(tmp_path, lambda: words.pop(0), production=False, rounds=1024)
    with pytest.raises(WrongPassphrase):
        keys.open("file:a")
    with pytest.raises(KeyFileRefused):
        keys.open("file:a")
    assert keys.open("file:a").software


def test_a_file_whose_public_half_is_anothers_is_refused(tmp_path):
    library = signing()
    mine, other = library.generate(), library.generate()
    write_once(tmp_path / "a.p8.pem", lock(library.private_octets(mine), other.point, WORD, rounds=1024))
    with pytest.raises(KeyFileRefused) as refusal:
        custody(tmp_path).open("file:a")
    assert refusal.value.reason == "public-half"


@pytest.mark.parametrize("mode", [0o602, 0o604, 0o620, 0o666])
def test_files_open_to_others_are_refused(tmp_path, mode):
    custody(tmp_path).make("a")
    (tmp_path / "a.p8.pem").chmod(mode)
    with pytest.raises(KeyFileRefused):
        custody(tmp_path).open("file:a")


def test_links_folders_pipes_and_large_files_are_refused(tmp_path):
    keys = custody(tmp_path)
    keys.make("a")
    (tmp_path / "link.p8.pem").symlink_to(tmp_path / "a.p8.pem")
    (tmp_path / "folder.p8.pem").mkdir()
    os.mkfifo(tmp_path / "pipe.p8.pem", 0o600)
    write_once(tmp_path / "large.p8.pem", b"x" * 5000)
    for name in ("link", "folder", "pipe", "large"):
        with pytest.raises(KeyFileRefused):
            keys.open(f"file:{name}")
        with pytest.raises(KeyFileRefused):
            read_private(tmp_path / f"{name}.p8.pem")


def test_leftovers_of_a_crash_are_not_keys(tmp_path):
    (tmp_path / ".a.p8.pem.0011223344556677").write_bytes(b"cut off")
    (tmp_path / "Not A Key.p8.pem").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    keys = custody(tmp_path)
    assert keys.names() == []
    keys.make("a")
    assert keys.names() == ["a"]


@pytest.mark.parametrize("rounds", [0, 1023, 10_000_001])
def test_rounds_out_of_bounds_are_refused_at_once(tmp_path, rounds):
    with pytest.raises(ValueError, match="rounds"):
        custody(tmp_path, rounds=rounds)


class Lying:
    """A library whose signatures are well formed and wrong."""

    def sign(self, *_):
        return bytes(31) + b"\1" + bytes(31) + b"\2"


def test_a_signature_that_does_not_verify_is_not_handed_out():
    signer = memory_signer()
    signer._library = Lying()
    with pytest.raises(SigningFailed) as refusal:
        signer.sign(b"m")
    assert refusal.value.reason == "verify-after-sign"


@pytest.mark.parametrize("call", ["EVP_DigestSignInit", "EVP_DigestSign", "EVP_DigestVerifyInit", "EVP_DigestVerify"])
def test_a_backend_that_fails_gives_no_signature(monkeypatch, call):
    signer = memory_signer()
    monkeypatch.setattr(signer._library._library, call, lambda *_: 0)
    with pytest.raises(SigningFailed):
        signer.sign(b"m")


def test_memory_signers_are_each_their_own():
    first, second = memory_signer(), memory_signer("probe")
    assert (first.reference, second.reference) == ("memory:memory", "memory:probe")
    assert first.software
    assert first.public != second.public
    signature = first.sign(b"m")
    assert len(signature) == 64
    with pytest.raises(SignatureRefused):
        verify(second.public, b"m", signature, identity=DEFAULT_IDENTITY)


def test_one_signer_on_eight_threads():
    signer = memory_signer()

    def work(seed):
        for number in range(40):
            message = bytes([seed, number])
            verify(signer.public, message, signer.sign(message), identity=DEFAULT_IDENTITY)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_a_signer_shows_and_gives_away_nothing_private():
    signer = memory_signer()
    secret = private_of(signer)
    for text in (repr(signer), str(signer), repr(signer._key)):
        assert secret.hex() not in text
    with pytest.raises(TypeError, match="process"):
        pickle.dumps(signer)


def test_the_public_half_is_a_public_key():
    assert isinstance(memory_signer().public, PublicKey)


def test_the_private_octets_are_overwritten_after_writing(tmp_path, monkeypatch):
    seen = []
    library = signing()
    original = type(library).private_octets

    def spy(self, key):
        seen.append(original(self, key))
        return seen[-1]

    monkeypatch.setattr(type(library), "private_octets", spy)
    custody(tmp_path).make("a")
    assert seen == [bytearray(32)]


def test_opened_private_numbers_are_overwritten(tmp_path, monkeypatch):
    custody(tmp_path).make("a")
    seen = []
    original = module.unlock
    monkeypatch.setattr(module, "unlock", lambda *words: seen.append(original(*words)) or seen[-1])
    custody(tmp_path).open("file:a")
    assert seen[0].private == bytes(32)


def test_what_was_verified_after_signing_answers_one_more_question_about_the_very_same(monkeypatch):
    """The equation is computed once for it; for anything else, and from then on, it is computed again."""
    signer, asked = memory_signer(), []
    library, message = signing(), b"what is signed"
    true = library.verify

    def noting(point, said, identity, raw):
        asked.append(said)
        return true(point, said, identity, raw)

    monkeypatch.setattr(library, "verify", noting)
    signature = signer.sign(message)
    assert asked == [message]
    other = bytes((signature[0] ^ 1,)) + signature[1:]
    for public, said, raw, identity in (
        (signer.public, message + b".", signature, DEFAULT_IDENTITY),
        (signer.public, message, other, DEFAULT_IDENTITY),
        (memory_signer().public, message, signature, DEFAULT_IDENTITY),
        (signer.public, message, signature, b"another identity"),
    ):
        with pytest.raises(SignatureRefused):
            verify(public, said, raw, identity=identity)
    count = len(asked)
    verify(signer.public, message, signature, identity=DEFAULT_IDENTITY)
    assert len(asked) == count
    verify(signer.public, message, signature, identity=DEFAULT_IDENTITY)
    assert len(asked) == count + 1


def test_what_did_not_verify_after_signing_is_not_remembered(monkeypatch):
    signer, library = memory_signer(), signing()
    made = []

    def wrong(key, message, identity):
        made.append(true(key, message + b".", identity))
        return made[-1]

    true = library.sign
    monkeypatch.setattr(library, "sign", wrong)
    with pytest.raises(SigningFailed):
        signer.sign(b"message")
    with pytest.raises(SignatureRefused):
        verify(signer.public, b"message", made[0], identity=DEFAULT_IDENTITY)
