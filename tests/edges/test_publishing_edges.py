"""What publishing stores, on either database, and `/ocsp` and the second form over HTTP."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from issuer.catalogue.store.counts import SqlCounts
from keys.custody import memory_signer
from service.database import MIGRATIONS, open_engine
from service.epochs.store import Settlement, SqlEpochs
from service.problem import Usage
from service.restoring.backup import back_up, load_backup
from tests.api_parts import Api
from tests.unit.trust.revocation.register import CountingRandom
from trust.errors import Conflict, TrustError
from trust.formats.bitstring_list import BITSTRING_TYPE
from trust.formats.ocsp import REQUEST_TYPE, RESPONSE_TYPE, OcspAnswer, Trouble, read_answer, write_request
from trust.formats.status_list import StatusList
from trust.log.store import SqlLog
from trust.revocation.acting import Order, act
from trust.revocation.allotting import allot
from trust.revocation.ports import Listed
from trust.revocation.publishing import entries_of, open_status_list, publish
from trust.revocation.rebuilding import differences
from trust.revocation.second_form import open_bitstring, publish_second_form
from trust.revocation.store.acts import SqlActs
from trust.revocation.store.publications import SqlPublications, SqlSecondForms
from trust.revocation.store.slots import SqlSlots
from trust.revocation.store.tables import status_carried
from trust.rules.carried_over import Carried
from trust.rules.grounds import grounds_for
from trust.rules.standing import ActKind
from trust.store import METADATA

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
SIGNER = memory_signer()
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Books:
    """Registers on a database with a few subjects in list 0."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.acts, self.log, self.random = SqlActs(engine), SqlLog(engine), CountingRandom()
        self.slots, self.publications = SqlSlots(engine), SqlPublications(engine)
        self.subjects = [f"s{number}" for number in range(4)]
        self.entries = {one: allot(self.slots, one, random=self.random, size=64).index for one in self.subjects}

    def act(self, subject: str, kind: ActKind, ground: str, at: datetime, effective_at: datetime | None = None) -> None:
        order = Order(kind, subject, ground, "事由", "official", effective_at)
        act(self.acts, self.log, order, key=str(self.random.calls), at=at, random=self.random)

    def publish(self, at: datetime) -> None:
        times = {"at": at, "next_update": at + 12 * HOUR}
        place = {"shard": 0, "uri": "https://h/status/0", "size": 64, "log_size": self.log.size()}
        publish(self.acts, self.publications, SIGNER, **times, **place)

    def plainly(self, log_size: int) -> Listed:
        """What a list is made from, made the plain way: from every act."""
        moving = [
            (entry, acts)
            for entry, some in self.acts.recorded_in(0)
            if (acts := [one.act for one in some if one.log_index is not None and one.log_index < log_size])
        ]
        return Listed(sum(len(acts) for _, acts in moving), (), moving, self.acts.carried_in(0))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from(ActKind), st.integers(0, 5), st.integers(-90, 90), st.integers(0, 60)
        ),
        max_size=10,
    ),
    st.integers(0, 12),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_from_standings_is_the_list_from_all_acts(
    steps: list[tuple[int, ActKind, int, int, int]], cut: int
) -> None:
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    books, at = Books(engine), AT
    for subject, kind, ground, ahead, wait in steps:
        at += wait * MINUTE
        chosen = grounds_for(kind)[ground % len(grounds_for(kind))]
        order = Order(
            kind, f"s{subject}", chosen.code, "事由", "official", at + ahead * MINUTE, None, min(chosen.authorities)
        )
        try:
            act(books.acts, books.log, order, key=str(books.random.calls), at=at, random=books.random)
        except TrustError:
            books.random(1)
    for log_size in {books.log.size(), min(cut, books.log.size())}:
        for later in (timedelta(0), 45 * MINUTE, 24 * HOUR):
            quick, plain = books.acts.listed(0, log_size, at + later), books.plainly(log_size)
            assert quick.count == plain.count
            zeros = dict.fromkeys(books.entries.values(), 0)
            assert zeros | entries_of(quick, at + later) == zeros | entries_of(plain, at + later)
    engine.dispose()


def test_a_published_list_is_made_again_from_its_acts(engine: Engine) -> None:
    books = Books(engine)
    books.act("s0", ActKind.REVOKE, "penalty", AT)
    books.act("s1", ActKind.SUSPEND, "penalty", AT, AT + 2 * HOUR)
    for later in (MINUTE, 3 * HOUR):
        books.publish(AT + later)
        current = books.publications.current(0)
        listed = open_list(current.octets)
        assert differences(listed, current.at, books.acts.recorded_in(0)) == []
        assert [one.published for one in differences(listed, current.at, [])] == [1] if later is MINUTE else [1, 2]


def open_list(octets: bytes) -> StatusList:
    return open_status_list(octets, SIGNER.public)


def test_second_forms_are_planned_signed_and_kept(engine: Engine) -> None:
    books, forms = Books(engine), SqlSecondForms(engine)
    books.act("s0", ActKind.REVOKE, "penalty", AT)
    books.publish(AT + MINUTE)
    current = books.publications.current(0)
    with pytest.raises(Conflict, match="not-planned"):
        forms.complete(0, current.number, b"")
    made = publish_second_form(forms, SIGNER, current, size=64)
    assert open_bitstring(made, SIGNER.public) == open_list(current.octets)
    assert publish_second_form(forms, SIGNER, current, size=64) == made
    with pytest.raises(Conflict, match="not-planned"):
        forms.complete(0, current.number, b"another")


def carry(engine: Engine, entry: int, value: int) -> None:
    with engine.begin() as connection:
        connection.execute(insert(status_carried).values(shard=0, entry=entry, value=value, since=AT))


@pytest.mark.parametrize(
    ("value", "kinds", "expected"),
    [
        (1, (), 1),
        (2, (), 2),
        (3, (), 3),
        (1, (ActKind.SUSPEND,), 1),
        (2, (ActKind.SUSPEND, ActKind.REINSTATE), 0),
        (2, (ActKind.REVOKE,), 1),
        (3, (ActKind.SUSPEND,), 2),
    ],
)
def test_what_was_carried_over(engine: Engine, value: int, kinds: tuple[ActKind, ...], expected: int) -> None:
    books = Books(engine)
    carry(engine, books.entries["s0"], value)
    for number, kind in enumerate(kinds):
        books.act("s0", kind, "rectified" if kind is ActKind.REINSTATE else "penalty", AT + (number + 1) * MINUTE)
    for _ in range(2):
        at = AT + HOUR
        found = entries_of(books.acts.listed(0, books.log.size(), at), at)
        assert found[books.entries["s0"]] == expected
        assert entries_of(books.plainly(books.log.size()), at) == found


def test_an_epoch_closes_lists_and_makes_counts_leap(engine: Engine) -> None:
    books, epochs, numbers = Books(engine), SqlEpochs(engine), METADATA.tables["number_count"]
    with engine.begin() as connection:
        connection.execute(insert(numbers).values(issuer_code="i", type_code="t", scope="s", last=7))
    epoch = epochs.begin(AT, "甲", "乙", 5)
    assert epochs.begin(AT + HOUR, "丙", "丁", 9) == epoch == epochs.unsettled()
    carried = [(0, Carried(1, 1, AT)), (9, Carried(3, 2, AT))]
    made = Settlement(carried, [(0, 64), (9, 64)], 20, 64, 100, b"{}")
    assert epochs.settled() == []
    epochs.settle(epoch, made)
    assert (epochs.unsettled(), [one.at for one in epochs.settled()]) == (None, [AT])
    assert allot(books.slots, "fresh", random=books.random, size=64).list == 20
    assert list(books.slots.lists()) == [0, 9, 20]
    with engine.connect() as connection:
        assert connection.scalar(select(numbers.c.last).where(numbers.c.issuer_code == "i")) == 107
    counts = SqlCounts(engine)
    assert counts.next("i", "t", "s") == 108
    assert [counts.next("i", "t", "2026-", 2026), counts.next("i", "t", "any")] == [101, 101]
    assert counts.next("i", "t", f"{AT.year + 2}-", AT.year + 2) == 1
    assert [one.entry for one in books.acts.carried_in(9)] == [3]
    again = epochs.begin(AT + HOUR, "丙", "丁", 9)
    assert (again.number, [one.number for one in epochs.settled()]) == (2, [1])
    epochs.settle(again, Settlement([], [], 40, 64, 100, b"{}", over=[(9, 3)]))
    assert [(shard, len(books.acts.carried_in(shard))) for shard in (0, 9)] == [(0, 1), (9, 0)]


def test_a_backup_of_either_database_comes_back_on_either(engine: Engine, tmp_path: Path) -> None:
    books = Books(engine)
    books.act("s0", ActKind.REVOKE, "penalty", AT)
    books.publish(AT + MINUTE)
    back_up(engine, tmp_path / "data", tmp_path / "backup", AT)
    stamp(engine)
    with pytest.raises(Usage, match="holds an installation"):
        load_backup(tmp_path / "backup", tmp_path / "new", engine, AT, "甲", "乙")
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    load_backup(tmp_path / "backup", tmp_path / "new", engine, AT, "甲", "乙")
    assert books.publications.current(0).number == 1
    assert [one.kind for one in books.acts.of("s0")] == [ActKind.REVOKE]
    assert SqlEpochs(engine).unsettled().log_size == 1


def stamp(engine: Engine) -> None:
    """Say of tables that were made from their description that every migration has been made."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.stamp(configuration, "head")


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def asked(api: Api, nonce: bytes | None = None) -> bytes:
    yinzheng = api.city.yinzheng
    serial = yinzheng.directory.service("log")[1].serial
    return write_request([(yinzheng.authority.issuing.certificate, serial)], nonce)


def test_ocsp_by_address_is_kept_by_caches(api: Api) -> None:
    answer = api.client.get(f"/ocsp/{b64encode(asked(api)).decode().replace('/', '%2F').replace('+', '%2B')}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, RESPONSE_TYPE)
    assert "max-age=60" in answer.headers["cache-control"]
    found = read_answer(answer.content)
    assert isinstance(found, OcspAnswer)
    assert (found.singles[0].known, found.singles[0].revoked) == (True, None)


def test_ocsp_by_body_repeats_the_nonce(api: Api) -> None:
    headers = {"Content-Type": REQUEST_TYPE}
    answer = api.client.post("/ocsp", content=asked(api, b"n" * 32), headers=headers)
    assert answer.headers["cache-control"] == "no-store"
    found = read_answer(answer.content)
    assert isinstance(found, OcspAnswer)
    assert found.nonce == b"n" * 32


@pytest.mark.parametrize("path", ["/ocsp/AAAA", "/ocsp/%%%", "/ocsp/not-base64", "/ocsp/" + "A" * 9000])
def test_what_is_no_request_is_answered_as_such(api: Api, path: str) -> None:
    answer = api.client.get(path)
    if answer.status_code == 200:
        assert read_answer(answer.content) is Trouble.MALFORMED_REQUEST
    else:
        assert answer.status_code in {404, 422}


@pytest.mark.parametrize(("kind", "body", "status"), [("text/plain", b"", 415), (REQUEST_TYPE, bytes(5000), 413)])
def test_bodies_that_are_not_taken(api: Api, kind: str, body: bytes, status: int) -> None:
    assert api.client.post("/ocsp", content=body or b"x", headers={"Content-Type": kind}).status_code == status


def test_the_second_form_over_http(api: Api) -> None:
    api.city.yinzheng.publisher.refresh(api.city.clock())
    answer = api.client.get("/status/0/bitstring")
    assert (answer.status_code, answer.headers["content-type"]) == (200, BITSTRING_TYPE)
    again = api.client.get("/status/0/bitstring", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
