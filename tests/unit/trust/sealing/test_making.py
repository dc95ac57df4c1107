"""Making a seal and asking whether it may be used."""

from datetime import timedelta
from typing import Any

import pytest

from keys.custody import memory_signer
from tests.seal_parts import AT, certificate, parts, png
from trust.errors import Malformed
from trust.formats.certificate import Certificate, Purpose, load_certificate
from trust.formats.seal_check import check_seal
from trust.formats.ses import Seal, SealPicture, parse_seal
from trust.rules.standing import Act, ActKind, Standing, Status, standing_at
from trust.sealing.errors import SealNotMade, SealNotUsable
from trust.sealing.in_force import check_in_force
from trust.sealing.making import make_seal


def maker() -> Certificate:
    return load_certificate(parts().maker_certificate)


def signer() -> Certificate:
    return load_certificate(parts().signer_certificate)


def made(**changes: Any) -> Seal:
    values: dict[str, Any] = {
        "maker": parts().maker,
        "maker_certificate": maker(),
        "seal_id": "11010000000001",
        "name": "雁栖市市场监督管理局",
        "seal_type": 1,
        "signer_certificates": [signer()],
        "picture": SealPicture("PNG", png(), 40, 40),
        "valid_from": AT,
        "valid_until": AT + timedelta(days=365),
        "at": AT,
    } | changes
    return make_seal(values.pop("maker"), values.pop("maker_certificate"), **values)


def test_a_made_seal_is_genuine() -> None:
    seal = made()
    check_seal(seal.der)
    assert parse_seal(seal.der) == seal
    assert (seal.vendor, seal.created, seal.valid_from, seal.valid_until) == (
        "YINZHENG",
        AT,
        AT,
        AT + timedelta(days=365),
    )
    assert seal.signer_certificates == (parts().signer_certificate,)
    assert seal.maker_certificate == parts().maker_certificate


def test_a_seal_for_several_certificates_of_one_body() -> None:
    renewed = certificate("雁栖市市场监督管理局", memory_signer(), Purpose.SEAL_SIGNER, parts().root, serial=9)
    seal = made(signer_certificates=[signer(), load_certificate(renewed)])
    check_in_force(seal, standing=Standing(Status.VALID), signer=renewed, at=AT)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("maker-key", lambda: {"maker": memory_signer()}),
        ("maker-purpose", lambda: {"maker": parts().signer, "maker_certificate": signer()}),
        ("signer-purpose", lambda: {"signer_certificates": [maker()]}),
        ("maker-is-signer", lambda: {"signer_certificates": [own_signer()]}),
        ("signer-twice", lambda: {"signer_certificates": [signer(), signer()]}),
        ("period", lambda: {"valid_until": AT}),
        ("period", lambda: {"valid_from": AT + timedelta(days=2), "valid_until": AT + timedelta(days=1)}),
    ],
)
def test_a_seal_that_should_not_be_is_not_made(reason: str, changes: Any) -> None:
    with pytest.raises(SealNotMade) as refusal:
        made(**changes())
    assert refusal.value.reason == reason


def own_signer() -> Certificate:
    return load_certificate(certificate("同一密钥", parts().maker, Purpose.SEAL_SIGNER, parts().root))


@pytest.mark.parametrize(
    "changes",
    [
        {"signer_certificates": []},
        {"name": "局\u200b"},
        {"seal_id": "印"},
        {"picture": SealPicture("PNG", b"no picture", 40, 40)},
        {"picture": SealPicture("PNG", png(), 400, 40)},
    ],
)
def test_a_seal_outside_the_profile_is_not_made(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        made(**changes)


def act(kind: ActKind, sequence: int) -> Act:
    at = AT + timedelta(days=sequence)
    return Act("11010000000001", sequence, kind, "other", "试验", at, at, at, "tester")


def test_a_seal_may_be_used_in_its_period_and_while_it_stands() -> None:
    seal = made()
    valid = Standing(Status.VALID)
    for at in (AT, AT + timedelta(days=365)):
        check_in_force(seal, standing=valid, signer=parts().signer_certificate, at=at)
    suspended = [act(ActKind.SUSPEND, 1)]
    for standing, holder, days, reason in (
        (valid, parts().signer_certificate, -1, "seal-not-yet-valid"),
        (valid, parts().signer_certificate, 366, "seal-expired"),
        (valid, parts().maker_certificate, 1, "signer-not-in-seal"),
        (standing_at(suspended, AT + timedelta(days=2)), parts().signer_certificate, 2, "seal-suspended"),
        (standing_at([act(ActKind.CANCEL, 1)], AT + timedelta(days=2)), parts().signer_certificate, 2, "seal-ended"),
    ):
        with pytest.raises(SealNotUsable) as refusal:
            check_in_force(seal, standing=standing, signer=holder, at=AT + timedelta(days=days))
        assert (refusal.value.reason, refusal.value.seal_id) == (reason, "11010000000001")
    resumed = standing_at([*suspended, act(ActKind.REINSTATE, 2)], AT + timedelta(days=3))
    check_in_force(seal, standing=resumed, signer=parts().signer_certificate, at=AT + timedelta(days=3))


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        check_in_force(made(), standing=Standing(Status.VALID), signer=b"", at=AT.replace(tzinfo=None))
