"""What tests of the catalogue are made of: templates in further versions, a city with a county, and two officers.

Templates are those that come with the installation, changed as a department would change them. The county lies inside
the area of the city; its bureau has a seal and no types of its own.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from issuer.catalogue.granting import Actor
from issuer.catalogue.ports import MandateRequest, MandateWish, Version, Wanted
from service.city import Body, read_city
from service.city import City as Plan
from service.data_folder import DEMO_CITY
from templates.library import FOLDER, SAMPLE, TEMPLATE
from templates.packing import files_of
from tests.city import City
from trust.rules.party import IssuingBody, organisation_check_character, uscc_check_character
from trust.sealing.ports import Officer

DRAFTER, REVIEWER = Officer("spj", "沈知夏"), Officer("admin", "程思远")
ADMIN, SECOND_ADMIN = Actor(REVIEWER, None, administers=True), Actor(Officer("boss", "管理员"), None, administers=True)
FOOD, FOOD_CODE = "food-operation", "11100000MB0143028R028"
COUNTY_AREA, OTHER_COUNTY = "530197", "530198"


def template(bundle: str = FOOD, version: int = 2, **changed: str) -> dict[str, bytes]:
    """The files of a bundle in another version; `changed` are words of its description to be exchanged."""
    files = dict(files_of(FOLDER / bundle))
    described = files[TEMPLATE].decode()
    for old, new in {"bundle_version = 1": f"bundle_version = {version}", **changed}.items():
        assert old in described, old
        described = described.replace(old, new, 1)
    files[TEMPLATE] = described.encode()
    return files


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """A bundle as a folder."""
    folder.mkdir(parents=True)
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    return folder


def zipped(files: Mapping[str, bytes], folder: str = "") -> bytes:
    """A bundle as a ZIP, in a folder or without one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in files.items():
            archive.writestr(f"{folder}/{name}" if folder else name, octets)
    return made.getvalue()


def drafted(city: City, files: Mapping[str, bytes], name: str = FOOD) -> Version:
    """A version that waits for its review."""
    made = city.yinzheng.catalogue.draft(name, files, by=DRAFTER)
    return city.yinzheng.catalogue.submit(*made.place, by=DRAFTER)


def published(city: City, files: Mapping[str, bytes], name: str = FOOD) -> Version:
    """A version through all its steps: one officer drafts, the other reviews and publishes."""
    catalogue = city.yinzheng.catalogue
    place = drafted(city, files, name).place
    catalogue.review(*place, passed=True, by=REVIEWER)
    return catalogue.publish(*place, by=REVIEWER)


def new_type(sequence: str = "901") -> dict[str, bytes]:
    """A type of its own, made from the food permit: another code, name and template."""
    changes = {
        'code = "11100000MB0143028R028"': f'code = "11100000MB0143028R{sequence}"',
        'name = "食品经营许可证"': 'name = "小餐饮登记证"',
    }
    files = template(version=1, **{"bundle_version = 1": "bundle_version = 1"}, **changes)
    files[SAMPLE] = files[SAMPLE].replace("食品经营许可证".encode(), "小餐饮登记证".encode())
    return files


def usscc(division: str, organisation: str) -> str:
    """A code of an invented body, its check characters right."""
    body = f"11{division}{organisation}{organisation_check_character(organisation)}"
    return body + uscc_check_character(body)


COUNTY = Body("qx-spj", IssuingBody("青溪县行政审批局", usscc("530197", "MB0T40T1")), ())


def plan_with_county(*, people: bool = False) -> Plan:
    """The demo's plan, for a whole prefecture, with a county's bureau that may issue nothing yet."""
    plan = read_city(DEMO_CITY)
    bodies = tuple(replace(body, area="5301") for body in plan.bodies)
    return replace(plan, bodies=(*bodies, COUNTY), people=plan.people if people else ())


def mandate_of(city: City, issuer_code: str) -> str:
    """The number of the only mandate of a body for food permits."""
    mandates = [one.mandate for one in city.yinzheng.catalogue.mandates()]
    (found,) = [one for one in mandates if (one.issuer_code, one.type_code) == (issuer_code, FOOD_CODE)]
    return found.number


def actor_for(city: City, bundle: str = FOOD, login: str = "spj", name: str = "沈知夏") -> Actor:
    """An official of the body that issues a bundle's licences."""
    return Actor(Officer(login, name), city.body_code(bundle), administers=False)


def delegated(city: City, area: str | None = COUNTY_AREA, **changed: object) -> MandateRequest:
    """The county's bureau gets the mandate for food permits from the city's, decided by two people."""
    above = mandate_of(city, city.body_code(FOOD))
    values: dict[str, object] = {"area": area, "above": above, "reason": "下放县级办理"} | changed
    wish = MandateWish(Wanted.DELEGATE, COUNTY.body.code, "", **values)  # type: ignore[arg-type]  # names and values come from the test
    catalogue = city.yinzheng.catalogue
    asked = catalogue.ask(wish, key=f"delegate {area} {sorted(changed)}", by=actor_for(city))
    return catalogue.decide(asked.number, approve=True, by=ADMIN)


def ended(city: City, number: str) -> MandateRequest:
    """A mandate is ended now, by two people."""
    catalogue = city.yinzheng.catalogue
    wish = MandateWish(Wanted.END, "", "", "机构改革", above=number)
    asked = catalogue.ask(wish, key=f"end {number}", by=ADMIN)
    return catalogue.decide(asked.number, approve=True, by=SECOND_ADMIN)


def tamper(city: City, statement: str, **values: object) -> None:
    """Write into the database as nobody may."""
    with city.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0
