"""The thread that publishes: it outlives every failure, and tells of it without repeating what was to be stored."""

from threading import Event
from types import SimpleNamespace

from sqlalchemy.exc import OperationalError

from service import serving
from tests.ofd_foreign import letter


def test_a_failure_is_told_by_its_kind_alone_and_tried_again(monkeypatch) -> None:
    monkeypatch.setattr(serving, "REFRESH_EVERY_S", 0.001)
    stop, told, tries = Event(), list[str](), list[object]()

    def refresh(now: object) -> None:
        tries.append(now)
        if len(tries) == 3:
            stop.set()
        raise OperationalError("INSERT INTO person VALUES (?)", ("李晓雯",), Exception("disk full"))

    swept = list[None]()
    copies = SimpleNamespace(sweep=lambda: swept.append(None))
    yinzheng = SimpleNamespace(publisher=SimpleNamespace(refresh=refresh), copies=copies, now=lambda: None)
    serving._keep_fresh(yinzheng, stop, warn=told.append)  # type: ignore[arg-type]  (all that it asks of an installation)
    assert told == ["公布失败，将重试：OperationalError"] * 3
    assert len(swept) == 3, "what failed beside it keeps nothing from being taken up"


def test_files_are_read_apart_while_it_serves_and_no_longer(monkeypatch) -> None:
    kept: list[object] = []
    yinzheng = SimpleNamespace(confine=kept.append)
    monkeypatch.setattr(serving, "can_sign", lambda: False)
    monkeypatch.setattr(serving, "make_app", lambda *_, **__: None)

    def serve(*_: object, **__: object) -> None:
        (readers,) = kept
        assert readers.draw(letter()).sheets  # type: ignore[attr-defined]  # it is what `run_server` made
        kept.append(readers._nursery)  # type: ignore[attr-defined]  # as above

    monkeypatch.setattr(serving.uvicorn, "run", serve)
    settings = SimpleNamespace(production=False, host="", port=0)
    serving.run_server(yinzheng, settings, warn=lambda _: None)  # type: ignore[arg-type]  (all that it asks of either)
    assert kept[1].poll() is not None  # type: ignore[attr-defined]  # a process, and it has ended
