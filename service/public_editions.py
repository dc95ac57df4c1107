"""What an edition in the public folder says of itself: which number it has, and whether it may follow another.

The name of a file is nobody's word; the number inside is signed. Whose signature it is, is seen to by those who take an
edition up or publish behind it (`service.restoring`, the journeys of the slices); here editions are read and compared.
"""

from service.public_folder import TRUST_LIST, Edition, Series
from trust.certification import revoking, trust_listing
from trust.errors import Conflict, TrustError
from trust.formats.bitstring_list import decode_bitstring
from trust.formats.cose import split
from trust.formats.crl import load_crl
from trust.formats.status_list import StatusList, decode_status_list
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.revocation import publishing


def number_in(series: Series, octets: bytes) -> int:
    """The number that an edition of this series says it has.

    Raises:
        Conflict: `public-copy-damaged`, it is no edition of this series.

    """
    try:
        if series == TRUST_LIST:
            return _trust_list(octets).sequence
        if series.suffix == ".crl":
            return load_crl(octets).number
        listed = status_list_in(series, octets)
    except TrustError as error:
        raise Conflict("public-copy-damaged", f"{series.name}: an edition cannot be read ({error.reason})") from error
    if series.name.split("/")[1] != str(listed.list):
        raise Conflict("public-copy-damaged", f"{series.name}: an edition of list {listed.list} lies there")
    return listed.number


def check_follows(series: Series, before: Edition, octets: bytes) -> None:
    """Refuse an edition that may not follow the one that the folder has.

    Raises:
        Conflict: as `check_successor` of status lists, revocation lists and trust lists.

    """
    if series == TRUST_LIST:
        trust_listing.check_successor(_trust_list(before.octets), _trust_list(octets))
    elif series.suffix == ".crl":
        revoking.check_successor(load_crl(before.octets), load_crl(octets))
    else:
        publishing.check_successor(status_list_in(series, before.octets), status_list_in(series, octets))


def status_list_in(series: Series, octets: bytes) -> StatusList:
    """The status list in an edition, of either form; raises Malformed."""
    payload = split(octets, publishing.MAX_ENVELOPE).payload
    return decode_status_list(payload) if series.suffix == ".cwt" else decode_bitstring(payload)


def _trust_list(octets: bytes) -> TrustList:
    return decode_trust_list(split(octets, trust_listing.MAX_ENVELOPE).payload)
