"""Publishing the second form of a status list: the same publication, signed once more as a Bitstring Status List.

Nothing is decided here. The form is made from the octets of a publication that is current, whose signature has been
checked, and takes its number from it; so it cannot go backwards or take anything back where the first form did not.
What will be signed is stored before it is signed; what was signed is stored, read back, verified and compared.
"""

from contextlib import suppress

from keys.signer import Signer
from keys.sm2 import PublicKey
from trust.errors import Conflict, TrustError
from trust.formats.bitstring_list import BITSTRING_TYPE, decode_bitstring, encode_bitstring
from trust.formats.cose import plan_sign1, unwrap
from trust.formats.status_list import SIZE, StatusList
from trust.revocation.errors import PublicationDamaged
from trust.revocation.ports import Publication, SecondForms
from trust.revocation.publishing import MAX_ENVELOPE, open_status_list


def publish_second_form(forms: SecondForms, signer: Signer, publication: Publication, *, size: int = SIZE) -> bytes:
    """The signed credential of a publication; the one that is stored, where it was made before.

    Raises:
        PublicationDamaged: the publication is not what this signer signed, or what is stored is not what was meant.

    """
    shard, number = publication.list, publication.number
    stored = forms.stored(shard, number)
    if stored is not None:
        return stored
    try:
        meant = open_status_list(publication.octets, signer.public, max_size=size)
        message, complete = plan_sign1(encode_bitstring(meant), signer.public, BITSTRING_TYPE)
        forms.plan(shard, number, message)
        with suppress(Conflict):  # another publisher has completed it meanwhile; what is stored is looked at below
            forms.complete(shard, number, complete(signer.sign(message)))
        found = forms.stored(shard, number)
        if found is not None and open_bitstring(found, signer.public, max_size=size) == meant:
            return found
    except TrustError as error:
        raise PublicationDamaged("second-form", f"list {shard}, number {number}: {error}") from error
    raise PublicationDamaged("second-form", f"list {shard}, number {number} is another list")


def open_bitstring(octets: bytes, public: PublicKey, *, max_size: int = SIZE) -> StatusList:
    """The list in a signed credential.

    Raises:
        Malformed: not such a credential.
        Untrusted: `signature`.

    """
    return decode_bitstring(unwrap(octets, public, content_type=BITSTRING_TYPE, limit=MAX_ENVELOPE), max_size=max_size)
