"""The self-test passes here, and notices each kind of broken library."""

import pytest

from keys import backend as backends
from keys import self_test as module
from keys.errors import BackendFailed, BackendMissing, SelfTestFailed
from keys.pure import PureVerifier
from keys.self_test import self_test


class Altered:
    """The real library with some calls replaced."""

    def __init__(self, **replaced):
        self._real = backends.signing()
        self.__dict__.update(replaced)

    def __getattr__(self, name):
        return getattr(self._real, name)


def install(monkeypatch, library):
    monkeypatch.setattr(backends, "chosen", lambda: library)
    monkeypatch.setattr(backends, "signing", lambda: library)


def test_passes_here_and_says_what_it_checked():
    passed = self_test()
    assert len(passed) == len(set(passed)) >= 15
    assert {"SM2 known answer", "SM2 nonces differ", "second opinion agrees"} <= set(passed)
    assert not [name for name in self_test(second_opinion=False) if "second opinion" in name]


def test_verification_alone_can_be_checked_without_a_library_that_signs(monkeypatch):
    def missing():
        raise BackendMissing("sm2-missing", "请安装")

    monkeypatch.setattr(backends, "chosen", PureVerifier)
    monkeypatch.setattr(backends, "signing", missing)
    passed = self_test(signing=False)
    assert "SM2 known answer" in passed
    assert "second opinion on the known signature" in passed
    assert "SM2 own signature" not in passed
    with pytest.raises(BackendMissing, match="请安装"):
        self_test()


def broken(*_):
    raise BackendFailed("test", "out of order")


REAL = backends.signing()
BROKEN = {
    "accepts everything": ({"verify": lambda *_: True}, "SM2 other message refused"),
    "refuses everything": ({"verify": lambda *_: False}, "SM2 known answer"),
    "ignores the identity": (
        {"verify": lambda point, message, _identity, raw: REAL.verify(point, message, b"1234567812345678", raw)},
        "SM2 other identity refused",
    ),
    "takes the empty identity": (
        {"verify": lambda point, message, _identity, raw: REAL.verify(point, message, b"", raw)},
        "SM2 known answer",
    ),
    "always breaks": ({"verify": broken}, "SM2 known answer"),
    "signs rubbish": ({"sign": lambda *_: bytes(31) + b"\1" + bytes(31) + b"\2"}, "SM2 own signature"),
    "repeats a nonce": (
        {"sign": lambda _key, _message, _identity: b"\1" * 64},
        "SM2 nonces differ",
    ),
    "signs under another identity": (
        {"sign": lambda key, message, _identity: REAL.sign(key, message, b"")},
        "second opinion agrees",
    ),
}


@pytest.mark.parametrize(("replaced", "complaint"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_library_is_noticed(monkeypatch, replaced, complaint):
    install(monkeypatch, Altered(**replaced))
    with pytest.raises(SelfTestFailed) as refusal:
        self_test()
    assert any(failed.startswith(complaint) for failed in refusal.value.failed)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("name", ["sm3", "hmac_sm3", "encrypt_gcm", "digest"])
def test_a_broken_primitive_is_noticed(monkeypatch, name):
    monkeypatch.setattr(module, name, lambda *_, **__: bytes(32))
    with pytest.raises(SelfTestFailed):
        self_test(second_opinion=False)


@pytest.mark.parametrize("opinion", [True, False])
def test_a_second_opinion_that_does_not_look_is_noticed(monkeypatch, opinion):
    monkeypatch.setattr(module, "ask_gmssl", lambda *_, **__: opinion)
    with pytest.raises(SelfTestFailed, match="second opinion"):
        self_test()


def test_the_reason_of_a_break_is_reported(monkeypatch):
    install(monkeypatch, Altered(verify=broken))
    with pytest.raises(SelfTestFailed, match="out of order"):
        self_test()
