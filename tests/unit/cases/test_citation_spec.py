"""The example of docs/spec/citation.md is what the code reads and would write; so nobody implements a misprint."""

import json
import re
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cases.citation import CitationPlan, is_number, payload_of
from cases.citing import check_receipt
from cases.consent import Mode
from keys.sm2 import PublicKey
from trust.errors import Malformed, Untrusted
from trust.formats.canonical_json import instant_from
from trust.formats.cose import split
from trust.formats.receipt import MAX_RECEIPT, RECEIPT_TYPE, open_receipt
from trust.rules.identifier import parse

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "spec" / "citation.md").read_text("utf-8")


def block(name: str) -> str:
    """The one fenced block of this name."""
    (found,) = re.findall(rf"^```{name}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


RECEIPT = b64decode(block("base64").replace("\n", ""), validate=True)
KEY = PublicKey.from_spki(b64decode(block("spki").replace("\n", ""), validate=True))
PAYLOAD = json.loads(block("json"))


def plan_from(payload: dict[str, Any]) -> CitationPlan:
    """The plan that the payload shown stands for."""
    facts = payload["facts"]
    until: datetime | None = instant_from(facts["consent"]["valid_until"])
    return CitationPlan(
        number=facts["number"],
        case_number=facts["case"]["number"],
        matter_code=facts["case"]["matter"],
        requirement_code=facts["case"]["requirement"],
        department_code=facts["case"]["department"],
        officer=facts["case"]["officer"],
        purpose=facts["purpose"],
        consent_mode=Mode(facts["consent"]["mode"]),
        consent_reference=facts["consent"]["reference"],
        consent_valid_until=until,
        fields=tuple(facts["consent"]["fields"]),
        identifier=facts["licence"]["identifier"],
        type_code=facts["licence"]["type"],
        file_digest=facts["licence"]["file"],
        indication=facts["verdict"]["indication"],
        policy=facts["verdict"]["policy"],
        status_list=facts["verdict"]["status_list"],
        standing_sequence=facts["verdict"]["standing"],
        cited_at=instant_from(payload["at"]),
    )


def test_the_example_holds_under_its_key_and_says_what_is_shown() -> None:
    receipt = open_receipt(RECEIPT, KEY)
    assert {"at": PAYLOAD["at"], "facts": dict(receipt.facts)} == {key: PAYLOAD[key] for key in ("at", "facts")}
    assert (receipt.kind, receipt.at) == (PAYLOAD["kind"], instant_from(PAYLOAD["at"]))


def test_the_code_would_sign_the_same_octets() -> None:
    plan = plan_from(PAYLOAD)
    assert payload_of(plan) == split(RECEIPT, len(RECEIPT)).payload
    check_receipt(plan.with_receipt(RECEIPT), [KEY])


def test_the_rules_about_the_envelope() -> None:
    envelope = split(RECEIPT, len(RECEIPT))
    assert RECEIPT.startswith(b"\xd2\x84")
    assert envelope.content_type == RECEIPT_TYPE
    assert f"`{RECEIPT_TYPE}`" in TEXT
    assert envelope.key_id == KEY.key_id
    assert f"{MAX_RECEIPT + 512:,} octets".replace(",", " ") in TEXT


def test_the_rules_about_the_payload() -> None:
    facts = PAYLOAD["facts"]
    assert is_number(facts["number"])
    assert str(parse(facts["licence"]["identifier"])) == facts["licence"]["identifier"]
    named = set(re.findall(r"\*\*([a-z_]+)\*\*", TEXT))
    members = {*PAYLOAD, *facts, *(inner for value in facts.values() if isinstance(value, dict) for inner in value)}
    assert members <= named


def test_the_example_is_on_the_first_screen() -> None:
    assert TEXT.index("```base64") < 600
    assert TEXT[: TEXT.index("```base64")].count("\n") < 10


@pytest.mark.parametrize("place", range(0, len(RECEIPT), 7))
def test_any_other_octets_are_refused(place: int) -> None:
    wrong = bytearray(RECEIPT)
    wrong[place] ^= 0x01
    with pytest.raises((Malformed, Untrusted)):
        open_receipt(bytes(wrong), KEY)
