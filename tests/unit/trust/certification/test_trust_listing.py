"""Publishing the trust list: numbers rise, only sound certificates are listed, begun mandates stay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.certification_parts import (
    AT,
    BODY,
    BUREAU,
    DAY,
    Fuse,
    MemoryEditions,
    PowerCutError,
    chance,
    founded,
    memory_books,
)
from tests.pki_parts import signer
from trust.certification.errors import PublicationDamaged
from trust.certification.profiles import LOG, SEAL_SIGNER, TRUST_LIST
from trust.certification.trust_listing import NAME, next_number, publish_trust_list, read_trust_list
from trust.errors import Conflict, Malformed, Untrusted
from trust.formats.certificate import Purpose
from trust.formats.trust_list import ListedCertificate
from trust.rules.mandate import Mandate
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod
from trust.rules.standing import Status
from trust.rules.status_pointer import StatusPointer

AUTHORITY = founded(memory_books())
SIGNER = signer("信任")
TYPE = "11100000MB0143028R001"


def certified(name: str, kind, at=AT):
    return AUTHORITY.certify(signer(name).public, kind, subject=BUREAU, at=at, random=chance)


CERTIFICATE = certified("信任", TRUST_LIST)
SEALING = certified("印局", SEAL_SIGNER)
LOGGING = certified("日志", LOG)
TO_COME = certified("印局", SEAL_SIGNER, AT + 30 * DAY)
MANDATE = Mandate(BODY, "雁栖市测试局", TYPE, AT - 300 * DAY)
CONTENT = {
    "certificates": (
        ListedCertificate(Purpose.SEAL_SIGNER, BODY, SEALING.der),
        ListedCertificate(Purpose.LOG, None, LOGGING.der),
    ),
    "mandates": (MANDATE,),
    "types": ((TYPE, "营业执照"),),
    "log": "log.yanqi.example/1",
    "status_base": "http://127.0.0.1:8000/status/",
}


def publish(editions, *, signer=SIGNER, certificate=CERTIFICATE, at=AT, next_update=None, **changes):
    content = CONTENT | changes
    return publish_trust_list(editions, signer, certificate, at=at, next_update=next_update or at + DAY, **content)


@pytest.fixture
def editions() -> MemoryEditions:
    return MemoryEditions(Fuse())


def test_what_is_published_is_signed_and_stored(editions):
    octets = publish(editions)
    found = read_trust_list(octets, CERTIFICATE)
    assert (found.sequence, found.issued_at) == (1, AT.replace(microsecond=0))
    assert found.certificates == CONTENT["certificates"]
    assert found.mandates == (MANDATE,)
    assert editions.current(NAME).octets == octets
    with pytest.raises(Untrusted):
        read_trust_list(octets, SEALING)


def test_numbers_rise(editions):
    for number in (1, 2, 3):
        assert read_trust_list(publish(editions), CERTIFICATE).sequence == number


@pytest.mark.parametrize("writes", [0, 1])
def test_a_crash_uses_a_number_up_at_most(editions, writes):
    publish(editions)
    editions.fuse.left = writes
    with pytest.raises(PowerCutError):
        publish(editions)
    editions.fuse.left = -1
    assert editions.current(NAME).number == 1
    assert read_trust_list(publish(editions), CERTIFICATE).sequence == 2 + writes


def test_the_slower_of_two_publishers_is_refused(editions):
    publish(editions)
    slow = replace(editions)
    slow.highest, slow.plan = lambda _name: 0, editions.plan
    with pytest.raises(Conflict, match="number-not-greater"):
        publish(slow)


def test_storage_that_changes_octets_is_noticed(editions):
    real = editions.current
    editions.current = lambda name: (found := real(name)) and replace(found, octets=found.octets + b"\0")
    with pytest.raises(PublicationDamaged):
        publish(editions)


@pytest.mark.parametrize(
    ("error", "reason", "changes"),
    [
        (Conflict, "key-mismatch", {"signer": signer("别人")}),
        (Untrusted, "wrong-usage", {"signer": signer("印局"), "certificate": SEALING}),
        (Untrusted, "signer-period", {"at": CERTIFICATE.not_after + DAY}),
        (Untrusted, "signer-period", {"at": AT - DAY}),
        (Untrusted, "listed-period", {"certificates": (ListedCertificate(Purpose.SEAL_SIGNER, BODY, TO_COME.der),)}),
        (Untrusted, "listed-purpose", {"certificates": (ListedCertificate(Purpose.LOG, None, SEALING.der),)}),
        (Untrusted, "listed-body", {"certificates": (ListedCertificate(Purpose.SEAL_SIGNER, "别局", SEALING.der),)}),
        (Malformed, "certificate", {"certificates": (ListedCertificate(Purpose.LOG, None, b"junk"),)}),
        (Malformed, "trust-list", {"next_update": AT - DAY}),
        (Malformed, "trust-list", {"types": ((TYPE, "营业执照"),) * 2}),
        (Malformed, "trust-list", {"log": ""}),
    ],
)
def test_what_is_not_sound_is_not_published(editions, error, reason, changes):
    with pytest.raises(error) as caught:
        publish(editions, **changes)
    assert caught.value.reason == reason
    assert editions.rows == {}


def test_a_certificate_that_has_ended_may_stay(editions):
    late = SEALING.not_after + DAY
    signs = certified("信任", TRUST_LIST, late)
    octets = publish(editions, certificate=signs, at=late)
    assert read_trust_list(octets, signs).certificates == CONTENT["certificates"]


def test_the_clock_may_not_go_back(editions):
    publish(editions, at=AT + DAY)
    with pytest.raises(Conflict, match="clock-went-back"):
        publish(editions, at=AT + DAY - timedelta(seconds=2))


def test_mandates_are_ended_never_forgotten(editions):
    to_come = Mandate(BODY, "雁栖市测试局", TYPE + "X", AT + 30 * DAY)
    publish(editions, mandates=(MANDATE, to_come))
    with pytest.raises(Conflict, match="mandate-forgotten"):
        publish(editions, mandates=())
    ended = replace(MANDATE, valid_until=AT + DAY)
    assert read_trust_list(publish(editions, mandates=(ended,)), CERTIFICATE).mandates == (ended,)
    with pytest.raises(Conflict, match="mandate-forgotten"):
        publish(editions, mandates=(replace(MANDATE, valid_from=AT - 200 * DAY),))


def filed(number: str = "53019900000001", digest: bytes = bytes(32), *changes: SealPeriod) -> ListedSeal:
    return ListedSeal(number, SealKind.UNIT, BODY, digest, AT, StatusPointer(0, 1), changes)


SUSPENDED, CANCELLED = SealPeriod(Status.SUSPENDED, AT), SealPeriod(Status.CANCELLED, AT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((filed(),), ()),
        ((filed(),), None),
        ((filed(),), (filed("53019900000002"),)),
        ((filed(),), (filed(digest=b"\1" * 32),)),
        ((filed("1", bytes(32), CANCELLED),), (filed("1"),)),
        ((filed("1", bytes(32), CANCELLED),), (filed("1", bytes(32), SUSPENDED),)),
    ],
)
def test_a_seal_on_file_is_not_forgotten_and_an_end_is_final(editions, before, after):
    publish(editions, seals=before)
    with pytest.raises(Conflict) as refusal:
        publish(editions, seals=after)
    assert refusal.value.reason == "seal-forgotten"
    assert editions.current(NAME).number == 1


def test_seals_are_filed_suspended_resumed_and_cancelled(editions):
    resumed = SealPeriod(Status.VALID, AT + DAY / 2)
    for seals in (None, (), (filed(),), (filed("53019900000001", bytes(32), SUSPENDED),)):
        publish(editions, seals=seals)
    last = (filed("53019900000001", bytes(32), SUSPENDED, resumed), filed("2", bytes(32), CANCELLED))
    assert read_trust_list(publish(editions, seals=last), CERTIFICATE).seals == last


def test_facts_gathered_for_a_number_get_no_later_one(editions):
    number = next_number(editions)
    publish(editions, seals=(filed(),))
    with pytest.raises(Conflict, match="number-not-greater"):
        publish(editions, seals=(filed(),), sequence=number)


NUMBERED = replace(MANDATE, number="M1", area="53")
DELEGATED = replace(MANDATE, number="M2", area="5301", delegated_from="M1", valid_from=AT - DAY)
WHOLE = {"seals": (), "mandates": (NUMBERED, DELEGATED)}


def test_mandates_listed_before_there_were_numbers_get_theirs(editions):
    publish(editions, seals=())
    numbered = replace(MANDATE, number="M1")
    assert read_trust_list(publish(editions, seals=(), mandates=(numbered,)), CERTIFICATE).mandates == (numbered,)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "M3"},
        {"area": "5302"},
        {"area": "53"},
        {"delegated_from": None},
        {"valid_from": AT - 2 * DAY},
        {"issuer_code": "11440106007480318H"},
    ],
    ids=["another number", "another area", "a wider area", "no delegation", "an earlier beginning", "another body"],
)
def test_a_mandate_that_has_begun_is_never_changed(editions, changed):
    publish(editions, **WHOLE)
    with pytest.raises(Conflict, match="mandate-forgotten"):
        publish(editions, seals=(), mandates=(NUMBERED, replace(DELEGATED, **changed)))


def test_a_mandate_that_has_ended_stays_ended(editions):
    ended = replace(DELEGATED, valid_until=AT - DAY / 2)
    publish(editions, seals=(), mandates=(NUMBERED, ended))
    for revived in (replace(ended, valid_until=None), replace(ended, valid_until=AT + DAY)):
        with pytest.raises(Conflict, match="mandate-revived"):
            publish(editions, seals=(), mandates=(NUMBERED, revived))
    assert read_trust_list(publish(editions, seals=(), mandates=(NUMBERED, ended)), CERTIFICATE).mandates[1] == ended


def test_an_end_that_is_fixed_for_later_may_be_moved(editions):
    publish(editions, seals=(), mandates=(NUMBERED, replace(DELEGATED, valid_until=AT + 9 * DAY)))
    publish(editions, seals=(), mandates=(NUMBERED, replace(DELEGATED, valid_until=AT + DAY)))
