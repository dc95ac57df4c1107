"""What journeys of verifying share: ports that lie, an entry left lying after a crash, and a body's pen."""

from collections.abc import Callable

import pytest

from issuer.issuing import issue
from issuer.ports import Entry, Pen
from tests.city import OFFICIAL, City
from tests.journey_parts import (
    Exchanged,
    number,
    office_of,
)
from verifier.ports import Online
from verifier.verifying import Examined, verify_file, verify_words


class Lying:
    """The installation's ports with one answer exchanged."""

    def __init__(self, city: City, **answers: Callable[..., object]) -> None:
        self.prove = answers.get("prove", city.yinzheng.ports.prove)
        self.file_of = answers.get("file_of", city.yinzheng.ports.file_of)
        self.standing = answers.get("standing", city.yinzheng.ports.standing)

    @property
    def online(self) -> Online:
        return Online(self, self, self)  # type: ignore[arg-type]  # answers are exchanged on purpose


def by_ports(city: City, subject: bytes | str, **answers: Callable[..., object]) -> Examined:
    ask = verify_file if isinstance(subject, bytes) else verify_words
    return ask(subject, city.yinzheng.evidence(), now=city.clock(), online=Lying(city, **answers).online)  # type: ignore[operator]  # the test knows the type


def left_lying(city: City, key: str) -> Entry:
    """An entry begun now and never planned, as after a crash."""
    register = city.yinzheng.archive.register

    def stop(*_: object) -> None:
        raise RuntimeError

    cut_off = Exchanged(register, plan_many=stop)
    application = city.application("business-licence", number=number())
    with pytest.raises(RuntimeError):
        issue(office_of(city, register=cut_off), application, key=key, by=OFFICIAL, at=city.clock())
    begun = register.by_key(key)
    assert begun is not None
    return begun


def pen_of(city: City, bundle: str) -> Pen:
    return city.yinzheng.office.pen(city.body_code(bundle), city.clock())
