"""Drafting: serials nobody can guess, licences that say what was asked, and the same octets in every process."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from issuer.drafting import (
    ALPHABET,
    NOT_YET_ALLOTTED,
    SERIAL_LENGTH,
    check_face,
    draft,
    draw,
    draw_serial,
    plan_token,
    shown_name,
)
from issuer.ports import Pen
from keys.custody import memory_signer
from keys.randomness import random_octets
from keys.sm3 import sm3
from templates.errors import CodeDoesNotFit, DoesNotFit, MissingGlyph
from templates.library import load_bundle
from tests.city import BEGINNING, BUNDLES, City
from trust.formats.cose import split
from trust.formats.licence_document import decode_licence, encode_licence
from trust.formats.ofd.examine import examine_ofd
from trust.formats.pdf.examine import examine_pdf
from trust.formats.token import MAX_TOKEN, decode_claims
from trust.rules.licence import Licence
from trust.rules.status_pointer import StatusPointer

HOST = "http://127.0.0.1:8000"
SALT = bytes(range(16))
AT = datetime(2026, 11, 21, 4, 0, 0, 123_456, tzinfo=UTC)


def pen(city: City, bundle: str = "business-licence") -> Pen:
    return city.yinzheng.office.pen(city.body_code(bundle), BEGINNING)


def licence(city: City, bundle: str = "business-licence", **changed: Any) -> Licence:
    drafted = draft(
        city.application(bundle), load_bundle(bundle), pen(city, bundle), serial="0000000000000000A1B2", salt=SALT
    )
    return replace(drafted, **changed)


def test_a_serial_is_long_enough_to_be_unguessable() -> None:
    serials = {draw_serial(random_octets) for _ in range(500)}
    assert len(serials) == 500
    assert {len(serial) for serial in serials} == {SERIAL_LENGTH}
    assert set("".join(serials)) == set(ALPHABET)
    assert len(ALPHABET) ** SERIAL_LENGTH > 2**100


def test_every_character_is_equally_likely() -> None:
    """Each stands for seven of the 252 octets that are taken; of 256 four characters would stand for eight."""
    characters = Counter(draw_serial(lambda count, octet=octet: bytes([octet]) * count)[0] for octet in range(252))
    assert characters == dict.fromkeys(ALPHABET, 7)


@pytest.mark.parametrize("octet", [252, 253, 254, 255])
def test_octets_of_the_rest_are_drawn_again(octet: int) -> None:
    drawn = [bytes([octet]) * SERIAL_LENGTH, bytes([octet, 35]) * (SERIAL_LENGTH // 2), bytes(SERIAL_LENGTH)]
    assert draw_serial(lambda _: drawn.pop(0)) == "Z" * 10 + "0" * 10


def test_a_draft_says_what_was_asked_for(city: City) -> None:
    asked = city.application("food-operation")
    made = licence(city, "food-operation")
    assert (made.identifier.type_code, made.identifier.issuer_code) == (asked.type_code, asked.issuer_code)
    assert (made.identifier.serial, made.identifier.version) == ("0000000000000000A1B2", "001")
    assert (made.number, made.area_code, made.holders) == (asked.number, asked.area_code, asked.holders)
    assert (made.issued_on, made.valid_from, made.valid_until) == (
        asked.issued_on,
        asked.valid_from,
        asked.valid_until,
    )
    assert made.fields == asked.fields
    assert made.issuing_body == pen(city, "food-operation").body
    assert (made.status, made.log_salt, made.template) == (NOT_YET_ALLOTTED, SALT, "food-operation/1")


def test_a_licence_without_a_first_day_begins_on_the_day_of_issue(city: City) -> None:
    assert licence(city).valid_from == licence(city).issued_on == date(2026, 3, 18)


def test_empty_fields_are_left_out(city: City) -> None:
    asked = city.application("food-operation")
    asked = replace(asked, fields=dict(asked.fields) | {"supervising_staff": ""})
    made = draft(asked, load_bundle("food-operation"), pen(city), serial="A1", salt=SALT)
    assert "supervising_staff" not in made.fields
    assert all(made.fields.values())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("林**", "林**"),
        ("云" * 20, "云" * 20),
        ("云岭市青禾数据科技有限公司临江区稻香街第三分公司", "云岭市青禾数据科技有限…稻香街第三分公司"),
        ("云" * 256, "云" * 11 + "…" + "云" * 8),
    ],
)
def test_long_names_in_the_code(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert len(shown) <= 20


def test_the_token_says_what_the_licence_says_and_masks_a_person(city: City) -> None:
    made = licence(city, "teacher-qualification", status=StatusPointer(3, 77))
    message, finish = plan_token(made, pen(city, "teacher-qualification"))
    signer = memory_signer("any")
    envelope = split(finish(signer.sign(message)), MAX_TOKEN)
    claims = decode_claims(envelope.payload)
    assert (claims.identifier, claims.status) == (made.identifier, StatusPointer(3, 77))
    assert (claims.issued_on, claims.valid_until) == (made.issued_on, made.valid_until)
    assert claims.holder == "林**"
    assert "𬭎".encode() not in envelope.payload
    assert made.holders[0].code.encode() not in envelope.payload
    assert envelope.to_be_signed == message
    assert envelope.key_id == pen(city, "teacher-qualification").signer.public.key_id


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"number": "\U00020bb7\U0002b740\U000323af"}, MissingGlyph),
        ({"number": "8" * 128}, DoesNotFit),
    ],
)
def test_what_cannot_be_printed_is_found_before_anything_is_promised(
    city: City, changed: dict[str, Any], error: type[Exception]
) -> None:
    check_face(licence(city), load_bundle("business-licence"), pen(city), host_url=HOST)
    with pytest.raises(error):
        check_face(licence(city, **changed), load_bundle("business-licence"), pen(city), host_url=HOST)


def test_an_address_too_long_for_the_code_is_found_too(city: City) -> None:
    with pytest.raises(CodeDoesNotFit):
        check_face(licence(city), load_bundle("business-licence"), pen(city), host_url=f"http://{'h' * 240}")


@pytest.mark.parametrize("bundle", BUNDLES)
def test_both_files_can_be_sealed_and_carry_the_licence(city: City, bundle: str) -> None:
    made, with_pen = licence(city, bundle), pen(city, bundle)
    message, finish = plan_token(made, with_pen)
    token = finish(with_pen.signer.sign(message))
    drawn = draw(made, load_bundle(bundle), with_pen, token=token, host_url=HOST, at=AT)
    sign, certificate = with_pen.signer.sign, with_pen.certificate.der
    ofd = examine_ofd(drawn.ofd.complete(sign(drawn.ofd.to_be_signed), certificate))
    pdf = examine_pdf(drawn.pdf.complete(sign(drawn.pdf.to_be_signed)))
    for sealed in (ofd, pdf):
        assert sealed.metadata is not None
        assert decode_licence(sealed.metadata) == made
        assert sealed.claimed_at == AT.replace(microsecond=0)


DRAW = """
import json, sys
from base64 import b64decode
from datetime import datetime
from types import SimpleNamespace
from issuer.drafting import draw, plan_token
from keys.sm3 import sm3
from service.city import Body
from service.founding import picture_of
from templates.library import bundle_for
from trust.formats.certificate import load_certificate
from trust.formats.licence_document import decode_licence
from trust.formats.ses import parse_seal

for line in sys.stdin:
    *parts, host, at = json.loads(line)
    licence, certificate, seal, token = map(b64decode, parts)
    licence, certificate = decode_licence(licence), load_certificate(certificate)
    pen = SimpleNamespace(
        body=licence.issuing_body, signer=SimpleNamespace(public=certificate.public_key), certificate=certificate,
        seal=parse_seal(seal), picture=picture_of(Body("any", licence.issuing_body, ())),
    )
    bundle = bundle_for(licence.identifier.type_code)
    message, _ = plan_token(licence, pen)
    drawn = draw(licence, bundle, pen, token=token, host_url=host, at=datetime.fromisoformat(at))
    print(*(sm3(one).hex() for one in (message, drawn.ofd.to_be_signed, drawn.pdf.to_be_signed)))
"""
WORLDS = ({"PYTHONHASHSEED": "0", "TZ": "Asia/Shanghai"}, {"PYTHONHASHSEED": "4711", "TZ": "America/Caracas"})


def test_the_same_octets_in_every_process(city: City) -> None:
    """What was planned before a crash is met by whatever process takes the issue up, wherever and whenever."""
    here, lines = [], []
    for bundle in BUNDLES:
        made, with_pen = licence(city, bundle, status=StatusPointer(0, 4095)), pen(city, bundle)
        message, finish = plan_token(made, with_pen)
        token = finish(bytes(64))
        drawn = draw(made, load_bundle(bundle), with_pen, token=token, host_url=HOST, at=AT)
        again = draw(made, load_bundle(bundle), with_pen, token=token, host_url=HOST, at=AT)
        digests = [sm3(one).hex() for one in (message, drawn.ofd.to_be_signed, drawn.pdf.to_be_signed)]
        assert digests[1:] == [sm3(one).hex() for one in (again.ofd.to_be_signed, again.pdf.to_be_signed)]
        here.append(" ".join(digests))
        parts = (encode_licence(made), with_pen.certificate.der, with_pen.seal.der, token)
        lines.append(json.dumps([*(b64encode(part).decode() for part in parts), HOST, AT.isoformat()]))
    running = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW],
            env=os.environ | world | {"LC_ALL": "C"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for world in WORLDS
    ]
    for process in running:
        said, _ = process.communicate("\n".join(lines), timeout=60)
        assert said.splitlines() == here


def test_another_instant_gives_other_octets(city: City) -> None:
    """The control of the test above: what it compares depends on what it varies."""
    made, with_pen = licence(city), pen(city)
    token = plan_token(made, with_pen)[1](bytes(64))
    drawn = [
        draw(made, load_bundle("business-licence"), with_pen, token=token, host_url=HOST, at=AT.replace(second=second))
        for second in (0, 1)
    ]
    assert drawn[0].ofd.to_be_signed != drawn[1].ofd.to_be_signed
    assert drawn[0].pdf.to_be_signed != drawn[1].pdf.to_be_signed
