"""pyHanko, with nothing of ours but the SM2 verification, agrees: on tokens, and on PDFs that carry their evidence."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

from keys.sm3 import sm3
from tests.city import City
from tests.pdf_parts import page
from tests.pki_parts import AT, revocations
from tests.preserving_parts import seal_on, unit_seal
from tests.time_parts import authority, root, token
from trust.formats.asn1 import crl, x509
from trust.formats.pdf.algorithms import Sm2Validator

VALUE = b"a signature value"


class Sm2Only(CMSAlgorithmUsagePolicy):
    """SM2 with SM3 and nothing else."""

    def digest_algorithm_allowed(self, algo: Any, moment: datetime | None) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(algo["algorithm"].native == "sm3")

    def signature_algorithm_allowed(self, algo: Any, moment: Any, public_key: Any) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(algo["algorithm"].native == "sm2_with_sm3")

    def digest_combination_allowed(
        self,
        signature_algo: Any,
        message_digest_algo: Any,
        moment: Any,
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(message_digest_algo["algorithm"].native == "sm3")


def judged_token(octets: bytes, about: bytes) -> Any:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root().certificate.der)],
        crls=[crl.CertificateList.load(revocations(root()).der)],
        allow_fetching=False,
        revocation_mode="require",
        moment=AT,
        signature_validator=Sm2Validator(),
        algorithm_usage_policy=Sm2Only(),
    )
    signed = cms.ContentInfo.load(octets)["content"]
    return asyncio.run(validate_tst_signed_data(signed, context, lambda _: sm3(about), algorithm_policy=Sm2Only()))


def test_a_token_holds_there_too() -> None:
    status = judged_token(token(VALUE), VALUE)
    assert status["intact"] is True
    assert status["valid"] is True
    assert status["timestamp"] == AT
    assert status["validation_path"] is not None
    assert status["trust_problem_indic"] is None
    assert status["signing_cert"].dump() == authority().certificate.der


def test_one_over_something_else_does_not() -> None:
    assert judged_token(token(VALUE), b"other")["intact"] is False


# --- PDFs -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City()
    yield made
    made.close()


def judged_pdf(data: bytes, anchor: bytes, moment: datetime) -> tuple[list[Any], Any]:
    """pyHanko's answers about the time stamps and the seal, with the evidence in the file alone, as of a moment."""
    reader = PdfFileReader(BytesIO(data))
    store = DocumentSecurityStore.read_dss(reader)

    def context() -> ValidationContext:
        settings = {
            "trust_roots": [x509.Certificate.load(anchor)],
            "allow_fetching": False,
            "revocation_mode": "require",
            "moment": moment,
            "signature_validator": Sm2Validator(),
            "algorithm_usage_policy": Sm2Only(),
        }
        made: ValidationContext = store.as_validation_context(settings)
        return made

    stamps = [asyncio.run(async_validate_pdf_timestamp(one, context())) for one in reader.embedded_timestamp_signatures]
    seal = reader.embedded_regular_signatures[0]
    return stamps, asyncio.run(async_validate_pdf_signature(seal, context(), algorithm_policy=Sm2Only()))


def test_a_pdf_with_its_evidence_is_understood_there(city: City) -> None:
    """Both time stamps hold over their revisions, the lists in the file serve, and nothing counts as a change.

    pyHanko's long-term procedures ask for a time stamp inside the CMS; PAdES takes one over the document as well
    (ETSI EN 319 142-1, 6.3), so the parts are put to it one by one.
    """
    preserving, anchor = city.yinzheng.preserving, city.yinzheng.anchors[0].der
    sealed = seal_on(city, unit_seal(city), page())
    first_at = city.clock()
    first = preserving.keep_in_pdf(sealed).file
    second_at = city.clock.forward(days=2)
    city.yinzheng.publisher.refresh(second_at)
    second = preserving.keep_in_pdf(first).file
    stamps, seal = judged_pdf(second, anchor, second_at)
    assert [stamp.timestamp for stamp in stamps] == [first_at, second_at]
    assert all(stamp.valid and stamp.intact and stamp.trusted for stamp in stamps)
    assert stamps[-1].coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert seal.valid
    assert seal.intact
    assert seal.trusted
    assert seal.modification_level is ModificationLevel.LTA_UPDATES
    assert seal.bottom_line


def test_a_stamp_moved_elsewhere_is_not(city: City) -> None:
    preserving, anchor = city.yinzheng.preserving, city.yinzheng.anchors[0].der
    number = next(one.seal.seal_id for one in city.yinzheng.seals.filed() if one.kind.value == "unit")
    first = preserving.keep_in_pdf(seal_on(city, number, page(), key="another-document-sealed")).file
    at = city.clock.forward(days=2)
    city.yinzheng.publisher.refresh(at)
    second = preserving.keep_in_pdf(first).file
    place = second.index(b"/Reason")
    stamps, seal = judged_pdf(second[: place + 20] + b"0" + second[place + 21 :], anchor, at)
    assert [stamp.intact for stamp in stamps] == [False, False]
    assert not seal.intact
