"""The embedded authority: what it issues leads to its root, what it revokes is in its lists, and crashes leave a trace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.certification_parts import ADDRESS, AT, BUREAU, DAY, Fuse, PowerCutError, chance, founded, memory_books
from tests.pki_parts import Party, revocations, second_opinion, signer
from trust.certification import profiles
from trust.certification.authority import ISSUING, ROOT, Authority
from trust.certification.errors import CertificateUnknown, PublicationDamaged
from trust.certification.issuing import draw_serial, key_digest
from trust.certification.profiles import END_ENTITIES, OCSP, SEAL_MAKER, SEAL_SIGNER
from trust.errors import Conflict, Malformed
from trust.formats.certificate import Certificate, Purpose
from trust.formats.crl import Reason, Revoked
from trust.formats.errors import CertificateRevoked
from trust.formats.merged_revocations import merged
from trust.formats.path import Path, validate_path

SECOND = AT.replace(microsecond=0)


@pytest.fixture
def authority() -> Authority:
    return founded(memory_books())


def issue(authority: Authority, name: str = "印签", kind=SEAL_SIGNER, at: datetime = AT) -> Certificate:
    return authority.certify(signer(name).public, kind, subject=BUREAU, at=at, random=chance)


def path(
    authority: Authority, leaf: Certificate, at: datetime = AT, now: datetime | None = None, purpose=Purpose.SEAL_SIGNER
) -> Path:
    return validate_path(
        leaf,
        others=[authority.issuing.certificate],
        anchors=[authority.root.certificate],
        crls=authority.publish_crls(now or at),
        at=at,
        now=now or at,
        purpose=purpose,
    )


# Issuing ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", END_ENTITIES, ids=lambda kind: kind.profile.name)
def test_every_kind_leads_to_the_root_and_openssl_agrees(authority, kind):
    leaf = issue(authority, kind.profile.name, kind)
    found = path(authority, leaf, purpose=kind.profile.purposes[0])
    assert found.chain == (leaf, authority.issuing.certificate, authority.root.certificate)
    crls = [crl.der for crl in authority.publish_crls(AT)]
    said = second_opinion(leaf.der, [authority.issuing.certificate.der], authority.root.certificate.der, crls, AT)
    assert said is None


def test_each_kind_has_a_purpose_of_its_own():
    kinds = (*END_ENTITIES, OCSP)
    assert len({kind.profile.purposes for kind in kinds}) == len(kinds) == len(Purpose)
    assert not any(kind.profile.is_ca for kind in kinds)


def test_a_certificate_says_what_its_profile_says(authority):
    leaf = issue(authority)
    assert leaf.subject == BUREAU
    assert leaf.key_usage == SEAL_SIGNER.profile.key_usage
    assert leaf.crl_urls == (f"{ADDRESS}/crl/issuing.crl",)
    assert authority.issuing.certificate.crl_urls == (f"{ADDRESS}/crl/root.crl",)
    assert authority.issuing.certificate.path_length == 0
    assert authority.root.certificate.path_length == 1
    assert (leaf.not_before, leaf.not_after) == (SECOND, SECOND + SEAL_SIGNER.lasts)


def test_nobody_outlives_the_issuer(authority):
    late = authority.issuing.certificate.not_after - 30 * DAY
    assert issue(authority, at=late).not_after == authority.issuing.certificate.not_after
    with pytest.raises(Conflict, match="issuer-not-valid"):
        issue(authority, at=authority.issuing.certificate.not_after + DAY)
    with pytest.raises(Conflict, match="issuer-not-valid"):
        issue(authority, at=AT - DAY)


def test_certificates_beyond_2049_are_issued():
    late = founded(memory_books(), at=datetime(2048, 1, 1, tzinfo=UTC))
    leaf = issue(late, at=datetime(2048, 6, 1, tzinfo=UTC))
    assert leaf.not_after.year == 2051
    assert path(late, leaf, datetime(2050, 6, 1, tzinfo=UTC)).chain[0] == leaf


def test_serial_numbers_have_126_bits_of_chance():
    assert draw_serial(bytes) == 1 << 126
    assert draw_serial(lambda size: b"\xff" * size) == (1 << 127) - 1
    assert len({draw_serial(chance) for _ in range(100)}) == 100


def test_a_number_drawn_twice_is_refused(authority):
    again = bytes(range(16))
    authority.certify(signer("号一").public, SEAL_SIGNER, subject=BUREAU, at=AT, random=lambda _: again)
    with pytest.raises(Conflict, match="serial-taken"):
        authority.certify(signer("号二").public, SEAL_SIGNER, subject=BUREAU, at=AT, random=lambda _: again)


def test_one_key_one_purpose(authority):
    issue(authority, "独用")
    assert issue(authority, "独用", at=AT + DAY).public_key == signer("独用").public
    with pytest.raises(Conflict, match="key-has-other-purpose"):
        issue(authority, "独用", SEAL_MAKER)
    with pytest.raises(Conflict, match="key-has-other-purpose"):
        issue(authority, "本根", SEAL_SIGNER)


def test_cas_are_not_certified_on_request(authority):
    for kind in (profiles.ROOT, profiles.ISSUING):
        with pytest.raises(Conflict, match="not-an-end-entity"):
            issue(authority, "想当CA", kind)


# Founding -----------------------------------------------------------------------------------------------------------


def test_founding_again_takes_up_what_is_there():
    books = memory_books()
    first, again = founded(books), founded(books, at=AT + 9 * DAY)
    assert (again.root.certificate, again.issuing.certificate) == (first.root.certificate, first.issuing.certificate)
    assert len(books.certificates.records) == 2


def test_another_key_does_not_take_the_place():
    books = memory_books()
    founded(books)
    with pytest.raises(Conflict, match="authority-has-other-key"):
        founded(books, root="另根")
    with pytest.raises(Conflict, match="authority-has-other-key"):
        founded(books, issuing="另签发")


def test_a_desk_needs_its_own_key(authority):
    with pytest.raises(Conflict, match="key-mismatch"):
        replace(authority.issuing, signer=signer("别人"))


# Crashes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("writes", range(4))
def test_founding_can_be_interrupted_anywhere(writes):
    fuse = Fuse(writes)
    books = memory_books(fuse)
    with pytest.raises(PowerCutError):
        founded(books)
    fuse.left = -1
    authority = founded(books)
    assert path(authority, issue(authority)).chain
    assert len(authority.unfinished()) == writes % 2


def test_a_certificate_that_was_planned_only_is_listed_and_can_be_revoked():
    fuse = Fuse()
    authority = founded(memory_books(fuse))
    fuse.left = 1
    with pytest.raises(PowerCutError):
        issue(authority, "断电")
    fuse.left = -1
    (orphan,) = authority.unfinished()
    assert (orphan.key, orphan.der) == (key_digest(signer("断电").public), None)
    authority.revoke_certificate(orphan.serial, Reason.SUPERSEDED, AT)
    assert orphan.serial in authority.publish_crls(AT)[1].revoked


@pytest.mark.parametrize("writes", range(4))
def test_publishing_can_be_interrupted_anywhere(writes):
    fuse = Fuse()
    authority = founded(memory_books(fuse))
    leaf = issue(authority)
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT)
    fuse.left = writes
    with pytest.raises(PowerCutError):
        authority.publish_crls(AT)
    fuse.left = -1
    lists = authority.publish_crls(AT)
    assert leaf.serial in lists[1].revoked
    assert [crl.number for crl in lists] == [1 + (writes == 1), 1 + (writes == 3)]


class Forgetful:
    """A register that does not give back what it was given."""

    def __init__(self, real: object, name: str, change) -> None:
        self._real, self._name, self._change = real, name, change

    def __getattr__(self, name: str):
        real = getattr(self._real, name)
        return real if name != self._name else lambda *given: self._change(real(*given))


def test_what_storage_does_not_give_back_is_not_handed_out(authority):
    books = replace(authority.books, certificates=Forgetful(authority.books.certificates, "find", lambda _: None))
    with pytest.raises(PublicationDamaged):
        issue(replace(authority, books=books), "丢")
    spoilt = Forgetful(
        authority.books.editions,
        "current",
        lambda found: (
            found and replace(found, octets=revocations(Party(signer("本根"), authority.root.certificate)).der)
        ),
    )
    with pytest.raises(PublicationDamaged):
        replace(authority, books=replace(authority.books, editions=spoilt)).publish_crls(AT)


# Revoking -----------------------------------------------------------------------------------------------------------


def test_what_is_revoked_fails_from_then_on(authority):
    leaf = issue(authority)
    assert path(authority, leaf, AT + DAY).chain
    found = authority.revoke_certificate(leaf.serial, Reason.CESSATION_OF_OPERATION, AT + 2 * DAY)
    assert found == Revoked(SECOND + 2 * DAY, Reason.CESSATION_OF_OPERATION)
    with pytest.raises(CertificateRevoked):
        path(authority, leaf, AT + 3 * DAY)
    assert path(authority, leaf, AT + DAY, now=AT + 3 * DAY).chain
    crls = [crl.der for crl in authority.publish_crls(AT + 3 * DAY)]
    said = second_opinion(
        leaf.der, [authority.issuing.certificate.der], authority.root.certificate.der, crls, AT + 3 * DAY
    )
    assert said == "certificate revoked"


def test_revoking_again_changes_nothing(authority):
    leaf = issue(authority)
    first = authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT)
    for later in (AT, AT + DAY):
        assert authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, later) == first
    assert authority.revoke_certificate(leaf.serial, Reason.PRIVILEGE_WITHDRAWN, AT + DAY) == first
    assert len(authority.books.revocations.rows) == 1


def test_a_compromise_found_later_outweighs_but_the_first_date_stands(authority):
    leaf = issue(authority)
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT + DAY)
    worse = authority.revoke_certificate(
        leaf.serial, Reason.KEY_COMPROMISE, AT + 5 * DAY, invalid_since=AT + timedelta(hours=6)
    )
    assert worse == Revoked(SECOND + DAY, Reason.KEY_COMPROMISE, SECOND + timedelta(hours=6))
    with pytest.raises(CertificateRevoked):
        path(authority, leaf, AT + timedelta(hours=7), now=AT + 6 * DAY)
    assert path(authority, leaf, AT + timedelta(hours=5), now=AT + 6 * DAY).chain


DATED, UNDATED = (Revoked(SECOND, Reason.KEY_COMPROMISE, date) for date in (SECOND - DAY, None))


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ([Revoked(SECOND)], Revoked(SECOND)),
        ([Revoked(SECOND, Reason.SUPERSEDED), Revoked(SECOND - DAY)], Revoked(SECOND - DAY, Reason.SUPERSEDED)),
        ([Revoked(SECOND, invalid_since=SECOND - DAY), Revoked(SECOND)], Revoked(SECOND, invalid_since=SECOND - DAY)),
        ([Revoked(SECOND, invalid_since=SECOND - 3 * DAY), DATED], DATED),
        ([DATED, UNDATED], UNDATED),
        ([UNDATED, DATED], UNDATED),
        ([DATED, replace(DATED, invalid_since=SECOND - 2 * DAY)], replace(DATED, invalid_since=SECOND - 2 * DAY)),
        ([Revoked(SECOND), replace(DATED, reason=Reason.CA_COMPROMISE)], replace(DATED, reason=Reason.CA_COMPROMISE)),
    ],
)
def test_several_revocations_amount_to_one(several, one):
    assert merged(several) == one


def test_a_lost_key_takes_all_its_certificates_along_and_is_blocked_for_ever(authority):
    old, new = issue(authority, "丢钥"), issue(authority, "丢钥", at=AT + DAY)
    authority.revoke_certificate(new.serial, Reason.KEY_COMPROMISE, AT + 2 * DAY, invalid_since=AT)
    assert {old.serial, new.serial} == set(authority.publish_crls(AT + 2 * DAY)[1].revoked)
    with pytest.raises(Conflict, match="key-blocked"):
        issue(authority, "丢钥", at=AT + 3 * DAY)


def test_a_superseded_key_may_be_certified_again(authority):
    old = issue(authority, "换证")
    authority.revoke_certificate(old.serial, Reason.SUPERSEDED, AT + DAY)
    assert path(authority, issue(authority, "换证", at=AT + DAY), AT + DAY).chain


def test_a_revoked_issuing_ca_issues_nothing_more(authority):
    leaf = issue(authority)
    serial = authority.issuing.certificate.serial
    authority.revoke_certificate(serial, Reason.CA_COMPROMISE, AT + DAY, invalid_since=AT + DAY, authority=ROOT)
    with pytest.raises(Conflict, match="issuer-revoked"):
        issue(authority, "太晚", at=AT + DAY)
    with pytest.raises(CertificateRevoked):
        path(authority, leaf, AT + DAY)
    assert path(authority, leaf, AT + timedelta(hours=1), now=AT + DAY).chain


def test_what_cannot_be_revoked(authority):
    leaf = issue(authority)
    with pytest.raises(CertificateUnknown):
        authority.revoke_certificate(leaf.serial + 1, Reason.SUPERSEDED, AT)
    with pytest.raises(CertificateUnknown):
        authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT, authority=ROOT)
    with pytest.raises(Conflict, match="root-cannot-be-revoked"):
        authority.revoke_certificate(authority.root.certificate.serial, Reason.CA_COMPROMISE, AT, authority=ROOT)
    with pytest.raises(Malformed, match="invalidity-date"):
        authority.revoke_certificate(leaf.serial, Reason.KEY_COMPROMISE, AT, invalid_since=AT + DAY)
    with pytest.raises(Malformed, match="revocation-reason"):
        authority.revoke_certificate(leaf.serial, Reason.CERTIFICATE_HOLD, AT)
    assert authority.books.revocations.rows == []


# Lists --------------------------------------------------------------------------------------------------------------


def test_lists_are_published_when_they_are_due(authority):
    leaf = issue(authority)
    first = authority.publish_crls(AT)
    assert [crl.number for crl in first] == [1, 1]
    assert authority.publish_crls(AT + timedelta(hours=23)) == first
    daily = authority.publish_crls(AT + DAY)
    assert [crl.number for crl in daily] == [1, 2]
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT + DAY)
    at_once = authority.publish_crls(AT + DAY)
    assert [crl.number for crl in at_once] == [1, 3]
    assert at_once[1].revoked == {leaf.serial: Revoked(SECOND + DAY, Reason.SUPERSEDED)}
    assert [crl.number for crl in authority.publish_crls(AT + 30 * DAY)] == [2, 4]


def test_a_list_holds_for_long_enough_and_keeps_what_expired(authority):
    root, issuing = authority.publish_crls(AT)
    assert (root.this_update, root.next_update) == (SECOND, SECOND + 90 * DAY)
    assert (issuing.this_update, issuing.next_update) == (SECOND, SECOND + 7 * DAY)
    assert issuing.kept_since == authority.issuing.certificate.not_before
    leaf = issue(authority)
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT + DAY)
    long_after = leaf.not_after + 100 * DAY
    with pytest.raises(CertificateRevoked):
        path(authority, leaf, AT + 2 * DAY, now=long_after)
    assert path(authority, leaf, AT + timedelta(hours=1), now=long_after).chain


def test_no_list_outlives_its_issuer(authority):
    last_day = authority.issuing.certificate.not_after - DAY
    assert authority.publish_crls(last_day)[1].next_update == authority.issuing.certificate.not_after


def test_the_clock_may_not_go_back(authority):
    leaf = issue(authority)
    authority.publish_crls(AT + DAY)
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT)
    with pytest.raises(Conflict, match="clock-went-back"):
        authority.publish_crls(AT + DAY - timedelta(seconds=2))


def test_a_restored_register_cannot_take_a_revocation_back(authority):
    leaf = issue(authority)
    authority.revoke_certificate(leaf.serial, Reason.SUPERSEDED, AT)
    authority.publish_crls(AT)
    authority.books.revocations.rows.clear()
    with pytest.raises(Conflict, match="would-un-revoke"):
        authority.publish_crls(AT + DAY)
    authority.books.revocations.rows.append((ISSUING, leaf.serial, Revoked(SECOND + DAY, Reason.SUPERSEDED)))
    with pytest.raises(Conflict, match="would-un-revoke"):
        authority.publish_crls(AT + DAY)


def test_of_two_publishers_the_slower_is_refused(authority):
    authority.publish_crls(AT)
    stale = Forgetful(authority.books.editions, "highest", lambda number: number - 1)
    slow = replace(authority, books=replace(authority.books, editions=stale))
    with pytest.raises(Conflict, match="number-not-greater"):
        slow.publish_crls(AT + DAY)
