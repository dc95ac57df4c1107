"""sm-crypto's word, in node, on seals and seal signatures that we write: its own arithmetic, its own SM3, its own Z.

The library is the one browsers and small programs in China use. It is asked about the octets as they stand in the
structure: what was signed, and the DER of the signature. Each case is then hurt in one place and asked again.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from keys.sm3 import sm3
from tests.seal_parts import AT, parts
from tests.ses_variants import signature
from trust.formats import ses
from trust.formats.certificate_parts import certificate_parts
from trust.formats.gm_cms import plan_signed_data, read_signed_data
from trust.formats.ses_read import ReadSignature, read_signature

pytestmark = pytest.mark.node
HERE = Path(__file__).parent
LIMIT_S = 60
Case = tuple[bytes, bytes, bytes]


@pytest.fixture(scope="module", autouse=True)
def _with_sm_crypto() -> None:
    if shutil.which("node") is None:
        pytest.skip("there is no node on this machine")
    if not (HERE / "node_modules" / "sm-crypto").is_dir():
        pytest.skip("sm-crypto is not there: run `npm ci` in tests/interop")


def ask(cases: list[Case]) -> list[bool]:
    """sm-crypto's answers; a case is certificate, message, signature value (DER)."""
    given = [
        {
            "key": point(certificate).hex(),
            "message": message.hex(),
            "signature": value.hex(),
        }
        for certificate, message, value in cases
    ]
    command = ["node", "sm_crypto.cjs"]
    answer = subprocess.run(
        command, cwd=HERE, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=LIMIT_S
    )
    found = json.loads(answer.stdout)
    assert isinstance(found, list)
    return found


def point(certificate: bytes) -> bytes:
    public = certificate_parts(certificate).public_key
    assert public is not None
    return public.point


def ours() -> ReadSignature:
    signed = ses.to_be_signed(parts().seal, AT, sm3(b"content"), "/Doc_0/Signs/Sign_0/Signature.xml")
    return read_signature(ses.assemble_signature(signed, parts().signer_certificate, parts().signer.sign(signed)))


def cases() -> list[Case]:
    """Seal and seal signature of our own, of versions 1 and 5, and a signed message."""
    found: list[Case] = []
    for read in (ours(), read_signature(signature(1)), read_signature(signature(5))):
        found += [(read.certificate, read.signed, read.value), (read.seal.maker, read.seal.signed, read.seal.value)]
    plan = plan_signed_data(sm3(b"content"), parts().signer_certificate, AT)
    message = read_signed_data(plan.complete(parts().signer.sign(plan.to_be_signed)))
    found.append((parts().signer_certificate, plan.to_be_signed, message.signer.value))
    return found


def test_sm_crypto_agrees() -> None:
    assert ask(cases()) == [True] * 7


def test_sm_crypto_refuses_what_was_changed() -> None:
    hurt: list[Case] = []
    for certificate, message, value in cases():
        other = parts().maker_certificate if certificate == parts().signer_certificate else parts().signer_certificate
        hurt += [
            (certificate, message[:-1] + bytes((message[-1] ^ 1,)), value),
            (certificate, message, value[:-1] + bytes((value[-1] ^ 1,))),
            (other, message, value),
        ]
    assert ask(hurt) == [False] * 21
