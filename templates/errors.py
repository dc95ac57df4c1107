"""The tree of errors of `templates`; facts are attributes, the sentences for people are in `service.problems`.

TemplatesError
├── TemplateError     a bundle that cannot be used: unknown, unreadable or contradicting itself
├── MissingGlyph      a character the typeface cannot draw; a face never shows a hole in a name
├── DoesNotFit        a text too long for its place even at the smallest size the layout allows
├── CodeDoesNotFit    a code whose modules would be printed too small to be read again
├── PictureRefused    a picture (of a seal, of a holder, of a background) that does not do; `reason` says why
│   └── PhotoRefused  a photograph of a holder that does not do
├── PhotoMissing      a licence names a photograph whose octets are not at hand; it is never drawn without
└── CodeUnreadable    a code that was drawn and does not read as its text: a fault of the software that draws it
"""


class TemplatesError(Exception):
    """Base of everything that `templates` raises on purpose; `reason` is a stable, hyphenated code."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        self.text = text


class TemplateError(TemplatesError):
    def __init__(self, reason: str, bundle: str, text: str = "") -> None:
        super().__init__(reason, f"{bundle}: {text}" if text else bundle)
        self.bundle = bundle


class MissingGlyph(TemplatesError):
    def __init__(self, character: str, where: str) -> None:
        super().__init__("missing-glyph", f"U+{ord(character):04X} in {where}")
        self.character = character
        self.where = where


class DoesNotFit(TemplatesError):
    def __init__(self, where: str, length: int) -> None:
        super().__init__("does-not-fit", f"{length} characters in {where}")
        self.where = where
        self.length = length


class CodeDoesNotFit(TemplatesError):
    def __init__(self, length: int, modules: int, side_mm: float) -> None:
        super().__init__("code-does-not-fit", f"{length} characters are {modules} modules on {side_mm:g} mm")
        self.length = length
        self.modules = modules
        self.side_mm = side_mm


class CodeUnreadable(TemplatesError):
    def __init__(self, length: int) -> None:
        super().__init__("code-unreadable", f"{length} characters")
        self.length = length


class PictureRefused(TemplatesError): ...


class PhotoRefused(PictureRefused): ...


class PhotoMissing(TemplatesError):
    def __init__(self, field: str) -> None:
        super().__init__("photo-missing", field)
        self.field = field
