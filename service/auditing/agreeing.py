"""What registers say of each other: every seal signature has one use on record, and lists say what registers say.

It is compared by keys, block by block. Whether a row is the logged one is judged elsewhere.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine, Row, select

from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from keys.sm3 import sm3
from service.archive import Archive
from service.blocks import BLOCK, blocks_of
from service.seal_standings import restores_of, told_by
from trust.formats.cose import split
from trust.formats.leaf import decode_entry
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.log.store import AT_ONCE
from trust.rules.carried_seal import is_taken_back
from trust.rules.seal_standing import ListedSeal, subject_of
from trust.sealing.store.tables import seal, seal_filing, seal_request, seal_request_item, seal_use
from trust.sealing.using import Result
from verifier.auditing.ports import Mismatch
from verifier.auditing.signers import MAX_ENVELOPE


def mismatches(engine: Engine, archive: Archive) -> Iterator[Mismatch]:
    """Uses against what was sealed, seals and mandates against the trust list."""
    return _Agreement(engine, archive).mismatches()


class _Agreement:
    """The registers of one installation beside each other."""

    def __init__(self, engine: Engine, archive: Archive) -> None:
        self._engine, self._archive = engine, archive

    def mismatches(self) -> Iterator[Mismatch]:
        """Uses against what was sealed, seals and mandates against the trust list."""
        for table in (licence, COPIES):
            rows = blocks_of(self._engine, table, [table.c.identifier], table.c.state == State.RELEASED)
            while some := list(islice(rows, BLOCK)):
                yield from self._uses_of(some)
        items = seal_request_item
        sealed = blocks_of(
            self._engine, items, [items.c.number, items.c.position], items.c.result == Result.SEALED.value
        )
        while some := list(islice(sealed, BLOCK)):
            yield from self._uses_of_items(some)
        yield from self._uses_of_nothing()
        listed = self._archive.trust_lists.current("trust-list")
        if listed is not None:
            found = decode_trust_list(split(listed.octets, MAX_ENVELOPE).payload)
            yield from self._seals(found)
            yield from self._mandates(found)
            yield from self._histories(found)

    def _uses(self, subjects: list[str]) -> dict[str, dict[bytes, str]]:
        """For each subject the digests that its seals signed, and by whom."""
        found: dict[str, dict[bytes, str]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(subjects), AT_ONCE):
                some = seal_use.c.subject.in_(subjects[start : start + AT_ONCE])
                wanted = select(seal_use.c.subject, seal_use.c.digest, seal_use.c.used_by).where(some)
                for row in connection.execute(wanted):
                    found.setdefault(row.subject, {})[bytes(row.digest)] = row.used_by
        return found

    def _uses_of(self, rows: list[Row[*tuple[object, ...]]]) -> Iterator[Mismatch]:
        uses = self._uses([row.identifier for row in rows])
        for row in rows:
            planned = {bytes.fromhex(plan.removeprefix("sm3:")) for plan in (row.ofd_plan, row.pdf_plan) if plan}
            found = uses.get(row.identifier, {})
            if planned != set(found):
                said = "签发的两个文件与用章记录不是一一对应：用章记录缺少、多出或被改。"
                yield Mismatch("seal-uses", "use-of-licence", row.identifier, said)
            elif set(found.values()) != {row.by}:
                yield Mismatch(
                    "seal-uses", "use-by-another", row.identifier, "证照登记的签发人与用章记录的用章人不同。"
                )

    def _uses_of_items(self, rows: list[Row[*tuple[object, ...]]]) -> Iterator[Mismatch]:
        uses = self._uses([row.number for row in rows])
        for row in rows:
            if row.signed is None or bytes(row.signed) not in uses.get(row.number, {}):
                said = "用印的文件没有对应的用章记录：用章记录被删除或改动。"
                yield Mismatch("seal-uses", "use-of-document", f"{row.number}/{row.position}", said)

    def _uses_of_nothing(self) -> Iterator[Mismatch]:
        rows = blocks_of(self._engine, seal_use, [seal_use.c.number])
        while some := list(islice(rows, BLOCK)):
            subjects = {row.subject for row in some}
            known: set[str] = set()
            with self._engine.connect() as connection:
                for column in (licence.c.identifier, COPIES.c.identifier, seal_request.c.number):
                    known.update(connection.scalars(select(column).where(column.in_(subjects))))
            for row in some:
                if row.subject not in known:
                    said = "用章记录所指的证照或用印申请不存在：那一行登记被删除，或这条记录是插入的。"
                    yield Mismatch("seal-uses", "use-of-nothing", str(row.number), said)

    def _seals(self, listed: TrustList) -> Iterator[Mismatch]:
        named: dict[str, ListedSeal] = {one.seal_id: one for one in listed.seals or ()}
        filed = select(seal, seal_filing.c.digest, seal_filing.c.kind).join_from(seal, seal_filing)
        with self._engine.connect() as connection:
            rows = connection.execute(filed).all()
        for row in rows:
            one = named.pop(row.seal_id, None)
            digest = sm3(bytes(row.octets))
            said = (row.kind, row.body_code, digest, digest, row.filed_at)
            if one is not None and said != (one.kind.value, one.body_code, one.digest, bytes(row.digest), one.filed_at):
                yield Mismatch("seals", "seal-differs", row.seal_id, "印章登记与信任列表所列的不同：登记被改动或替换。")
        for seal_id, gone in named.items():
            if any(begun < gone.filed_at <= restored for begun, restored in self._lost_times()):
                lost = "印章是在所恢复的备份以后备案的：仍在信任列表，登记里没有，恢复时没有取回。"
                yield Mismatch("seals", "seal-lost", seal_id, lost, grave=False)
            else:
                yield Mismatch("seals", "seal-deleted", seal_id, "信任列表列着的印章，登记里没有：登记被删除。")

    def _histories(self, listed: TrustList) -> Iterator[Mismatch]:
        """What was told of seals on file follows from their acts, and from what restores took up."""
        filed, told = [one.seal_id for one in self._archive.seals.listed()], told_by(listed)
        restores = restores_of(self._archive, self._archive.epochs.settled())
        acts = self._archive.acts.of_many([subject_of(one) for one in filed])
        for one in filed:
            if one in told and is_taken_back(told[one], acts.get(subject_of(one), ()), restores(one)):
                said = "信任列表公布过的停用、恢复或注销，登记的处理和恢复记录都说明不了：有的被删除或改动。"
                yield Mismatch("seals", "history-taken-back", one, said)

    def _lost_times(self) -> Iterator[tuple[datetime, datetime]]:
        """Of every restore the log's last instant in the backup, and when it was restored."""
        for epoch in self._archive.epochs.every():
            if epoch.report and epoch.log_size > 0:
                last = self._archive.log.entries(epoch.log_size - 1, epoch.log_size)[0]
                yield decode_entry(last).at, epoch.at

    def _mandates(self, listed: TrustList) -> Iterator[Mismatch]:
        named = {one.number: one for one in listed.mandates}
        for filed in self._archive.mandates.all():
            one = named.pop(filed.mandate.number, None)
            if one is not None and one != filed.mandate:
                said = "职权登记与信任列表所列的不同：登记被改动，或改动还没有公布。"
                yield Mismatch("mandates", "mandate-differs", filed.mandate.number, said)
        for number in named:
            yield Mismatch("mandates", "mandate-deleted", number, "信任列表列着的职权，登记里没有：登记被删除。")
