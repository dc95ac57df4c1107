"""The second implementation, in node and from docs/spec alone, on the examples, on a city's own output, and on damage.

Everything that one of the two accepts the other has to accept, and read alike. Behind a false signature no reader looks
at the claims, so what is changed at random is signed again, and only then asked about; the seed is fixed, the keys are
new in every run.
"""

import json
import random
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from issuer.issuing import Issued
from templates.library import bundles
from tests.city import City
from tests.copy_parts import cited, copy_of, presenter_of
from tests.interop.second_made import (
    AT,
    ENTRIES,
    SIGNER,
    SPKI,
    about_entry,
    consistency,
    flips,
    hurt,
    inclusion,
    note,
    signed,
    signed_text,
    typed,
    vkey,
)
from tests.interop.second_parts import HERE, Question, disagreements, ours, refused, run, taken, theirs
from tests.journey_parts import identifier, number, signer_certificate
from trust.formats.canonical_json import base64_of, encode_json
from trust.formats.catalogue_entry import CONTENT_TYPE, encode_entry
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cose import protected, split
from trust.formats.leaf import token_commitment
from trust.formats.log_proof import encode_log_proof
from trust.formats.presentation import PRESENTATION_TYPE
from trust.formats.status_list import STATUS_LIST_TYPE, decode_status_list, encode_status_list
from trust.formats.token import to_base45_text, to_text
from trust.formats.verifier_key import VerifierKey, encode_verifier_key
from trust.log.proving import consistency as prove_consistency
from trust.log.proving import prove
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.rules.standing import ActKind
from trust.rules.verdict import Indication
from verifier.evidence import MAX_PART, weigh
from verifier.standing import judge_status

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("_with_node")]
SPEC = HERE.parents[1] / "docs" / "spec"
SEED = 20261122
HOST = "https://zhengzhao.example"
NOON = 1_772_380_000
"""A second at which the status list of the page is current."""


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    made = City(people=False)
    yield made
    made.close()


def block(page: str, name: str) -> str:
    (found,) = re.findall(
        rf"^```{name}\n(.*?)^```$", (SPEC / f"{page}.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return str(found)


def joined(page: str, name: str) -> str:
    return block(page, name).replace("\n", "")


def example(page: str, kind: str, **asked: object) -> Question:
    """The envelope of a page."""
    return Question(page, kind, (bytes.fromhex(joined(page, "hex")), b64decode(joined(page, "spki"))), asked)


def examples() -> list[Question]:
    """Every example of the pages that name one."""
    commitment = dict(line.split() for line in block("log", "commitment").splitlines())["commitment"]
    line, proof = joined("log", "vkey").encode(), joined("log", "proof").encode()
    receipt = b64decode(joined("citation", "base64"))
    code, shown = example("qr-code", "token"), example("presentation", "presentation")
    return [
        code,
        replace(code, name="text of the code", files=(joined("qr-code", "text").encode(), code.files[1])),
        shown,
        replace(shown, name="text to present", files=(joined("presentation", "text").encode(), shown.files[1])),
        example("status-list", "status-list"),
        Question("checkpoint", "checkpoint", (block("log", "note").encode(), line)),
        Question("inclusion", "inclusion", (proof, line), {"commitment": commitment, "kind": "issue"}),
        Question("receipt", "receipt", (receipt, b64decode(joined("citation", "spki")))),
    ]


def test_every_example_of_the_pages_verifies(tmp_path: Path) -> None:
    answers = theirs(examples(), tmp_path)
    assert [one.reason for one in answers] == [None] * len(answers)
    assert disagreements(examples(), tmp_path) == []
    assert f"`{answers[0].facts['identifier']}`" in (SPEC / "qr-code.md").read_text("utf-8")


def test_the_list_of_the_page_says_what_the_page_says(tmp_path: Path) -> None:
    said = {1: "FAILED", 5: "FAILED", 14: "FAILED", 15: "FAILED", 16: "FAILED"}
    asked = [example("status-list", "status-list", index=index, at=NOON) for index in range(17)]
    found = theirs(asked, tmp_path)
    assert [one.facts["standing"] for one in found] == [said.get(index, "PASSED") for index in range(17)]
    assert [one.facts["value"] for one in found] == [{1: 1, 5: 2, 14: 3, 15: 1, 16: None}.get(n, 0) for n in range(17)]
    assert disagreements(asked, tmp_path) == []


def test_what_stands_on_the_pages_without_a_signature_is_read_alike(tmp_path: Path) -> None:
    """It is signed here; and so are the entries of all types of licence there are."""
    kinds = [CatalogueEntry(one.type, "sm3:" + "5a" * 32, EntryStatus.PUBLISHED, AT) for one in bundles()]
    payloads = [joined("catalogue-entry", "json").encode(), *map(encode_entry, kinds)]
    asked = [Question(repr(one[:99]), "catalogue", (typed(one, CONTENT_TYPE), SPKI)) for one in payloads]
    asked += [about_entry(line, line.encode(), _first(line)) for line in block("log", "entries").splitlines()]
    taken(asked, tmp_path)


def _first(entry: str) -> bytes:
    return bytes.fromhex(json.loads(entry)["commitments"][0])


# --- a city's own -----------------------------------------------------------------------------------------------------


def spki(city: City, name: str) -> bytes:
    """The key of one of the city's services."""
    return city.yinzheng.directory.service(name)[0].public.spki


def log_key(city: City) -> bytes:
    signer, _ = city.yinzheng.directory.service("log")
    return encode_verifier_key(VerifierKey(city.yinzheng.publisher.origin, signer.public)).encode()


def test_codes_of_a_city_verify(city: City, tmp_path: Path) -> None:
    asked = []
    for bundle in ("business-licence", "food-operation", "teacher-qualification"):
        issued = city.issue(bundle, number=number())
        key = signer_certificate(city, bundle).public_key.spki
        forms = (issued.token, to_text(issued.token, HOST).encode(), to_base45_text(issued.token).encode())
        asked += [Question(f"{bundle} {place}", "token", (form, key)) for place, form in enumerate(forms)]
        copy = copy_of(city, issued)
        asked.append(Question(f"copy of {bundle}", "token", (copy.token, key)))
        shown = city.yinzheng.presenting.signed(
            identifier(issued), presenter_of(issued), audience="政务服务中心三号窗口"
        )
        asked.append(Question(f"{bundle} shown", "presentation", (shown.text.encode(), spki(city, "presentation"))))
    taken(asked, tmp_path)


def test_lists_of_a_city_say_alike_what_stands(city: City, tmp_path: Path) -> None:
    valid, ended, held = (city.issue(number=number()) for _ in range(3))
    lists = [city.yinzheng.evidence_bundle().status_lists[0]]
    city.act(ActKind.REVOKE, ended, "penalty")
    city.act(ActKind.SUSPEND, held, "penalty")
    lists.append(city.yinzheng.evidence_bundle().status_lists[0])
    now, key = int(city.clock().timestamp()), spki(city, "status-list")
    asked = [
        Question(f"{name} in list {place}", "status-list", (octets, key), {"index": _index(issued), "at": at})
        for place, octets in enumerate(lists)
        for name, issued in {"valid": valid, "ended": ended, "held": held}.items()
        for at in (now, now - 301, now + 10**9)
    ]
    taken(asked, tmp_path)
    found = [one.facts["standing"] for one in theirs(asked, tmp_path)]
    valid_then = ["PASSED", "INDETERMINATE", "INDETERMINATE"]
    gone, waiting = ["FAILED", "INDETERMINATE", "FAILED"], ["FAILED", "INDETERMINATE", "INDETERMINATE"]
    assert found == [*valid_then * 4, *gone, *waiting]


def _index(issued: Issued) -> int:
    return issued.entry.licence.status.index


def test_a_receipt_of_a_city_verifies(city: City, tmp_path: Path) -> None:
    made = [
        cited(city, city.issue(number=number())),
        cited(city, city.issue(number=number()), reference="SQ-1", until=_later(city)),
    ]
    taken([Question(one.number, "receipt", (one.receipt, spki(city, "receipt"))) for one in made], tmp_path)


def _later(city: City) -> datetime:
    return city.clock() + timedelta(days=2)


def test_the_list_of_another_shard_is_no_evidence_for_either(city: City, tmp_path: Path) -> None:
    """The same entry stands in a list of another number: ours does not find it for the licence, theirs refuses it."""
    issued = city.issue(number=number())
    bundle = city.yinzheng.evidence_bundle()
    mine = decode_status_list(split(bundle.status_lists[0], MAX_PART).payload)
    base = city.yinzheng.publisher.status_base
    other = replace(mine, list=5, uri=f"{base}/5")
    lists = {
        "right": mine,
        "other shard": other,
        "elsewhere": replace(mine, uri=f"{base}/1"),
        "other": replace(mine, list=5),
    }
    signer, _ = city.yinzheng.directory.service("status-list")
    pointer = issued.entry.licence.status
    asked = []
    for name, one in lists.items():
        octets = typed(encode_status_list(one), STATUS_LIST_TYPE, signer)
        evidence = weigh(replace(bundle, status_lists=(octets,)), city.yinzheng.anchors, city.clock())
        assert (judge_status(pointer, evidence, city.clock()).indication is Indication.PASSED) is (name == "right")
        place = {"uri": f"{base}/{pointer.list}", "list": pointer.list}
        asked.append(Question(name, "status-list", (octets, signer.public.spki), place))
    assert [one.reason for one in theirs(asked, tmp_path)] == [None] + ["status-list-other"] * 3


def test_an_older_publication_is_refused_by_who_saw_a_newer_one(tmp_path: Path) -> None:
    older = example("status-list", "status-list", seen=4712)
    assert theirs([older, replace(older, asked={"seen": 4711})], tmp_path)[0].reason == "status-list-replayed"


def test_the_log_of_a_city_proves_its_licences_and_its_growth(city: City, tmp_path: Path) -> None:
    issued = [city.issue(number=number()) for _ in range(3)]
    log, key = city.yinzheng.archive.log, log_key(city)
    asked = [Question(f"note {place}", "checkpoint", (note, key)) for place, note in enumerate(log.checkpoints())]
    for one in issued:
        said = token_commitment(one.token)
        proof = encode_log_proof(prove(log, said))
        asked.append(Question(identifier(one), "inclusion", (proof, key), {"commitment": said.hex(), "kind": "issue"}))
    for old, new in combinations(log.checkpoints(), 2):
        sizes = parse_checkpoint(old)[0].size, parse_checkpoint(new)[0].size
        path = [base64_of(one) for one in prove_consistency(log, *sizes)]
        proof = encode_json({"old": sizes[0], "new": sizes[1], "path": path})
        asked.append(Question(f"{sizes}", "consistency", (proof, key, old, new)))
    assert len(asked) > 12
    taken(asked, tmp_path)


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", examples(), ids=lambda one: one.name)
def test_no_bit_of_an_example_can_be_turned_over(question: Question, tmp_path: Path) -> None:
    """The address of a code is no part of what is signed: there, what follows `#` is damaged."""
    said = question.files[0]
    start = said.index(b"#") + 1 if said.startswith(b"https://") else 0
    asked = [
        replace(question, name=f"{question.name} {place}", files=(said[:start] + octets, *question.files[1:]))
        for place, octets in enumerate(flips(said[start:], random.Random(SEED), 160))
    ]
    refused(asked, tmp_path)


@pytest.mark.parametrize("question", examples(), ids=lambda one: one.name)
def test_other_damage_is_judged_alike(question: Question, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    asked = [replace(question, files=(hurt(question.files[0], chance), *question.files[1:])) for _ in range(120)]
    assert disagreements(asked, tmp_path) == []


PAYLOADS = {
    "token": (bytes.fromhex(joined("qr-code", "hex")), None),
    "presentation": (bytes.fromhex(joined("presentation", "hex")), PRESENTATION_TYPE),
    "status-list": (bytes.fromhex(joined("status-list", "hex")), STATUS_LIST_TYPE),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_damaged_claims_that_are_signed_again_are_judged_alike(kind: str, tmp_path: Path) -> None:
    octets, content_type = PAYLOADS[kind]
    chance, payload = random.Random(SEED), split(octets, len(octets)).payload
    damaged = [hurt(payload, chance) for _ in range(400)]
    asked = [Question(one.hex(), kind, (typed(one, content_type), SPKI)) for one in damaged]
    assert disagreements(asked, tmp_path) == []
    assert {ours(one).reason is None for one in asked} == {True, False}, "some damage leaves claims that are in order"


@pytest.mark.parametrize("kind", PAYLOADS)
def test_damaged_headers_that_are_signed_are_judged_alike(kind: str, tmp_path: Path) -> None:
    octets, content_type = PAYLOADS[kind]
    chance, payload = random.Random(SEED), split(octets, len(octets)).payload
    headers = [hurt(protected(SIGNER.public.key_id, content_type), chance) for _ in range(150)]
    asked = [Question(one.hex(), kind, (signed(one, payload), SPKI)) for one in headers]
    assert disagreements(asked, tmp_path) == []


def test_damaged_checkpoints_that_are_signed_again_are_judged_alike(tmp_path: Path) -> None:
    chance, text = random.Random(SEED), note(7).partition(b"\n\n")[0] + b"\n"
    texts = [hurt(text, chance).decode("utf-8", "ignore") for _ in range(400)]
    asked = [Question(repr(one), "checkpoint", (signed_text(one), vkey())) for one in texts]
    assert disagreements(asked, tmp_path) == []


def test_damaged_entries_that_are_logged_are_judged_alike(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    asked = [about_entry(repr(one), one) for one in (hurt(ENTRIES[0], chance) for _ in range(300))]
    assert disagreements(asked, tmp_path) == []


def test_damaged_proofs_are_judged_alike(tmp_path: Path) -> None:
    chance, asked = random.Random(SEED), []
    for question in (inclusion("inclusion", 4, 11), consistency("consistency", 6, 11)):
        octets, *rest = question.files
        asked += [replace(question, files=(hurt(octets, chance), *rest)) for _ in range(300)]
    assert disagreements(asked, tmp_path) == []


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_findings_and_says_by_its_exit_whether_they_hold(tmp_path: Path) -> None:
    question = example("qr-code", "token")
    for name, octets in zip(("code", "key"), question.files, strict=True):
        (tmp_path / name).write_bytes(octets)
    (tmp_path / "cut").write_bytes(question.files[0][:-1])
    key = str(tmp_path / "key")
    held, cut = run("token", str(tmp_path / "code"), key), run("token", str(tmp_path / "cut"), key)
    assert (held.returncode, json.loads(held.stdout)["holds"]) == (0, True)
    assert (cut.returncode, json.loads(cut.stdout)["reason"]) == (1, "envelope")
    wrong = [
        ("token", key),
        ("seal", key, key),
        ("token", key, key, "--at", "noon"),
        ("token", key, key, "--wish", "1"),
        (),
    ]
    assert {run(*words).returncode for words in [*wrong, ("token", key, str(tmp_path / "absent"))]} == {64}
