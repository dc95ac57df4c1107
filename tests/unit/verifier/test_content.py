"""Step 7: the licence is read from what the seal covers; properties, face and type must say the same."""

from dataclasses import replace
from typing import Any

import pytest

from issuer.issuing import Issued
from trust.formats.licence_document import encode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.formats.sealed_file import SealedFile
from trust.rules.conversion import Grade
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.verdict import Finding, Indication
from verifier.content import judge_grade, judge_type, read_licence
from verifier.evidence import Evidence

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of this table)


@pytest.fixture(scope="module")
def sealed(licences: dict[str, Issued]) -> SealedFile:
    return examine_ofd(licences["food-operation"].ofd)


@pytest.fixture(scope="module")
def licence(licences: dict[str, Issued]) -> Licence:
    return licences["food-operation"].entry.licence


def said(findings: list[Finding]) -> dict[str, Indication]:
    return {finding.name: finding.indication for finding in findings}


@pytest.mark.parametrize("bundle", ["business-licence", "food-operation", "teacher-qualification"])
def test_a_genuine_licence_agrees_with_itself(licences: dict[str, Issued], bundle: str) -> None:
    issued = licences[bundle]
    findings, found = read_licence(examine_ofd(issued.ofd))
    assert found == issued.entry.licence
    assert said(findings) == {"metadata": P, "custom-data": P, "face": P}
    findings, found = read_licence(examine_pdf(issued.pdf))
    assert found == issued.entry.licence
    assert said(findings) == {"metadata": P, "face": P}
    assert all(finding.step == 7 for finding in findings)


def test_no_metadata_is_open_and_not_false() -> None:
    findings, found = read_licence(SealedFile("ofd", ()))
    assert (said(findings), found) == ({"metadata": I}, None)


@pytest.mark.parametrize("octets", [b"", b"{}", b"null", b"\xff", b'{"format":"yinzheng-licence/2"}', b"[" * 10_000])
def test_metadata_that_cannot_be_read(octets: bytes) -> None:
    findings, found = read_licence(SealedFile("pdf", (), metadata=octets))
    assert (said(findings), found) == ({"metadata": F}, None)


def test_metadata_in_another_spelling(licence: Licence) -> None:
    octets = encode_licence(licence)
    for other in (octets + b"\n", octets.replace(b":", b": ", 1), b"\xef\xbb\xbf" + octets):
        findings, found = read_licence(SealedFile("pdf", (), metadata=other))
        assert (said(findings), found) == ({"metadata": F}, None)


def test_an_identifier_of_another_body(sealed: SealedFile, licence: Licence) -> None:
    other = replace(licence.issuing_body, code="11530199MB0T35T28E")
    changed = replace(sealed, metadata=encode_licence(replace(licence, issuing_body=other)))
    findings, _ = read_licence(changed)
    assert said(findings)["identifier"] is F


@pytest.mark.parametrize("name", ["ZZMC", "ZZBS", "ZZBH", "CZZT", "CZZTDM", "ZZBFJG", "ZZYXQJZRQ", "KZ_JYXM", "KZ_QFR"])
def test_a_property_that_is_missing_or_says_something_else(sealed: SealedFile, name: str) -> None:
    left = {key: value for key, value in sealed.custom.items() if key != name}
    assert len(left) == len(sealed.custom) - 1
    for custom in (left, left | {name: "别的"}):
        findings, _ = read_licence(replace(sealed, custom=custom))
        assert said(findings) == {"metadata": P, "custom-data": F, "face": P}
        assert "KZ_" in findings[1].detail if name.startswith("KZ_") else name in findings[1].detail


def test_a_property_too_many(sealed: SealedFile) -> None:
    for name in ("JZJZZSY", "KZ_BZ", "ZZZT"):
        findings, _ = read_licence(replace(sealed, custom=dict(sealed.custom) | {name: "有效"}))
        assert said(findings)["custom-data"] is F


FACE: dict[str, tuple[dict[str, Any], str]] = {
    "another holder": ({"holders": ("name", "云岭市别家餐饮有限公司")}, "持证主体1"),
    "another number": ({"number": "JY25301990009999"}, "证照编号"),
    "another field": ({"fields": ("items", "热食类食品制售")}, "items"),
    "another representative": ({"fields": ("representative", "别人")}, "representative"),
}


@pytest.mark.parametrize(("changed", "told"), FACE.values(), ids=FACE.keys())
def test_a_face_that_shows_something_else(
    sealed: SealedFile, licence: Licence, changed: dict[str, Any], told: str
) -> None:
    """The metadata are exchanged, the face stays: what people read is not what the machine reads."""
    (name, value), *_ = changed.items()
    if name == "holders":
        value = (replace(licence.holders[0], **{value[0]: value[1]}),)
    if name == "fields":
        value = dict(licence.fields) | {value[0]: value[1]}
    other = replace(licence, **{name: value})
    findings, _ = read_licence(replace(sealed, metadata=encode_licence(other)))
    shown = {finding.name: finding for finding in findings}
    if told == "items":
        assert shown["face"].indication is P, "a shorter text that stands on the face is on it; the properties tell"
        assert shown["custom-data"].indication is F
        return
    assert shown["face"].indication is F
    assert told in shown["face"].detail


@pytest.mark.parametrize("kept", [0, 1, 5])
def test_a_face_with_lines_gone(sealed: SealedFile, kept: int) -> None:
    findings, _ = read_licence(replace(sealed, face=sealed.face[:kept]))
    assert said(findings)["face"] is F


def test_where_lines_break_does_not_matter(sealed: SealedFile) -> None:
    letters = tuple("".join(sealed.face))
    spaced = tuple(f" {line}　" for line in sealed.face)
    for face in (letters, spaced):
        findings, _ = read_licence(replace(sealed, face=face))
        assert said(findings)["face"] is P


def test_a_pdf_whose_pages_show_something_else(licences: dict[str, Issued], licence: Licence) -> None:
    sealed = examine_pdf(licences["food-operation"].pdf)
    assert len(sealed.face) > 5
    other = encode_licence(replace(licence, number="JY25301990009999"))
    for changed in (replace(sealed, face=()), replace(sealed, metadata=other)):
        findings, _ = read_licence(changed)
        assert said(findings) == {"metadata": P, "face": F}


def test_where_the_stock_lay_is_quoted() -> None:
    told = judge_grade(Grade.C, "已核原件，证据等级A").detail
    assert told.endswith("，来源由颁发机构填写：「已核原件，证据等级A」。")


@pytest.mark.parametrize("where", ["face", "unseen"])
def test_a_grade_that_nobody_gave_counts_wherever_it_stands(sealed: SealedFile, where: str) -> None:
    changed = replace(sealed, **{where: (*getattr(sealed, where), "证据 等级：A")})
    assert said(read_licence(changed)[0])["face"] is F


def test_a_type_is_known_by_the_trust_list(evidence: Evidence, licence: Licence) -> None:
    (found,) = judge_type(licence.identifier, evidence)
    assert (found.step, found.indication) == (7, P)
    assert "食品经营许可证" in found.detail
    other = LicenceIdentifier(licence.identifier.type_code[:-1] + "9", licence.identifier.issuer_code, "A1")
    assert judge_type(other, evidence)[0].indication is F
    assert judge_type(licence.identifier, replace(evidence, trust_list=None))[0].indication is I
    assert judge_type(licence.identifier, evidence, named=licence.type_name)[0].indication is P
    (found,) = judge_type(licence.identifier, evidence, named="驾驶证")
    assert found.indication is F
    assert "驾驶证" in found.detail
