"""The sample of a bundle: an invented licence to look at, to test with and to show in the type's preview.

Samples name nobody: the city of 云岭 does not exist, its division code 530199 has a real province part (53) and an
invented rest because check digits need one, citizens were "born" before 1912, and all check digits are right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from templates.errors import PictureRefused, TemplateError
from templates.library import Bundle, read_file
from templates.photo import photo_name
from templates.raster import read_raster
from templates.seal_picture import SealPicture, round_seal
from trust.errors import TrustError
from trust.rules.identifier import LicenceIdentifier
from trust.rules.licence import Licence, check_licence
from trust.rules.party import Holder, IssuingBody
from trust.rules.status_pointer import StatusPointer

SAMPLE_DIGITS = "".join(str(place * place % 10) for place in range(7, 437))
"""As many digits as a licence code has; they say nothing."""
SAMPLE_CODE = f"https://yunling.example/q#{SAMPLE_DIGITS}"


@dataclass(frozen=True)
class Sample:
    """What `draw_face` needs besides the bundle; `photos` by the names the licence gives them."""

    licence: Licence
    qr_text: str
    seal: SealPicture
    photos: Mapping[str, bytes] = field(default_factory=dict)


def sample_of(bundle: Bundle) -> Sample:
    """The bundle's sample, checked like a licence that is to be issued.

    Raises:
        TemplateError: `sample`, it is not a licence of its type.

    """
    told = bundle.read_sample()
    try:
        licence = _licence(bundle, **told["licence"])
        check_licence(licence, bundle.type)
        seal = round_seal(licence.issuing_body.name, **told["seal"])
        photos = sample_photos(bundle)
    except (KeyError, TypeError, ValueError, OSError, TrustError, PictureRefused) as error:
        raise TemplateError("sample", bundle.name, f"{type(error).__name__}: {error}") from error
    return Sample(licence, SAMPLE_CODE, seal, photos)


def sample_photos(bundle: Bundle) -> Mapping[str, bytes]:
    """The photographs of the sample, files beside it that `photos` names, by the names licences give them.

    Raises:
        OSError: one is not there.
        PictureRefused: one is not a photograph as `templates.photo` makes them.

    """
    octets = [read_file(bundle.folder, name) for name in bundle.read_sample().get("photos", [])]
    for one in octets:
        read_raster(one)
    return {photo_name(one): one for one in octets}


def _licence(
    bundle: Bundle,
    *,
    serial: str,
    number: str,
    issuing_body: dict[str, str],
    holders: list[dict[str, str]],
    issued_on: str,
    valid_from: str | None,
    valid_until: str | None,
    area_code: str,
    fields: dict[str, Any],
) -> Licence:
    body = IssuingBody(**issuing_body)
    return Licence(
        identifier=LicenceIdentifier(bundle.type.code, body.code, serial),
        name=bundle.type.name,
        type_name=bundle.type.name,
        number=number,
        issuing_body=body,
        holders=tuple(Holder(**holder) for holder in holders),
        issued_on=date.fromisoformat(issued_on),
        valid_from=date.fromisoformat(valid_from) if valid_from else None,
        valid_until=date.fromisoformat(valid_until) if valid_until else None,
        area_code=area_code,
        fields=fields,
        status=StatusPointer(0, 0),
        log_salt=bytes(16),
        template=bundle.template,
    )
