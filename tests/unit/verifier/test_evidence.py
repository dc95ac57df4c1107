"""Weighing a bundle: every part is believed for its signature alone, and a part that does not hold is left out by name.

The bundle is a city's own; each test breaks one part of it, exchanges its signer, or moves the clock.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from keys.custody import memory_signer
from keys.randomness import random_octets
from keys.signer import Signer
from tests.city import City
from tests.journey_parts import number, revoke_certificate
from trust.certification.profiles import LOG, TRUST_LIST, Kind
from trust.formats.bundle import Bundle, decode_bundle, encode_bundle
from trust.formats.certificate import Certificate, Purpose
from trust.formats.checkpoint import Checkpoint, encode_checkpoint
from trust.formats.cose import sign1, split
from trust.formats.crl import Reason
from trust.formats.status_list import STATUS_LIST_TYPE, decode_status_list, encode_status_list
from trust.formats.trust_list import CONTENT_TYPE, ListedCertificate, TrustList, encode_trust_list
from trust.formats.x509_fields import make_name
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from verifier.evidence import MAX_PART, Evidence, weigh

Weigh = Callable[..., Evidence]


@pytest.fixture
def weighed(city: City, bundle: Bundle) -> Weigh:
    """Weigh the city's bundle with parts changed, now or later."""

    def made(*, later: timedelta = timedelta(0), anchors: tuple[Certificate, ...] | None = None, **changed) -> Evidence:
        pinned = city.yinzheng.anchors if anchors is None else anchors
        return weigh(replace(bundle, **changed), pinned, city.clock() + later)

    return made


def notes(evidence: Evidence) -> list[str]:
    assert {(one.step, one.indication) for one in evidence.findings} <= {(0, Indication.INDETERMINATE)}
    assert all(one.detail.endswith("。") for one in evidence.findings)
    assert not [one.detail for one in evidence.findings if re.search("[a-z]{3}", one.detail)], "codes are for programs"
    return [one.name for one in evidence.findings]


def believed(evidence: Evidence) -> tuple[bool, bool, bool]:
    """Trust list, status lists, checkpoint."""
    return evidence.trust_list is not None, bool(evidence.status_lists), evidence.checkpoint is not None


def pen(city: City, name: str) -> Signer:
    return city.yinzheng.directory.service(name)[0]


def listed(city: City) -> TrustList:
    found = city.yinzheng.publisher.trust_list()
    assert found is not None
    return found


def relisted(city: City, signer: Signer | None = None, **changed) -> bytes:
    """The city's trust list with members changed, signed again."""
    payload = encode_trust_list(replace(listed(city), **changed))
    return sign1(payload, signer or pen(city, "trust-list"), CONTENT_TYPE)


def certify(city: City, kind: Kind, signer: Signer) -> Certificate:
    """A certificate by the city's own authority."""
    return city.yinzheng.publisher._authority.certify(
        signer.public,
        kind,
        subject=make_name("再次签发", organisation="云岭市政务服务和数据局"),
        at=city.clock(),
        random=random_octets,
    )


def test_a_sound_bundle_is_believed_whole(city: City, bundle: Bundle, weighed: Weigh) -> None:
    evidence = weighed()
    assert notes(evidence) == []
    assert believed(evidence) == (True, True, True)
    assert len(evidence.certificates) == len(bundle.certificates) == 2
    assert len(evidence.crls) == len(bundle.crls) == 2
    assert len(evidence.log_keys) == 1
    assert len(evidence.listed(Purpose.SEAL_SIGNER)) == len(city.yinzheng.city.bodies)
    assert len(evidence.listed(Purpose.SEAL_MAKER)) == 1


def test_a_bundle_is_the_same_evidence_after_a_journey_in_a_file(bundle: Bundle, weighed: Weigh) -> None:
    assert decode_bundle(encode_bundle(bundle)) == bundle
    assert weighed(**{one.name: getattr(decode_bundle(encode_bundle(bundle)), one.name) for one in fields(bundle)}) == (
        weighed()
    )


@pytest.mark.parametrize("junk", [b"", b"\0", b"junk" * 1000, b"\xd2\x84", b"0\x82"])
@pytest.mark.parametrize(
    ("part", "note", "left"),
    [
        ("trust_list", "trust-list-untrusted", (False, False, False)),
        ("checkpoint", "checkpoint-untrusted", (True, True, False)),
    ],
)
def test_octets_that_are_nothing(
    weighed: Weigh, junk: bytes, part: str, note: str, left: tuple[bool, bool, bool]
) -> None:
    evidence = weighed(**{part: junk})
    assert note in notes(evidence)
    assert believed(evidence) == left


@pytest.mark.parametrize("junk", [b"", b"\0", b"junk" * 1000, b"\xd2\x84", b"0\x82"])
@pytest.mark.parametrize(
    ("part", "note"),
    [
        ("certificates", "certificate-unreadable"),
        ("crls", "crl-unreadable"),
        ("status_lists", "status-list-untrusted"),
    ],
)
def test_octets_that_are_nothing_beside_sound_ones(
    bundle: Bundle, weighed: Weigh, junk: bytes, part: str, note: str
) -> None:
    for parts in ((junk, *getattr(bundle, part)), (*getattr(bundle, part), junk)):
        evidence = weighed(**{part: parts})
        assert notes(evidence) == [note]
        assert believed(evidence) == (True, True, True)


def flips(octets: bytes, count: int = 12) -> Iterator[bytes]:
    """The octets with one bit changed, at places all over."""
    chance = random.Random(len(octets))
    for _ in range(count):
        place = chance.randrange(len(octets))
        yield octets[:place] + bytes([octets[place] ^ (1 << chance.randrange(8))]) + octets[place + 1 :]


def test_one_bit_changed_in_a_signed_part(bundle: Bundle, weighed: Weigh) -> None:
    for octets in flips(bundle.trust_list):
        assert believed(weighed(trust_list=octets)) == (False, False, False)
    for octets in flips(bundle.status_lists[0]):
        evidence = weighed(status_lists=(octets,))
        assert believed(evidence) == (True, False, True)
        assert notes(evidence) == ["status-list-untrusted"]
    for octets in flips(bundle.checkpoint):
        evidence = weighed(checkpoint=octets)
        assert believed(evidence) == (True, True, False)
        assert notes(evidence) == ["checkpoint-untrusted"]


def test_one_bit_changed_in_a_revocation_list_or_a_certificate(bundle: Bundle, weighed: Weigh) -> None:
    """Never more is believed than before, and never another list."""
    sound = weighed()
    for part in ("crls", "certificates"):
        octets = getattr(bundle, part)
        for place, one in enumerate(octets):
            for flipped in flips(one, 6):
                evidence = weighed(**{part: (*octets[:place], flipped, *octets[place + 1 :])})
                assert evidence.trust_list is None or evidence.trust_list == sound.trust_list
                assert evidence.status_lists.items() <= sound.status_lists.items()


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"trust_list": None}, "trust-list-missing"),
        ({"certificates": ()}, "trust-list-untrusted"),
        ({"crls": ()}, "trust-list-untrusted"),
    ],
)
def test_parts_that_are_missing(weighed: Weigh, changed: dict, note: str) -> None:
    evidence = weighed(**changed)
    assert note in notes(evidence)
    assert believed(evidence) == (False, False, False)


def test_each_certificate_and_each_revocation_list_is_needed(bundle: Bundle, weighed: Weigh) -> None:
    for part in ("certificates", "crls"):
        octets = getattr(bundle, part)
        for place in range(len(octets)):
            evidence = weighed(**{part: octets[:place] + octets[place + 1 :]})
            assert believed(evidence) == (False, False, False), (part, place)


def test_without_status_lists_the_rest_stands(weighed: Weigh) -> None:
    evidence = weighed(status_lists=())
    assert (notes(evidence), believed(evidence)) == ([], (True, False, True))


def test_nothing_is_believed_under_no_anchor_or_another(weighed: Weigh) -> None:
    other = City(people=False, apart=True)
    for anchors in ((), other.yinzheng.anchors):
        evidence = weighed(anchors=anchors)
        assert believed(evidence) == (False, False, False)
        assert notes(evidence)[0] == "trust-list-untrusted"
    assert believed(weighed(anchors=(*other.yinzheng.anchors, *weighed().anchors))) == (True, True, True)
    other.close()


def test_another_citys_parts_are_not_believed_beside_our_own(bundle: Bundle, weighed: Weigh) -> None:
    other = City(people=False, apart=True)
    theirs = other.yinzheng.evidence_bundle()
    evidence = weighed(
        certificates=bundle.certificates + theirs.certificates,
        crls=bundle.crls + theirs.crls,
        status_lists=bundle.status_lists + theirs.status_lists,
    )
    assert believed(evidence) == (True, True, True)
    assert notes(evidence) == ["status-list-untrusted"]
    assert believed(weighed(trust_list=theirs.trust_list)) == (False, False, False)
    evidence = weighed(checkpoint=theirs.checkpoint)
    assert believed(evidence) == (True, True, False)
    other.close()


@pytest.mark.parametrize("name", ["status-list", "log", "receipt"])
def test_a_trust_list_signed_by_a_key_for_something_else(city: City, bundle: Bundle, weighed: Weigh, name: str) -> None:
    signer, certificate = city.yinzheng.directory.service(name)
    evidence = weighed(trust_list=relisted(city, signer), certificates=(*bundle.certificates, certificate.der))
    assert believed(evidence) == (False, False, False)
    assert "不是作这种用途的" in evidence.findings[0].detail


@pytest.mark.parametrize("name", ["trust-list", "log", "receipt"])
def test_a_status_list_signed_by_a_key_for_something_else(
    city: City, bundle: Bundle, weighed: Weigh, name: str
) -> None:
    payload = split(bundle.status_lists[0], MAX_PART).payload
    evidence = weighed(status_lists=(sign1(payload, pen(city, name), STATUS_LIST_TYPE),))
    assert believed(evidence) == (True, False, True)


def test_a_status_list_under_another_heading(city: City, bundle: Bundle, weighed: Weigh) -> None:
    payload = split(bundle.status_lists[0], MAX_PART).payload
    for heading in (None, CONTENT_TYPE):
        evidence = weighed(status_lists=(sign1(payload, pen(city, "status-list"), heading),))
        assert believed(evidence) == (True, False, True)
        assert "另一种文件" in evidence.findings[0].detail


def test_a_checkpoint_of_another_log(city: City, weighed: Weigh) -> None:
    point = weighed().checkpoint
    assert point is not None
    forged = encode_checkpoint(replace(point, origin="example.cn/log"), pen(city, "log"))
    assert believed(weighed(checkpoint=forged)) == (True, True, False)
    forged = encode_checkpoint(point, pen(city, "receipt"))
    assert believed(weighed(checkpoint=forged)) == (True, True, False)
    true = encode_checkpoint(Checkpoint(point.origin, point.size, point.root, point.at), pen(city, "log"))
    assert believed(weighed(checkpoint=true)) == (True, True, True)


def test_of_several_lists_the_one_with_the_highest_number_counts(city: City, bundle: Bundle, weighed: Weigh) -> None:
    first = decode_status_list(split(bundle.status_lists[0], MAX_PART).payload)
    signed = {
        count: sign1(encode_status_list(replace(first, number=count)), pen(city, "status-list"), STATUS_LIST_TYPE)
        for count in (3, 12, 7)
    }
    for order in ((3, 12, 7), (12, 7, 3), (7, 3, 12)):
        evidence = weighed(status_lists=tuple(signed[count] for count in order))
        assert evidence.status_lists[0].number == 12
    other = replace(first, list=5, uri=f"{listed(city).status_base}/5")
    beside = sign1(encode_status_list(other), pen(city, "status-list"), STATUS_LIST_TYPE)
    assert set(weighed(status_lists=(*bundle.status_lists, beside)).status_lists) == {0, 5}


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8000/status/1", "http://127.0.0.1:8000/status/0/", "https://h/status/0"]
)
def test_a_list_that_goes_by_another_name_is_not_this_list(
    city: City, bundle: Bundle, weighed: Weigh, uri: str
) -> None:
    first = decode_status_list(split(bundle.status_lists[0], MAX_PART).payload)
    named = sign1(encode_status_list(replace(first, uri=uri)), pen(city, "status-list"), STATUS_LIST_TYPE)
    evidence = weighed(status_lists=(named,))
    assert (notes(evidence), believed(evidence)) == (["status-list-elsewhere"], (True, False, True))


@pytest.mark.parametrize(
    ("later", "left", "note"),
    [
        (timedelta(days=6, hours=23), (True, True, True), None),
        (timedelta(days=7, seconds=1), (False, False, False), "证书撤销列表"),
        (timedelta(days=365 * 2 + 1), (False, False, False), "已过有效期"),
        (-timedelta(days=1), (False, False, False), "尚未生效"),
    ],
)
def test_as_time_goes_by(weighed: Weigh, later: timedelta, left: tuple[bool, bool, bool], note: str | None) -> None:
    """Revocation lists hold seven days, signers of trust lists two years; what is stale is told where it is used."""
    evidence = weighed(later=later)
    assert believed(evidence) == left
    assert (note is None) == (evidence.findings == ())
    if note is not None:
        assert note in evidence.findings[0].detail


def test_a_key_certified_again_is_believed_under_the_certificate_that_holds(
    city: City, bundle: Bundle, weighed: Weigh
) -> None:
    """As after a renewal: the first certificate has ended, the second has not."""
    renewed = certify(city, replace(TRUST_LIST, lasts=timedelta(days=400 * 3)), pen(city, "trust-list"))
    for certificates in ((*bundle.certificates, renewed.der), (renewed.der, *bundle.certificates)):
        evidence = weighed(certificates=certificates)
        assert (notes(evidence), believed(evidence)) == ([], (True, True, True))
    short = certify(city, replace(TRUST_LIST, lasts=timedelta(days=1)), pen(city, "trust-list"))
    for certificates in ((*bundle.certificates, short.der), (short.der, *bundle.certificates)):
        evidence = weighed(certificates=certificates, later=timedelta(days=2))
        assert believed(evidence)[0]


def test_the_log_may_have_two_keys_and_neither_speaks_against_the_other(city: City, weighed: Weigh) -> None:
    other = memory_signer("the log's next key")
    more = ListedCertificate(Purpose.LOG, None, certify(city, LOG, other).der)
    for certificates in ((*listed(city).certificates, more), (more, *listed(city).certificates)):
        trust_list = relisted(city, certificates=certificates)
        evidence = weighed(trust_list=trust_list)
        assert (notes(evidence), believed(evidence), len(evidence.log_keys)) == ([], (True, True, True), 2)
        point = weighed().checkpoint
        assert point is not None
        evidence = weighed(trust_list=trust_list, checkpoint=encode_checkpoint(point, other))
        assert (notes(evidence), believed(evidence)) == ([], (True, True, True))
        evidence = weighed(trust_list=trust_list, checkpoint=b"junk")
        assert notes(evidence) == ["checkpoint-untrusted"]


def test_a_trust_list_without_a_key_of_the_log(city: City, weighed: Weigh) -> None:
    rest = tuple(one for one in listed(city).certificates if one.purpose is not Purpose.LOG)
    evidence = weighed(trust_list=relisted(city, certificates=rest))
    assert believed(evidence) == (True, True, False)
    assert notes(evidence) == ["checkpoint-untrusted"]


def test_a_listed_certificate_that_cannot_be_read_signs_nothing_and_breaks_nothing(city: City, weighed: Weigh) -> None:
    junk = tuple(ListedCertificate(purpose, None, b"junk") for purpose in Purpose)
    evidence = weighed(trust_list=relisted(city, certificates=(*junk, *listed(city).certificates)))
    assert (notes(evidence), believed(evidence)) == ([], (True, True, True))
    assert len(evidence.listed(Purpose.SEAL_SIGNER)) == len(city.yinzheng.city.bodies)


def test_a_status_list_signer_that_was_revoked_is_not_believed() -> None:
    city = City(people=False)
    issued = city.issue(number=number())
    _, certificate = city.yinzheng.directory.service("status-list")
    revoke_certificate(city, certificate, Reason.KEY_COMPROMISE)
    evidence = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    assert believed(evidence) == (True, False, True)
    assert notes(evidence) == ["status-list-untrusted"]
    assert issued.entry.licence.status.list not in evidence.status_lists
    city.close()


def test_an_older_list_handed_in_later_takes_nothing_back() -> None:
    """A bundle in which somebody put the list from before the revocation beside the current one."""
    city = City(people=False)
    issued = city.issue(number=number())
    before = city.yinzheng.evidence_bundle().status_lists
    city.clock.forward(seconds=1)
    city.act(ActKind.REVOKE, issued, "penalty")
    after = city.yinzheng.evidence_bundle()
    for lists in (before + after.status_lists, after.status_lists + before):
        evidence = weigh(replace(after, status_lists=lists), city.yinzheng.anchors, city.clock())
        assert evidence.status_lists[0].value(issued.entry.licence.status.index) == 1
    city.close()
