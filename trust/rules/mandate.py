"""Mandate (职权): which body may issue which type of licence, where, and from when until when.

A seal proves who sealed; only a mandate says that this body was the one to issue such a licence there. Mandates come
from the trust list. Periods are half-open: at `valid_until` the mandate has ended. A mandate may be delegated (委托,
下放): it then names the mandate that it rests on, holds only while that one holds, and only inside its area. Whoever
judges does so from the list alone: a delegation that reaches further than what it rests on is void.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from trust.errors import Malformed
from trust.rules.area import check_area, covers
from trust.rules.times import aware

MAX_DEPTH = 4
"""Mandates one above the other: province, city, county, town."""

Want = Literal["none", "area", "delegation"]
"""What is missing: any mandate now, one for this area, or what a delegated one rests on."""


@dataclass(frozen=True)
class Mandate:
    """Body and type by their codes; `valid_until` None means that no end is fixed, `area` None everywhere.

    `number` is its number in the register, empty where an older list names none; `delegated_from` the number of the
    mandate it rests on.

    Raises:
        Malformed: `mandate-period`, it ends before it begins; `area`; `mandate-number`, it rests on itself, or has no
            number and rests on another.
        ValueError: a time without a zone.

    """

    issuer_code: str
    issuer_name: str
    type_code: str
    valid_from: datetime
    valid_until: datetime | None = None
    area: str | None = None
    number: str = ""
    delegated_from: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "valid_from", aware(self.valid_from))
        if self.valid_until is not None:
            object.__setattr__(self, "valid_until", aware(self.valid_until))
            if self.valid_until <= self.valid_from:
                raise Malformed("mandate-period")
        if self.area is not None:
            check_area(self.area)
        if self.delegated_from is not None and self.delegated_from in ("", self.number):
            raise Malformed("mandate-number", "a delegated mandate rests on another one")

    def covers(self, at: datetime) -> bool:
        """Whether an instant lies in its own period."""
        instant = aware(at)
        return self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until)

    @property
    def identity(self) -> tuple[str, str, datetime, str | None, str | None]:
        """What of it never changes; only an end may be set."""
        return self.issuer_code, self.type_code, self.valid_from, self.area, self.delegated_from


class MandateBook:
    """Mandates, found by body and type and by number; made once for a list and asked for every licence."""

    def __init__(self, mandates: Iterable[Mandate]) -> None:
        self.all = tuple(mandates)
        self._numbered: Mapping[str, Mandate] = {one.number: one for one in self.all if one.number}
        self._of: dict[tuple[str, str], list[Mandate]] = {}
        for one in self.all:
            self._of.setdefault((one.issuer_code, one.type_code), []).append(one)

    def of(self, issuer_code: str, type_code: str) -> Iterable[Mandate]:
        """The mandates of a body for a type, in force or not."""
        return self._of.get((issuer_code, type_code), ())

    def numbered(self, number: str | None) -> Mandate | None:
        """The mandate of a number."""
        return self._numbered.get(number) if number else None

    def holds(self, mandate: Mandate, at: datetime) -> bool:
        """Whether a mandate is in force at an instant, and every one it rests on, each within the one above it."""
        one: Mandate | None = mandate
        for _ in range(MAX_DEPTH):
            if one is None or not one.covers(at):
                return False
            if one.delegated_from is None:
                return True
            above = self.numbered(one.delegated_from)
            if above is None or not within(one, above):
                return False
            one = above
        return False

    def judge(self, issuer_code: str, type_code: str, at: datetime, area_code: str | None = None) -> Mandate | Want:
        """The youngest mandate of a body for a type that holds at an instant for a place, or what is missing.

        Without `area_code` every place will do: a code on paper does not tell it.
        """
        covering = [one for one in self.of(issuer_code, type_code) if one.covers(at)]
        held = [one for one in covering if self.holds(one, at)]
        fitting = [one for one in held if area_code is None or covers(one.area, area_code)]
        if fitting:
            return max(fitting, key=lambda one: one.valid_from)
        if held:
            return "area"
        return "delegation" if covering else "none"


def within(mandate: Mandate, above: Mandate) -> bool:
    """Whether a delegated mandate is for the type of the one it rests on and for no place outside its area."""
    if mandate.type_code != above.type_code:
        return False
    return above.area is None or (mandate.area is not None and mandate.area.startswith(above.area))


def mandate_for(
    mandates: Iterable[Mandate] | MandateBook,
    issuer_code: str,
    type_code: str,
    at: datetime,
    area_code: str | None = None,
) -> Mandate | None:
    """The mandate of this body for this type at an instant, the youngest if several hold; None if none does."""
    book = mandates if isinstance(mandates, MandateBook) else MandateBook(mandates)
    found = book.judge(issuer_code, type_code, at, area_code)
    return found if isinstance(found, Mandate) else None
