"""What the subjects share: one application and its licence, what is noted of it, and a word on what does not hold."""

import json
from typing import Any

from issuer.application import Application, read_application
from issuer.issuing import Issued
from keys.sm3 import sm3
from service.wiring import Yinzheng
from templates.library import load_bundle
from tests.city import LICENCES, OFFICIAL, SEAL_OFFICERS
from tests.crash.promised import Facts
from trust.rules.verdict import Indication
from verifier.verifying import Examined

BUNDLE = "teacher-qualification"
ASKER, SECOND = SEAL_OFFICERS
PASSED, FAILED = Indication.PASSED, Indication.FAILED


def digest(octets: bytes) -> str:
    """SM3 in hexadecimal."""
    return sm3(octets).hex()


def expect(indication: Indication, **examined: Examined) -> list[str]:
    """Complaints about verdicts that are others than expected, with what stands against them."""
    return [
        f"{name} {one.verdict.indication}: {[found.name for found in one.verdict.findings if found.indication is not PASSED]}"
        for name, one in examined.items()
        if one.verdict.indication is not indication
    ]


def body_code(yinzheng: Yinzheng, bundle: str) -> str:
    """The code of the body that issues a bundle's licences."""
    return next(one.body.code for one in yinzheng.city.bodies if bundle in one.types)


def members(number: str) -> dict[str, Any]:
    """What is applied for."""
    return json.loads((LICENCES / f"{BUNDLE}.json").read_text("utf-8")) | {"number": number}  # type: ignore[no-any-return]  # our own file


def application(yinzheng: Yinzheng, number: str) -> Application:
    """The same as an application."""
    kind = load_bundle(BUNDLE).type
    return read_application(members(number), type_code=kind.code, issuer_code=body_code(yinzheng, BUNDLE))


def issue(yinzheng: Yinzheng, key: str) -> Issued:
    """A licence whose number is its key."""
    return yinzheng.issue(application(yinzheng, key), key=key, by=OFFICIAL)


def facts_of(one: Issued) -> Facts:
    """What whoever asked for a licence keeps of it."""
    files = {"ofd": digest(one.ofd), "pdf": digest(one.pdf), "token": digest(one.token)}
    return files | {"identifier": str(one.entry.licence.identifier)}
