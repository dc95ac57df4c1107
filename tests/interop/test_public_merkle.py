"""Published vectors for Merkle trees (RFC 6962 and 9162, and subtrees), with SHA-256: every case as its file says.

The files are no part of this project: `YINZHENG_VECTORS` names a folder of them, with one folder for each kind. Proofs
from an empty tree are refused here on purpose, as the files say too.
"""

import hashlib
import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from trust.errors import Untrusted
from trust.formats.merkle import is_subtree, verify_consistency, verify_inclusion, verify_subtree

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("YINZHENG_VECTORS") or ROOT.parent / "shared" / "vectors" / "merkle")
KINDS = {"inclusion": 90, "consistency": 90, "subtreeinclusion": 90, "subtreeconsistency": 90}
"""At least so many cases of each kind."""


def sha256(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def octets(value: str | None) -> bytes:
    return b64decode(value or "")


def check(kind: str, case: dict[str, Any]) -> None:
    """Raise Untrusted if the case's proof does not hold."""
    proof = [octets(value) for value in case["proof"] or ()]
    if kind.endswith("inclusion"):
        start, end = (case["start"], case["end"]) if kind.startswith("subtree") else (0, case["treeSize"])
        leaf, root, index = octets(case["leafHash"]), octets(case["root"]), case["leafIdx"]
        if end - start > 1 and kind.startswith("subtree") and not is_subtree(start, end):
            raise Untrusted("inclusion", "not a subtree")
        verify_inclusion(leaf, index - start, end - start, proof, root, digest=sha256)
        return
    one, other = octets(case["root1"]), octets(case["root2"])
    if kind == "consistency":
        verify_consistency(case["size1"], case["size2"], one, other, proof, digest=sha256)
    else:
        verify_subtree(case["start"], case["end"], case["size"], one, other, proof, digest=sha256)


@pytest.mark.parametrize("kind", KINDS)
def test_every_published_case(kind: str) -> None:
    files = sorted((FOLDER / kind).rglob("*.json"))
    if not files:
        pytest.skip(f"no published vectors: put some into {FOLDER}, or name their folder in YINZHENG_VECTORS")
    wrong = []
    for file in files:
        case = json.loads(file.read_text("utf-8"))
        try:
            check(kind, case)
            held = True
        except Untrusted:
            held = False
        if held is case["wantErr"]:
            wrong.append(f"{file.relative_to(FOLDER)}: {case['desc']}")
    assert wrong == []
    assert len(files) >= KINDS[kind]
