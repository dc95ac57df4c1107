"""What the slice refuses beyond the tree of `trust.errors`.

TrustError
├── CertificateUnknown   this authority never issued a certificate of that serial number
├── NotPublished         no such list was published yet
└── PublicationDamaged   what was stored is not what was signed; it is not handed out
"""

from trust.errors import TrustError


class CertificateUnknown(TrustError):
    pass


class NotPublished(TrustError):
    pass


class PublicationDamaged(TrustError):
    pass
