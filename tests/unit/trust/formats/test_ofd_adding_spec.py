"""The examples of docs/spec/sealed-ofd.md are what is written, octet for octet."""

import re
from pathlib import Path

import pytest

from tests.ofd_foreign import packed
from tests.seal_parts import AT, parts
from tests.sealing_parts import planned, signed, troubles
from trust.formats.ofd.entries import plan_package_protection
from trust.formats.ofd.package import read_package
from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.placing import Riding

TEXT = (Path(__file__).resolve().parents[4] / "docs" / "spec" / "sealed-ofd.md").read_text("utf-8")


def block(name: str) -> bytes:
    """A fenced block as octets: lines are joined, but for the one behind an XML declaration."""
    (found,) = re.findall(rf"^```{name}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found).replace("\n", "").replace('encoding="UTF-8"?>', 'encoding="UTF-8"?>\n').encode()


def example() -> bytes:
    page = block("page")
    unsealed = {
        "OFD.xml": block("ofd"),
        "Doc_0/Document.xml": block("document"),
        "Doc_0/P1.xml": page,
        "Doc_0/P2.xml": page,
    }
    return signed(planned(packed(unsealed), Riding(y=100), lock=False))


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("OFD.xml", "ofd-sealed"),
        ("Doc_0/Signs/Signatures.xml", "signatures"),
        ("Doc_0/Signs/Sign_0/Signature.xml", "signature"),
    ],
)
def test_the_example_is_what_is_written(entry: str, name: str) -> None:
    assert read_package(example())[entry] == block(name)


def test_the_example_is_read_without_a_flaw() -> None:
    assert troubles(read_ofd_document(example())) == {"signatures-open": "warning"}


def test_the_list_of_the_closed_package() -> None:
    plan = plan_package_protection(example(), certificate=parts().signer_certificate, at=AT, creator="印证")
    assert read_package(signed(plan))["OFDEntries.xml"] == block("entries")


def test_the_example_is_on_the_first_screen_and_rules_are_numbered() -> None:
    assert TEXT.index("```") < 1000
    rules = [int(number) for number in re.findall(r"^(\d+)\. ", TEXT, re.MULTILINE)]
    assert rules == list(range(1, len(rules) + 1))
    assert all(heading in TEXT for heading in ("## Conventions", "## Security notes"))
