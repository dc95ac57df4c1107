"""Idempotency keys: each department has its own, and what was written into one is not stored."""

from trust.rules.idempotency import own_key


def test_two_departments_may_choose_the_same_key() -> None:
    assert own_key("bureau-one", "k1") == own_key("bureau-one", "k1")
    assert own_key("bureau-one", "k1") != own_key("bureau-two", "k1")
    assert own_key("bureau-one", "k1") != own_key("bureau-one", "k2")


def test_what_was_chosen_is_not_in_it_and_its_length_is_bounded() -> None:
    kept = own_key("bureau-one", "张三" * 64)
    assert "张三" not in kept
    assert len(kept) == len("bureau-one:") + 64
