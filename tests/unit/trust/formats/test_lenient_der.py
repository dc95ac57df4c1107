"""DER of any origin: what is borne with and noted, what is refused, and values in other spellings."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.errors import SignatureRefused
from keys.sm2 import PublicKey, verify
from trust.errors import Malformed
from trust.formats import der
from trust.formats.lenient_der import (
    Bits,
    Node,
    bit_string,
    boolean,
    integer,
    members,
    octet_string,
    read,
)
from trust.formats.lenient_values import digest_in, instant, raw_signature, signature_in, text_of, time_of
from trust.formats.tolerances import SENTENCE, Tolerances, tolerance_findings
from trust.rules.verdict import Indication

VECTORS = json.loads((Path(__file__).resolve().parents[3] / "vectors" / "sm2.json").read_text("utf-8"))


def node(octets: bytes, *, ber: bool = False, padded: bool = False) -> Node:
    return read(octets, limit=100_000, seen=Tolerances(), ber=ber, padded=padded)


def of(octets: str, *, ber: bool = False) -> Node:
    return node(bytes.fromhex(octets), ber=ber)


# --- elements ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "codes"),
    [
        ("300302 0105", ()),
        ("30810302 0105", ("der-nonminimal-length",)),
        ("3084000000030201 05", ("der-nonminimal-length",)),
        ("30030201 05 00", ("trailing-bytes",)),
        ("3004020200 05", ("der-nonminimal-integer",)),
    ],
)
def test_what_is_borne_with_and_noted(octets: str, codes: tuple[str, ...]) -> None:
    read_node = of(octets)
    (child,) = members(read_node, 1, 1)
    assert integer(child) == 5
    assert read_node.seen.codes == codes


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "30",
        "3003020105"[:-2],
        "3002020105",  # the child ends behind its parent
        "1f0101",  # a high tag number
        "0000",
        "3080020105 0000",  # indefinite, where BER is not taken
        "30890000000000000000 03020105",  # a length of nine octets
        "3088ffffffffffffffff",
    ],
)
def test_what_is_refused(octets: str) -> None:
    with pytest.raises(Malformed) as refusal:
        members(of(octets), 1, 1)
    assert refusal.value.reason == "encoding"


def test_zeros_behind_an_element_are_in_order_only_where_a_field_is_padded() -> None:
    assert node(bytes.fromhex("3003020105") + bytes(9), padded=True).seen.codes == ()
    assert node(bytes.fromhex("3003020105") + b"\0\0x", padded=True).seen.codes == ("trailing-bytes",)


def test_the_octets_of_an_element_are_those_that_stood_there() -> None:
    inner = of("3006 308103 020105").children()[0]
    assert inner.octets == bytes.fromhex("308103020105")
    assert inner.content == bytes.fromhex("020105")


def innermost(found: Node) -> Node:
    while found.content:
        (found,) = found.children()
    return found


def test_depth_members_and_size_are_bounded() -> None:
    deep = b""
    for _ in range(30):
        deep = der.write_sequence(deep)
    with pytest.raises(Malformed):
        innermost(node(deep))
    with pytest.raises(Malformed):
        node(der.write_sequence(b"\x05\x00" * 10_001)).children()
    with pytest.raises(Malformed):
        read(der.write_octet_string(bytes(99)), limit=100, seen=Tolerances())
    with pytest.raises(Malformed):
        node(b"\x30\x80" * 60 + b"\0\0" * 60, ber=True)


def test_indefinite_lengths_and_strings_in_segments_where_ber_is_taken() -> None:
    outer = of("3080 2480 0402 6162 0401 63 0000 020105 0000", ber=True)
    text, number = members(outer, 2, 2)
    assert (octet_string(text), integer(number)) == (b"abc", 5)
    assert set(outer.seen.codes) == {"ber-indefinite-length", "ber-constructed-string"}
    assert outer.octets == bytes.fromhex("30802480040261620401630000020105 0000")
    for cut in range(1, len(outer.octets)):
        with pytest.raises(Malformed):
            node(outer.octets[:cut], ber=True)
    with pytest.raises(Malformed):
        octet_string(node(bytes.fromhex("24040402 6162")))


def test_booleans_and_bit_strings() -> None:
    assert boolean(of("0101ff"))
    for octets, value in (("010101", True), ("010100", False)):
        read_node = of(octets)
        assert boolean(read_node) is value
        assert read_node.seen.codes == ("der-boolean",)
    read_node = of("0303 04 aab0")
    assert bit_string(read_node) == Bits(b"\xaa\xb0", 4)
    assert read_node.seen.codes == ("bitstring-unused",)
    for octets in ("0300", "03020801"):
        with pytest.raises(Malformed):
            bit_string(of(octets))


def test_an_integer_has_bounds() -> None:
    for octets in (b"", bytes(65)):
        with pytest.raises(Malformed):
            integer(node(der.write(der.INTEGER, octets)))


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20220725214639Z", (2022, 7, 25, 21, 46, 39)),
        ("220725214639Z", (2022, 7, 25, 21, 46, 39)),  # not the year 2207
        ("500725214639Z", (1950, 7, 25, 21, 46, 39)),
        ("20220725214639", (2022, 7, 25, 13, 46, 39)),  # no zone: Beijing time
        ("220725214639", (2022, 7, 25, 13, 46, 39)),
        ("2022-07-25 21:46:39", (2022, 7, 25, 13, 46, 39)),
        ("2022-07-25T21:46:39.123Z", (2022, 7, 25, 21, 46, 39)),
        ("20220725214639.5Z", (2022, 7, 25, 21, 46, 39)),
        ("20220725214639+0800", (2022, 7, 25, 13, 46, 39)),
        ("2022-07-25 21:46:39-01:30", (2022, 7, 25, 23, 16, 39)),
        ("2022072521463", None),
        ("20220231000000Z", None),
        ("20221301000000Z", None),
        ("20220101240000Z", None),
        ("20220101000060Z", None),
        ("00010101000000+0800", None),
        ("2022-07-25", None),
        ("20220725214639Z ", None),
        ("\uff12\uff10\uff12\uff120725214639Z", None),
        ("20220725214639+9900", None),
        ("", None),
    ],
)
def test_times_are_matched_as_a_whole(text: str, expected: tuple[int, ...] | None) -> None:
    assert instant(text) == (None if expected is None else datetime(*expected, tzinfo=UTC))  # type: ignore[misc,arg-type]  # six numbers


@pytest.mark.parametrize(
    ("tag", "octets", "wanted", "codes", "readable"),
    [
        (0x18, b"20220725214639Z", 0x18, (), True),
        (0x18, b"220725214639Z", 0x18, ("time-form",), True),
        (0x18, b"20220725214639", 0x18, ("time-form",), True),
        (0x17, b"220725214639Z", 0x17, (), True),
        (0x17, b"220725214639Z", 0x18, ("time-form",), True),
        (0x16, b"2022-07-25 21:46:39\0", 0x18, ("time-form",), True),
        (0x18, b"tomorrow", 0x18, ("time-form",), False),
        (0x30, b"20220725214639Z", 0x18, ("time-form",), False),
    ],
)
def test_times_and_how_they_were_written(
    tag: int, octets: bytes, wanted: int, codes: tuple[str, ...], readable: bool
) -> None:
    read_node = node(der.write(tag, octets))
    assert (time_of(read_node, tag=wanted) is not None) is readable
    assert read_node.seen.codes == codes


@pytest.mark.parametrize(
    ("tag", "octets", "text", "codes"),
    [
        (0x0C, "局".encode(), "局", ()),
        (0x0C, "局".encode() + b"\0\0", "局", ("name-encoding",)),
        (0x0C, "市监局".encode("gbk"), "市监局", ("name-encoding",)),
        (0x16, b"ES", "ES", ("string-type",)),
        (0x1E, "局".encode("utf-16-be"), "局", ("string-type",)),
        (0x0C, "局\u202e长".encode(), "局\ufffd长", ("name-encoding",)),
        (0x0C, b"a\nb", "a\ufffdb", ("name-encoding",)),
        (0x0C, b"\xff\xff\xff", "\ufffd\ufffd\ufffd", ("name-encoding",)),
    ],
)
def test_texts_are_fit_to_be_shown(tag: int, octets: bytes, text: str, codes: tuple[str, ...]) -> None:
    read_node = node(der.write(tag, octets))
    assert text_of(read_node, tag=0x0C) == text
    assert read_node.seen.codes == codes


@pytest.mark.parametrize(("tag", "octets"), [(0x04, b"ES"), (0x0C, bytes(4_097))])
def test_what_is_no_text(tag: int, octets: bytes) -> None:
    with pytest.raises(Malformed):
        text_of(node(der.write(tag, octets)), tag=0x0C)


@pytest.mark.parametrize("case", VECTORS["verify"], ids=lambda case: str(case["id"]))
def test_signatures_of_the_vectors_in_other_spellings(case: dict[str, object]) -> None:
    seen = Tolerances()
    raw = raw_signature(bytes.fromhex(str(case["signature"])), seen)
    key = next(key for key in VECTORS["keys"] if key["id"] == case["key"])
    public = PublicKey.from_spki(bytes.fromhex(key["spki_der"]))
    message, identity = bytes.fromhex(str(case["message"])), bytes.fromhex(str(case["user_id"]))
    if case["compat"]:
        assert raw is not None
        verify(public, message, raw, identity=identity)
        expected = {case["compat_warning"]} if "compat_warning" in case else set()
        assert set(seen.codes) == expected
    elif raw is not None:
        with pytest.raises(SignatureRefused):
            verify(public, message, raw, identity=identity)


def stripped(octets: bytes) -> Bits:
    """What an encoder leaves that drops zero bits at the end."""
    left = octets.rstrip(b"\0")
    last = left[-1]
    return Bits(left, (last & -last).bit_length() - 1)


def test_zeros_that_an_encoder_dropped_are_put_back() -> None:
    number = der.write(der.INTEGER, b"\x12" * 30 + b"\x40\0")
    for value, codes in (
        (der.write_sequence(number, number), ("bitstring-zero-stripped",)),
        (b"\x81" * 62 + b"\x10\0", ("bitstring-zero-stripped", "sig-raw64")),
    ):
        seen = Tolerances()
        raw = signature_in(stripped(value), seen)
        assert raw is not None
        assert raw[-1:] == b"\0"
        assert seen.codes == codes
        seen = Tolerances()
        assert signature_in(Bits(value[:-1], 1), seen) is None  # the count does not show that zeros were dropped
        assert seen.codes == ()
    seen = Tolerances()
    assert digest_in(stripped(b"\x55" * 30 + b"\x80\0"), seen) == b"\x55" * 30 + b"\x80\0"
    assert seen.codes == ("bitstring-zero-stripped",)


@pytest.mark.parametrize("bits", [Bits(b"\x55" * 31, 3), Bits(b"\x40" * 27, 6), Bits(b"", 0), Bits(b"\x01" * 33, 0)])
def test_other_digests_stay_as_they_are(bits: Bits) -> None:
    seen = Tolerances()
    assert digest_in(bits, seen) == bits.octets
    assert seen.codes == ()


# --- tolerances -------------------------------------------------------------------------------------------------------


def test_every_tolerance_has_a_sentence_and_no_other_is_noted() -> None:
    seen = Tolerances()
    for code in SENTENCE:
        seen.note(code)
        seen.note(code)
    assert seen.codes == tuple(SENTENCE)
    assert all(sentence.endswith("。") for sentence in SENTENCE.values())
    with pytest.raises(KeyError):
        seen.note("sig-unheard-of")


def test_a_tolerance_is_a_warning_about_others_and_a_failure_of_ours() -> None:
    (theirs,) = tolerance_findings(["sig-raw64"], 4)
    (ours,) = tolerance_findings(["sig-raw64"], 4, ours=True)
    assert (theirs.indication, theirs.warning) == (Indication.PASSED, True)
    assert (ours.indication, ours.warning) == (Indication.FAILED, False)
