"""The cryptography of this machine, taken up before anything else: which library, and whether it answers rightly.

Where no libcrypto with SM2 is found, everything that only verifies goes on in plain Python, and what signs refuses with
what to install. A library that the settings name has to serve: there is no silent step down from it.
"""

from keys.backend import can_sign, choose, signing
from keys.errors import BackendMissing
from keys.self_test import self_test
from service.problem import Usage


def take_up_cryptography(libcrypto: str | None) -> None:
    """Take the named library, or the first that serves, and put it to the test.

    Raises:
        Usage: `setting`; the named library does not serve.
        SelfTestFailed: what is here answers wrongly.

    """
    try:
        choose(libcrypto)
    except BackendMissing as error:
        tried = "; ".join(error.tried)
        raise Usage(
            "setting",
            f"设置 YINZHENG_LIBCRYPTO 不对：{libcrypto} 不能用；请改成带 SM2 的 libcrypto，或者去掉这项设置。",
            f"setting YINZHENG_LIBCRYPTO: this library does not serve ({tried}).",
        ) from error
    self_test(signing=can_sign())


def require_signing(libcrypto: str | None) -> None:
    """Make sure that this machine can sign, before anything is begun that has to.

    Raises:
        BackendMissing: it cannot; the text says what to install.
        Usage, SelfTestFailed: as `take_up_cryptography`.

    """
    take_up_cryptography(libcrypto)
    signing()
