"""Properties of identifiers, codes and texts: what holds for every one, not only for examples."""

import json
import unicodedata
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trust.errors import Malformed
from trust.rules.identifier import LicenceIdentifier, check_character, parse, parse_lenient
from trust.rules.party import (
    CENTRAL_DIVISION,
    PROVINCES,
    RESIDENCE_PERMIT_DIVISIONS,
    Holder,
    check_citizen_number,
    check_organisation_code,
    check_uscc,
    citizen_check_character,
    organisation_check_character,
    uscc_check_character,
)
from trust.rules.text import check_text

CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"
TODAY = date(2026, 11, 21)


def text_of(alphabet: str, *, least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


@st.composite
def usccs(draw) -> str:
    """Any valid code: both check characters computed."""
    division = draw(
        st.sampled_from(sorted(PROVINCES)).flatmap(
            lambda province: text_of(DIGITS, least=4, most=4).map(lambda rest: province + rest),
        )
        | st.just(CENTRAL_DIVISION),
    )
    inner = draw(text_of(USCC_ALPHABET, least=8, most=8))
    body = draw(text_of(USCC_ALPHABET, least=2, most=2)) + division + inner + organisation_check_character(inner)
    return body + uscc_check_character(body)


@st.composite
def citizen_numbers(draw) -> str:
    """Any number that the rule accepts, born before 1912."""
    divisions = st.sampled_from(sorted(PROVINCES)).map(lambda province: province + "0101")
    division = draw(divisions | st.sampled_from(sorted(RESIDENCE_PERMIT_DIVISIONS)))
    born = draw(st.dates(date(1880, 1, 1), date(1911, 12, 31)))
    body = division + born.isoformat().replace("-", "") + draw(text_of(DIGITS, least=3, most=3))
    return body + citizen_check_character(body)


identifiers = st.builds(
    lambda authority, number, issuer, serial, version: LicenceIdentifier(
        f"{authority}{number:03}", issuer, serial, f"{version:03}"
    ),
    usccs(),
    st.integers(0, 999),
    usccs(),
    text_of(CAPITALS, least=1, most=32),
    st.integers(1, 999),
)


lenient_identifiers = st.builds(
    LicenceIdentifier,
    text_of(CAPITALS, least=21, most=21),
    text_of(CAPITALS, least=1, most=32),
    text_of(CAPITALS, least=1, most=64),
    text_of(DIGITS, least=3, most=3),
)


@st.composite
def with_one_change(draw, texts: st.SearchStrategy[str]) -> tuple[str, str]:
    """A text, and the same with one character replaced by another."""
    text = draw(texts)
    place = draw(st.integers(0, len(text) - 1))
    other = draw(st.sampled_from([*CAPITALS, *"abcxyz.-_ "]) | st.characters())
    assume(other != text[place])
    return text, text[:place] + other + text[place + 1 :]


# Identifiers and codes


@given(identifiers)
def test_parse_undoes_print(identifier):
    assert parse(str(identifier)) == identifier == parse_lenient(str(identifier))
    identifier.require_strict()


@given(lenient_identifiers)
def test_parse_lenient_undoes_print(identifier):
    assert parse_lenient(str(identifier)) == identifier


@given(with_one_change(identifiers.map(str)))
def test_one_changed_character_of_an_identifier_is_refused(pair):
    _, changed = pair
    for read in (parse, parse_lenient):
        with pytest.raises(Malformed):
            read(changed)


@given(identifiers, identifiers)
def test_two_identifiers_print_alike_only_if_equal(one, other):
    assert (str(one) == str(other)) is (one == other)


@given(st.text(max_size=160))
def test_any_text_is_an_identifier_or_malformed(text):
    for read in (parse, parse_lenient):
        with suppress(Malformed):
            assert str(read(text)) == text


@given(text_of(CAPITALS, least=1, most=40), st.data())
def test_check_characters_of_one_place_never_repeat(body, data):
    place = data.draw(st.integers(0, len(body) - 1))
    variants = [body[:place] + character + body[place + 1 :] for character in CAPITALS]
    assert len({check_character(variant) for variant in variants}) == len(CAPITALS)


@given(usccs())
def test_a_built_uscc_is_valid_inside_too(code):
    check_uscc(code)
    check_organisation_code(code[8:17])


@given(with_one_change(usccs()))
def test_one_changed_character_of_a_uscc_is_refused(pair):
    with pytest.raises(Malformed):
        check_uscc(pair[1])


@given(citizen_numbers())
def test_a_built_citizen_number_is_valid(code):
    check_citizen_number(code, on=TODAY)


@given(with_one_change(citizen_numbers()))
def test_one_changed_character_of_a_citizen_number_is_refused(pair):
    with pytest.raises(Malformed):
        check_citizen_number(pair[1], on=TODAY)


@given(st.text(max_size=24) | text_of(CAPITALS, least=9, most=18))
def test_any_text_is_a_code_or_malformed(text):
    for check in (check_uscc, check_organisation_code, lambda code: check_citizen_number(code, on=TODAY)):
        with suppress(Malformed):
            check(text)
            assert len(text) in {9, 18}


# Text and masks


@given(st.text(st.characters(codec=None), max_size=30))
def test_text_that_passes_is_the_text_itself_and_survives_the_wire(text):
    try:
        passed = check_text(text, 20)
    except Malformed:
        return
    assert passed == text == unicodedata.normalize("NFC", text)
    assert text.encode().decode() == text
    assert json.loads(json.dumps(text)) == text
    assert text.strip() == text


@given(st.text(min_size=2, max_size=12), citizen_numbers())
def test_masks_of_a_person_keep_one_character_of_the_name_and_two_of_the_code(name, code):
    holder = Holder(name, code, "111")
    assert holder.masked_name[1:].strip("*") == ""
    assert holder.masked_code[1:-1].strip("*") == ""
    assert len(holder.masked_code) == len(code)
