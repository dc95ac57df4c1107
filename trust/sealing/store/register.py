"""The seal register in SQL: seals as filed, and an append-only record of their uses.

A seal is kept as its octets; the columns beside them are for finding it. A filed seal is never updated: that it was
suspended or cancelled is an act recorded elsewhere. Limits are held where uses are recorded, under the lock of the
seal's row.
"""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Engine, Row, insert, select
from sqlalchemy.exc import IntegrityError

from keys.sm3 import sm3
from trust.errors import Conflict
from trust.formats.ses import parse_seal
from trust.rules.seal_standing import SealKind
from trust.sealing.errors import SealExists
from trust.sealing.ports import FiledFacts, FiledSeal, Limits, SealUse
from trust.sealing.store.limits import Decided, hold_limits
from trust.sealing.store.tables import seal, seal_filing, seal_use

_FILED = select(seal, seal_filing.c.kind, seal_filing.c.holder, seal_filing.c.per_day, seal_filing.c.threshold)
_FILED = _FILED.join_from(seal, seal_filing)


class SqlSealRegister:
    """`SealRegister` in the tables above; `decided` as in `hold_limits`."""

    def __init__(self, engine: Engine, decided: Decided = lambda _connection, _numbers: None) -> None:
        self._engine, self._decided = engine, decided

    def file(self, filed: FiledSeal) -> None:
        """File a seal; the same octets again change nothing."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(seal).values(**_seal_row(filed)))
                connection.execute(insert(seal_filing).values(**_filing_row(filed)))
        except IntegrityError as error:
            present = self.find(filed.seal.seal_id)
            if present is None:
                raise
            if present.seal.der != filed.seal.der or present.body_code != filed.body_code:
                raise SealExists(filed.seal.seal_id) from error

    def find(self, seal_id: str) -> FiledSeal | None:
        """The seal under a number, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(_FILED.where(seal.c.seal_id == seal_id)).first()
        return None if row is None else _filed(row)

    def of_body(self, body_code: str) -> Sequence[FiledSeal]:
        """The seals of a body, by number."""
        query = _FILED.where(seal.c.body_code == body_code).order_by(seal.c.seal_id)
        with self._engine.connect() as connection:
            return [_filed(row) for row in connection.execute(query)]

    def listed(self) -> Sequence[FiledFacts]:
        """Facts of every filed seal, by number, without its octets."""
        filing = seal_filing.c
        wanted = select(seal.c.seal_id, filing.kind, seal.c.body_code, filing.digest, seal.c.filed_at)
        query = wanted.join_from(seal, seal_filing).order_by(seal.c.seal_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [FiledFacts(one, SealKind(kind), body, bytes(digest), at) for one, kind, body, digest, at in rows]

    def record_uses(self, uses: Sequence[SealUse]) -> None:
        """Record uses, all or none; the same digest for the same subject under the same seal again changes nothing.

        The rows of the seals are held meanwhile, so uses of one seal are recorded and counted one after another.
        """
        seals = sorted({use.seal_id for use in uses})
        held = _FILED.where(seal.c.seal_id.in_(seals)).order_by(seal.c.seal_id).with_for_update(of=seal)
        recorded = select(seal_use.c.seal_id, seal_use.c.digest, seal_use.c.subject)
        recorded = recorded.where(seal_use.c.digest.in_([use.digest for use in uses]))
        with self._engine.begin() as connection:
            filed = {row.seal_id: _filed(row) for row in connection.execute(held)}
            if unknown := set(seals).difference(filed):
                raise Conflict("seal-unknown", min(unknown))
            known = {(row.seal_id, bytes(row.digest), row.subject) for row in connection.execute(recorded)}
            fresh: dict[tuple[str, bytes, str], SealUse] = {}
            for use in uses:
                if (same := (use.seal_id, use.digest, use.subject)) not in known:
                    fresh.setdefault(same, use)
            for seal_id, own in groupby(sorted(fresh.values(), key=_seal_of), key=_seal_of):
                hold_limits(connection, filed[seal_id], list(own), self._decided)
            if fresh:
                connection.execute(insert(seal_use), [_use_row(use) for use in fresh.values()])

    def uses(self, seal_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[tuple[int, SealUse]]:
        """Uses of a seal in the order recorded, each with its number."""
        of_seal = select(seal_use).where(seal_use.c.seal_id == seal_id, seal_use.c.number > after)
        with self._engine.connect() as connection:
            return [_use(row) for row in connection.execute(of_seal.order_by(seal_use.c.number).limit(limit))]


def _seal_row(filed: FiledSeal) -> dict[str, object]:
    return {
        "seal_id": filed.seal.seal_id,
        "body_code": filed.body_code,
        "name": filed.seal.name,
        "octets": filed.seal.der,
        "valid_from": filed.seal.valid_from,
        "valid_until": filed.seal.valid_until,
        "filed_at": filed.filed_at,
        "filed_by": filed.filed_by,
    }


def _filing_row(filed: FiledSeal) -> dict[str, object]:
    return {
        "seal_id": filed.seal.seal_id,
        "kind": filed.kind.value,
        "holder": filed.holder,
        "digest": sm3(filed.seal.der),
        "per_day": filed.limits.per_day,
        "threshold": filed.limits.threshold,
    }


def _filed(row: Row[*tuple[object, ...]]) -> FiledSeal:
    limits = Limits(row.per_day, row.threshold)
    made = parse_seal(row.octets)
    return FiledSeal(made, row.body_code, row.filed_at, row.filed_by, SealKind(row.kind), row.holder, limits)


def _seal_of(use: SealUse) -> str:
    return use.seal_id


def _use_row(use: SealUse) -> dict[str, object]:
    return {"seal_id": use.seal_id, "subject": use.subject, "digest": use.digest, "at": use.at, "used_by": use.by}


def _use(row: Row[tuple[object, ...]]) -> tuple[int, SealUse]:
    return row.number, SealUse(row.seal_id, row.subject, bytes(row.digest), row.at, row.used_by)
