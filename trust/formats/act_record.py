"""An act on a licence as octets: what its log entry commits to, and what an archive or an auditor is shown.

Canonical JSON of every fact of the act. Together with its salt and the licence's identifier it gives the commitment
that stands in the log, so whoever is shown an act can prove that it was recorded like this, and when.

An act that names a decision, or the act that it reverses, is written in the second form, which has both members; one
that names a receiver in the third, which has that too; any other in the first. So what was logged before there was a
second or a third form is written as it was.
"""

from keys.sm3 import sm3
from trust.errors import Malformed
from trust.formats.canonical_json import decode_json, encode_json, instant_from, require, text_of
from trust.formats.leaf import commitment
from trust.rules.standing import Act, ActKind

FORMAT, FORMAT_2, FORMAT_3 = "yinzheng-act/1", "yinzheng-act/2", "yinzheng-act/3"
MAX_ACT = 16 * 1024
_TEXTS = ("subject", "ground", "reason", "by")
_TIMES = ("decided_at", "effective_at", "recorded_at")
_NAMES = frozenset({*_TEXTS, *_TIMES, "kind", "sequence", "format"})
_NAMES_2 = _NAMES | {"decision", "reverses"}
_MEMBERS = {FORMAT: _NAMES, FORMAT_2: _NAMES_2, FORMAT_3: _NAMES_2 | {"receiver"}}


def encode_act(act: Act) -> bytes:
    """The octets of an act."""
    values: dict[str, object] = {name: getattr(act, name) for name in _TEXTS}
    values |= {name: text_of(getattr(act, name)) for name in _TIMES}
    values |= {"format": FORMAT, "kind": act.kind.value, "sequence": act.sequence}
    if act.decision or act.reverses is not None:
        values |= {"format": FORMAT_2, "decision": act.decision, "reverses": act.reverses}
    if act.receiver:
        values |= {
            "format": FORMAT_3,
            "decision": act.decision,
            "reverses": act.reverses,
            "receiver": act.receiver,
        }
    return encode_json(values)


def decode_act(octets: bytes) -> Act:
    """The act in these octets.

    Raises:
        Malformed: not exactly what `encode_act` writes.

    """
    value = decode_json(octets, limit=MAX_ACT)
    form = value.get("format")
    if type(form) is not str or form not in _MEMBERS:
        raise Malformed("act-record", "not in a known form")
    require(value, _MEMBERS[form])
    kind, sequence, texts = value["kind"], value["sequence"], {name: value[name] for name in _TEXTS}
    decision, reverses, receiver = value.get("decision", ""), value.get("reverses"), value.get("receiver", "")
    sound = type(sequence) is int and all(type(text) is str for text in (*texts.values(), decision, receiver))
    sound = sound and (reverses is None or type(reverses) is int)
    if not sound or type(kind) is not str or kind not in set(ActKind):
        raise Malformed("act-record", "not an act of a known kind")
    if form == FORMAT_2 and not decision and reverses is None:
        raise Malformed("act-record", "the first form would hold it")
    if form == FORMAT_3 and not receiver:
        raise Malformed("act-record", "an earlier form would hold it")
    times = {name: instant_from(value[name]) for name in _TIMES}
    more = {"decision": decision, "reverses": reverses, "receiver": receiver}
    return Act(kind=ActKind(kind), sequence=sequence, **more, **texts, **times)  # type: ignore[arg-type]  # types checked above


def act_commitment(act: Act, salt: bytes) -> bytes:
    """The commitment of an act's log entry."""
    return commitment(salt, act.subject, sm3(encode_act(act)))
