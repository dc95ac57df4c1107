"""Time stamps judged: what a token proves, whom it is believed from, and that none is passed over."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.pki_parts import AT, DAY, SEALING, party, revocations
from tests.time_parts import SECOND, STAMPING, authority, evidence, root, token
from trust.formats.certificate import Purpose
from trust.formats.crl import Reason, Revoked
from trust.formats.sealed_document import Form, SignatureFacts
from trust.formats.trust_list import ListedCertificate, TrustList
from trust.rules.times import TOLERANCE
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence
from verifier.time_stamps import IMPRINT_HELD, MAX_FRAMES, judge_time_stamp, judge_time_stamps

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)
VALUE = b"a signature value"
HELD = Finding(2, IMPRINT_HELD, P, "")


def facts(octets: bytes | None, **changes: object) -> SignatureFacts:
    one = SignatureFacts("1", Form.SES_4, (), value=VALUE, time_stamp=octets)
    return replace(one, **changes)  # type: ignore[arg-type]  # the test decides


def said(
    octets: bytes | None, known: Evidence | None = None, now: datetime = AT + SECOND, **changes: object
) -> tuple[dict[str, Indication], datetime | None]:
    found, proven = judge_time_stamp(facts(octets, **changes), known or evidence(), now)
    return {one.name: one.indication for one in found}, proven


def test_a_good_one_proves_its_time_and_no_earlier_one() -> None:
    assert said(token(VALUE)) == ({"time-stamp": P, "time-stamp-path": P}, AT + SECOND)
    assert said(token(VALUE), now=AT) == ({"time-stamp": P, "time-stamp-path": P}, AT)
    assert said(token(VALUE, accuracy=timedelta(milliseconds=20)))[1] == AT + timedelta(milliseconds=20)
    steps = {one.name: one.step for one in judge_time_stamp(facts(token(VALUE)), evidence(), AT)[0]}
    assert steps == {"time-stamp": 0, "time-stamp-path": 5}


def test_no_token_says_nothing() -> None:
    assert said(None) == ({}, None)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"junk", F),
        (token(VALUE + b"\0"), F),
        (token(VALUE)[:-1] + bytes((token(VALUE)[-1] ^ 1,)), F),
        (token(VALUE, at=AT + SECOND + TOLERANCE + SECOND), I),
        (token(VALUE, accuracy=timedelta(seconds=2)), I),
        (token(VALUE, carry=False), I),
    ],
    ids=["unreadable", "another-value", "broken", "from-the-future", "inexact", "nobodys"],
)
def test_what_is_wrong_with_a_token_is_told_and_it_proves_nothing(octets: bytes, expected: Indication) -> None:
    assert said(octets) == ({"time-stamp": expected}, None)


def test_without_an_accuracy_a_second_is_taken_and_said() -> None:
    expected = {"time-stamp": P, "time-stamp-accuracy": P, "time-stamp-path": P}
    assert said(token(VALUE, accuracy=None)) == (expected, AT + SECOND)


def test_a_token_without_certificates_is_judged_with_those_at_hand() -> None:
    bare = token(VALUE, carry=False)
    known = replace(evidence(), certificates=(authority().certificate,))
    assert said(bare, known) == ({"time-stamp": P, "time-stamp-path": P}, AT + SECOND)
    listed = TrustList(
        sequence=1,
        issued_at=AT - DAY,
        next_update=AT + DAY,
        certificates=(ListedCertificate(Purpose.TIME_STAMP, None, authority().certificate.der),),
        mandates=(),
        types=(),
        log="log.example",
        status_base="http://127.0.0.1:8000/status",
    )
    assert said(bare, replace(evidence(), trust_list=listed))[1] == AT + SECOND


def test_no_mutated_token_is_more_than_it_was() -> None:
    """3000 tokens with a few octets changed, cut or doubled: no error, and a time only if it is the one signed."""
    whole, source = token(VALUE, nonce=7), random.Random(20260301)
    for _ in range(3000):
        octets = bytearray(whole)
        for _ in range(source.randint(1, 4)):
            place = source.randrange(len(octets))
            way = source.randrange(3)
            if way == 0:
                octets[place] = source.randrange(256)
            elif way == 1:
                del octets[place : place + source.randint(1, 9)]
            else:
                octets[place:place] = octets[place : place + source.randint(1, 9)]
        found, proven = said(bytes(octets))
        assert found
        assert proven in {None, AT + SECOND}
        assert (proven is None) is any(one is not P for one in found.values())


def test_many_stamps_over_a_document_cost_no_more_than_their_number() -> None:
    stamps = [over_document(token(b"all", at=AT + number * SECOND), HELD, name=str(number)) for number in range(60)]
    stamped, evidences = judge_time_stamps(stamps, evidence(), AT + DAY)
    assert [proven for _, proven in stamped] == [AT + (number + 1) * SECOND for number in range(60)]
    assert max(len(getattr(one, "frames", ())) for one in evidences) == MAX_FRAMES


# --- whom a token is believed from ------------------------------------------------------------------------------------


def lists(*revoked: tuple[int, Revoked], this_update: datetime = AT) -> Evidence:
    made = revocations(root(), dict(revoked), this_update=this_update, next_update=this_update + 6 * DAY)
    return evidence(made)


SERIAL = authority().certificate.serial


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        (evidence(anchored=False), AT + SECOND, I),
        (evidence(revocations(root(), next_update=AT - SECOND)), AT + SECOND, I),
        (lists((SERIAL, Revoked(AT - DAY, Reason.SUPERSEDED))), AT + SECOND, F),
        (lists((SERIAL, Revoked(AT + DAY, Reason.SUPERSEDED)), this_update=AT + DAY), AT + 2 * DAY, P),
        (lists((SERIAL, Revoked(AT + DAY, Reason.CESSATION_OF_OPERATION)), this_update=AT + DAY), AT + 2 * DAY, P),
        (lists((SERIAL, Revoked(AT + DAY, Reason.UNSPECIFIED)), this_update=AT + DAY), AT + 2 * DAY, F),
        (lists((SERIAL, Revoked(AT + DAY, Reason.PRIVILEGE_WITHDRAWN)), this_update=AT + DAY), AT + 2 * DAY, F),
        (lists((SERIAL, Revoked(AT + DAY, Reason.KEY_COMPROMISE)), this_update=AT + DAY), AT + 2 * DAY, F),
        (
            lists((SERIAL, Revoked(AT + DAY, Reason.KEY_COMPROMISE, AT + DAY)), this_update=AT + DAY),
            AT + 2 * DAY,
            F,
        ),
    ],
    ids=[
        "root-nobody-pinned",
        "lists-out-of-date",
        "out-of-service-before",
        "superseded-since",
        "ceased-since",
        "revoked-without-reason",
        "privilege-withdrawn",
        "key-lost",
        "key-lost-since",
    ],
)
def test_the_authority(known: Evidence, now: datetime, expected: Indication) -> None:
    """A lost key can state any time, so no time it states is believed; one out of service did not lose its word."""
    found, proven = said(token(VALUE), known, now)
    assert found == {"time-stamp": P, "time-stamp-path": expected}
    assert (proven is not None) is (expected is P)


def test_a_certificate_that_has_ended_leaves_it_open() -> None:
    now = authority().certificate.not_after + DAY
    known = evidence(revocations(root(), this_update=now - SECOND, next_update=now + DAY, kept_since=AT - 100 * DAY))
    assert said(token(VALUE), known, now) == ({"time-stamp": P, "time-stamp-path": I}, None)


@pytest.mark.parametrize(
    "profile",
    [
        SEALING,
        replace(STAMPING, critical_purpose=False),
        replace(STAMPING, purposes=(Purpose.TIME_STAMP, Purpose.SEAL_SIGNER)),
    ],
    ids=["a-sealers", "not-critical", "two-purposes"],
)
def test_only_an_authority_for_time_and_nothing_else(profile: object) -> None:
    other = party(root(), f"杂{id(profile)}", profile)  # type: ignore[arg-type]  # the table holds profiles
    assert said(token(VALUE, by=other)) == ({"time-stamp": P, "time-stamp-path": F}, None)


# --- what the signature claims of itself ------------------------------------------------------------------------------


def test_a_claim_later_than_the_proof_is_told() -> None:
    found, proven = said(token(VALUE), claimed_at=AT + timedelta(hours=8))
    assert found == {"time-stamp": P, "time-stamp-path": P, "time-stamp-before-claim": P}
    assert proven == AT + SECOND
    assert "time-stamp-before-claim" not in said(token(VALUE), claimed_at=AT)[0]


# --- time stamps over documents ---------------------------------------------------------------------------------------


def over_document(octets: bytes, *findings: Finding, name: str = "2") -> SignatureFacts:
    return SignatureFacts(name, Form.TIME_STAMP, findings, time_stamp=octets)


def test_a_stamp_over_a_document_rests_on_the_readers_comparison() -> None:
    found, proven = judge_time_stamp(over_document(token(b"the document"), HELD), evidence(), AT)
    assert ([one.indication for one in found], proven) == ([P, P], AT)
    for findings in ((), (replace(HELD, indication=F),)):
        found, proven = judge_time_stamp(over_document(token(b"the document"), *findings), evidence(), AT)
        assert ([(one.name, one.indication) for one in found], proven) == ([("time-stamp", I)], None)


def test_a_later_stamp_lets_an_earlier_one_be_judged_as_of_then() -> None:
    """The first authority has ended by now; the second stamp proves that its token was there while it had not."""
    first = party(root(), "先期时间戳", STAMPING, not_after=AT + 30 * DAY)
    second = party(root(), "后期时间戳", STAMPING, not_after=AT + 900 * DAY)
    then, now = AT + 20 * DAY, AT + 400 * DAY
    known = evidence(
        revocations(root(), number=1, this_update=then - DAY, next_update=then + DAY),
        revocations(root(), number=2, this_update=now - DAY, next_update=now + DAY),
    )
    signatures = [
        facts(token(VALUE, by=first)),
        over_document(token(b"all of it", by=second, at=then), HELD),
    ]
    stamped, evidences = judge_time_stamps(signatures, known, now)
    assert [proven for _, proven in stamped] == [AT + SECOND, then + SECOND]
    assert evidences[1] is known
    alone, _ = judge_time_stamps(signatures[:1], known, now)
    assert [proven for _, proven in alone] == [None]
    lost = revocations(
        root(),
        {first.certificate.serial: Revoked(AT + 10 * DAY, Reason.KEY_COMPROMISE, AT + 5 * DAY)},
        number=3,
        this_update=now - DAY,
        next_update=now + DAY,
    )
    betrayed, _ = judge_time_stamps(signatures, replace(known, crls=(*known.crls, lost)), now)
    assert [proven for _, proven in betrayed] == [None, then + SECOND]
    assert betrayed[0][0][-1].indication is F
