"""A photograph handed in beside an application is taken apart in a process of its own, and never in the service's."""

import pytest

from tests.api_parts import Api
from tests.unit.service.test_pages_applications import test_a_type_with_a_photograph_takes_one as takes_one


def test_no_picture_of_a_stranger_is_decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(*_: object) -> bytes:
        raise AssertionError("decoded in the process of the service")

    monkeypatch.setattr("templates.photo.take_photo", here)
    api = Api()
    takes_one(api)
    api.close()
