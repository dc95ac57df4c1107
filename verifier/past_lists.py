"""Acts held against signed status lists: the one that was served at the instant asked about, and the newest.

A list shows exactly the acts that the log had below the size it states, so an act that was left out, made up or changed
shows as a difference. That the list of then was the one in use is shown by the one published after it.
"""

from collections.abc import Sequence
from datetime import timedelta

from trust.formats.status_list import StatusList
from trust.formats.token import TokenClaims
from trust.rules.past_standing import Answer, PastStanding
from trust.rules.standing import LIST_VALUE, Act, standing_at
from trust.rules.verdict import Indication
from verifier.past_parts import Case, Logged, list_of, when

P, F, I = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE  # noqa: E741  (the three letters of the table)
SECOND = timedelta(seconds=1)


def judge_lists(
    case: Case, claims: TokenClaims, acts: Sequence[tuple[Act, Logged | None]], standing: PastStanding
) -> None:
    """Hold the acts against the list that was served then, and against the newest."""
    given, pointer = case.given, claims.status
    newest = case.evidence.status_lists.get(pointer.list)
    if newest is None:
        case.say(8, "list-now", I, "没有可信的最新一期状态清单，不能确认处理没有缺漏。")
    else:
        _compare(case, "list-now", newest, pointer.index, acts)
    if standing.answer in {Answer.NOT_YET_ISSUED, Answer.UNKNOWN}:
        return
    found, told = list_of(
        "list-then", given.list_then, given.list_then_proof, pointer.list, case.evidence, given.made_at
    )
    case.findings += told
    if found is None:
        return
    if not found.issued_at <= given.on < found.next_update:
        case.say(8, "list-then", F, "所附的状态清单在那一时刻并不适用。")
        return
    _compare(case, "list-then", found, pointer.index, acts)
    if newest is None or newest.number != found.number:
        _judge_current(case, found)


def _judge_current(case: Case, found: StatusList) -> None:
    """Whether the list was the one in use then: the one with the next number was issued later."""
    given = case.given
    following, told = list_of(
        "list-current", given.list_next, given.list_next_proof, found.list, case.evidence, given.made_at
    )
    case.findings += told
    if following is None:
        return
    if following.issued_at + SECOND <= given.on or following.number <= found.number:
        case.say(8, "list-current", F, "那一时刻已经公布了更新的状态清单，所附的不是当时适用的。")
    elif following.number != found.number + 1:
        case.say(8, "list-current", I, "所附的两期状态清单的期号不相连，不能确认当时没有更新的一期。")
    else:
        case.say(8, "list-current", P, f"下一期状态清单（第 {following.number} 期）在此之后才签发。")


def _compare(case: Case, name: str, found: StatusList, index: int, acts: Sequence[tuple[Act, Logged | None]]) -> None:
    """Whether a list says of the entry what the acts below its log size make of it."""
    if index >= found.size:
        case.say(8, name, F, "证照所指的状态位置不存在。")
        return
    below = [act for act, place in acts if place is not None and place.index < found.log_size]
    # A list is dated in whole seconds, an act is not.
    expected = {LIST_VALUE[standing_at(below, at).status] for at in (found.issued_at, found.issued_at + SECOND)}
    told = f"{when(found.issued_at)}签发的状态清单第 {found.number} 期"
    if found.value(index) in expected:
        case.say(8, name, P, f"{told}与所附的处理一致。")
    else:
        case.say(8, name, F, f"{told}与所附的处理不一致：处理有缺漏、伪造，或者清单另有依据。")
