"""Which library is taken, and what is said when there is none."""

import pytest

from keys import backend as backends
from keys.errors import BackendMissing
from keys.libcrypto import Libcrypto
from keys.pure import PureVerifier
from keys.sm2 import backend


@pytest.fixture(autouse=True)
def as_it_was():
    """Leave the process with its ordinary choice."""
    yield
    backends.choose(None)
    backends._found.cache_clear()


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine where no candidate serves."""
    monkeypatch.setattr(backends, "_candidates", lambda: iter(["/nonexistent/libcrypto.so.3", "libc.so.6"]))
    backends._found.cache_clear()


def test_a_libcrypto_is_taken_where_there_is_one_and_only_once():
    assert isinstance(backends.chosen(), Libcrypto)
    assert backends.chosen() is backends.signing()
    assert "OpenSSL" in backend()


def test_without_a_libcrypto_one_can_verify_but_not_sign(bare_machine):
    assert isinstance(backends.chosen(), PureVerifier)
    assert not hasattr(backends.chosen(), "sign")
    with pytest.raises(BackendMissing) as refusal:
        backends.signing()
    assert refusal.value.reason == "sm2-missing"
    for word in ("请任选一种办法", "psycopg[binary]", "Do one of these", "/nonexistent/libcrypto.so.3", "libc.so.6"):
        assert word in refusal.value.text


def test_the_first_candidate_that_serves_is_taken(monkeypatch):
    good = backends.signing().path
    monkeypatch.setattr(backends, "_candidates", lambda: iter(["libc.so.6", good, "/nonexistent/other.so"]))
    backends._found.cache_clear()
    assert backends.signing().path == good


def test_a_named_library_is_taken_alone():
    good = backends.signing().path
    backends.choose(good)
    assert backends.signing().path == good
    with pytest.raises(BackendMissing):
        backends.choose("/nonexistent/libcrypto.so.3")
    with pytest.raises(BackendMissing):  # no silent step down to plain Python when the settings named a library
        backends.chosen()
    backends.choose(None)
    assert isinstance(backends.chosen(), Libcrypto)
