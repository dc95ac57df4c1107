"""Words of a program with the words that people read: `WAITING = "waiting", "待审批"`.

A member is its own value, as with every `StrEnum`: so it is stored, sent and compared. The label is what pages and
lists say for it, and stands beside it instead of in a table of its own.
"""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Base of enumerations whose members are a value and a label."""

    _value_: str
    label: str
    """The word of the administration."""

    def __new__(cls, value: str, label: str = "") -> Self:
        """A member with both; a member that exists is looked up by its value alone."""
        if not label:
            raise ValueError(f"{value} has no label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
