"""What a revocation takes from signatures: the rule for certificates and their keys, at any instant (promise P12).

A revocation is an act like those on licences and seals: it has the instant it takes effect (`at`) and may say since
when the key was no longer its owner's (`invalid_since`). It is for ever, and only gets graver.

    compromise, with a date    what was signed before that date counts; nothing from then on
    compromise, without one    nothing that the key ever signed counts, because nobody can say what is whose
    any other reason           what was signed before it took effect counts, and before the date, where one is given

`instant` is when a signature is proven to have existed, by the log or a time stamp. Where nothing proves it, the caller
asks about now, so that a revocation in force counts against it: the time a file claims for itself is no evidence.
A compromise is of the key: it is put on every certificate that the key has.
"""

from datetime import datetime

from trust.rules.times import aware


def is_revoked(instant: datetime, *, at: datetime, compromise: bool, invalid_since: datetime | None) -> bool:
    """Whether a signature of this instant falls under the revocation; the instants of effect belong to it.

    Raises:
        ValueError: an instant without a time zone.

    """
    if compromise and invalid_since is None:
        return True
    return aware(instant) >= min(aware(at), aware(invalid_since) if invalid_since else aware(at))
