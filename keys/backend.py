"""Which library does the SM2 arithmetic on this machine.

Taken is the first of these that was built with SM2: the path that was named (and then no other: a named library that
does not serve is an error), the libcrypto that Python itself has loaded, the system's by its usual
name, the copy inside psycopg's binary wheel. Red Hat's family and Alpine build theirs without SM2; where none
serves, signatures can still be verified in plain Python, but nothing can be signed, and `signing` says what to
install. `chosen().description` belongs in the readiness page and in the trail.
"""

import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from keys.errors import BackendMissing
from keys.libcrypto import Libcrypto, already_loaded
from keys.pure import PureVerifier

SONAMES = (
    "libcrypto.so.3",
    "libcrypto.so.4",
    "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",  # full paths on macOS: the bare name aborts the process there
    "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
)

ADVICE_ZH = (
    "本机没有带 SM2 的 OpenSSL（libcrypto 3.0 或更新版本），不能签名，核验照常。请任选一种办法后重新启动："
    "（1）Debian、Ubuntu、openEuler 等：安装或更新系统的 libssl3（openssl-libs）；"
    "（2）RHEL、Rocky、Fedora、Alpine 等（系统的 OpenSSL 去掉了 SM2）："
    "执行 pip install 'psycopg[binary]>=3.3'，其中自带可用的 libcrypto；"
    "（3）自行编译 OpenSSL，并用 YINZHENG_LIBCRYPTO 写明 libcrypto 的路径。"
)
ADVICE_EN = (
    "No OpenSSL libcrypto (3.0 or later) with SM2 was found, so nothing can be signed; verifying works. "
    "Do one of these and start again: "
    "(1) Debian, Ubuntu, openEuler and others: install or update the system's libssl3 (openssl-libs); "
    "(2) RHEL, Rocky, Fedora, Alpine (their OpenSSL has no SM2): "
    "pip install 'psycopg[binary]>=3.3', which carries one that has; "
    "(3) build OpenSSL and name the path of its libcrypto in YINZHENG_LIBCRYPTO."
)


class Backend(Protocol):
    """Decides the SM2 equation for octets that the codec has let through. Safe to use from many threads."""

    @property
    def description(self) -> str: ...

    def verify(self, point: bytes, message: bytes, identity: bytes, raw: bytes) -> bool: ...


def chosen() -> Backend:
    """Return the backend for verifying: a libcrypto, or plain Python where there is none.

    Raises:
        BackendMissing: the library that was named does not serve.

    """
    try:
        return signing()
    except BackendMissing:
        if _named:
            raise
        return _PURE


def signing() -> Libcrypto:
    """Return the backend for making keys and signatures.

    Raises:
        BackendMissing: no libcrypto with SM2; the text says in Chinese and English what to install.

    """
    found = _found(tuple(_named))
    if isinstance(found, Libcrypto):
        return found
    raise BackendMissing("sm2-missing", "\n".join((ADVICE_ZH, ADVICE_EN, "试过 / tried:", *found)), found)


def can_sign() -> bool:
    """Say whether anything on this machine makes keys and signatures."""
    return isinstance(_found(tuple(_named)), Libcrypto)


def choose(path: str | None) -> None:
    """Take the libcrypto at `path` from now on, or the first that serves (None); called once, by the settings.

    Raises:
        BackendMissing: the named library does not serve.

    """
    _named[:] = [path] if path else []
    if path:
        signing()


_PURE = PureVerifier()
_named: list[str] = []


@lru_cache(maxsize=4)
def _found(named: tuple[str, ...]) -> Libcrypto | tuple[str, ...]:
    """The first library that serves, or why none did."""
    refused: list[str] = []
    for path in named or tuple(dict.fromkeys(_candidates())):
        try:
            return Libcrypto(path)
        except BackendMissing as error:
            refused.append(error.text)
    return tuple(refused)


def _candidates() -> Iterator[str]:
    yield from already_loaded()
    yield from SONAMES
    wheel = importlib.util.find_spec("psycopg_binary")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        for pattern in ("../psycopg_binary.libs/libcrypto*", ".dylibs/libcrypto*"):
            yield from sorted(str(path.resolve()) for path in Path(folder).glob(pattern))
