"""Real OFD files by other producers get the findings their table states; they lie beside the checkout, not in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from trust.formats.ofd.read_any import read_ofd_document
from trust.formats.sealed_document import Form, SealedDocument
from trust.rules.verdict import Finding, Indication

TIME = {"seal-not-valid-at-time"}


@dataclass(frozen=True)
class Row:
    """What the table says of one file."""

    name: str
    forms: tuple[Form, ...]
    crypto: bool = True
    locked: bool = False
    expired: bool = False
    maker_is_signer: bool = False


ROWS = [
    Row("construction-permit-altered", (Form.SES_4, Form.SES_4), crypto=False),
    Row("exploration-licence-cms", (Form.GM_CMS_ATTRIBUTES, Form.GM_CMS_ATTRIBUTES), locked=True),
    Row("v4-whole-protected", (Form.SES_4,), locked=True),
    Row("v4-seal-expired-at-signing", (Form.SES_4,), expired=True),
    Row("v4-riding-seal", (Form.SES_4,), locked=True),
    Row("v4-one-cert-maker-and-signer", (Form.SES_4,), maker_is_signer=True),
    Row("v1-ofdrw", (Form.SES_1,), expired=True),
    Row("v4-ofdrw-continue", (Form.SES_4,), expired=True),
    Row("v5-ofdrw", (Form.SES_5,)),
    Row("cms-ofdrw", (Form.GM_CMS_HASH,)),
]


@pytest.fixture
def samples(samples: Path) -> Path:
    folder = samples / "ofd"
    if not folder.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    return folder


def refused(findings: Iterable[Finding]) -> set[str]:
    return {finding.name for finding in findings if finding.indication is not Indication.PASSED}


def named(read: SealedDocument) -> set[str]:
    return {finding.name for finding in read.findings}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_file_gets_what_the_table_says(row: Row, samples: Path) -> None:
    read = read_ofd_document((samples / f"{row.name}.ofd").read_bytes())
    assert tuple(one.form for one in read.signatures) == row.forms
    for one in read.signatures:
        assert refused(one.findings) - TIME == (set() if row.crypto else {"ref-digest"})
        assert ("seal-not-valid-at-time" in refused(one.findings)) is row.expired
        assert ("seal-maker-is-signer" in {finding.name for finding in one.findings}) is row.maker_is_signer
    if row.crypto:
        assert refused(read.findings) == set()
        assert "ofd-coverage" in named(read)
        assert ("signatures-open" in named(read)) is not row.locked
        assert read.signatures[-1].locks is row.locked
    else:
        assert refused(read.findings) == {"coverage-unknown"}


def test_seal_signatures_hold_over_an_altered_page(samples: Path) -> None:
    read = read_ofd_document((samples / "construction-permit-altered.ofd").read_bytes())
    for one in read.signatures:
        passed = {finding.name for finding in one.findings if finding.indication is Indication.PASSED}
        assert {"data-hash", "seal-signature-value", "seal-signature", "signer-in-seal"} <= passed


def test_the_riding_seal_is_on_all_five_pages(samples: Path) -> None:
    (one,) = read_ofd_document((samples / "v4-riding-seal.ofd").read_bytes()).signatures
    assert [(box.page, box.clip) for box in one.boxes] == [(page, (8.0 * page, 0.0, 8.0, 40.0)) for page in range(5)]


def test_no_file_of_the_folder_is_left_out(samples: Path) -> None:
    assert {path.stem for path in samples.glob("*.ofd")} == {row.name for row in ROWS}
