"""A key that was made after the backup is not in it: what it signed is taken up, and another one follows it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from issuer.issuing import Issued
from keys.errors import UnknownReference
from service.auditing.opening import inside
from service.commands.backing_up import told
from service.keeping import block_leaked_key, retire_key
from tests.audit_parts import found
from tests.journey_parts import FAILED, PASSED, indication, number
from tests.restoring_parts import TwoTimelines
from trust.rules.seal_standing import SealKind
from trust.rules.standing import ActKind
from trust.sealing.life import State
from trust.sealing.ports import Cause
from verifier.auditing.auditing import Brought

BODY = "scjg"
SERVICES = ("trust-list", "status-list", "receipt", "presentation", "time-stamp", "ocsp", "seal-maker")
OWNERS = (*SERVICES, BODY)
NEXT = {owner: f"{owner}3" for owner in SERVICES} | {"ocsp": "ocsp2", BODY: f"body3-{BODY}"}
"""The names that follow; the responder's certificates are in no list, so nobody remembers that there were two."""


def key_of(owner: str) -> str:
    return f"body-{BODY}" if owner == BODY else owner


class Story:
    """Two licences, a backup, new keys for some owners, one of the licences revoked; then everything restored."""

    def __init__(self, two: TwoTimelines, owners: tuple[str, ...], *, retired: bool = False) -> None:
        self.two, self.clock, self.owners = two, two.city.clock, owners
        self.kept, self.ended = self.issued(), self.issued()
        two.back_up()
        self.clock.forward(hours=1)
        own = two.city.yinzheng
        for owner in owners:
            if retired:
                retire_key(two.city.ring, key_of(owner), self.clock())
            else:
                block_leaked_key(two.city.ring, own.archive, key_of(owner), self.clock(), self.clock())
        for owner in owners:
            own.renew_key(owner)
        two.city.act(ActKind.REVOKE, self.ended, "penalty")
        own.publisher.refresh(self.clock.forward(hours=13))
        self.restored = two.restore()
        two.city.yinzheng = self.restored

    def issued(self) -> Issued:
        return self.two.city.issue(number=number())

    def renew(self) -> dict[str, str]:
        """The next keys, by their owner."""
        made = {owner: self.restored.renew_key(owner)[0] for owner in self.owners}
        self.restored.publisher.refresh(self.clock.forward(hours=13))
        return made

    def seal_anew(self) -> None:
        """The body's seal of licences, under new keys; two officials of the body."""
        seals, own = self.restored.seals, self.two.city.body_code("business-licence")
        old = next(
            one.seal.seal_id
            for one in seals.filed(own)
            if one.kind is SealKind.LICENCE and seals.state(one.seal.seal_id) is State.IN_USE
        )
        name = seals.default_name(SealKind.LICENCE, own, None)
        self.two.city.seal(SealKind.LICENCE, replaces=old, cause=Cause.RENEWED, name=name)
        self.clock.forward(seconds=2)

    def audited(self) -> set[str]:
        made, registers, trail = inside(self.restored, self.restored.anchors, Brought(), self.clock.forward(minutes=10))
        return found(made.inside(registers, trail, files=False))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoTimelines]:
    made = TwoTimelines(tmp_path)
    yield made
    made.close()


def check_goes_on(story: Story) -> None:
    """Licences of before verify, or are revoked, as they were; new ones are issued and revoked."""
    restored = story.restored
    assert [indication(restored.verify_file(one.ofd)) for one in (story.kept, story.ended)] == [PASSED, FAILED]
    if {BODY, "seal-maker"} & {*story.owners}:
        story.seal_anew()
    fresh, gone = story.issued(), story.issued()
    restored.publisher.refresh(story.clock.forward(hours=1))
    story.two.city.act(ActKind.REVOKE, gone, "penalty")
    restored.publisher.refresh(story.clock.forward(hours=1))
    assert [indication(restored.verify_file(one.ofd)) for one in (fresh, gone)] == [PASSED, FAILED]
    assert restored.evidence().findings == ()
    assert story.audited() == set()


@pytest.mark.parametrize("owner", OWNERS)
def test_a_restore_from_before_a_new_key_goes_on_with_the_next(two: TwoTimelines, owner: str) -> None:
    story = Story(two, (owner,))
    assert two.report["keys_blocked"] == [key_of(owner)]
    assert two.report["keys_to_renew"] == [owner]
    made = story.renew()
    assert made == {owner: f"file:{NEXT[owner]}"}
    check_goes_on(story)


def test_keys_that_were_retired_after_the_backup_are_followed_all_the_same(two: TwoTimelines) -> None:
    """No list says that they were put away; the certificates of those that followed say that these are not used."""
    story = Story(two, ("trust-list", "status-list", "receipt"), retired=True)
    assert two.report["keys_blocked"] == []
    assert two.report["keys_to_renew"] == list(story.owners)
    assert two.report["unsigned"], "what could not be published is told, and the restore is through"
    assert "trust-list、status-list、receipt" in "".join(told(two.report))
    for owner in story.owners:
        with suppress(UnknownReference):  # the others are still missing, so that not everything is published
            story.restored.renew_key(owner)
    assert {NEXT[owner] for owner in story.owners} <= set(story.restored.ring.names())
    story.restored.publisher.refresh(story.clock.forward(hours=13))
    check_goes_on(story)
    two.restore()
    assert two.report["certificates_recovered"] == 2 * len(story.owners)
