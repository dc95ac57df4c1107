"""One item of a licence type 信息项: its names, how its text is judged, who may see it; GB/T 36902, reconstructed.

`disclosure` says who may see an item without being the holder: `public` anyone who has the identifier, `scan` who
scanned the code on the licence, `consent` whom the holder allowed, `never` nobody through this service.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from trust.errors import Malformed
from trust.rules.field_kind import KINDS, ONCE, Kind, check_value, values_of
from trust.rules.pattern import pattern_of
from trust.rules.table import MAX_ROWS, check_table, rows_of
from trust.rules.text import check_text

Disclosure = Literal["public", "scan", "consent", "never"]
DISCLOSURES: frozenset[str] = frozenset(get_args(Disclosure))
_LONGEST_FIELD = 4000  # characters; a business scope runs to about two thousand
MAX_CODES = 500


@dataclass(frozen=True)
class FieldRule:
    """One item of a type: `pattern` must match the whole of a value, `max_length` counts the characters of all.

    `short_name` is the item's pinyin initials, with or without `KZ_` in front. A pattern is of the closed language of
    `trust.rules.pattern`. `kind` is the data type: an item of kind `code` holds one of the names in `codes`, pairs of
    code and name; a `table` rows of cells (`trust.rules.table`), as many as `columns` are named, two at least; one of
    kind `photo` the digest of a picture. Neither of these two has a pattern. `repeat` is how many values the item may
    have, or a table rows, where that is limited. `group` is the heading it stands under.

    Raises:
        Malformed: `field-rule`, the rule makes no sense; `field-pattern`, its pattern is none.

    """

    key: str
    short_name: str
    label: str
    max_length: int
    required: bool = True
    pattern: str | None = None
    disclosure: Disclosure = "public"
    kind: Kind = "text"
    columns: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    repeat: int | None = None
    group: str = "证照特有信息"

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple((code, name) for code, name in self.codes))  # TOML has lists
        sensible = (
            self.kind in KINDS
            and re.fullmatch(r"[a-z][a-z0-9_]{0,63}", self.key)
            and re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}", self.short_name)
            and 1 <= self.max_length <= _LONGEST_FIELD
            and self.disclosure in DISCLOSURES
            and self._kind_fits()
        )
        if not sensible:
            raise Malformed("field-rule", self.key)
        for name in (self.label, self.group, *self.columns, *(text for pair in self.codes for text in pair)):
            check_text(name, 64)
        if self.pattern is not None:
            pattern_of(self.pattern)

    def _kind_fits(self) -> bool:
        """Columns for tables, codes for code lists, and no pattern where the kind says it all."""
        names = [name for _, name in self.codes]
        return (
            (self.pattern is None or self.kind not in ONCE)
            and (len(self.columns) >= 2 if self.kind == "table" else not self.columns)
            and (1 <= len(names) <= MAX_CODES if self.kind == "code" else not names)
            and len(set(names)) == len(names) == len({code for code, _ in self.codes})
            and (self.repeat is None or 1 <= self.repeat <= MAX_ROWS)
            and not (self.kind == "photo" and self.repeat)
        )

    @property
    def metadata_name(self) -> str:
        """The name in the file's metadata: `KZ_` and pinyin initials."""
        return self.short_name if self.short_name.startswith("KZ_") else f"KZ_{self.short_name}"

    def check(self, value: object) -> str:
        """Return the value if this item may hold it.

        Raises:
            Malformed: `pattern`, `too-many-values`, or a reason of `check_text`, `check_table` or `check_value`.

        """
        text = check_text(value, self.max_length)
        if self.kind == "table":
            check_table(text, len(self.columns))
            self._check_count(len(rows_of(text)))
            return text
        several = self.repeat is not None and self.repeat > 1
        values = values_of(text) if several else [text]
        self._check_count(len(values))
        for one in values:
            check_text(one, self.max_length)
            check_value(self.kind, one, self.codes)
            if self.pattern is not None and not pattern_of(self.pattern).takes(one):
                raise Malformed("pattern")
        return text

    def _check_count(self, found: int) -> None:
        if self.repeat is not None and found > self.repeat:
            raise Malformed("too-many-values", f"{found} > {self.repeat}")
