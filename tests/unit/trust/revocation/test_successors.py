"""What may follow what is published: each check before publishing, for status lists, revocation lists, trust lists.

One list follows another unless exactly one thing is wrong with it; then it is refused by that name.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.certification_parts import AT, founded, memory_books, signer
from tests.unit.trust.formats.test_trust_list import LIST as TRUSTED
from trust.certification.revoking import check_successor as check_crl
from trust.certification.trust_listing import check_successor as check_trust_list
from trust.errors import Conflict, TrustError
from trust.formats.crl import Reason, RevocationList, Revoked, assemble_crl, crl_tbs, load_crl
from trust.formats.status_list import StatusList, pack
from trust.formats.x509_fields import Name, make_name
from trust.revocation.publishing import check_successor

NOW, HOUR = datetime(2026, 3, 1, 8, tzinfo=UTC), timedelta(hours=1)
BEFORE = StatusList("https://h/status/3", 3, 9, NOW, NOW + HOUR, 60, 5, pack([(1, 1), (5, 2)], 16))
AFTER = replace(BEFORE, number=10, issued_at=NOW + HOUR, next_update=NOW + 2 * HOUR, log_size=6)


def test_a_status_list_that_may_follow() -> None:
    check_successor(BEFORE, AFTER)
    check_successor(BEFORE, replace(AFTER, bits=pack([(1, 1), (7, 1)], 16)))  # a suspension may be lifted


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"list": 4}, "other-list"),
        ({"uri": "https://h/status/4"}, "other-list"),
        ({"bits": pack([(1, 1)], 32)}, "other-list"),
        ({"number": 9}, "number-not-greater"),
        ({"number": 8}, "number-not-greater"),
        ({"issued_at": NOW - 2 * timedelta(seconds=1)}, "clock-went-back"),
        ({"log_size": 4}, "log-shorter"),
        ({"bits": pack([(5, 2)], 16)}, "would-un-revoke"),
        ({"bits": pack([(1, 2)], 16)}, "would-un-revoke"),
        ({"bits": pack([(1, 3)], 16)}, "would-un-revoke"),
    ],
)
def test_a_status_list_that_may_not(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        check_successor(BEFORE, replace(AFTER, **changed))


ISSUER, STRANGER = make_name("签发"), make_name("别处")
ENTRY = Revoked(AT.replace(microsecond=0), Reason.SUPERSEDED)


def crl(
    number: int = 9,
    *,
    issuer: Name = ISSUER,
    key_id: bytes = b"k" * 20,
    this_update: datetime = NOW,
    revoked: dict[int, Revoked] | None = None,
) -> RevocationList:
    tbs = crl_tbs(
        issuer=issuer,
        issuer_key_id=key_id,
        number=number,
        this_update=this_update,
        next_update=this_update + HOUR,
        kept_since=None,
        revoked={7: ENTRY} if revoked is None else revoked,
    )
    return load_crl(assemble_crl(tbs, signer("签发").sign(tbs)))


def test_a_revocation_list_that_may_follow() -> None:
    check_crl(crl(), crl(10))
    check_crl(crl(), crl(10, revoked={7: replace(ENTRY, reason=Reason.KEY_COMPROMISE), 8: ENTRY}))


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (crl(10, issuer=STRANGER), "other-list"),
        (crl(10, key_id=b"o" * 20), "other-list"),
        (crl(9), "number-not-greater"),
        (crl(8), "number-not-greater"),
        (crl(10, this_update=NOW - HOUR), "clock-went-back"),
        (crl(10, revoked={}), "would-un-revoke"),
        (crl(10, revoked={8: ENTRY}), "would-un-revoke"),
        (crl(10, revoked={7: replace(ENTRY, at=ENTRY.at + HOUR)}), "would-un-revoke"),
    ],
)
def test_a_revocation_list_that_may_not(after: RevocationList, reason: str) -> None:
    with pytest.raises(Conflict, match=reason):
        check_crl(crl(), after)


@pytest.mark.parametrize("served_by", ["the authority", "a stranger"])
def test_what_the_public_sees_counts_if_the_authority_signed_it(served_by: str) -> None:
    """A public list is ahead of the register: nothing is published; a stranger's list is not looked at."""
    books, ahead = memory_books(), memory_books()
    here, there = founded(books), founded(ahead)
    certificate = there.issuing.certificate
    there.revoke_certificate(certificate.serial, Reason.SUPERSEDED, AT, authority="root")
    served = there.publish_crls(AT)[0].der
    if served_by == "a stranger":
        tbs = load_crl(served).tbs
        served = assemble_crl(tbs, signer("别人").sign(tbs))
    with pytest.raises(TrustError, match="would-un-revoke" if served_by == "the authority" else "signature"):
        here.publish_crls(AT, lambda name: served if name == "root" else None)
    assert books.editions.highest("root") == 0


def test_a_trust_list_that_may_follow() -> None:
    check_trust_list(TRUSTED, replace(TRUSTED, sequence=TRUSTED.sequence + 1))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sequence": TRUSTED.sequence}, "number-not-greater"),
        ({"issued_at": TRUSTED.issued_at - HOUR}, "clock-went-back"),
        ({"log": "elsewhere.example/log"}, "other-list"),
        ({"status_base": "https://elsewhere.example/status"}, "other-list"),
        ({"mandates": ()}, "mandate-forgotten"),
    ],
)
def test_a_trust_list_that_may_not(changed: dict[str, object], reason: str) -> None:
    after = replace(TRUSTED, **({"sequence": TRUSTED.sequence + 1} | changed))
    with pytest.raises(Conflict, match=reason):
        check_trust_list(TRUSTED, after)
