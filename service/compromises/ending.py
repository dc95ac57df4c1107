"""Recording that an order ended a seal without the loss of a key, so that what does not count any more is listed.

Each seal of an order has one record, under a key made of both, with the instant at which its act took effect. It is
confirmed from the beginning: the order was approved by a second person. The work on it is that of `working`.
"""

from collections.abc import Sequence

from issuer.warrants.life import Step
from issuer.warrants.warrant import Warrant
from service.compromises.measuring import older_entries
from service.compromises.working import Tools
from service.lost_keys.order import Compromise, Loss, Stage, seal_end
from trust.rules.seal_standing import seal_in


def record_ends(tools: Tools, order: Warrant) -> Sequence[Compromise]:
    """The record of each seal that an order ended, made where there is none; done again, nothing changes."""
    archive, made = tools.archive, list[Compromise]()
    for outcome in archive.warrants.outcomes(order.number):
        seal_id = seal_in(outcome.subject)
        if seal_id is None or outcome.act_sequence is None:
            continue
        act, key = archive.acts.of(outcome.subject)[outcome.act_sequence - 1], key_of_end(order, seal_id)
        loss = seal_end(order.wanted.body_code, seal_id, act.effective_at, order.wanted.reason)
        made.append(archive.compromises.by_key(key) or archive.compromises.report(_record(tools, order, loss), key=key))
    return made


def key_of_end(order: Warrant, seal_id: str) -> str:
    """The idempotency key of the record of a seal that an order ended."""
    return f"seal-end:{order.number}:{seal_id}"


def _record(tools: Tools, order: Warrant, loss: Loss) -> Compromise:
    events = tools.archive.warrants.events(order.number)
    approval = next(event for event in events if event.step is Step.APPROVE)
    return Compromise(
        number=f"SE{tools.random(8).hex()}",
        loss=loss,
        stage=Stage.CONFIRMED,
        reported_by=order.maker,
        reported_at=order.opened_at,
        decided_by=approval.by,
        decided_at=approval.at,
        note=approval.reason,
        boundary=older_entries(tools.archive.log, loss.since),
    )
