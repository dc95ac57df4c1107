"""Step 7: do identifier, type, issuing body and metadata agree with each other and with the trust list.

The licence is read from the one place the seal covers, `licence.json`. In an OFD the custom data must say the same
under their short names; on both the readable text of the pages must show every value. Values are compared, never
repaired.
"""

from collections.abc import Mapping, Sequence

from trust.errors import Malformed
from trust.formats.licence_document import decode_licence
from trust.formats.sealed_file import SealedFile
from trust.rules.annotation import annotation
from trust.rules.catalogue import PHOTO
from trust.rules.conversion import MARK, Grade, marks_of
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence
from trust.rules.metadata import differences
from trust.rules.table import CELLS, rows_of
from trust.rules.text import quoted
from trust.rules.verdict import Finding, Indication
from verifier.evidence import Evidence


def read_licence(sealed: SealedFile) -> tuple[list[Finding], Licence | None]:
    """The licence in the covered metadata, and what is to be said of it."""
    if sealed.metadata is None:
        return [Finding(7, "metadata", Indication.INDETERMINATE, "文件中没有受签章保护的证照元数据。")], None
    try:
        licence = decode_licence(sealed.metadata)
    except Malformed as error:
        return [Finding(7, "metadata", Indication.FAILED, f"证照元数据不合规范（{error.reason}）。")], None
    findings = [Finding(7, "metadata", Indication.PASSED, f"元数据完整：{licence.name}，{licence.identifier}。")]
    if licence.issuing_body.code != licence.identifier.issuer_code:
        findings.append(Finding(7, "identifier", Indication.FAILED, "证照标识中的颁发机构与元数据不一致。"))
    if sealed.kind == "ofd":
        findings.append(_custom(sealed.custom, licence))
    findings.append(_face(sealed, licence))
    if (conversion := licence.conversion) is not None:
        findings.append(judge_grade(conversion.grade, conversion.source))
    return findings, licence


def judge_grade(grade: Grade, source: str | None = None) -> Finding:
    """A licence converted from stock says so wherever it is verified; weak evidence is a warning for whoever relies."""
    lay = f"，来源由颁发机构填写：{quoted(source)}" if source else ""
    said = f"由存量证照转换，证据等级 {grade}（{grade.label}）{lay}。"
    return Finding(7, "conversion", Indication.PASSED, said, warning=not grade.at_least(Grade.B))


def judge_type(identifier: LicenceIdentifier, evidence: Evidence, named: str | None = None) -> list[Finding]:
    """The type must be one that the trust list knows, under a name that it has or had, where it is `named`."""
    if evidence.trust_list is None:
        return [Finding(7, "type", Indication.INDETERMINATE, "没有可信的信任列表，无法确认证照类型。")]
    names = [name for code, name in evidence.trust_list.types if code == identifier.type_code]
    if not names:
        return [Finding(7, "type", Indication.FAILED, "证照类型不在证照目录之中。")]
    if named is not None and named not in names:
        return [Finding(7, "type", Indication.FAILED, f"证照类型名称与目录不符：{named}。")]
    return [Finding(7, "type", Indication.PASSED, f"证照类型：{named or names[-1]}。")]


def _custom(custom: Mapping[str, str], licence: Licence) -> Finding:
    if wrong := differences(licence, custom):
        return Finding(7, "custom-data", Indication.FAILED, f"文件属性与元数据不一致：{'、'.join(wrong)}。")
    return Finding(7, "custom-data", Indication.PASSED, "文件属性与元数据一致。")


def _face(sealed: SealedFile, licence: Licence) -> Finding:
    """What people read must be what the metadata say; lines may break anywhere, so space does not count.

    A grade counts wherever it stands, also where it is hard to see.
    """
    shown = "".join("".join(sealed.face).split())
    said = {
        "证照标识": str(licence.identifier),
        "证照编号": licence.number,
        "颁发机构": licence.issuing_body.name,
        **({"存量转换": licence.conversion.line} if licence.conversion else {}),
        **{f"持证主体{place}": holder.name for place, holder in enumerate(licence.holders, 1)},
        **licence.fields,
        **({} if licence.copy is None else {"加注": annotation(licence.copy)}),
    }
    missing = [name for name, value in said.items() if not is_shown(value, shown, sealed.pictures)]
    marks = [mark for line in (*sealed.face, *sealed.unseen) for mark in marks_of(line)]
    if not missing and marks != ([licence.conversion.grade.value] if licence.conversion else []):
        missing = [MARK]
    if missing:
        return Finding(7, "face", Indication.FAILED, f"照面上看到的与元数据不一致：{'、'.join(missing)}。")
    return Finding(7, "face", Indication.PASSED, "照面文字与元数据一致。")


def is_shown(value: str, shown: str, pictures: Sequence[str]) -> bool:
    """Whether a value stands on the pages: as it is, as the rows of a table in their order, or as a picture.

    The cells of a row follow each other on the page; between two rows there may be the head of a further page.
    """
    if "".join(value.split()) in shown or (PHOTO.fullmatch(value) and value in pictures):
        return True
    if CELLS not in value:
        return False
    place = 0
    for row in rows_of(value):
        wanted = "".join("".join(row).split())
        place = shown.find(wanted, place)
        if place < 0:
            return False
        place += len(wanted)
    return True
