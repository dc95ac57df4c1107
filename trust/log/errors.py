"""What the log refuses beyond the tree of `trust.errors`.

TrustError
├── LogDamaged   what is stored does not hash to what was signed or stored beside it; nothing more is signed
└── NotLogged    no such entry, tile or checkpoint
"""

from trust.errors import TrustError


class LogDamaged(TrustError):
    pass


class NotLogged(TrustError):
    pass
