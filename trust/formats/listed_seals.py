"""Seals in a trust list: number, kind, body, digest, since when on file, what each was since when, its status entry."""

from functools import partial

from trust.errors import Malformed
from trust.formats.canonical_json import base64_of, instant_from, octets_from, text_of
from trust.formats.listed_mandates import REASON
from trust.formats.members import number_in, object_of, pair_in, text_in
from trust.rules.seal_standing import ListedSeal, SealKind, SealPeriod
from trust.rules.standing import Status
from trust.rules.status_pointer import StatusPointer

MAX_HISTORY = 1_000
SEAL_KEYS = frozenset({"body", "digest", "filed_at", "history", "kind", "seal", "status"})
_text = partial(text_in, reason=REASON)
_number = partial(number_in, reason=REASON)
_pair = partial(pair_in, reason=REASON)


def seal_json(listed: ListedSeal) -> dict[str, object]:
    """A seal as an entry of `seals`."""
    return {
        "body": listed.body_code,
        "digest": base64_of(listed.digest),
        "filed_at": text_of(listed.filed_at),
        "history": [[period.status.value, text_of(period.since)] for period in listed.history],
        "kind": listed.kind.value,
        "seal": listed.seal_id,
        "status": [listed.pointer.list, listed.pointer.index],
    }


def seal_from(value: object) -> ListedSeal:
    """Read an entry of `seals`; raises Malformed."""
    entry = object_of(value, SEAL_KEYS, REASON)
    kind, (shard, index) = _text(entry["kind"]), _pair(entry["status"])
    history = entry["history"]
    if kind not in set(SealKind) or not isinstance(history, list) or len(history) > MAX_HISTORY:
        raise Malformed("trust-list", "an unknown kind of seal, or no history")
    return ListedSeal(
        seal_id=_text(entry["seal"]),
        kind=SealKind(kind),
        body_code=_text(entry["body"]),
        digest=octets_from(entry["digest"]),
        filed_at=instant_from(entry["filed_at"]),
        pointer=StatusPointer(_number(shard), _number(index)),
        history=tuple(map(_period, history)),
    )


def _period(value: object) -> SealPeriod:
    status, since = _pair(value)
    if _text(status) not in set(Status):
        raise Malformed("trust-list", "an unknown status")
    return SealPeriod(Status(_text(status)), instant_from(since))
