"""What one update of a PDF did, in the words that signatures are held against: a value, made in `changes`."""

from dataclasses import dataclass, field


@dataclass
class Step:
    """What one update did.

    Fields signed, created, filled (one that nobody sees is `unseen`, whether created or signed); validation data; the
    document `described` anew (title and so on); XMP `metadata` written anew, as software does with every update;
    faults.
    """

    revision: int
    sealed: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    security: bool = False
    described: bool = False
    metadata: bool = False
    faults: dict[str, set[str]] = field(default_factory=dict)

    @property
    def only_security(self) -> bool:
        """Whether it did nothing but add validation data."""
        return not (self.faults or self.touched or self.described or self.metadata)

    @property
    def touched(self) -> set[str]:
        """Every field it dealt with."""
        return self.sealed | self.added | self.unseen | self.filled

    def fault(self, code: str, subject: str = "") -> None:
        """Remember a fault."""
        self.faults.setdefault(code, set()).add(subject or f"第 {self.revision + 1} 版")
