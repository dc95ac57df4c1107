"""Sealed documents at the counter: each seal judged apart, all of them counting, and strangers neither passed nor failed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from keys.errors import KeyNotUsable
from service.commands.verifying import Given, _verify
from tests.attacks.pdf_making import new_content
from tests.city import City
from tests.journey_parts import FAILED, INDETERMINATE, PASSED
from tests.ofd_foreign import letter
from tests.pdf_parts import page
from tests.sealing_parts import seal_on
from trust.formats.certificate import Purpose
from trust.formats.ofd.adding import plan_ofd_sealing
from trust.formats.placing import AtPoint, Riding
from trust.formats.sealed_document import Form
from trust.rules.verdict import COMPARED_ONLINE, DOCUMENT_ONLINE, OFFLINE, ONLINE, Finding, Indication
from trust.sealing.errors import SealWishRefused
from trust.sealing.life import Step
from trust.sealing.ports import Officer
from trust.sealing.sealing import Manner, Wanted
from verifier.archived import verify_archived
from verifier.confinement import Confinement
from verifier.documents import ExaminedDocument, verify_document
from verifier.evidence import Evidence, weigh
from verifier.verifying import Examined, verify_file

ASKER, SECOND = Officer("scjg", "周明远"), Officer("scjg2", "顾清和")
KEYS = (f"document-{one}" for one in count(1))
FORMS = {"ofd": letter, "pdf": lambda: page(pages=3)}


@pytest.fixture(params=FORMS, ids=FORMS.keys())
def data(request: pytest.FixtureRequest) -> bytes:
    return FORMS[request.param]()


def seal_id(city: City) -> str:
    return city.yinzheng.seals.filed(city.body_code("business-licence"))[0].seal.seal_id


def sealed(city: City, data: bytes, *, lock: bool = False, riding: bool = False) -> bytes:
    wanted = Wanted(Riding() if riding else AtPoint(0, 100, 100), "答复来函", lock=lock)
    done = city.yinzheng.seals.seal(
        seal_id(city), data, wanted, key=next(KEYS), by=ASKER, department=city.body_code("business-licence")
    )
    assert done.file is not None
    city.clock.forward(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    return done.file


def judged(examined: Examined) -> ExaminedDocument:
    assert examined.document is not None
    return examined.document


def against(examined: Examined) -> set[tuple[int, str, Indication]]:
    """Everything that did not pass."""
    return {
        (one.step, one.name, one.indication)
        for one in examined.verdict.findings
        if one.indication is not Indication.PASSED
    }


def named(findings: tuple[Finding, ...]) -> Mapping[str, Indication]:
    return {one.name: one.indication for one in findings}


def test_a_document_that_our_city_sealed_passes_and_its_time_is_proven(city: City, data: bytes) -> None:
    examined = city.yinzheng.verify_file(sealed(city, data, lock=True))
    assert (examined.verdict.indication, examined.verdict.policy) == (PASSED, "document-online-1")
    assert against(examined) == set()
    assert (examined.verdict.subject, examined.licence) == (None, None)
    (one,) = judged(examined).signatures
    assert one.sealed_at is not None
    assert one.sealed_at <= city.clock()
    assert (one.indication, one.facts.locks) == (PASSED, True)
    assert (one.signer, one.maker) == ("云岭市市场监督管理局", "云岭市印章制作中心")
    assert {finding.signature for finding in one.findings} == {one.facts.name}


def test_what_was_found_of_a_signature_is_in_the_order_of_the_steps(city: City, data: bytes) -> None:
    (one,) = judged(city.yinzheng.verify_file(sealed(city, data))).signatures
    steps = [finding.step for finding in one.findings]
    assert steps == sorted(steps)
    assert set(steps) >= {0, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("form", "manner", "read_as"),
    [
        ("pdf", Manner.SES, Form.SES_4),
        ("pdf", Manner.TEXT, Form.CMS),
        ("ofd", Manner.TEXT, Form.GM_CMS_ATTRIBUTES),
        ("ofd", Manner.PACKAGE, Form.GM_CMS_ATTRIBUTES),
    ],
)
def test_other_manners_of_signing_pass_too(city: City, form: str, manner: Manner, read_as: Form) -> None:
    """A signature that shows no seal is told as one, and counts; protecting a package follows its seals."""
    data = sealed(city, FORMS[form]()) if manner is Manner.PACKAGE else FORMS[form]()
    place = AtPoint(0, 100, 100) if manner.shown else None
    done = city.yinzheng.seals.seal(
        seal_id(city),
        data,
        Wanted(place, "答复来函", manner=manner),
        key=next(KEYS),
        by=ASKER,
        department=city.body_code("business-licence"),
    )
    assert done.file is not None
    city.clock.forward(seconds=1)
    city.yinzheng.publisher.refresh(city.clock())
    examined = city.yinzheng.verify_file(done.file)
    assert examined.verdict.indication is PASSED, against(examined)
    last = judged(examined).signatures[-1]
    assert last.facts.form is read_as
    assert (last.facts.seal is None) is not manner.shown
    assert ("no-seal" in {one.name for one in last.findings if one.warning}) is not manner.shown


@pytest.mark.parametrize(("form", "manner"), [("ofd", Manner.SES), ("pdf", Manner.PACKAGE)])
def test_a_manner_that_the_form_does_not_know_is_refused(city: City, form: str, manner: Manner) -> None:
    place = AtPoint(0, 100, 100) if manner.shown else None
    with pytest.raises(SealWishRefused) as refusal:
        city.yinzheng.seals.seal(
            seal_id(city),
            FORMS[form](),
            Wanted(place, "答复来函", manner=manner),
            key=next(KEYS),
            by=ASKER,
            department=city.body_code("business-licence"),
        )
    assert refusal.value.reason == "seal-manner"


@pytest.mark.parametrize(("place", "manner"), [(None, Manner.SEAL), (AtPoint(0, 1, 1), Manner.TEXT)])
def test_what_is_shown_has_a_place_and_what_is_not_has_none(place: AtPoint | None, manner: Manner) -> None:
    with pytest.raises(SealWishRefused) as refusal:
        Wanted(place, "答复来函", manner=manner)
    assert refusal.value.reason == "seal-place"


def test_every_seal_is_judged_apart_and_all_count(city: City, data: bytes) -> None:
    twice = sealed(city, sealed(city, data), riding=True)
    examined = city.yinzheng.verify_file(twice)
    assert examined.verdict.indication is PASSED
    assert [one.indication for one in judged(examined).signatures] == [PASSED, PASSED]
    assert len({box.page for box in judged(examined).signatures[1].facts.boxes}) == len(judged(examined).document.pages)


def test_offline_only_a_time_stamp_proves_the_time(city: City, data: bytes) -> None:
    """A seal on OFD carries a time stamp; one on PDF has none until the file is preserved."""
    file = sealed(city, data, lock=True)
    evidence = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    examined = verify_file(file, evidence, now=city.clock(), online=None)
    assert (examined.verdict.indication, examined.verdict.policy) == (PASSED, "document-offline-1")
    stamped = data.startswith(b"PK")
    assert {name for _, name, _ in against(examined)} == ({"log"} if stamped else {"sealed-at", "log"})
    (one,) = judged(examined).signatures
    assert (one.sealed_at is not None) is stamped
    late = city.clock() + timedelta(days=30)
    assert verify_file(file, evidence, now=late, online=None).verdict.indication is INDETERMINATE


def test_a_document_is_no_licence(city: City) -> None:
    file = sealed(city, letter(), lock=True)
    for policy in (ONLINE, OFFLINE):
        examined = city.yinzheng.verify_file(file, policy=policy)
        assert (examined.verdict.indication, examined.verdict.policy) == (INDETERMINATE, policy.name)
        assert "no-licence" in named(examined.verdict.findings)
    assert city.yinzheng.verify_file(file, policy=DOCUMENT_ONLINE).verdict.indication is PASSED


@pytest.mark.parametrize(("form", "offline"), [("ofd", PASSED), ("pdf", INDETERMINATE)])
def test_what_was_sealed_before_a_suspension_stays_where_its_time_is_proven(
    fresh: City, form: str, offline: Indication
) -> None:
    city = fresh
    file = sealed(city, FORMS[form](), lock=True)
    before = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    city.clock.forward(hours=1)
    city.yinzheng.seals.act(seal_id(city), Step.SUSPEND, ground="seal-paused", reason="", by=ASKER, key=next(KEYS))
    assert city.yinzheng.verify_file(file).verdict.indication is PASSED
    after = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    examined = verify_file(file, after, now=city.clock(), online=None)
    assert examined.verdict.indication is offline
    assert ((3, "seal-status", INDETERMINATE) in against(examined)) is (offline is INDETERMINATE)
    # the bundle of before is still in its time, and says how old it is
    assert verify_file(file, before, now=city.clock(), online=None).verdict.indication is PASSED


def test_the_log_has_the_whole_file_not_each_seal(city: City) -> None:
    first = sealed(city, page())
    second = sealed(city, first)
    (one,) = judged(city.yinzheng.verify_file(first)).signatures
    earlier, later = judged(city.yinzheng.verify_file(second)).signatures
    assert one.sealed_at is not None
    assert earlier.sealed_at == later.sealed_at
    assert earlier.sealed_at is not None
    assert earlier.sealed_at > one.sealed_at


STRANGERS: dict[str, Callable[[], bytes]] = {
    "a seal that another maker made": lambda: seal_on(letter()),
    "a seal of somebody else's system": lambda: seal_on(letter(), lock=False),
    "a signature without a seal": lambda: seal_on(letter(), None),
}


@pytest.mark.parametrize("made", STRANGERS.values(), ids=STRANGERS.keys())
def test_strangers_are_told_apart_and_never_failed_for_being_strangers(city: City, made: Callable[[], bytes]) -> None:
    examined = city.yinzheng.verify_file(made())
    assert examined.verdict.indication is INDETERMINATE
    assert {one.indication for one in examined.verdict.findings} == {PASSED, INDETERMINATE}
    found = named(examined.verdict.findings)
    assert found["signer-path"] is INDETERMINATE
    assert [one.indication for one in examined.verdict.findings if one.step in {2, 4}] == [
        PASSED for one in examined.verdict.findings if one.step in {2, 4}
    ]


def test_a_stranger_beside_our_seal_spoils_the_document(city: City) -> None:
    examined = city.yinzheng.verify_file(seal_on(sealed(city, letter()), AtPoint(0, 20, 230), minute=60 * 24 * 400))
    assert examined.verdict.indication is not PASSED
    ours, theirs = judged(examined).signatures
    assert theirs.indication is not PASSED
    assert ours.facts.name != theirs.facts.name


def test_a_changed_document_fails_at_the_content(city: City, data: bytes) -> None:
    file = bytearray(sealed(city, data, lock=True))
    for place in range(2000, len(file), len(file) // 40):
        changed = bytes(file[:place]) + bytes([file[place] ^ 1]) + bytes(file[place + 1 :])
        assert city.yinzheng.verify_file(changed).verdict.indication is not PASSED, place


def test_a_claimed_time_can_only_speak_against(city: City) -> None:
    """The same facts with a claim outside the certificate's period fail; a claim inside it proves nothing."""
    file = sealed(city, letter(), lock=True)
    examined = judged(city.yinzheng.verify_file(file))
    (facts,) = examined.document.signatures
    for years, indication in ((0, PASSED), (-30, FAILED), (30, FAILED)):
        assert facts.claimed_at is not None
        claimed = replace(facts, claimed_at=facts.claimed_at + timedelta(days=366 * years))
        document = replace(examined.document, signatures=(claimed,))
        again = verify_document(
            file, document, city.yinzheng.evidence(), now=city.clock(), log=city.yinzheng.online.log
        )
        assert again.verdict.indication is indication, years


def stripped(city: City) -> dict[str, Evidence]:
    """Evidence from which somebody has taken what speaks against a seal."""
    bundle, now = city.yinzheng.evidence_bundle(), city.clock()
    makers = weigh(bundle, city.yinzheng.anchors, now)
    assert makers.trust_list is not None
    unlisted = tuple(one for one in makers.trust_list.certificates if one.purpose is not Purpose.SEAL_MAKER)
    return {
        "no trust list": weigh(replace(bundle, trust_list=None), city.yinzheng.anchors, now),
        "no status lists": weigh(replace(bundle, status_lists=()), city.yinzheng.anchors, now),
        "a maker that is not listed": replace(makers, trust_list=replace(makers.trust_list, certificates=unlisted)),
        "a list of version 1": replace(
            makers, trust_list=replace(makers.trust_list, seals=None, in_force=None, checks=())
        ),
    }


@pytest.mark.parametrize(
    "name", ["no trust list", "no status lists", "a maker that is not listed", "a list of version 1"]
)
def test_without_its_register_a_seal_of_ours_never_passes(fresh: City, name: str) -> None:
    """A suspended seal must not pass because the list that says so was left out."""
    file = sealed(fresh, page(), lock=True)
    fresh.clock.forward(hours=1)
    fresh.yinzheng.seals.act(seal_id(fresh), Step.SUSPEND, ground="seal-paused", reason="", by=ASKER, key=next(KEYS))
    examined = verify_file(file, stripped(fresh)[name], now=fresh.clock(), online=None)
    assert examined.verdict.indication is INDETERMINATE
    assert 3 in {step for step, _, _ in against(examined)}


def test_leaving_the_seal_out_is_no_way_round_its_end(fresh: City) -> None:
    """The body's key signs as text what its seal may no longer seal."""
    city = fresh
    signer, certificate = city.yinzheng.directory.body(city.body_code("business-licence"))

    def text_signed() -> bytes:
        plan = plan_ofd_sealing(
            letter(), None, seal_der=None, certificate=certificate.der, at=city.clock(), lock=True, provider="印证"
        )
        return plan.complete(signer.sign(plan.to_be_signed), certificate.der)

    assert city.yinzheng.verify_file(text_signed()).verdict.indication is PASSED
    city.clock.forward(hours=1)
    for one in city.yinzheng.seals.filed(city.body_code("business-licence")):
        city.yinzheng.seals.act(
            one.seal.seal_id, Step.SUSPEND, ground="seal-suspected", reason="", by=ASKER, key=next(KEYS)
        )
    city.clock.forward(hours=1)
    paused = text_signed()
    assert city.yinzheng.verify_file(paused).verdict.indication is INDETERMINATE
    city.clock.forward(seconds=1)
    city.yinzheng.seals.act(seal_id(city), Step.RESUME, ground="seal-pause-ended", reason="", by=ASKER, key=next(KEYS))
    reports = city.yinzheng.compromises
    loss = reports.loss_of_body("scjg", city.clock(), "签章服务器被入侵")
    reports.confirm(reports.report(loss, by=ASKER, key=next(KEYS)), digest=loss.digest, by=SECOND)
    city.clock.forward(hours=1)
    assert city.yinzheng.verify_file(paused).verdict.indication is FAILED
    with pytest.raises(KeyNotUsable):
        text_signed()


def test_a_seal_filed_for_another_body_is_false(city: City) -> None:
    examined = judged(city.yinzheng.verify_file(sealed(city, letter(), lock=True)))
    evidence = city.yinzheng.evidence()
    assert evidence.trust_list is not None
    assert evidence.trust_list.seals is not None
    moved = tuple(replace(one, body_code="11530199MB0T35T77C") for one in evidence.trust_list.seals)
    other = replace(evidence, trust_list=replace(evidence.trust_list, seals=moved))
    again = verify_document(b"", examined.document, other, now=city.clock(), log=None)
    assert (again.verdict.indication, "seal-of-another-body" in named(again.verdict.findings)) == (FAILED, True)


# What later versions show ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def readers() -> Iterator[Confinement]:
    made = Confinement()
    yield made
    made.close()


def of_drawing(examined: Examined) -> set[str]:
    return {one.name for one in examined.verdict.findings if one.name.startswith(("pdf-shown", "pdf-not-compared"))}


def test_a_pdf_with_later_seals_is_drawn_version_by_version(
    city: City, readers: Confinement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city.yinzheng, "_look", readers.look)
    once = sealed(city, page(pages=3))
    assert of_drawing(city.yinzheng.verify_file(once)) == set()
    examined = city.yinzheng.verify_file(sealed(city, once, riding=True))
    assert (examined.verdict.indication, of_drawing(examined)) == (PASSED, {"pdf-shown-alike"})
    changed = city.yinzheng.verify_file(new_content(once))
    assert (changed.verdict.indication, of_drawing(changed)) == (FAILED, {"pdf-shown-differs"})


def test_where_nothing_is_drawn_it_is_told_and_a_policy_may_ask_for_more(city: City) -> None:
    twice = sealed(city, sealed(city, page(pages=3)), riding=True)
    examined = city.yinzheng.verify_file(twice)
    assert (examined.verdict.indication, of_drawing(examined)) == (PASSED, {"pdf-not-compared"})
    asked = city.yinzheng.verify_file(twice, policy=COMPARED_ONLINE)
    assert (asked.verdict.indication, asked.verdict.policy) == (INDETERMINATE, COMPARED_ONLINE.name)


def test_versions_are_drawn_for_an_archive_too(city: City, readers: Confinement) -> None:
    twice = sealed(city, sealed(city, page(pages=3)), riding=True)
    record = city.yinzheng.preserving.archive(twice).archive
    evidence = weigh(city.yinzheng.evidence_bundle(), city.yinzheng.anchors, city.clock())
    examined = verify_archived(twice, record, evidence, now=city.clock(), look=readers.look)
    assert of_drawing(examined) == {"pdf-shown-alike"}


def test_the_command_draws_versions_too(city: City, tmp_path: Path) -> None:
    file = tmp_path / "twice.pdf"
    file.write_bytes(sealed(city, sealed(city, page(pages=3)), riding=True))
    examined = _verify(str(file), city.yinzheng.evidence(), city.clock(), Given(None, None, None))
    assert of_drawing(examined) == {"pdf-shown-alike"}
