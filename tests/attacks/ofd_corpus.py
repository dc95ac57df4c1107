"""All attacks on sealed OFD files, by name; none of them may come out well."""

from tests.attacks.ofd_attacks_on_ours import attacks_on_ours
from tests.attacks.ofd_cases import Case
from tests.attacks.ofd_coverage_attacks import coverage_attacks, wrapping_attacks
from tests.attacks.ofd_package_attacks import container_attacks, content_attacks, structure_attacks
from tests.attacks.ofd_seal_attacks import message_attacks, protection_attacks, seal_attacks
from tests.attacks.ofd_value_attacks import description_attacks, value_attacks


def attacks() -> list[Case]:
    """All attacks, none of which may come out well."""
    return [
        *content_attacks(),
        *container_attacks(),
        *structure_attacks(),
        *wrapping_attacks(),
        *coverage_attacks(),
        *description_attacks(),
        *value_attacks(),
        *seal_attacks(),
        *message_attacks(),
        *protection_attacks(),
        *attacks_on_ours(),
    ]
