"""Applications for seals in SQL.

The state of an application is updated, only ever from the state before it, and every step is kept beside it. What was
applied for is kept as canonical JSON; the seal's octets come in with the step that made it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from trust.errors import Conflict
from trust.formats.canonical_json import decode_json, encode_json
from trust.sealing.errors import SealMoveRefused
from trust.sealing.life import State, Step
from trust.sealing.ports import Application, Officer, Taken
from trust.sealing.store.tables import seal, seal_application, seal_step
from trust.sealing.wishes import MAX_WISH, as_json, wish_from


class SqlApplications:
    """`Applications` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, application: Application, *, key: str, body: bytes) -> Application:
        """Store a new one, or give the one stored under this key with the same body."""
        values = {
            "seal_id": application.seal_id,
            "body_code": application.wish.body_code,
            "wish": encode_json(as_json(application.wish)),
            "state": application.state.value,
            "applied_by": application.applied_by.login,
            "applied_name": application.applied_by.name,
            "applied_at": application.applied_at,
            "idempotency_key": key,
            "body": body,
        }
        try:
            with self._engine.begin() as connection:
                if (row := _application_row(connection, key)) is not None:
                    return _kept(row, body)
                taken = select(seal.c.seal_id).where(seal.c.seal_id == application.seal_id)
                if connection.execute(taken).first() is not None:
                    raise Conflict("seal-number-taken", application.seal_id)
                connection.execute(insert(seal_application).values(**values))
        except IntegrityError as error:
            with self._engine.connect() as connection:
                row = _application_row(connection, key)
            if row is None:
                raise Conflict("seal-number-taken", application.seal_id) from error
            return _kept(row, body)
        return application

    def by_key(self, key: str) -> Application | None:
        """The application begun under an idempotency key."""
        with self._engine.connect() as connection:
            row = _application_row(connection, key)
        return None if row is None else _application(row)

    def find(self, seal_id: str) -> Application | None:
        """The application of a number."""
        with self._engine.connect() as connection:
            query = select(seal_application).where(seal_application.c.seal_id == seal_id)
            row = connection.execute(query).first()
        return None if row is None else _application(row)

    def of_body(self, body_code: str) -> Sequence[Application]:
        """All applications of a body, newest first."""
        query = select(seal_application).where(seal_application.c.body_code == body_code)
        query = query.order_by(seal_application.c.applied_at.desc(), seal_application.c.seal_id)
        with self._engine.connect() as connection:
            return [_application(row) for row in connection.execute(query)]

    def move(self, seal_id: str, before: State, after: State, taken: Taken, octets: bytes | None = None) -> None:
        """Take a step, in one transaction."""
        table = seal_application
        values = {"state": after.value} | ({"octets": octets} if octets is not None else {})
        moved = update(table).where(table.c.seal_id == seal_id, table.c.state == before.value).values(**values)
        number = select(func.count()).select_from(seal_step).where(seal_step.c.seal_id == seal_id)
        with self._engine.begin() as connection:
            if connection.execute(moved).rowcount != 1:
                raise SealMoveRefused("changed", taken.step)
            connection.execute(
                insert(seal_step).values(
                    seal_id=seal_id,
                    sequence=(connection.scalar(number) or 0) + 1,
                    step=taken.step.value,
                    taken_by=taken.by.login,
                    taken_name=taken.by.name,
                    at=taken.at,
                    note=taken.note,
                )
            )

    def steps(self, seal_id: str) -> Sequence[Taken]:
        """Every step taken, in order."""
        query = select(seal_step).where(seal_step.c.seal_id == seal_id).order_by(seal_step.c.sequence)
        with self._engine.connect() as connection:
            return [
                Taken(Step(row.step), Officer(row.taken_by, row.taken_name), row.at, row.note)
                for row in connection.execute(query)
            ]


def _application_row(connection: Connection, key: str) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(seal_application).where(seal_application.c.idempotency_key == key)).first()


def _kept(row: Row[*tuple[object, ...]], body: bytes) -> Application:
    if bytes(row.body) != body:
        raise Conflict("idempotency-mismatch", "the key was used for another application")
    return _application(row)


def _application(row: Row[*tuple[object, ...]]) -> Application:
    return Application(
        seal_id=row.seal_id,
        wish=wish_from(decode_json(bytes(row.wish), limit=MAX_WISH)),
        state=State(row.state),
        applied_by=Officer(row.applied_by, row.applied_name),
        applied_at=row.applied_at,
        octets=None if row.octets is None else bytes(row.octets),
    )
