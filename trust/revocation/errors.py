"""What the slice refuses beyond the tree of `trust.errors`.

TrustError
├── SubjectUnknown       no licence with this identifier was ever allotted an entry
├── NotPublished         no such status list, or none for the time asked for
├── PublicationDamaged   what was stored is not what was signed; it is not made current
└── RegisterDamaged      what lists are made from is not what was logged or signed; nothing is published from it
"""

from trust.errors import TrustError


class SubjectUnknown(TrustError):
    pass


class NotPublished(TrustError):
    pass


class PublicationDamaged(TrustError):
    pass


class RegisterDamaged(TrustError):
    pass
