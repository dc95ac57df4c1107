"""What the catalogue refuses; `reason` is a stable code.

IssuerError
├── CatalogueError
│   ├── EntryRefused      what is drafted cannot become an entry: version-taken, version-not-higher, bundle-taken, …
│   ├── StepRefused       the life of an entry, or of a request, has no such step from here; `state`, `step`
│   ├── SecondPerson      whoever drafted or asked may not decide
│   ├── EntryUnknown      no such entry, mandate or request, or not for whoever asks
│   ├── EntryDamaged      an entry does not verify, or its template is not the one it names; `type_code`
│   ├── MandateRefused    what is asked for cannot be granted, delegated or ended
│   └── NumberExhausted   the number rule has no number left; `type_code`
└── UnknownType
    ├── TypeRetired       the type has ended: nothing of it is issued any more
    └── TemplateChanged   the template was changed and its version was not raised
"""

from issuer.errors import IssuerError, UnknownType


class CatalogueError(IssuerError):
    """Base of what the catalogue refuses."""


class EntryRefused(CatalogueError):
    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason, self.text = reason, text


class StepRefused(CatalogueError):
    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"{step} from {state}")
        self.state, self.step = state, step


class SecondPerson(CatalogueError):
    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class EntryUnknown(CatalogueError):
    def __init__(self) -> None:
        super().__init__("no such entry")


class EntryDamaged(CatalogueError):
    def __init__(self, type_code: str, what: str) -> None:
        super().__init__(f"{type_code}: {what}")
        self.type_code, self.what = type_code, what


class MandateRefused(CatalogueError):
    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason, self.text = reason, text


class NumberExhausted(CatalogueError):
    def __init__(self, type_code: str) -> None:
        super().__init__(f"no number left for {type_code}")
        self.type_code = type_code


class TypeRetired(UnknownType): ...


class TemplateChanged(UnknownType): ...
