"""What a trust list says of types beside their names: the newest version of each, its end, and the checks it asks for.

in_force    [code, newest version, instant of retirement or null]
checks      [code, months from one check to the next, instant since which the type asks for it]
"""

from functools import partial

from trust.errors import Malformed
from trust.formats.canonical_json import instant_from, text_of
from trust.formats.listed_mandates import REASON
from trust.formats.members import number_in, text_in
from trust.rules.catalogue_entry import TypeInForce
from trust.rules.periodic_check import CheckDuty

_text = partial(text_in, reason=REASON)
_number = partial(number_in, reason=REASON)


def in_force_json(one: TypeInForce) -> list[object]:
    """A type's newest version and its end, as an entry of `in_force`."""
    return [one.code, one.version, None if one.retired_at is None else text_of(one.retired_at)]


def in_force_from(value: object) -> TypeInForce:
    """Read an entry of `in_force`; raises Malformed."""
    code, version, retired = _three(value)
    return TypeInForce(_text(code), _number(version), None if retired is None else instant_from(retired))


def check_json(one: CheckDuty) -> list[object]:
    """The checks that a type asks for, as an entry of `checks`."""
    return [one.type_code, one.months, text_of(one.since)]


def check_from(value: object) -> CheckDuty:
    """Read an entry of `checks`; raises Malformed."""
    code, months, since = _three(value)
    return CheckDuty(_text(code), _number(months), instant_from(since))


def _three(value: object) -> tuple[object, object, object]:
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(REASON, "what is said of a type has three parts")
    first, second, third = value
    return first, second, third
