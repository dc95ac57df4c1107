"""The thread that publishes: it outlives every failure, and tells of it without repeating what was to be stored."""

from threading import Event
from types import SimpleNamespace

from sqlalchemy.exc import OperationalError

from service import serving


def test_a_failure_is_told_by_its_kind_alone_and_tried_again(monkeypatch) -> None:
    monkeypatch.setattr(serving, "REFRESH_EVERY_S", 0.001)
    stop, told, tries = Event(), list[str](), list[object]()

    def refresh(now: object) -> None:
        tries.append(now)
        if len(tries) == 3:
            stop.set()
        raise OperationalError("INSERT INTO person VALUES (?)", ("李晓雯",), Exception("disk full"))

    yinzheng = SimpleNamespace(publisher=SimpleNamespace(refresh=refresh), now=lambda: None)
    serving._keep_fresh(yinzheng, stop, warn=told.append)  # type: ignore[arg-type]  (all that it asks of an installation)
    assert told == ["公布失败，将重试：OperationalError"] * 3
