"""Publishing a reviewed version, and retiring a type: plan, sign, verify, store with the step, log.

The signed entry is the word of the signer of the trust list. It is planned on record before it is signed, read back
under the signer's certificate before it is stored, stored in one transaction with the step that it stands for, and
logged. A crash between storing and logging is mended by logging again: the log keeps the first place.
"""

from collections.abc import Iterable
from datetime import datetime

from issuer.catalogue.defining import event_of, find
from issuer.catalogue.errors import EntryDamaged, EntryUnknown
from issuer.catalogue.life import LIFE, Step
from issuer.catalogue.ports import Entries, Event, Press, Version
from trust.errors import TrustError, Untrusted
from trust.formats.catalogue_entry import CONTENT_TYPE, MAX_ENVELOPE, decode_entry, encode_entry
from trust.formats.certificate import Certificate
from trust.formats.cose import plan_sign1, split, unwrap
from trust.rules.catalogue_entry import CatalogueEntry, EntryStatus
from trust.rules.times import aware
from trust.sealing.ports import Officer

STATUS = {Step.PUBLISH: EntryStatus.PUBLISHED, Step.RETIRE: EntryStatus.RETIRED}


def publish(press: Press, type_code: str, version: int, *, by: Officer, at: datetime, note: str = "") -> Version:
    """Put a reviewed version in force; the versions before it issue nothing new.

    Raises:
        EntryUnknown, StepRefused: there is none that was reviewed.
        TemplateError: its template cannot be had any more.
        EntryDamaged: the template is not the one that was reviewed, or what was signed does not hold.

    """
    found = find(press.entries, type_code, version)
    event = event_of(found, Step.PUBLISH, by=by, at=at, note=note)
    if press.shelf.take(found.type.bundle, found.layout, found.sample).type != found.type:
        raise EntryDamaged(type_code, "the template is not the one that was reviewed")
    return _issue(press, found, event)


def retire(press: Press, type_code: str, *, by: Officer, at: datetime, note: str) -> Version:
    """End a type: nothing more is issued, and everything issued stays what it is.

    Raises:
        EntryUnknown: the type was never published.
        StepRefused: it has been retired.
        EntryRefused: `note-missing`.

    """
    newest = newest_of(press.entries, type_code)
    if newest is None:
        raise EntryUnknown
    return _issue(press, newest, event_of(newest, Step.RETIRE, by=by, at=at, note=note))


def newest_of(entries: Entries, type_code: str) -> Version | None:
    """The highest version of a type that was ever published."""
    own = [one for one in entries.listed() if one.type.code == type_code]
    return max(own, key=lambda one: one.type.bundle_version, default=None)


def read_entry(octets: bytes, certificates: Iterable[Certificate]) -> CatalogueEntry:
    """The entry in an envelope signed by one of these, which the caller has decided to believe.

    Raises:
        Malformed, Untrusted: not such an envelope; `signature` also where the signer is none of them.

    """
    key_id = split(octets, MAX_ENVELOPE).key_id
    for signer in certificates:
        if signer.public_key.key_id == key_id:
            payload = unwrap(octets, signer.public_key, content_type=CONTENT_TYPE, limit=MAX_ENVELOPE)
            return decode_entry(payload)
    raise Untrusted("signature", "signed by a key that signs no catalogue")


def log_again(press: Press, at: datetime) -> None:
    """Log every entry as it was signed last; a crash may have come between storing and logging."""
    documents = [one.document for one in press.entries.listed() if one.document is not None]
    if documents:
        press.log(documents, at)


def _issue(press: Press, version: Version, event: Event) -> Version:
    """Sign what a step says of a version, and store both."""
    signer, certificate = press.signer()
    since = aware(event.at).replace(microsecond=0)
    entry = CatalogueEntry(version.type, version.layout, STATUS[event.step], since)
    message, finish = plan_sign1(encode_entry(entry), signer.public, CONTENT_TYPE)
    number = press.entries.plan(version.place, since, message)
    octets = finish(signer.sign(message))
    try:
        signed = read_entry(octets, [certificate])
    except TrustError as error:
        raise EntryDamaged(version.type.code, f"what was signed does not hold: {error.reason}") from error
    if signed != entry:
        raise EntryDamaged(version.type.code, "what was signed is not what was meant")
    press.entries.complete(version.place, number, octets, version.state, LIFE.after(version.state, event.step), event)
    press.log([octets], event.at)
    return find(press.entries, *version.place)
