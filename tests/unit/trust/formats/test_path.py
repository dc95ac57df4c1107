"""Paths: what holds, what is refused, what cannot be told, each case with one thing changed in a sound chain."""

from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.sm2 import DEFAULT_IDENTITY
from tests.der_edit import exchange
from tests.pki_parts import (
    AT,
    CA,
    CERTIFYING,
    DAY,
    SEALING,
    SIGNING,
    Party,
    certify,
    party,
    revocations,
    second_opinion,
    signer,
)
from trust.errors import Malformed
from trust.formats import path as path_module
from trust.formats.certificate import (
    Certificate,
    CertificateProfile,
    KeyUsage,
    Purpose,
    assemble,
    load_certificate,
)
from trust.formats.crl import Reason, RevocationList, Revoked, assemble_crl, load_crl
from trust.formats.der import write, write_object_identifier, write_octet_string
from trust.formats.errors import (
    CertificateRevoked,
    ConstraintBroken,
    NoPath,
    PathIncomplete,
    PathRefused,
    RevocationUnknown,
)
from trust.formats.path import (
    MAX_CERTIFICATES,
    MAX_DEPTH,
    MAX_LISTS,
    MAX_SIGNATURES,
    Path,
    Trials,
    reaches_anchor,
    validate_path,
)
from trust.rules.times import TOLERANCE

ROOT = party(None, "路根")
SUB = party(ROOT, "路签发", replace(CA, path_length=0))
LEAF = party(SUB, "路局", SEALING)
TIME_STAMPING = CertificateProfile("tsa", SIGNING, (Purpose.TIME_STAMP,), critical_purpose=True)


@dataclass(frozen=True)
class Question:
    """A sound question; cases replace one part of it."""

    leaf: Certificate = LEAF.certificate
    others: tuple[Certificate, ...] = (SUB.certificate,)
    anchors: tuple[Certificate, ...] = (ROOT.certificate,)
    crls: tuple[RevocationList, ...] = field(default=(revocations(ROOT, number=3), revocations(SUB, number=9)))
    at: object = AT
    now: object = AT
    purpose: Purpose = Purpose.SEAL_SIGNER
    require_revocation: bool = True
    trials: Trials | None = None


SOUND = Question()


def ask(**changes: object) -> Path:
    question = replace(SOUND, **changes)
    return validate_path(
        question.leaf,
        others=question.others,
        anchors=question.anchors,
        crls=question.crls,
        at=question.at,
        now=question.now,
        purpose=question.purpose,
        require_revocation=question.require_revocation,
        trials=question.trials,
    )


def refusal(**changes: object) -> PathRefused:
    with pytest.raises(PathRefused) as caught:
        ask(**changes)
    return caught.value


def below(issuer: Party, name: str, profile: CertificateProfile = SEALING, **changes: object) -> Certificate:
    return party(issuer, name, profile, **changes).certificate


def with_extension(issuer: Party, certificate: Certificate, oid: str, value: bytes, *, critical: bool) -> Certificate:
    """The certificate with one extension more, signed again by its issuer."""
    flag = write(0x01, b"\xff") if critical else b""
    extra = write(0x30, write_object_identifier(oid), flag, write_octet_string(value))
    first = write(
        0x30, write_object_identifier("2.5.29.14"), write_octet_string(write(0x04, certificate.subject_key_id))
    )
    tbs = exchange(certificate.tbs, first, first + extra)
    return load_certificate(assemble(tbs, issuer.signer.sign(tbs)))


def without_extension(issuer: Party, certificate: Certificate, oid: str, value: bytes) -> Certificate:
    extension = write(0x30, write_object_identifier(oid), write_octet_string(value))
    tbs = exchange(certificate.tbs, extension, b"")
    return load_certificate(assemble(tbs, issuer.signer.sign(tbs)))


# What holds ---------------------------------------------------------------------------------------------------------


def test_a_sound_chain_holds_and_says_how_old_its_evidence_is():
    older = (revocations(ROOT, this_update=AT - 3 * DAY), revocations(SUB))
    path = ask(crls=older)
    assert path.chain == (LEAF.certificate, SUB.certificate, ROOT.certificate)
    assert path.revocation_age_s == 3 * 86_400


def test_an_anchor_may_be_an_intermediate():
    assert ask(anchors=(SUB.certificate,), others=()).chain == (LEAF.certificate, SUB.certificate)


def test_the_order_and_number_of_helpers_does_not_matter():
    strangers = tuple(party(None, f"路人{number}").certificate for number in range(5))
    assert ask(others=(*strangers, SUB.certificate, SUB.certificate, LEAF.certificate, ROOT.certificate)).chain[-1] == (
        ROOT.certificate
    )


def test_the_bounds_of_a_period_belong_to_it():
    leaf = below(SUB, "短", not_before=AT, not_after=AT + DAY)
    assert ask(leaf=leaf).chain[0] == leaf
    assert ask(leaf=leaf, at=AT + DAY).chain[0] == leaf


def test_times_may_stand_in_any_zone():
    east = AT.astimezone(timezone(timedelta(hours=8)))
    assert ask(at=east, now=east) == ask()
    with pytest.raises(ValueError, match="time zone"):
        ask(at=AT.replace(tzinfo=None))


def test_path_length_is_met_exactly():
    root = party(None, "长根", replace(CA, path_length=2))
    line = [root]
    for depth in range(2):
        line.append(party(line[-1], f"长{depth}"))
    leaf = below(line[-1], "长局")
    others = tuple(one.certificate for one in line[1:])
    crls = tuple(revocations(one) for one in line)
    assert len(ask(leaf=leaf, others=others, anchors=(root.certificate,), crls=crls).chain) == 4
    assert (
        second_opinion(leaf.der, [one.der for one in others], root.certificate.der, [c.der for c in crls], AT) is None
    )


def test_self_issued_cas_do_not_count_against_the_path_length():
    root = party(None, "换根", replace(CA, path_length=0))
    renewed = Party(signer("换根二"), certify(root, signer("换根二"), "换根"))
    assert renewed.certificate.self_issued
    leaf = below(renewed, "换局")
    crls = (revocations(root), revocations(renewed))
    chain = ask(leaf=leaf, others=(renewed.certificate,), anchors=(root.certificate,), crls=crls).chain
    assert chain == (leaf, renewed.certificate, root.certificate)


def test_a_time_stamp_authority_has_one_critical_purpose():
    leaf = below(SUB, "时戳", TIME_STAMPING)
    assert ask(leaf=leaf, purpose=Purpose.TIME_STAMP).chain[0] == leaf


# What is refused ----------------------------------------------------------------------------------------------------

OTHER_ROOT = party(None, "路根二")
IMPOSTOR = Party(signer("冒牌"), certify(None, signer("冒牌"), "路根"))
ONLY_SIGNING = CertificateProfile("signs", SIGNING, is_ca=True)
NOT_CA = CertificateProfile("no-ca", CERTIFYING | SIGNING)
WIDE_SUB = party(ROOT, "宽签发")


def third_party_sub(profile: CertificateProfile, name: str, **changes: object) -> dict[str, object]:
    """A chain whose issuing CA is as `profile` says."""
    sub = party(ROOT, name, profile, **changes)
    return {
        "leaf": below(sub, f"{name}局"),
        "others": (sub.certificate,),
        "crls": (*SOUND.crls, revocations(sub)),
    }


def tampered_leaf() -> Certificate:
    tbs = exchange(LEAF.certificate.tbs, LEAF.certificate.subject.der, SUB.certificate.subject.der)
    return load_certificate(assemble(tbs, LEAF.certificate.signature))


def signed_under(identity: bytes) -> Certificate:
    """The leaf signed by the right key under another identity."""
    key = SUB.signer
    signature = key._library.sign(key._key, LEAF.certificate.tbs, identity)
    return load_certificate(assemble(LEAF.certificate.tbs, signature))


def deep_chain(length: int) -> dict[str, object]:
    """A chain of `length` certificates, leaf and anchor included."""
    line = [party(None, "深0")]
    for depth in range(1, length - 1):
        line.append(party(line[-1], f"深{depth}"))
    return {
        "leaf": below(line[-1], "深局"),
        "others": tuple(one.certificate for one in line[1:]),
        "anchors": (line[0].certificate,),
        "crls": tuple(revocations(one) for one in line),
    }


def cross_loop() -> dict[str, object]:
    """Two CAs that certify each other, and no anchor."""
    first, second = party(None, "环甲"), party(None, "环乙")
    crossed = certify(second, first.signer, "环甲"), certify(first, second.signer, "环乙")
    return {"leaf": below(first, "环局"), "others": (*crossed, first.certificate, second.certificate)}


def with_critical(critical_on: str) -> dict[str, object]:
    if critical_on == "leaf":
        return {"leaf": with_extension(SUB, LEAF.certificate, "1.2.3", b"\5\0", critical=True)}
    changed = with_extension(ROOT, SUB.certificate, "1.2.3", b"\5\0", critical=True)
    return {"others": (changed,)}


REFUSALS = {
    "another key signed the leaf": ("signature", lambda: {"leaf": load_certificate(
        assemble(LEAF.certificate.tbs, ROOT.signer.sign(LEAF.certificate.tbs)))}),
    "the leaf was changed": ("signature", lambda: {"leaf": tampered_leaf()}),
    "signed under the empty identity": ("signature", lambda: {"leaf": signed_under(b"")}),
    "signed under another identity": ("signature", lambda: {"leaf": signed_under(b"ALICE123@YAHOO.COM")}),
    "another key signed the CA": ("signature", lambda: {"others": (load_certificate(
        assemble(SUB.certificate.tbs, LEAF.signer.sign(SUB.certificate.tbs))),)}),
    "an unknown root": ("no-path", lambda: {"anchors": (OTHER_ROOT.certificate,)}),
    "no anchors": ("no-path", lambda: {"anchors": ()}),
    "the CA is missing": ("no-path", lambda: {"others": ()}),
    "a root of the same name with another key": ("no-path", lambda: {"anchors": (IMPOSTOR.certificate,)}),
    "the issuer is named otherwise": ("no-path", lambda: {
        "leaf": certify(SUB, LEAF.signer, "路局", SEALING, issuer_name=OTHER_ROOT.name)}),
    "the issuer's key is named otherwise": ("no-path", lambda: {
        "leaf": certify(SUB, LEAF.signer, "路局", SEALING, issuer_key_id=b"\1" * 20)}),
    "a CA without a key identifier": ("no-path", lambda: {"others": (without_extension(
        ROOT, SUB.certificate, "2.5.29.14", write(0x04, SUB.certificate.subject_key_id)),)}),
    "CAs that only certify each other": ("no-path", cross_loop),
    "a self-signed leaf": ("no-path", lambda: {"leaf": party(None, "自签局", SEALING).certificate}),
    "a self-signed leaf that is pinned": ("no-path", lambda: {
        "leaf": party(None, "自签局", SEALING).certificate, "anchors": (party(None, "自签局", SEALING).certificate,)}),
    "one certificate too deep": ("no-path", lambda: deep_chain(MAX_DEPTH + 1)),
    "a second too early": ("not-yet-valid", lambda: {"at": LEAF.certificate.not_before - timedelta(seconds=1)}),
    "a second too late": ("expired", lambda: {"at": LEAF.certificate.not_after + timedelta(microseconds=1)}),
    "the CA was not valid yet": ("not-yet-valid", lambda: third_party_sub(CA, "晚签发", not_before=AT + DAY)),
    "the CA had expired": ("expired", lambda: third_party_sub(CA, "早签发", not_after=AT - DAY)),
    "the root had expired": ("expired", lambda: {"anchors": (party(None, "路根", not_after=AT - DAY).certificate,)}),
    "another purpose": ("wrong-usage", lambda: {"purpose": Purpose.SEAL_MAKER}),
    "no purpose": ("wrong-usage", lambda: {"leaf": below(SUB, "无途", CertificateProfile("none", SIGNING))}),
    "a purpose for anything": ("wrong-usage", lambda: {"leaf": below(
        SUB, "万能", CertificateProfile("any", SIGNING, ("2.5.29.37.0",)))}),
    "a key for encryption": ("wrong-usage", lambda: {"leaf": below(
        SUB, "加密", CertificateProfile("enc", frozenset({KeyUsage.KEY_ENCIPHERMENT}), (Purpose.SEAL_SIGNER,)))}),
    "time stamping, not critical": ("wrong-usage", lambda: {
        "leaf": below(SUB, "松时戳", replace(TIME_STAMPING, critical_purpose=False)), "purpose": Purpose.TIME_STAMP}),
    "time stamping and more": ("wrong-usage", lambda: {
        "leaf": below(SUB, "杂时戳", replace(TIME_STAMPING, purposes=(Purpose.TIME_STAMP, Purpose.SEAL_SIGNER))),
        "purpose": Purpose.TIME_STAMP}),
    "a CA whose key may not certify": ("wrong-usage", lambda: third_party_sub(ONLY_SIGNING, "不签发")),
    "a CA for another purpose": ("wrong-usage", lambda: third_party_sub(
        replace(CA, purposes=(Purpose.SEAL_MAKER,)), "窄签发")),
    "a leaf that is a CA": ("constraint", lambda: {"leaf": below(
        WIDE_SUB, "兼CA", replace(CA, key_usage=CERTIFYING | SIGNING, purposes=(Purpose.SEAL_SIGNER,))),
        "others": (WIDE_SUB.certificate,)}),
    "a leaf that may certify": ("constraint", lambda: {"leaf": below(
        SUB, "越权", CertificateProfile("x", SIGNING | CERTIFYING, (Purpose.SEAL_SIGNER,)))}),
    "an issuer that is no CA": ("constraint", lambda: third_party_sub(NOT_CA, "非CA")),
    "a leaf as issuer": ("constraint", lambda: {
        "leaf": below(LEAF, "孙"), "others": (LEAF.certificate, SUB.certificate)}),
    "a CA below path length 0": ("constraint", lambda: {
        "leaf": below(party(SUB, "次签发"), "次局"),
        "others": (party(SUB, "次签发").certificate, SUB.certificate)}),
    "a critical extension on the leaf": ("constraint", lambda: with_critical("leaf")),
    "a critical extension on the CA": ("constraint", lambda: with_critical("ca")),
    "name constraints, not critical": ("constraint", lambda: {"others": (with_extension(
        ROOT, SUB.certificate, "2.5.29.30", write(0x30), critical=False),)}),
    "ten thousand certificates": ("constraint", lambda: {"others": (SUB.certificate,) * MAX_CERTIFICATES}),
    "a thousand lists": ("constraint", lambda: {"crls": (SOUND.crls[0],) * (MAX_LISTS + 1)}),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), REFUSALS.values(), ids=REFUSALS)
def test_one_thing_wrong_is_refused(reason, changes):
    failure = refusal(**changes())
    assert failure.reason == reason
    assert failure.definite is (reason not in {"no-path", "revocation-unknown"})
    assert isinstance(failure, PathIncomplete) is not failure.definite
    assert len(failure.fingerprint) == 64


def test_the_deepest_chain_that_is_looked_at_holds():
    assert len(ask(**deep_chain(MAX_DEPTH)).chain) == MAX_DEPTH


def test_errors_do_not_name_subjects():
    assert "路局" not in str(refusal(at=LEAF.certificate.not_after + DAY))


def test_an_impostor_of_the_ca_does_not_hide_the_true_one():
    impostor = Party(signer("冒签发"), certify(ROOT, signer("冒签发"), "路签发"))
    assert ask(others=(impostor.certificate, SUB.certificate)).chain[1] == SUB.certificate


def test_a_second_path_is_tried():
    expired = certify(ROOT, SUB.signer, "路签发", not_after=AT - DAY)
    for others in ((expired, SUB.certificate), (SUB.certificate, expired)):
        assert ask(others=others).chain[1] == SUB.certificate


def test_many_issuers_of_one_name_and_key_identifier_are_not_tried_for_ever(monkeypatch):
    keys = [signer(f"群{number}") for number in range(120)]
    crowd = []
    for key in keys:
        made = certify(ROOT, key, "路签发")
        identifier = write_octet_string(write(0x04, made.subject_key_id))
        tbs = exchange(made.tbs, identifier, write_octet_string(write(0x04, SUB.certificate.subject_key_id)))
        crowd.append(load_certificate(assemble(tbs, ROOT.signer.sign(tbs))))
    tried = []
    real = path_module.verify
    monkeypatch.setattr(path_module, "verify", lambda *given, **named: (tried.append(given), real(*given, **named))[1])
    assert refusal(others=tuple(crowd)).reason == "signature"
    assert len(tried) == MAX_SIGNATURES
    assert ask(others=(*crowd[:50], SUB.certificate)).chain[1] == SUB.certificate


# Revocation ---------------------------------------------------------------------------------------------------------


def lists(entry: Revoked | None = None, **changes: object) -> dict[str, object]:
    """The root's list, and one of the issuing CA with an entry about the leaf."""
    revoked = {} if entry is None else {LEAF.certificate.serial: entry}
    return {"crls": (SOUND.crls[0], revocations(SUB, revoked, **changes))}


def test_what_is_revoked_is_refused_and_says_since_when():
    failure = refusal(**lists(Revoked(AT - DAY, Reason.SUPERSEDED)))
    assert isinstance(failure, CertificateRevoked)
    assert (failure.at, failure.cause, failure.definite) == (AT - DAY, "superseded", True)


def test_a_revoked_ca_takes_its_certificates_along():
    root_list = revocations(ROOT, {SUB.certificate.serial: Revoked(AT - DAY, Reason.CA_COMPROMISE)})
    assert refusal(crls=(root_list, SOUND.crls[1])).reason == "revoked"
    assert refusal(crls=(root_list,)).reason == "revoked"


# Promise P12, and a second writing of it as a table: instants in days from AT; None means that no date is given.
INSTANTS = (-4, -3, -2, -1, 0)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("revoked", [-3, -2, -1])
@pytest.mark.parametrize("invalid", [None, -4, -3, -2])
def test_the_instant_judged_against_a_revocation(reason, revoked, invalid):
    entry = Revoked(AT + revoked * DAY, reason, None if invalid is None else AT + invalid * DAY)
    compromised = reason.value.endswith("compromise")
    for instant in INSTANTS:
        if compromised and invalid is None:
            holds = False
        elif invalid is None:
            holds = instant < revoked
        else:
            holds = instant < invalid and instant < revoked
        if holds:
            assert ask(at=AT + instant * DAY, **lists(entry)).chain
        else:
            assert refusal(at=AT + instant * DAY, **lists(entry)).reason == "revoked"


def test_a_revocation_to_come_does_not_count_yet():
    assert ask(**lists(Revoked(AT + DAY, Reason.SUPERSEDED))).chain
    assert refusal(**lists(Revoked(AT + DAY, Reason.KEY_COMPROMISE))).reason == "revoked"


def test_an_old_list_still_proves_a_revocation():
    old = revocations(SUB, {LEAF.certificate.serial: Revoked(AT - 9 * DAY)}, number=1, this_update=AT - 9 * DAY,
                      next_update=AT - 8 * DAY)  # fmt: skip
    assert refusal(crls=(SOUND.crls[0], old)).reason == "revoked"
    assert refusal(crls=(SOUND.crls[0], old, revocations(SUB, number=9))).reason == "revoked"


def test_being_on_hold_ends_with_a_newer_list():
    held = revocations(SUB, {LEAF.certificate.serial: Revoked(AT - 2 * DAY, Reason.CERTIFICATE_HOLD)}, number=1)
    assert refusal(crls=(SOUND.crls[0], held)).reason == "revoked"
    assert ask(crls=(SOUND.crls[0], held, revocations(SUB, number=9))).chain


def foreign_list(issuer: Party, old: bytes, new: bytes) -> RevocationList:
    made = revocations(issuer, number=9)
    tbs = exchange(made.tbs, old, new)
    return load_crl(assemble_crl(tbs, issuer.signer.sign(tbs)))


def partial_list() -> RevocationList:
    number = write(0x30, write_object_identifier("2.5.29.20"), write_octet_string(b"\2\1\x09"))
    part = write(
        0x30,
        write_object_identifier("2.5.29.28"),
        write(1, b"\xff"),
        write_octet_string(write(0x30, write(0x82, b"\xff"))),
    )
    return foreign_list(SUB, number, number + part)


SILENT_SUB = party(ROOT, "哑签发", replace(CA, key_usage=frozenset({KeyUsage.KEY_CERT_SIGN})))

UNKNOWN = {
    "no lists": lambda: {"crls": ()},
    "no list about the leaf": lambda: {"crls": (SOUND.crls[0],)},
    "no list about the CA": lambda: {"crls": (SOUND.crls[1],)},
    "a list out of date": lambda: lists(next_update=AT),
    "a list from the future": lambda: lists(this_update=AT + TOLERANCE + timedelta(seconds=1)),
    "a list signed by another": lambda: {"crls": (SOUND.crls[0], revocations(SUB, key=ROOT.signer))},
    "a list of another issuer": lambda: {"crls": (SOUND.crls[0], revocations(WIDE_SUB))},
    "part of a list": lambda: {"crls": (SOUND.crls[0], partial_list())},
    "an issuer that may not sign lists": lambda: {
        "leaf": below(SILENT_SUB, "哑局"),
        "others": (SILENT_SUB.certificate,),
        "crls": (SOUND.crls[0], revocations(SILENT_SUB)),
    },
}


@pytest.mark.parametrize("changes", UNKNOWN.values(), ids=UNKNOWN)
def test_missing_evidence_is_not_an_answer(changes):
    question = changes()
    failure = refusal(**question)
    assert isinstance(failure, RevocationUnknown)
    assert not failure.definite
    path = ask(**question, require_revocation=False)
    assert path.chain[-1] == ROOT.certificate


def test_without_any_list_there_is_no_age():
    assert ask(crls=(), require_revocation=False).revocation_age_s is None


def test_a_known_revocation_counts_even_where_none_is_required():
    assert refusal(require_revocation=False, **lists(Revoked(AT - DAY))).reason == "revoked"


def test_freshness_is_judged_now_and_revocation_then():
    later = AT + 30 * DAY
    current = {"crls": tuple(revocations(one, this_update=later - DAY, next_update=later + DAY) for one in (ROOT, SUB))}
    assert ask(at=AT, now=later, **current).revocation_age_s == 86_400
    assert refusal(at=AT, now=later).reason == "revocation-unknown"


def test_a_list_may_be_a_little_ahead_of_our_clock_and_never_out_of_date():
    """The bounds of every signed list: from 300 seconds before its issue, to the second before its next update."""
    end = AT + DAY
    made = tuple(revocations(one, this_update=AT, next_update=end) for one in (ROOT, SUB))
    for now, age in ((AT - TOLERANCE, 0), (AT, 0), (end - timedelta(seconds=1), 86_399)):
        assert ask(at=AT, now=now, crls=made).revocation_age_s == age
    for now in (AT - TOLERANCE - timedelta(seconds=1), end):
        assert refusal(at=AT, now=now, crls=made).reason == "revocation-unknown"


def test_a_list_says_nothing_about_what_had_expired_before_it():
    leaf = below(SUB, "过期局", not_after=AT + DAY)
    later = AT + 10 * DAY
    bare = tuple(revocations(one, this_update=later - DAY, next_update=later + DAY) for one in (ROOT, SUB))
    assert refusal(leaf=leaf, at=AT, now=later, crls=bare).reason == "revocation-unknown"
    kept = revocations(SUB, this_update=later - DAY, next_update=later + DAY, kept_since=AT - 30 * DAY)
    assert ask(leaf=leaf, at=AT, now=later, crls=(bare[0], kept)).chain[0] == leaf
    too_late = revocations(SUB, this_update=later - DAY, next_update=later + DAY, kept_since=AT + 2 * DAY)
    assert refusal(leaf=leaf, at=AT, now=later, crls=(bare[0], too_late)).reason == "revocation-unknown"


def test_what_may_yet_turn_out_well_outweighs_a_refusal():
    expired = certify(ROOT, SUB.signer, "路签发", not_after=AT - DAY)
    for others in ((expired, SUB.certificate), (SUB.certificate, expired)):
        assert refusal(others=others, crls=()).reason == "revocation-unknown"


def test_a_revocation_outweighs_everything():
    unknown_root = certify(OTHER_ROOT, SUB.signer, "路签发")
    question = {"others": (unknown_root, SUB.certificate), "anchors": (OTHER_ROOT.certificate, ROOT.certificate)}
    revoked = revocations(ROOT, {SUB.certificate.serial: Revoked(AT - DAY)})
    assert refusal(**question, crls=(revoked,)).reason == "revoked"


# Work ---------------------------------------------------------------------------------------------------------------


def test_signatures_that_held_are_remembered(monkeypatch):
    leaf = below(SUB, "记局")
    calls = []
    real = path_module.verify
    monkeypatch.setattr(path_module, "verify", lambda *given, **named: (calls.append(named), real(*given, **named))[1])
    for _ in range(3):
        ask(leaf=leaf)
    assert len(calls) == 1
    assert calls[0] == {"identity": DEFAULT_IDENTITY}
    wrong = load_certificate(assemble(leaf.tbs, ROOT.signer.sign(leaf.tbs)))
    for _ in range(3):
        refusal(leaf=wrong)
    assert len(calls) == 4


@given(st.integers(0, len(LEAF.certificate.der) * 8 - 1))
def test_no_flipped_bit_in_a_leaf_passes(bit):
    octets = bytearray(LEAF.certificate.der)
    octets[bit // 8] ^= 1 << bit % 8
    with pytest.raises((Malformed, PathRefused)):
        ask(leaf=load_certificate(bytes(octets)))


# OpenSSL's opinion --------------------------------------------------------------------------------------------------

AGREED = {
    "sound": (None, {}),
    "revoked": ("revoked", lists(Revoked(AT - DAY, Reason.SUPERSEDED))),
    "expired": ("expired", {"at": LEAF.certificate.not_after + DAY, "now": LEAF.certificate.not_after + DAY}),
    "not yet": ("not yet valid", {"at": LEAF.certificate.not_before - DAY, "now": LEAF.certificate.not_before - DAY}),
    "changed": ("signature failure", {"leaf": tampered_leaf()}),
    "empty identity": ("signature failure", {"leaf": signed_under(b"")}),
    "unknown root": ("unable to get", {"anchors": (OTHER_ROOT.certificate,)}),
    "no CA": ("unable to get", {"others": ()}),
    "path length": ("path length", REFUSALS["a CA below path length 0"][1]()),
    "no CA flag": ("", REFUSALS["an issuer that is no CA"][1]()),
    "usage": ("", REFUSALS["a CA whose key may not certify"][1]()),
    "critical": ("unhandled critical", with_critical("leaf")),
    "other key identifier": ("", REFUSALS["the issuer's key is named otherwise"][1]()),
    "no list": ("unable to get certificate CRL", {"crls": ()}),
    "old list": ("expired", lists(this_update=AT - 3 * DAY, next_update=AT - DAY)),
    "list by another": ("signature failure", {"crls": (SOUND.crls[0], revocations(SUB, key=ROOT.signer))}),
}


@pytest.mark.parametrize(("complaint", "changes"), AGREED.values(), ids=AGREED)
def test_openssl_agrees(complaint, changes):
    question = replace(SOUND, **changes)
    crls = [crl.der for crl in question.crls] or [revocations(OTHER_ROOT).der]
    others = [one.der for one in question.others]
    said = second_opinion(question.leaf.der, others, question.anchors[0].der, crls, question.at)
    if complaint is None:
        assert said is None
        assert ask(**changes)
    else:
        assert said is not None
        assert complaint in said
        assert refusal(**changes)


def test_the_reasons_are_stable_codes():
    found = {kind.code for kind in (NoPath, RevocationUnknown, ConstraintBroken, CertificateRevoked)}
    assert found == {"no-path", "revocation-unknown", "constraint", "revoked"}


# Many questions about one document ----------------------------------------------------------------------------------


def impostors(count: int) -> tuple[Certificate, ...]:
    """Certificates of one name and key identifier, of which none issued the leaf."""
    return tuple(certify(ROOT, SUB.signer, "路签发", serial=1000 + number) for number in range(count))


def counted(monkeypatch) -> list[object]:
    tried: list[object] = []
    real = path_module.verify
    monkeypatch.setattr(path_module, "verify", lambda *given, **named: (tried.append(given), real(*given, **named))[1])
    return tried


def stray(number: int = 0) -> Certificate:
    """A leaf that bears the CA's name and key identifier, and somebody else's signature."""
    forger = signer("伪造者")
    tbs = below(SUB, f"陌生{number}").tbs
    return load_certificate(assemble(tbs, forger.sign(tbs)))


def test_a_refusal_is_remembered_as_long_as_the_same_document_is_judged(monkeypatch):
    leaf, others, tried = stray(), impostors(5), counted(monkeypatch)
    for _ in range(50):
        assert refusal(leaf=leaf, others=others).reason == "signature"
    alone = len(tried)
    trials = Trials(100)
    tried.clear()
    for _ in range(50):
        assert refusal(leaf=leaf, others=others, trials=trials).reason == "signature"
    assert (alone, len(tried)) == (50, 1)
    assert not trials.spent


def test_so_many_trials_for_a_document_and_no_more(monkeypatch):
    trials, tried = Trials(3), counted(monkeypatch)
    for number in range(5):
        last = refusal(leaf=stray(number), trials=trials)
    assert len(tried) == 3
    assert trials.spent
    assert isinstance(last, NoPath)
    assert not reaches_anchor(stray(9), others=SOUND.others, anchors=SOUND.anchors, trials=trials)


def test_a_list_that_can_no_longer_be_tried_is_not_passed_by():
    """It might tell of a revocation."""
    forged = revocations(ROOT, number=7, key=signer("伪造者"))
    for required in (True, False):
        trials = Trials(2)
        failure = refusal(crls=(forged, *SOUND.crls), trials=trials, require_revocation=required)
        assert isinstance(failure, RevocationUnknown)
    assert ask(crls=(forged, *SOUND.crls), trials=Trials(5)).revocation_age_s is not None
