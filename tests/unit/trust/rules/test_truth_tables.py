"""The truth tables of docs/spec/acts.md: every cell is the table's, an oracle's and the code's, all three the same.

    table    what a lawyer reads in the specification
    oracle   written from the words of promises P12 and P14, with its own arithmetic on days, and nothing of our code
    code     the rule, and the verifier that rests on it, with certificates, lists and seals made for the cell

A cell in the document that is changed, left out or added fails here, and so does a rule that is changed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from keys.sm3 import sm3
from tests.pki_parts import AT, DAY, SEALING, party, revocations
from tests.spec_tables import ACTS, table_after, written
from trust.formats.certificate import Purpose
from trust.formats.crl import Reason, Revoked
from trust.formats.status_list import StatusList
from trust.formats.trust_list import TrustList
from trust.rules.revoked_signer import is_revoked
from trust.rules.seal_standing import ListedSeal, SealKind, history_of, standing_of, subject_of
from trust.rules.standing import LIST_VALUE, Act, ActKind, Status, history, recorded_by, standing_at
from trust.rules.status_pointer import StatusPointer
from trust.rules.times import Times
from trust.rules.verdict import Indication
from verifier.authority import judge_path
from verifier.evidence import Evidence
from verifier.seal_status import judge_seal_status

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
CAUSES = {
    "未撤销": None,
    "密钥失密，失密日已知": (Reason.KEY_COMPROMISE, LOST),
    "密钥失密，失密日不明": (Reason.KEY_COMPROMISE, None),
    "被替换": (Reason.SUPERSEDED, None),
    "停止使用": (Reason.CESSATION_OF_OPERATION, None),
}
LONG = {"not_before": day(-90), "not_after": day(900)}
ROOT = party(None, "真值表根", **LONG)
SIGNER = party(ROOT, "真值表局", SEALING, **LONG)


def by_the_promise(cause: str, signed: int | None) -> str:
    """P12: "For reason keyCompromise: valid only if T < invalidityDate ≤ revocationDate, and without a trusted T it is
    invalid. For superseded or cessation: valid only if T < revocationDate."
    """
    if cause == "未撤销":
        return "有效"
    if signed is None:
        return "无效"
    if cause.startswith("密钥失密"):
        known = cause.endswith("失密日已知")
        return "有效" if known and signed < LOST <= REVOKED else "无效"
    return "有效" if signed < REVOKED else "无效"


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
ON_SEALS = {
    "没有处理": (),
    "停用，即时生效": ((ActKind.SUSPEND, "seal-paused", BEGUN, BEGUN),),
    "停用，后来恢复": (
        (ActKind.SUSPEND, "seal-paused", BEGUN, BEGUN),
        (ActKind.REINSTATE, "seal-pause-ended", LIFTED, LIFTED),
    ),
    "注销（换发新印章），即时生效": ((ActKind.CANCEL, "seal-remade", BEGUN, BEGUN),),
    "注销（丢失），溯及丢失之日": ((ActKind.CANCEL, "seal-lost", BEGUN, DECIDED),),
}
"""Kind, ground, day of effect, day of decision and recording."""
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


def acts_on(subject: str, rows) -> list[Act]:
    return [
        Act(
            subject, place, kind, ground, "", day(decided), day(effect), day(decided), "甲", reverses=about(rows, place)
        )
        for place, (kind, ground, effect, decided) in enumerate(rows, 1)
    ]


def about(rows, place: int) -> int | None:
    """What lifts, lifts the one before it."""
    return place - 1 if rows[place - 1][0] in {ActKind.REINSTATE, ActKind.OVERTURN, ActKind.TRANSFER_BACK} else None


@pytest.mark.parametrize(("act", "column", "told"), cells("### 印章"))
def test_seals(act: str, column: str, told: str) -> None:
    signed = SEALED[column]
    assert told == by_half_open_intervals(act, signed)
    acts = acts_on(subject_of(SEAL), ON_SEALS[act])
    listed = ListedSeal(
        SEAL, SealKind.UNIT, "11530199MB0T35T1XE", sm3(OCTETS), day(0), StatusPointer(0, 0), history_of(history(acts))
    )
    if signed is not None:
        assert (standing_of(listed, day(signed)) is Status.VALID) is (told == "有效")
        assert standing_of(listed, day(signed)) is standing_at(acts, day(signed)).status
    value = LIST_VALUE[standing_at(acts, TODAY).status]
    lists = {0: StatusList("status/0", 0, 9, TODAY, TODAY + DAY, 60, 9, bytes([value, 0, 0, 0]))}
    trust = TrustList(1, TODAY, TODAY + 7 * DAY, (), (), (), "log", "status", (listed,))
    known = replace(EMPTY, trust_list=trust, status_lists=lists)
    times = Times(TODAY + SECOND, None if signed is None else day(signed))
    assert told == WORDS[judge_seal_status(SEAL, OCTETS, known, times)[-1].indication]


def test_all_cells_of_seals_are_there() -> None:
    assert {(row, column) for row, column, _ in cells("### 印章")} == {
        (act, column) for act in ON_SEALS for column in SEALED
    }


# --- licences ---------------------------------------------------------------------------------------------------------

FIRST, SECOND_DAY, LIFT = 10, 20, 30
"""Of effect and recording, one is on the first day and the other on the second; or both on the first."""
ASKED = {
    "生效和登记之前": 5,
    "生效后、登记前": 15,
    "登记后、生效前": 15,
    "生效和登记之后、解除前": 25,
    "解除之后": 35,
}
AT_ONCE, LATER, BACK = (FIRST, FIRST), (SECOND_DAY, FIRST), (FIRST, SECOND_DAY)
"""Days of effect and of recording."""
ON_LICENCES = {
    "没有处理": (None, None, None),
    "暂扣，即时，后来恢复": (ActKind.SUSPEND, AT_ONCE, ActKind.REINSTATE),
    "暂扣，定于以后，后来恢复": (ActKind.SUSPEND, LATER, ActKind.REINSTATE),
    "吊销，即时": (ActKind.REVOKE, AT_ONCE, None),
    "吊销，即时，后来原决定被撤销": (ActKind.REVOKE, AT_ONCE, ActKind.OVERTURN),
    "吊销，定于以后": (ActKind.REVOKE, LATER, None),
    "撤销，自始": (ActKind.RESCIND, BACK, None),
    "注销（死亡、终止），自其发生": (ActKind.CANCEL, BACK, None),
    "注销（申请），即时": (ActKind.CANCEL, AT_ONCE, None),
    "失效（由新证照取代），即时": (ActKind.LAPSE, AT_ONCE, None),
    "办理转出，后来撤回": (ActKind.TRANSFER_OUT, AT_ONCE, ActKind.TRANSFER_BACK),
}


def by_two_calendars(act: str, column: str) -> str:
    """Effective time says what it was; recording time says who could know. What is over stays over; only a suspension
    that was lifted, or a transfer that was taken back, is valid again.
    """
    if act == "没有处理":
        return "有效/有效"
    name = act.partition("，")[0].partition("（")[0]
    reaches_back, fixed = "自" in act.partition("，")[2], "定于以后" in act
    if column == "生效后、登记前" and not reaches_back:
        return "—"
    if column == "登记后、生效前" and not fixed:
        return "—"
    if column in {"生效和登记之前", "登记后、生效前"}:
        return "有效/有效"
    if column == "生效后、登记前":
        return f"{name}/有效"
    again = column == "解除之后" and ("后来恢复" in act or "后来撤回" in act)
    return "有效/有效" if again else f"{name}/{name}"


@pytest.mark.parametrize(("act", "column", "told"), cells("### 证照："))
def test_licences(act: str, column: str, told: str) -> None:
    assert told == by_two_calendars(act, column)
    kind, days, lifting = ON_LICENCES[act]
    rows = [] if kind is None else [(kind, "other", *days)]
    rows += [] if lifting is None else [(lifting, "other", LIFT, LIFT)]
    acts = acts_on("id", rows)
    if told == "—":  # the instant is not between the two, whichever of them comes first
        effect, recorded = days
        assert not min(effect, recorded) < ASKED[column] < max(effect, recorded) or (effect < recorded) is not (
            column == "生效后、登记前"
        )
        return
    on = day(ASKED[column])
    today, then = standing_at(acts, on).status, standing_at(recorded_by(acts, on), on).status
    assert told == f"{today.label}/{then.label}"


def test_all_cells_of_licences_are_there() -> None:
    assert {(row, column) for row, column, _ in cells("### 证照：")} == {
        (act, column) for act in ON_LICENCES for column in ASKED
    }


# --- the rules' own tables --------------------------------------------------------------------------------------------


def test_the_rules_own_tables_are_written_from_them() -> None:
    assert written(TEXT) == TEXT
