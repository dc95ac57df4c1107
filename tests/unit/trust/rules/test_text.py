"""Characters that a person cannot see, or sees otherwise, never get into a licence."""

import unicodedata

import pytest

from trust.errors import Malformed
from trust.rules import text
from trust.rules.text import check_text, quoted


@pytest.mark.parametrize(
    "text",
    [
        "建筑电工",
        "印江市河东路 1 号\u3000二楼",
        "𬭎䶮㐂𠮷",
        "\U00031350",  # extension H: unassigned in Unicode 14, which Python 3.11 knows
        "\U0002ebf0",  # extension I
        "བསྒྲུབས",
        "阿卜杜拉·买买提",
        "Ångström",
        "（1）全角，半角(2)",
        "ئۇيغۇر",
    ],
)
def test_text_that_may_stand(text):
    assert check_text(text, 100) is text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "not-text"),
        (7, "not-text"),
        (b"text", "not-text"),
        ("", "empty"),
        ("四个字呀", "too-long"),
        (" 甲", "edge-space"),
        ("甲\u3000", "edge-space"),
        ("甲\x00", "control-character"),
        ("甲\n乙", "control-character"),
        ("甲\x85乙", "control-character"),
        ("甲\u2028乙", "control-character"),
        ("\u202e甲", "format-character"),
        ("甲\u2066", "format-character"),
        ("甲\u200b乙", "format-character"),
        ("甲\u200d乙", "format-character"),
        ("\ufeff甲", "format-character"),
        ("甲\xad", "format-character"),
        ("葛\U000e0100", "format-character"),
        ("甲\ufe0f", "format-character"),
        ("甲\u3164", "format-character"),
        ("甲\u2800", "format-character"),
        ("甲\ud842", "surrogate"),
        ("\ue000", "private-use"),
        ("\U000f0000", "private-use"),
        ("\U0010fffd", "private-use"),
        ("\uffff", "noncharacter"),
        ("\ufdd0", "noncharacter"),
        ("\U0003ffff", "noncharacter"),
        ("甲\ufffd", "replacement-character"),
        ("甲\ufffc", "replacement-character"),
        ("甲\xa0乙", "space"),
        ("甲\u2003乙", "space"),
        ("A\u030a", "not-nfc"),
        ("\uf900", "not-nfc"),
        ("x\u0300", None),
    ],
)
def test_text_that_may_not(text, reason):
    if reason is None:
        assert check_text(text, 3) == text
        return
    with pytest.raises(Malformed) as caught:
        check_text(text, 3)
    assert caught.value.reason == reason


def test_piles_of_marks_are_refused_and_stacks_are_not():
    assert check_text("x" + "\u0335" * 4, 9)
    with pytest.raises(Malformed, match="combining-marks"):
        check_text("x" + "\u0335" * 5, 9)


def test_the_refusal_names_the_code_point_and_not_the_text():
    with pytest.raises(Malformed) as caught:
        check_text("张三丰\u202e", 9)
    assert "202E" in caught.value.text
    assert "张三丰" not in str(caught.value)


def test_texts_that_are_let_through_at_once_would_be_let_through_one_by_one():
    """Each of these characters may stand, none combines with its neighbour, and none has a second spelling."""
    characters = [chr(code) for code in range(0x110000) if text._PLAIN.fullmatch(chr(code))]
    assert len(characters) > 20_000
    for character in characters:
        assert text._refusal(character) is None, hex(ord(character))
        assert unicodedata.combining(character) == 0
        assert unicodedata.category(character) not in {"Mn", "Me", "Mc"}
    together = "".join(characters)
    assert unicodedata.is_normalized("NFC", together)
    assert unicodedata.is_normalized("NFC", together[::-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("申请贷款", "「申请贷款」"),
        ("甲」乙「丙", "「甲』乙『丙」"),
        ("甲\uff63乙\ufe42丙", "「甲』乙』丙」"),
        ("『甲』", "「『甲』」"),
        ("", "「」"),
    ],
)
def test_a_quotation_ends_where_we_end_it(text: str, said: str) -> None:
    assert quoted(text) == said
