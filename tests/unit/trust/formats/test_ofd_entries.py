"""The closed list of entries: what it says, that it ends all sealing, and that additions are noticed."""

from xml.etree import ElementTree as ET

import pytest

from tests.ofd_foreign import NAMESPACE, letter, letter_entries, packed
from tests.seal_parts import AT, parts
from tests.sealing_parts import planned, seal_on, signed, troubles
from trust.errors import Conflict, Malformed
from trust.formats.ofd.entries import plan_package_protection
from trust.formats.ofd.package import read_package, write_package
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.placing import PlannedSealing

NS = {"o": NAMESPACE}
OLDER = {"ns-variant": "warning"}


def closing(data: bytes) -> PlannedSealing:
    return plan_package_protection(data, certificate=parts().signer_certificate, at=AT, creator="印证")


def protected() -> bytes:
    return signed(closing(seal_on(letter())))


def test_a_sealed_and_closed_package_is_read_without_a_flaw() -> None:
    found = read_ofd_document(protected())
    assert troubles(found) == OLDER
    assert len(found.signatures) == 2
    assert "ofd-entries" in {finding.name for finding in found.findings}


def test_the_list_names_every_entry_but_its_own_two() -> None:
    sealed = seal_on(letter())
    before, after = read_package(sealed), read_package(signed(closing(sealed)))
    assert after.keys() - before.keys() == {"OFDEntries.xml", "signedvalue.dat"}
    assert all(after[name] == octets for name, octets in before.items())
    root = ET.fromstring(after["OFDEntries.xml"])
    files = root.findall("o:FileList/o:File", NS)
    assert [file.get("FileLoc") for file in files] == sorted(f"/{name}" for name in before)
    assert root.findtext("o:SignedValueLoc", "", NS) == "/signedvalue.dat"
    assert (root.get("CreatorName"), root.get("CreationDate")) == ("印证", "2026-03-01")
    ids = [root.get("ID"), *(file.get("ID") for file in files)]
    assert len(set(ids)) == len(ids)


def test_nothing_can_be_sealed_or_closed_after_it() -> None:
    for plan in (planned, closing):
        with pytest.raises(Conflict) as refusal:
            plan(protected())
        assert refusal.value.reason == "package-locked"


def test_an_entry_slipped_in_is_noticed() -> None:
    added = write_package({**read_package(protected()), "Doc_0/extra.xml": b"<a/>"})
    assert troubles(read_ofd_document(added))["entries-unlisted"] == "FAILED"


def test_a_signature_value_exchanged_is_noticed() -> None:
    exchanged = write_package({**read_package(protected()), "signedvalue.dat": b"0"})
    assert "FAILED" in troubles(read_ofd_document(exchanged)).values()


def test_an_altered_list_fails() -> None:
    entries = read_package(protected())
    listing = entries["OFDEntries.xml"].replace(b"</ofd:FileList>", b'<ofd:File ID="99" FileLoc="/x"/></ofd:FileList>')
    altered = write_package({**entries, "x": b"", "OFDEntries.xml": listing})
    assert "FAILED" in troubles(read_ofd_document(altered)).values()


def test_a_name_that_is_taken_is_not_overwritten() -> None:
    data = signed(closing(seal_on(packed({**letter_entries(), "SignedValue.dat": b"old"}))))
    entries = read_package(data)
    assert entries["SignedValue.dat"] == b"old"
    assert {"signedvalue_1.dat", "OFDEntries.xml"} <= entries.keys()
    assert b"/signedvalue_1.dat" in entries["OFDEntries.xml"]


def test_the_list_is_completed_by_its_signer_alone() -> None:
    plan = closing(letter())
    with pytest.raises(Malformed) as refusal:
        plan.complete(parts().signer.sign(plan.to_be_signed), parts().maker_certificate)
    assert refusal.value.reason == "signer-not-in-seal"
