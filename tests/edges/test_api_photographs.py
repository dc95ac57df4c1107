"""Handing in a photograph by API, and issuing a licence that names it; what is no photograph is refused."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from issuer.catalogue.ports import MandateWish, Wanted
from templates.library import load_bundle
from templates.raster import read_raster
from tests.api_parts import Api
from tests.catalogue_parts import ADMIN, SECOND_ADMIN, published, template
from tests.face_parts import sample
from trust.rules.verdict import Indication

CARD = load_bundle("social-security-card")
PLACE = f"/api/v1/types/{CARD.type.code}/photographs/photo"


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    made = Api()
    yield made
    made.close()


def picture(form: str = "PNG") -> bytes:
    held = io.BytesIO()
    Image.linear_gradient("L").resize((480, 600)).convert("RGB").save(held, form)
    return held.getvalue()


def hand_in(api: Api, octets: bytes, place: str = PLACE, kind: str = "image/png", login: str = "rsj") -> object:
    return api.client.post(place, content=octets, headers=api.as_(login, Content_Type=kind))


def test_a_licence_is_issued_with_a_photograph_that_was_handed_in(api: Api) -> None:
    first, second = hand_in(api, picture()), hand_in(api, picture())
    assert (first.status_code, second.json()) == (201, first.json())  # type: ignore[attr-defined]  # an answer of httpx
    name = first.json()["photograph"]  # type: ignore[attr-defined]  # as above
    octets = api.city.blobs.get(name)
    assert read_raster(octets).form == "JPEG"
    licence = sample(CARD.name).licence
    issued = api.city.issue(CARD.name, number="530199026009001", fields={**licence.fields, "photo": name})
    assert octets in issued.pdf
    for file in (issued.pdf, issued.ofd):
        assert api.yinzheng.verify_file(file).verdict.indication is Indication.PASSED


def test_a_licence_that_names_another_photograph_is_refused(api: Api) -> None:
    body = api.city.application(CARD.name, number="530199026009002")
    fields = {**body.fields, "photo": f"sm3:{'1' * 64}"}
    with pytest.raises(Exception, match="no-such-photo"):
        api.city.issue(CARD.name, number="530199026009002", fields=fields)


@pytest.mark.parametrize(
    ("octets", "place", "kind", "status", "code"),
    [
        (b"", PLACE, "image/png", 422, "photograph-refused"),
        (b"no picture", PLACE, "image/jpeg", 422, "photograph-refused"),
        (picture()[:400], PLACE, "image/png", 422, "photograph-refused"),
        (picture(), PLACE, "text/plain", 415, None),
        (picture(), PLACE.removesuffix("photo") + "face", "image/png", 422, None),
        (picture(), PLACE.replace(CARD.type.code, "1" * 21), "image/png", 404, None),
        (bytes(2_000_000), PLACE, "image/png", 413, None),
    ],
)
def test_what_is_no_photograph_is_refused(
    api: Api, octets: bytes, place: str, kind: str, status: int, code: str | None
) -> None:
    answer = hand_in(api, octets, place, kind)
    assert answer.status_code == status  # type: ignore[attr-defined]  # an answer of httpx
    if code is not None:
        assert answer.json()["code"] == code  # type: ignore[attr-defined]  # as above


def test_a_department_hands_in_for_the_types_it_may_issue_alone(api: Api) -> None:
    answer = hand_in(api, picture(), login="scjg")
    assert (answer.status_code, answer.json()["code"]) == (403, "no-mandate")  # type: ignore[attr-defined]  # as above


def test_a_type_of_the_catalogue_takes_photographs(api: Api) -> None:
    """A type that did not come with the installation, and the body that was given the mandate for it."""
    code, changed = f"{CARD.type.code[:-3]}977", {f'code = "{CARD.type.code}"': "", f'name = "{CARD.type.name}"': ""}
    changed = dict(zip(changed, (f'code = "{code}"', 'name = "培训教员证"'), strict=True))
    published(api.city, template(CARD.name, 1, **{"bundle_version = 1": "bundle_version = 1"} | changed), "tutor-card")
    place = PLACE.replace(CARD.type.code, code)
    assert hand_in(api, picture(), place).status_code == 403  # type: ignore[attr-defined]  # as above
    catalogue, body = api.yinzheng.catalogue, api.city.body_code(CARD.name)
    asked = catalogue.ask(MandateWish(Wanted.GRANT, body, code, "开展业务"), key="tutors", by=ADMIN)
    catalogue.decide(asked.number, approve=True, by=SECOND_ADMIN)
    api.city.clock.forward(seconds=2)
    assert hand_in(api, picture(), place).status_code == 201  # type: ignore[attr-defined]  # as above
