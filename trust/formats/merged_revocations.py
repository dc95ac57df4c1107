"""Several revocations of one certificate as the one entry that a list has of them.

Whoever publishes a list, rebuilds one, or holds two editions beside each other asks the same question: an entry may
become graver from one edition to the next, and never milder.
"""

from collections.abc import Sequence

from trust.formats.crl import Revoked


def merged(revocations: Sequence[Revoked]) -> Revoked:
    """What several revocations of one certificate amount to; there is at least one."""
    gravest = next((one for one in revocations if one.reason.compromise), revocations[0])
    compromises = [one for one in revocations if one.reason.compromise]
    dates = [one.invalid_since for one in compromises or revocations]
    known = [date for date in dates if date is not None]
    # A compromise without a date is the gravest of all: no signature of that key counts. It stays so.
    undated = bool(compromises) and len(known) < len(dates)
    return Revoked(min(one.at for one in revocations), gravest.reason, None if undated else min(known, default=None))
