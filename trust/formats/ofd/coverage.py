"""What the signatures of a package protect together, what each leaves out, and what that means.

Asked of the package as a whole, over all signatures whose cryptography holds: the Document.xml of every document and
version, everything that can be reached from it, OFD.xml, the lists of signatures. Asked of each signature: that it
protects the Document.xml of the document it is listed for, since a seal that does not could be shown on any document,
and everything reachable but the indexes that grow with every addition. A signature that protects less is never plainly
valid, even if others protect the rest: whoever made the others may have changed that rest.

Who made a signature is not asked here. A verifier that distrusts one has to count its protection out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trust.formats.ofd.codes import Notes
from trust.formats.ofd.reachable import Reached
from trust.formats.ofd.survey import ROOT, Body


@dataclass(frozen=True)
class Group:
    """The documents that one list of signatures stands for, and what can be reached from them.

    `alone` tells whether these are all documents of the package.
    """

    signatures: str
    bodies: tuple[Body, ...]
    reached: Reached
    alone: bool

    @property
    def roots(self) -> tuple[str, ...]:
        """The Document.xml that DocRoot names, of each document."""
        return tuple(body.roots[0] for body in self.bodies)

    @property
    def indexes(self) -> frozenset[str]:
        """Entries that change when something is added to the document, so that a first signature may leave them.

        Beside other documents OFD.xml is none of them: it says which of the documents there are.
        """
        versions = (entry for body in self.bodies for entry in body.lists)
        root = (ROOT,) if self.alone else ()
        return frozenset({*root, self.signatures, *self.reached.annotations, *versions})


def check_one(group: Group, covered: frozenset[str], notes: Notes) -> None:
    """What a single signature leaves out of its documents."""
    missing = [root for root in group.roots if root not in covered]
    if missing:
        notes.note("docroot-not-covered", *missing)
    left = {ROOT, *group.reached.entries} - covered
    if left - group.indexes - set(missing):
        notes.note("signature-covers-part", *sorted(left - group.indexes))
    elif left:
        notes.note("signature-leaves-indexes", *sorted(left))


def check_all(
    bodies: Sequence[Body],
    reached: Iterable[Reached],
    covered: frozenset[str],
    names: Iterable[str],
    notes: Notes,
    *,
    strict: bool,
) -> None:
    """What all sound signatures together leave out of the package.

    Args:
        bodies: the documents of the package.
        reached: what can be reached from each.
        covered: the union of what sound signatures protect, their own files included.
        names: all entries of the package.
        notes: takes what is found.
        strict: whether a signature is of our making; those protect every entry there was.

    """
    roots = {root for body in bodies for root in body.roots}
    lists = {body.signatures for body in bodies if body.signatures is not None}
    versions = {entry for body in bodies for entry in body.lists}
    reachable = set().union(versions, *(one.entries for one in reached))
    if roots - covered:
        notes.note("docroot-not-covered", *sorted(roots - covered))
    if reachable - roots - covered:
        notes.note("uncovered-reachable", *sorted(reachable - roots - covered))
    if ROOT not in covered:
        notes.note("metadata-unprotected")
    if lists - covered:
        notes.note("signatures-open", *sorted(lists - covered))
    spare = set(names) - covered - reachable - lists - {ROOT}
    if spare:
        notes.note("extra-entry" if strict else "uncovered-unreferenced", *sorted(spare))
    if not (roots | reachable | {ROOT}) - covered:
        notes.passed(2, "ofd-coverage", "文档的每一部分都在签章保护之内。")
