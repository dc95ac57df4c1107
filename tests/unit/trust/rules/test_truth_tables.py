"""The truth tables of docs/spec/acts.md: every cell is the table's, an oracle's and the code's, all three the same.

    table    what a lawyer reads in the specification
    oracle   written from the words of promises P12 and P14, with its own arithmetic on days, and nothing of our code
    code     the rule, and the verifier that rests on it, with certificates, lists and seals made for the cell

A cell in the document that is changed, left out or added fails here, and so does a rule that is changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from keys.sm3 import sm3
from tests.pki_parts import AT, DAY, SEALING, party, revocations
from tests.spec_tables import ACTS, table_after, written
from trust.formats.certificate import Purpose
from trust.formats.crl import Reason, Revoked
from trust.formats.status_list import StatusList
from trust.formats.trust_list import TrustList
from trust.rules.admission import check_act
from trust.rules.grounds import GROUNDS
from trust.rules.revoked_signer import is_revoked
from trust.rules.seal_grounds import SEAL_GROUNDS, grounds_about
from trust.rules.seal_standing import ListedSeal, SealKind, history_of, standing_of, subject_of
from trust.rules.standing import LIST_VALUE, MOVES, Act, ActKind, Status, history, recorded_by, standing_at
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import Times
from trust.rules.verdict import Finding, Indication, Policy, judge
from verifier.authority import judge_path
from verifier.evidence import Evidence
from verifier.seal_status import judge_claimed_use, judge_seal_status

TEXT = ACTS.read_text("utf-8")
WORDS = {Indication.PASSED: "有效", Indication.FAILED: "无效", Indication.INDETERMINATE: "无法确认"}
SECOND = timedelta(seconds=1)
EMPTY = Evidence((), (), (), None, {}, (), None, ())


def day(number: float) -> datetime:
    return AT + DAY * number


def cells(heading: str) -> list[tuple[str, str, str]]:
    """Row, column and content of every cell of a table."""
    head, *rows = table_after(TEXT, heading)
    assert all(len(row) == len(head) for row in rows)
    return [(row[0], column, content) for row in rows for column, content in zip(head[1:], row[1:], strict=True)]


# --- certificates and keys --------------------------------------------------------------------------------------------

LOST, REVOKED, NOW = -20, -10, 0
"""Days: the key was lost on the first, the certificate revoked on the second; it is the third."""
SIGNED = {
    "T 早于失密日": -25,
    "T 正是失密日": LOST,
    "T 在失密日与撤销日之间": -15,
    "T 正是撤销日": REVOKED,
    "T 晚于撤销日": -5,
    "没有可信时间": None,
}
REASONS = {
    "原因不详": Reason.UNSPECIFIED,
    "密钥失密": Reason.KEY_COMPROMISE,
    "发证机构密钥失密": Reason.CA_COMPROMISE,
    "隶属关系变更": Reason.AFFILIATION_CHANGED,
    "被替换": Reason.SUPERSEDED,
    "停止使用": Reason.CESSATION_OF_OPERATION,
    "暂停": Reason.CERTIFICATE_HOLD,
    "权限撤回": Reason.PRIVILEGE_WITHDRAWN,
    "属性机构密钥失密": Reason.AA_COMPROMISE,
}
DATED, UNDATED = "写明失密日", "未写失密日"
CAUSES: dict[str, tuple[Reason, int | None] | None] = {"未撤销": None} | {
    f"{name}，{word}": (reason, LOST if word == DATED else None)
    for name, reason in REASONS.items()
    for word in (DATED, UNDATED)
}
LONG = {"not_before": day(-90), "not_after": day(900)}
ROOT = party(None, "真值表根", **LONG)
SIGNER = party(ROOT, "真值表局", SEALING, **LONG)


def by_the_promise(cause: str, signed: int | None) -> str:
    """P12: "For reason keyCompromise: valid only if T < invalidityDate ≤ revocationDate, and without a trusted T it is
    invalid. For superseded or cessation: valid only if T < revocationDate." Where a date is given it is the earlier bound.
    """
    if cause == "未撤销":
        return "有效"
    name, _, word = cause.partition("，")
    if signed is None or (name.endswith("失密") and word == UNDATED):
        return "无效"
    return "有效" if signed < (LOST if word == DATED else REVOKED) else "无效"


@pytest.mark.parametrize(("cause", "column", "told"), cells("### 证书与密钥"))
def test_certificates_and_keys(cause: str, column: str, told: str) -> None:
    signed = SIGNED[column]
    assert told == by_the_promise(cause, signed)
    act = CAUSES[cause]
    revoked = {}
    if act is not None:
        reason, lost = act
        since = None if lost is None else day(lost)
        revoked = {SIGNER.certificate.serial: Revoked(day(REVOKED), reason, since)}
        instant = day(NOW if signed is None else signed)
        ruled = is_revoked(instant, at=day(REVOKED), compromise=reason.compromise, invalid_since=since)
        assert told == ("无效" if ruled else "有效")
    known = replace(
        EMPTY, anchors=(ROOT.certificate,), crls=(revocations(ROOT, revoked, number=2, this_update=day(-1)),)
    )
    times = Times(day(NOW), None if signed is None else day(signed))
    found = judge_path(SIGNER.certificate, Purpose.SEAL_SIGNER, known, times, step=5, name="path", who="签章人")
    assert told == WORDS[found.indication]


def test_all_cells_of_certificates_are_there() -> None:
    assert set(REASONS.values()) == set(Reason)
    assert {(row, column) for row, column, _ in cells("### 证书与密钥")} == {
        (cause, column) for cause in CAUSES for column in SIGNED
    }


# --- seals ------------------------------------------------------------------------------------------------------------

BEGUN, LIFTED, DECIDED = 10, 20, 15
"""Days: the act took effect, was lifted; one that reaches back was decided in between."""
SEALED = {
    "T 早于生效": 5,
    "T 正是生效时": BEGUN,
    "T 在生效后、解除前": 17,
    "T 正是解除时": LIFTED,
    "T 在解除后": 25,
    "没有可信时间": None,
}
PAUSED = (ActKind.SUSPEND, "seal-paused", BEGUN, BEGUN, BEGUN)
ON_SEALS: dict[str, tuple[tuple[ActKind, str, int, int, int], ...]] = {
    "没有处理": (),
    "停用，即时": (PAUSED,),
    "停用，定于以后": ((ActKind.SUSPEND, "seal-paused", BEGUN, 2, 2),),
    "停用，补登记": ((ActKind.SUSPEND, "seal-paused", BEGUN, BEGUN, DECIDED),),
    "停用，后来恢复": (PAUSED, (ActKind.REINSTATE, "seal-pause-ended", LIFTED, LIFTED, LIFTED)),
    "注销（换发），即时": ((ActKind.CANCEL, "seal-remade", BEGUN, BEGUN, BEGUN),),
    "注销（换发），定于以后": ((ActKind.CANCEL, "seal-remade", BEGUN, 2, 2),),
    "注销（丢失），溯及丢失之日": ((ActKind.CANCEL, "seal-lost", BEGUN, DECIDED, DECIDED),),
    "停用以后注销": (PAUSED, (ActKind.CANCEL, "seal-remade", LIFTED, LIFTED, LIFTED)),
}
"""Kind, ground, days of effect, of decision and of recording."""
SEAL, OCTETS, TODAY = "53019900000001", b"a seal", day(40)


def by_half_open_intervals(act: str, signed: int | None) -> str:
    """P14 with K08: intervals are half-open, what was signed before holds, what was signed inside never does; where
    nobody proves when it was signed, it may have been either.
    """
    if act == "没有处理":
        return "有效"
    if signed is None:
        return "无法确认"
    if signed < BEGUN:
        return "有效"
    return "有效" if act == "停用，后来恢复" and signed >= LIFTED else "无效"


def acts_on(subject: str, rows: Sequence[tuple[ActKind, str, int, int, int]]) -> list[Act]:
    """The acts of a row, each admitted after those before it: no cell is about what could not be recorded."""
    made: list[Act] = []
    for place, (kind, ground, effect, decided, recorded) in enumerate(rows, 1):
        times, needs = (day(decided), day(effect), day(recorded)), grounds_about(subject)[ground]
        reverses = place - 1 if MOVES[kind].reverses else None
        words = "说明" if needs.needs_reason else ""
        decision = "云复决〔2026〕12号" if needs.needs_decision else ""
        receiver = "青石市市场监督管理局" if kind is ActKind.TRANSFER_OUT else ""
        new = Act(
            subject, place, kind, ground, words, *times, "甲", decision=decision, reverses=reverses, receiver=receiver
        )
        check_act(made, new)
        made.append(new)
    return made


def listed_with(acts: Sequence[Act]) -> ListedSeal:
    """The seal as a trust list has it after these acts."""
    pointer, past = StatusPointer(0, 0), history_of(history(acts))
    return ListedSeal(SEAL, SealKind.UNIT, "11530199MB0T35T1XE", sm3(OCTETS), day(0), pointer, past)


def evidence_of(acts: Sequence[Act]) -> Evidence:
    """What a verifier has today: the trust list, and the status list that goes with it."""
    value = LIST_VALUE[standing_at(acts, TODAY).status]
    lists = {0: StatusList("status/0", 0, 9, TODAY, TODAY + DAY, 60, 9, bytes([value, 0, 0, 0]))}
    trust = TrustList(1, TODAY, TODAY + 7 * DAY, (), (), (), "log", "status", (listed_with(acts),))
    return replace(EMPTY, trust_list=trust, status_lists=lists)


def worst(indications: Iterable[Indication]) -> str:
    """The word for the gravest."""
    found = set(indications)
    return next(WORDS[one] for one in (Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED) if one in found)


@pytest.mark.parametrize(("act", "column", "told"), cells("### 印章："))
def test_seals(act: str, column: str, told: str) -> None:
    signed = SEALED[column]
    assert told == by_half_open_intervals(act, signed)
    acts = acts_on(subject_of(SEAL), ON_SEALS[act])
    listed = listed_with(acts)
    if signed is not None:
        assert (standing_of(listed, day(signed)) is Status.VALID) is (told == "有效")
        assert standing_of(listed, day(signed)) is standing_at(acts, day(signed)).status
    known = evidence_of(acts)
    times = Times(TODAY + SECOND, None if signed is None else day(signed))
    assert told == WORDS[judge_seal_status(SEAL, OCTETS, known, times)[-1].indication]


def test_all_cells_of_seals_are_there() -> None:
    assert {(row, column) for row, column, _ in cells("### 印章：")} == {
        (act, column) for act in ON_SEALS for column in SEALED
    }

    assert {row[0] for rows in ON_SEALS.values() for row in rows} == {
        kind for ground in SEAL_GROUNDS.values() for kind in ground.kinds
    }


# --- what a seal's signature claims -----------------------------------------------------------------------------------

CLAIMED = {"没有自称": None, "早于停用": 5, "正是停用时": BEGUN, "在停用期间": 17, "正是恢复时": LIFTED, "在恢复后": 25}
PROVEN = {"T 早于停用": 4, "T 在停用期间": 18, "T 在恢复后": 26, "没有可信时间": None}


@pytest.mark.parametrize(("claim", "column", "told"), cells("### 印章停用过"))
def test_claims_speak_against_their_signature_alone(claim: str, column: str, told: str) -> None:
    """ "A time that a file claims for itself is never evidence": it takes away, and gives nothing."""
    signed, claimed = PROVEN[column], CLAIMED[claim]
    inside = claimed is not None and BEGUN <= claimed < LIFTED
    assert told == ("无效" if inside else by_half_open_intervals("停用，后来恢复", signed))
    known = evidence_of(acts_on(subject_of(SEAL), ON_SEALS["停用，后来恢复"]))
    times = Times(TODAY + SECOND, None if signed is None else day(signed))
    found = judge_seal_status(SEAL, OCTETS, known, times)
    found += judge_claimed_use(SEAL, None if claimed is None else day(claimed), known)
    assert told == worst(one.indication for one in found)


def test_all_cells_of_claims_are_there() -> None:
    assert {(row, column) for row, column, _ in cells("### 印章停用过")} == set(product(CLAIMED, PROVEN))


# --- seal and certificate together ------------------------------------------------------------------------------------

INDICATIONS = {word: indication for indication, word in WORDS.items()}


@pytest.mark.parametrize(("seal", "column", "told"), cells("### 盖章文件"))
def test_a_sealed_document_is_worth_the_lesser(seal: str, column: str, told: str) -> None:
    both = [seal, column.removeprefix("证书")]
    assert told == next(word for word in ("无效", "无法确认", "有效") if word in both)
    policy = Policy("both", frozenset({3, 5}))
    found = [Finding(step, "x", INDICATIONS[word], "") for step, word in zip((3, 5), both, strict=True)]
    assert told == WORDS[judge(found, policy, at=day(0), subject=None).indication]


def test_all_cells_of_both_are_there() -> None:
    rows = {(row, column.removeprefix("证书")) for row, column, _ in cells("### 盖章文件")}
    assert rows == set(product(INDICATIONS, repeat=2))


# --- licences ---------------------------------------------------------------------------------------------------------

FIRST, SECOND_DAY, LIFT = 10, 20, 30
"""Of effect and recording, one is on the first day and the other on the second, or both on the first; then what lifts."""
AT_ONCE, LATER, BACK = (FIRST, FIRST), (SECOND_DAY, FIRST), (FIRST, SECOND_DAY)
"""Days of effect and of recording."""
Row = tuple[ActKind, str, int, int, int]


def ordered(kind: ActKind, ground: str, days: tuple[int, int], *, late: bool = False) -> Row:
    """Kind, ground, days of effect, decision and recording; decided when recorded, or recorded late."""
    return kind, ground, days[0], days[0] if late else days[1], days[1]


def lifting(kind: ActKind, ground: str, on: int = LIFT) -> Row:
    return kind, ground, on, on, on


REINSTATED, ASIDE = lifting(ActKind.REINSTATE, "rectified"), lifting(ActKind.OVERTURN, "decision-set-aside")
ON_LICENCES: dict[str, tuple[Row, ...]] = {
    "没有处理": (),
    "暂扣，即时，后来恢复": (ordered(ActKind.SUSPEND, "penalty", AT_ONCE), REINSTATED),
    "暂扣，定于以后，后来恢复": (ordered(ActKind.SUSPEND, "penalty", LATER), REINSTATED),
    "暂扣，补登记，后来恢复": (ordered(ActKind.SUSPEND, "penalty", BACK, late=True), REINSTATED),
    "限制使用，即时，后来恢复": (ordered(ActKind.RESTRICT, "other", AT_ONCE), REINSTATED),
    "限制使用，定于以后，后来恢复": (ordered(ActKind.RESTRICT, "other", LATER), REINSTATED),
    "办理转出，即时，后来撤回转出": (
        ordered(ActKind.TRANSFER_OUT, "transfer-applied", AT_ONCE),
        lifting(ActKind.TRANSFER_BACK, "transfer-withdrawn"),
    ),
    "吊销，即时": (ordered(ActKind.REVOKE, "penalty", AT_ONCE),),
    "吊销，定于以后": (ordered(ActKind.REVOKE, "penalty", LATER),),
    "吊销，补登记": (ordered(ActKind.REVOKE, "penalty", BACK, late=True),),
    "吊销，即时，后来原决定被撤销": (ordered(ActKind.REVOKE, "penalty", AT_ONCE), ASIDE),
    "吊销，定于以后，生效之前原决定被撤销": (
        ordered(ActKind.REVOKE, "penalty", LATER),
        lifting(ActKind.OVERTURN, "decision-set-aside", 18),
    ),
    "撤销，即时": (ordered(ActKind.RESCIND, "abuse-of-office", AT_ONCE),),
    "撤销，自始": (ordered(ActKind.RESCIND, "fraud", BACK),),
    "注销（申请），即时": (ordered(ActKind.CANCEL, "holder-request", AT_ONCE),),
    "注销（申请），定于以后": (ordered(ActKind.CANCEL, "holder-request", LATER),),
    "注销（死亡），自其发生": (ordered(ActKind.CANCEL, "holder-died", BACK),),
    "失效（由新证照取代），即时": (ordered(ActKind.LAPSE, "superseded", AT_ONCE),),
    "失效（有差错），溯及": (ordered(ActKind.LAPSE, "issued-in-error", BACK),),
    "校验合格，即时": (ordered(ActKind.CHECK, "check-passed", AT_ONCE),),
    "暂扣，期间吊销": (ordered(ActKind.SUSPEND, "penalty", AT_ONCE), lifting(ActKind.REVOKE, "penalty")),
    "注销（申请），后来撤销，自始": (
        ordered(ActKind.CANCEL, "holder-request", AT_ONCE),
        (ActKind.RESCIND, "fraud", 3, LIFT, LIFT),
    ),
}


def asked_on(act: str, column: str) -> int | None:
    """The day of a column for the first act of a row; None where there is no such day."""
    rows = ON_LICENCES[act]
    if not rows:
        return {"生效和登记之前": 5, "生效和登记之后、解除前": 25, "解除之后": 35}.get(column)
    _, _, effect, _, recorded = rows[0]
    ended = len(rows) > 1 and rows[1][4] > SECOND_DAY
    return {
        "生效和登记之前": 5,
        "正是生效时": effect,
        "生效后、登记前": 15 if effect < recorded else None,
        "正是登记时": recorded,
        "登记后、生效前": 15 if recorded < effect else None,
        "生效和登记之后、解除前": 25,
        "正是解除时": LIFT if ended else None,
        "解除之后": 35,
    }[column]


def by_two_calendars(act: str, on: int) -> str:
    """P13 by hand: effective days say what it was, recording days who could know; what has come to its end is over,
    unless an annulment (撤销) makes it never have been.
    """

    def word(known: Sequence[Row]) -> str:
        stands = "有效"
        undone = [row for row in known if row[0] is ActKind.OVERTURN]
        for kind, _, effect, _, _ in sorted(known, key=lambda row: row[2]):
            if effect > on or kind in {ActKind.CHECK, ActKind.OVERTURN} or any(row[2] < effect for row in undone):
                continue
            if stands in {"撤销", "吊销", "注销", "失效"}:
                break
            stands = NAMES[kind]
        return stands

    rows = ON_LICENCES[act]
    return f"{word(rows)}/{word([row for row in rows if row[4] <= on])}"


NAMES = {
    ActKind.SUSPEND: "暂扣",
    ActKind.RESTRICT: "其他",
    ActKind.TRANSFER_OUT: "办理转出",
    ActKind.REINSTATE: "有效",
    ActKind.TRANSFER_BACK: "有效",
    ActKind.RESCIND: "撤销",
    ActKind.REVOKE: "吊销",
    ActKind.CANCEL: "注销",
    ActKind.LAPSE: "失效",
}


@pytest.mark.parametrize(("act", "column", "told"), cells("### 证照："))
def test_licences(act: str, column: str, told: str) -> None:
    on = asked_on(act, column)
    if on is None:
        assert told == "—"
        return
    assert told == by_two_calendars(act, on)
    acts, at = acts_on("id", ON_LICENCES[act]), day(on)
    today, then = standing_at(acts, at).status, standing_at(recorded_by(acts, at), at).status
    assert told == f"{today.label}/{then.label}"


def test_all_cells_of_licences_are_there() -> None:
    told = cells("### 证照：")
    assert len(told) == len({(row, column) for row, column, _ in told}) == len(ON_LICENCES) * 8
    assert {row for row, _, _ in told} == set(ON_LICENCES)
    kinds = {row[0] for rows in ON_LICENCES.values() for row in rows}
    assert kinds == set(ActKind)
    back = {row[1] for rows in ON_LICENCES.values() for row in rows if row[2] < row[3]}
    assert {kind for code in back for kind in GROUNDS[code].kinds} == {
        kind for ground in GROUNDS.values() if ground.retroactive for kind in ground.kinds
    }


# --- the rules' own tables --------------------------------------------------------------------------------------------


def test_the_rules_own_tables_are_written_from_them() -> None:
    assert written(TEXT) == TEXT
