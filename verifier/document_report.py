"""What was found of a sealed document as JSON: its signatures one by one, as the API and the command promise it.

Names of signers and makers are what their certificates say, vouched for or not: the findings tell which. Lists of what
a signature covers are cut at `MOST_LISTED`, with the whole number beside them.
"""

from datetime import UTC, datetime

from trust.formats.sealed_document import SealBox, ShownSeal
from verifier.documents import ExaminedDocument, JudgedSignature
from verifier.report import finding_as_json

MOST_LISTED = 200


def document_as_json(examined: ExaminedDocument) -> dict[str, object]:
    """The document and its signatures as values that `json.dumps` takes; times in UTC with `Z`, lengths in mm."""
    return {
        "kind": examined.document.kind,
        "pages": [list(size) for size in examined.document.pages],
        "signatures": [_signature(one) for one in examined.signatures],
    }


def _signature(one: JudgedSignature) -> dict[str, object]:
    facts = one.facts
    return {
        "name": facts.name,
        "form": facts.form.value,
        "indication": one.indication.value,
        "signer": one.signer,
        "maker": one.maker,
        "seal": _seal(facts.seal) if facts.seal else None,
        "claimed_at": _time(facts.claimed_at),
        "sealed_at": _time(one.sealed_at),
        "boxes": [_box(box) for box in facts.boxes],
        "covers": list(facts.covers[:MOST_LISTED]),
        "covers_count": len(facts.covers),
        "uncovered": list(facts.uncovered[:MOST_LISTED]),
        "uncovered_count": len(facts.uncovered),
        "locks": facts.locks,
        "findings": [finding_as_json(finding) for finding in one.findings],
    }


def _seal(seal: ShownSeal) -> dict[str, object]:
    return {
        "id": seal.seal_id,
        "name": seal.name,
        "version": seal.version,
        "type": seal.seal_type,
        "vendor": seal.vendor,
        "valid_from": _time(seal.valid_from),
        "valid_until": _time(seal.valid_until),
    }


def _box(box: SealBox) -> dict[str, object]:
    """A box; pages count from 1 for people and programs outside."""
    placed: dict[str, object] = {
        "page": box.page + 1,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
    }
    return placed | ({"clip": list(box.clip)} if box.clip else {})


def _time(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None
