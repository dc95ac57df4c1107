"""Odd files that a reader must bear with and name, and genuine ones of which every finding passes."""

from dataclasses import replace
from typing import Any

from keys.custody import memory_signer
from tests.attacks.ofd_attacks_on_ours import our_entries, ours, sealed_once, signed_once, spare
from tests.attacks.ofd_cases import Case, attack
from tests.attacks.ofd_coverage_attacks import by_accomplice, versioned
from tests.attacks.ofd_making import (
    BODY,
    IMAGE,
    LIST,
    NAMESPACE,
    NOTES,
    PAGE,
    PASSED,
    ROOT,
    SEAL_FILE,
    SHOWN,
    VALUE,
    Entries,
    Make,
    Spec,
    body_xml,
    changed,
    left_open,
    locked,
    message_a,
    message_b,
    page_xml,
    plain,
    record,
    sealed_by_others,
    streamed,
    without,
    xml,
    zipped,
)
from tests.attacks.ofd_package_attacks import unicode_path, with_info
from tests.attacks.ofd_seal_attacks import protected_package, signed_plainly
from tests.attacks.ofd_value_attacks import with_value
from tests.seal_parts import certificate, document, info, sealed, sealed_by
from trust.formats.certificate import Purpose
from trust.formats.ofd.document import OfdPage, TextRun
from trust.formats.placing import Riding


def tolerated() -> list[Case]:
    """What a reader of foreign files bears with and names: all findings passed, this one as a warning."""
    return [
        attack("02 unreferenced entry added", lambda: locked(Doc_0__extra_bin=b"x"), "uncovered-unreferenced", PASSED),
        attack(
            "07 spare copy of the sign folder",
            lambda: {**locked(), **spare(locked())},
            "uncovered-unreferenced",
            PASSED,
        ),
        attack("07 signature taken off an open list", taken_off, "signatures-open", PASSED),
        attack("14 self-made seal of the same look", self_made, "seal-maker-is-signer", PASSED),
        attack(
            "22 octets behind the value",
            lambda: {**locked(), VALUE: locked()[VALUE] + b"\0\0"},
            "trailing-bytes",
            PASSED,
        ),
        attack("23 raw r ‖ s", lambda: with_value(lambda raw: raw), "sig-raw64", PASSED),
        attack(
            "name of the digest",
            lambda: sealed_by_others(plain(), Spec(method=' CheckMethod="sm3"')),
            "checkmethod-name",
            PASSED,
        ),
        attack(
            "time without a zone",
            lambda: sealed_by_others(plain(), Spec(written="2026-03-01 16:30:15")),
            "time-form",
            PASSED,
        ),
        attack(
            "time eight hours off",
            lambda: sealed_by_others(plain(), Spec(written="20260301163015Z")),
            "time-local-as-z",
            PASSED,
        ),
        attack(
            "another time", lambda: sealed_by_others(plain(), Spec(written="20260303163015Z")), "time-differs", PASSED
        ),
        attack("time of no form", lambda: sealed_by_others(plain(), Spec(written="今天")), "time-unreadable", PASSED),
        attack(
            "document id as the place",
            lambda: sealed_by_others(plain(), Spec(place="ab" * 16)),
            "property-info",
            PASSED,
        ),
        attack(
            "reference twice",
            lambda: sealed_by_others(plain(), Spec(references=lambda found: [*found, found[0]])),
            "ref-doubled",
            PASSED,
        ),
        attack(
            "reference without a slash",
            lambda: sealed_by_others(
                plain(), Spec(references=lambda found: [(found[0][0][1:], found[0][1]), *found[1:]])
            ),
            "ref-relative",
            PASSED,
        ),
        attack(
            "reference in another case",
            lambda: sealed_by_others(
                plain(), Spec(references=lambda found: [(found[0][0].upper(), found[0][1]), *found[1:]])
            ),
            "path-case",
            PASSED,
        ),
        attack(
            "location in another case",
            lambda: sealed_by_others(changed(plain(), BODY, "Tpls/T.xml", "TPLS/t.XML"), Spec()),
            "path-case",
            PASSED,
        ),
        attack(
            "location with a backslash",
            lambda: sealed_by_others(changed(plain(), BODY, "Tpls/T.xml", "Tpls\\T.xml"), Spec()),
            "path-form",
            PASSED,
        ),
        attack("image missing", lambda: sealed_by_others(without(plain(), IMAGE), Spec()), "location-missing", PASSED),
        attack("older namespace", older_namespace, "ns-variant", PASSED),
        attack("two documents under one list", two_documents, "several-documents", PASSED),
        attack(
            "versions, all covered",
            lambda: sealed_by_others(versioned(plain(), "false", BODY), Spec()),
            "versions",
            PASSED,
        ),
        attack(
            "message where a seal is stated",
            lambda: sealed_by_others(plain(), Spec(value=message_b, stamps=())),
            "type-differs",
            PASSED,
        ),
        attack("seal shown nowhere", lambda: sealed_by_others(plain(), Spec(stamps=())), "stamp-missing", PASSED),
        attack(
            "seal beside the page",
            lambda: sealed_by_others(plain(), Spec(stamps=(("1", "400 9 40 40", ""),))),
            "stamp-outside",
            PASSED,
        ),
        attack("method not stated", lambda: sealed_by_others(plain(), Spec(signing="")), "method-absent", PASSED),
        attack(
            "method by another name",
            lambda: sealed_by_others(plain(), Spec(signing="SM3withSM2")),
            "method-name",
            PASSED,
        ),
        attack("custom data given twice", custom_twice, "custom-doubled", PASSED),
        attack(
            "seal file named and missing",
            lambda: without(sealed_by_others(plain(), Spec(seal_file=True, leave=(SEAL_FILE,))), SEAL_FILE),
            "seal-file-missing",
            PASSED,
        ),
        attack("OFD.xml and notes left to the second signer", indexes_left, "signature-leaves-indexes", PASSED),
    ]


def taken_off() -> Entries:
    made = sealed_by_others(plain(), Spec(lock=False), Spec(folder="Doc_0/Signs/Sign_1", number="2", lock=False))
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    return changed(made, LIST, record(second), "")


def self_made() -> Entries:
    """Everything by the attacker's own key; only trust can tell."""
    key = memory_signer("forger")
    own = certificate("雁栖市市场监督管理局", key, Purpose.SEAL_SIGNER, key)
    return sealed_by_others(plain(), Spec(seal=sealed_by(key, own, info((own,))), certificate=own, sign=key.sign))


def older_namespace() -> Entries:
    older = {name: data.replace(NAMESPACE.encode(), b"http://www.ofdspec.org") for name, data in plain().items()}
    return sealed_by_others(older, Spec())


def two_documents() -> Entries:
    listed = f"<ofd:Signatures>/{LIST}</ofd:Signatures>"
    first = body_xml(f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{listed}")
    second = body_xml(f"<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot>{listed}")
    more = {"Doc_1/Document.xml": xml("Document", "<ofd:Pages/>"), ROOT: xml("OFD", first + second)}
    return sealed_by_others({**plain(), **more}, Spec())


def custom_twice() -> Entries:
    twice = '<ofd:CustomData Name="文号">乙</ofd:CustomData></ofd:CustomDatas>'
    return sealed_by_others(changed(plain(), ROOT, "</ofd:CustomDatas>", twice), Spec())


def indexes_left() -> Entries:
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    return sealed_by_others(plain(), Spec(lock=False, leave=(ROOT, NOTES)), second)


def controls() -> dict[str, Make]:
    """Genuine files: every finding passes, and nothing but an open list is warned of."""
    second = Spec(folder="Doc_0/Signs/Sign_1", number="2")
    riding = tuple((str(page), f"{210 - 20 * page} 60 40 40", f' Clip="{20 * page - 20} 0 20 40"') for page in (1, 2))
    return {
        "one seal, locked": lambda: zipped(locked()),
        "one seal, open": lambda: zipped(left_open()),
        "extra field with the same name": lambda: with_info(extra=unicode_path(PAGE)),
        "stored entries": lambda: zipped(locked(), deflate=False),
        "written into a stream": lambda: streamed(locked()),
        "two seals, second locks": lambda: zipped(sealed_by_others(plain(), Spec(lock=False), second)),
        "two signers": lambda: zipped(
            sealed_by_others(
                plain(), Spec(lock=False), replace(by_accomplice(), folder="Doc_0/Signs/Sign_1", number="2")
            )
        ),
        "second rests on the first": lambda: zipped(
            sealed_by_others(plain(), Spec(lock=False), replace(second, relative="1"))
        ),
        "riding seal": lambda: zipped(sealed_by_others(plain(), Spec(stamps=riding))),
        "seal on every page": lambda: zipped(sealed_by_others(plain(), Spec(stamps=(*SHOWN, ("2", "9 9 40 40", ""))))),
        "with a seal file": lambda: zipped(sealed_by_others(plain(), Spec(seal_file=True))),
        "with a seal file that nothing covers": lambda: zipped(
            sealed_by_others(plain(), Spec(seal_file=True, leave=(SEAL_FILE,)))
        ),
        "type not stated": lambda: zipped(sealed_by_others(plain(), Spec(kind=""))),
        "ids with letters": lambda: zipped(sealed_by_others(plain(), Spec(number="s001"))),
        "message with attributes": lambda: zipped(signed_plainly()),
        "message with the hash inside": lambda: zipped(
            sealed_by_others(plain(), Spec(kind=' Type="Sign"', stamps=(), value=message_a))
        ),
        "message behind a seal": lambda: zipped(
            sealed_by_others(
                plain(), Spec(lock=False), replace(second, kind=' Type="Sign"', stamps=(), value=message_b)
            )
        ),
        "relative locations": lambda: zipped(
            sealed_by_others(
                plain(), Spec(rewrite=lambda octets: octets.replace(f"/{VALUE}".encode(), b"SignedValue.dat"))
            )
        ),
        "package closed by its list of entries": protected_package,
        "ours, locked": ours,
        "ours, open": lambda: ours(lock=False),
        "ours, three seals": lambda: ours(seals=3),
        "ours, riding": lambda: sealed_once(zipped(many_pages()), lock=True, placing=Riding()),
        "ours behind a foreign seal": lambda: sealed_once(zipped(left_open()), lock=True),
        "ours without a seal": lambda: signed_once(zipped(plain()), lock=True),
        "ours, closed by its list of entries": lambda: protected_package(our_entries()),
        "licence": sealed,
        "licence of three pages": lambda: sealed(three_pages()),
    }


def many_pages() -> Entries:
    """The document with three more pages."""
    made = plain()
    for number in (2, 3, 4):
        listed = f'<ofd:Page ID="{60 + number}" BaseLoc="Pages/Page_{number}/Content.xml"/></ofd:Pages>'
        made = changed(made, BODY, "</ofd:Pages>", listed)
        made[f"Doc_0/Pages/Page_{number}/Content.xml"] = page_xml(f"第{number}页")
    return made


def three_pages() -> Any:
    page = OfdPage(210, 148, (TextRun(20, 46.4, 5, 1, "营业执照", (5.0, 5.0, 5.0, 5.0)),))
    return document(pages=(page, page, page))
