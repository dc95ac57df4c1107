"""The register of mandates in SQL, with the requests that led to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from issuer.catalogue.errors import StepRefused
from issuer.catalogue.life import Progress
from issuer.catalogue.ports import FiledMandate, MandateRequest, Origin
from issuer.catalogue.store.tables import mandate, mandate_request
from issuer.catalogue.wishes import MAX_WISH, wish_from, wish_json
from trust.errors import Conflict
from trust.formats.canonical_json import decode_json, encode_json
from trust.rules.mandate import Mandate
from trust.sealing.ports import Officer


class SqlMandates:
    """`Mandates` in the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Sequence[FiledMandate]:
        """See `Mandates`."""
        with self._engine.connect() as connection:
            return [_filed(row) for row in connection.execute(select(mandate).order_by(mandate.c.place))]

    def file(self, mandates: Sequence[FiledMandate]) -> bool:
        """See `Mandates`."""
        try:
            with self._engine.begin() as connection:
                for one in mandates:
                    _file(connection, one)
        except IntegrityError:
            return False  # another process filed one of this number
        return True

    def end(self, number: str, until: datetime, by: Origin) -> None:
        """See `Mandates`."""
        with self._engine.begin() as connection:
            _end(connection, number, until, by)

    def begin(self, request: MandateRequest, *, key: str, body: bytes) -> MandateRequest:
        """See `Mandates`."""
        values = {
            "number": request.number,
            "wish": encode_json(wish_json(request.wish)),
            "progress": request.progress.value,
            "asked_by": request.asked_by.login,
            "asked_name": request.asked_by.name,
            "asked_at": request.asked_at,
            "note": "",
            "idempotency_key": key,
            "body": body,
        }
        try:
            with self._engine.begin() as connection:
                if (row := _of_key(connection, key)) is not None:
                    return _kept(row, body)
                connection.execute(insert(mandate_request).values(values))
        except IntegrityError:
            with self._engine.connect() as connection:
                row = _of_key(connection, key)
            if row is None:
                raise
            return _kept(row, body)
        return request

    def request(self, number: str) -> MandateRequest | None:
        """See `Mandates`."""
        if "\0" in number:
            return None  # no row has one, and PostgreSQL refuses even to be asked
        with self._engine.connect() as connection:
            row = connection.execute(select(mandate_request).where(mandate_request.c.number == number)).first()
        return None if row is None else _request(row)

    def requests(self) -> Sequence[MandateRequest]:
        """See `Mandates`."""
        query = select(mandate_request).order_by(mandate_request.c.asked_at.desc(), mandate_request.c.number)
        with self._engine.connect() as connection:
            return [_request(row) for row in connection.execute(query)]

    def decide(self, request: MandateRequest, filed: FiledMandate | None, ended: FiledMandate | None) -> None:
        """See `Mandates`."""
        table, by = mandate_request, request.decided_by
        values = {
            "progress": request.progress.value,
            "decided_by": by.login if by else None,
            "decided_name": by.name if by else None,
            "decided_at": request.decided_at,
            "note": request.note,
            "mandate": request.mandate,
        }
        waiting = (table.c.number == request.number) & (table.c.progress == Progress.WAITING.value)
        try:
            with self._engine.begin() as connection:
                if filed is not None:
                    _file(connection, filed)
                if ended is not None and ended.mandate.valid_until is not None:
                    _end(connection, ended.mandate.number, ended.mandate.valid_until, Origin.DECISION)
                if connection.execute(update(table).where(waiting).values(values)).rowcount != 1:
                    raise StepRefused("changed", request.progress)
        except IntegrityError as error:
            raise StepRefused("changed", request.progress) from error


def _file(connection: Connection, filed: FiledMandate) -> None:
    one = filed.mandate
    last = connection.scalar(select(func.max(mandate.c.place))) or 0
    values: Mapping[str, object] = {
        "number": one.number,
        "place": last + 1,
        "issuer_code": one.issuer_code,
        "issuer_name": one.issuer_name,
        "type_code": one.type_code,
        "area": one.area,
        "valid_from": one.valid_from,
        "valid_until": one.valid_until,
        "delegated_from": one.delegated_from,
        "origin": filed.origin.value,
        "ended_by": filed.ended_by.value if filed.ended_by else None,
    }
    connection.execute(insert(mandate).values(values))


def _end(connection: Connection, number: str, until: datetime, by: Origin) -> None:
    later = or_(mandate.c.valid_until.is_(None), mandate.c.valid_until > until)
    ended = update(mandate).where(mandate.c.number == number, later)
    connection.execute(ended.values(valid_until=until, ended_by=by.value))


def _of_key(connection: Connection, key: str) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(mandate_request).where(mandate_request.c.idempotency_key == key)).first()


def _kept(row: Row[*tuple[object, ...]], body: bytes) -> MandateRequest:
    if bytes(row.body) != body:
        raise Conflict("idempotency-mismatch", "the key was used for another request")
    return _request(row)


def _filed(row: Row[*tuple[object, ...]]) -> FiledMandate:
    held = Mandate(
        row.issuer_code,
        row.issuer_name,
        row.type_code,
        row.valid_from,
        row.valid_until,
        row.area,
        row.number,
        row.delegated_from,
    )
    return FiledMandate(held, Origin(row.origin), Origin(row.ended_by) if row.ended_by else None)


def _request(row: Row[*tuple[object, ...]]) -> MandateRequest:
    decided = Officer(row.decided_by, row.decided_name) if row.decided_by else None
    return MandateRequest(
        number=row.number,
        wish=wish_from(decode_json(bytes(row.wish), limit=MAX_WISH)),
        progress=Progress(row.progress),
        asked_by=Officer(row.asked_by, row.asked_name),
        asked_at=row.asked_at,
        decided_by=decided,
        decided_at=row.decided_at,
        note=row.note,
        mandate=row.mandate,
    )
