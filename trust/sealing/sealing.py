"""Sealing a document 用印: may they, ask, plan, record the use, sign, check what came out, keep it.

    1 permission   the seal is the department's, or the person's own, and may be used now
    2 request      who, which document, what for, where; stored, and above the threshold left for a second person
    3 plan         the digest of the octets to be signed is stored with the request
    4 use          recorded under the seal's limits, before anything is signed
    5 sign, check  the file is read again as any verifier would; what does not hold is never handed out
    6 keep         the file by its digest, then an entry in the log; only now the caller hears of it

The same key, document and place give the same request and, once sealed, the same file. A process that was cut off
anywhere, or met a refusal, is taken up by asking again. All this may take its time: the seal is asked for once more
before the file is kept, and the log gets the instant at which it was done. Planners and readers of formats are ports,
so that this journey knows none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from keys.signer import Signer
from keys.sm3 import sm3
from trust.errors import Conflict, TrustError
from trust.formats.certificate import Certificate
from trust.formats.placing import AtPoint, AtWords, OnPages, Placing, PlannedSealing, Riding
from trust.formats.sealed_document import SealedDocument
from trust.formats.ses import stamped_value
from trust.rules.times import aware
from trust.rules.verdict import Finding, Indication
from trust.sealing.errors import SealingFailed, SealUnknown, SealWishRefused
from trust.sealing.in_force import check_in_force
from trust.sealing.ports import FiledSeal, Officer, SealRegister, SealUse, Standings
from trust.sealing.using import Item, Progress, Request, Requests, Result, ask

Kind = Literal["ofd", "pdf"]
MAX_DOCUMENT = 20 * 1024 * 1024
BEGINNINGS: dict[bytes, Kind] = {b"PK\x03\x04": "ofd", b"%PDF-": "pdf"}
EDGES = {"left": "左", "right": "右", "top": "上", "bottom": "下"}


class Manner(StrEnum):
    """What is put on the document with the seal's key.

    `seal` shows the seal. `ses` does so in PDF as a seal signature of GB/T 38540 in place of CMS. `text` is a signature
    that shows nothing, `package` one over the list of everything in an OFD package (GM/T 0099).
    """

    SEAL = "seal"
    SES = "ses"
    TEXT = "text"
    PACKAGE = "package"

    @property
    def shown(self) -> bool:
        """Whether it has a place on a page."""
        return self in {Manner.SEAL, Manner.SES}


@dataclass(frozen=True)
class Wanted:
    """How a document is to be sealed: where (None: nowhere to be seen), for what reason, whether nothing may follow.

    Raises:
        SealWishRefused: `seal-place`, a place for what is not shown, or none for what is.

    """

    placing: Placing | None
    purpose: str
    lock: bool = False
    manner: Manner = Manner.SEAL

    def __post_init__(self) -> None:
        if (self.placing is not None) is not self.manner.shown:
            raise SealWishRefused("seal-place", self.manner.value)


class Planner(Protocol):
    """Plans one more signature on a document, the same octets to be signed for the same arguments."""

    def __call__(
        self, data: bytes, wanted: Wanted, filed: FiledSeal, certificate: Certificate, at: datetime
    ) -> PlannedSealing: ...


class Files(Protocol):
    """Where sealed files are kept: durable, by their digest (`sm3:…`)."""

    def put(self, octets: bytes) -> str: ...

    def get(self, digest: str) -> bytes: ...


@dataclass(frozen=True)
class SealingDesk:
    """Everything that sealing needs. `pen` gives signer and certificate of a seal, `note` logs a sealed file.

    `now` tells the instant once the document is sealed, which may be long after it was asked for. `stamp` gives a time
    stamp over octets; with it, what has room for one carries one over the signature value.
    """

    seals: SealRegister
    requests: Requests
    standings: Standings
    pen: Callable[[FiledSeal], tuple[Signer, Certificate]]
    planners: Mapping[Kind, Planner]
    readers: Mapping[Kind, Callable[[bytes], SealedDocument]]
    files: Files
    note: Callable[[bytes, datetime], None]
    random: Callable[[int], bytes]
    now: Callable[[], datetime]
    stamp: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Sealed:
    """What came of a request for one document: the request, and the file unless a second person has to approve."""

    request: Request
    kind: Kind
    file: bytes | None


def seal_document(
    desk: SealingDesk,
    seal_id: str,
    data: bytes,
    wanted: Wanted,
    *,
    key: str,
    by: Officer,
    department: str,
    at: datetime,
) -> Sealed:
    """Seal one document, or store the request for it where a second person has to approve.

    Raises:
        SealUnknown: no such seal, or neither the department's nor the person's own.
        SealNotUsable: it is not in force, or lists another certificate.
        SealWishRefused: `seal-document`, neither OFD nor PDF, or too large.
        SealQuotaReached: the seal's limit for the day.
        Conflict: `seal-refused`; `idempotency-mismatch`; what the planner has against document or place.
        Malformed: a text; or the document.
        SealingFailed: something is wrong inside; nothing was handed out.

    """
    filed = usable(desk, seal_id, by=by, department=department, at=at)
    kind = kind_of(data)
    if kind not in desk.planners or kind not in desk.readers:
        raise SealWishRefused("seal-document", kind)
    asked = [(sm3(data), words_of(wanted))]
    request = ask(desk.requests, filed, asked, purpose=wanted.purpose, key=key, by=by, at=at, random=desk.random)
    return seal_item(desk, filed, request, 0, data, wanted, at=at)


def seal_item(
    desk: SealingDesk, filed: FiledSeal, request: Request, place: int, data: bytes, wanted: Wanted, *, at: datetime
) -> Sealed:
    """Seal one document of a request that may go on; raises as `seal_document`, and `seal-request` for another one."""
    kind = kind_of(data)
    if request.progress is Progress.WAITING:
        return Sealed(request, kind, None)
    if request.progress is Progress.REFUSED:
        raise Conflict("seal-refused", request.number)
    if place >= len(request.items) or request.seal_id != filed.seal.seal_id:
        raise Conflict("seal-request", request.number)
    item = request.items[place]
    if (item.document, item.place) != (sm3(data), words_of(wanted)):
        raise Conflict("seal-request", request.number)
    if item.result is Result.SEALED and item.file is not None:
        return Sealed(request, kind, desk.files.get(item.file))
    try:
        file = _sealed(desk, filed, request, place, data, wanted, at=at)
        _in_force(desk, filed, desk.now())  # sealing took its time: the seal may be suspended, its certificate revoked
        name = _kept(desk, file)
    except TrustError as error:
        desk.requests.finish(request.number, place, Result.FAILED, file=None, detail=error.reason)
        raise
    desk.requests.finish(request.number, place, Result.SEALED, file=name, detail="")
    return Sealed(desk.requests.find(request.number) or request, kind, file)


def usable(desk: SealingDesk, seal_id: str, *, by: Officer, department: str, at: datetime) -> FiledSeal:
    """The seal, if these may use it now; raises SealUnknown or SealNotUsable."""
    filed = desk.seals.find(seal_id)
    if filed is None or filed.body_code != department or filed.holder not in {None, by.login}:
        raise SealUnknown
    _in_force(desk, filed, at)
    return filed


def _in_force(desk: SealingDesk, filed: FiledSeal, at: datetime) -> None:
    _, certificate = desk.pen(filed)
    standing = desk.standings.counting(filed.seal.seal_id, at)
    check_in_force(filed.seal, standing=standing, signer=certificate.der, at=at)


def _kept(desk: SealingDesk, file: bytes) -> str:
    """Store a sealed file and log it; its name."""
    name = desk.files.put(file)
    if desk.files.get(name) != file:
        raise SealingFailed("sealing-not-sound", "the stored file differs from what was sealed")
    desk.note(file, desk.now())
    return name


def kind_of(data: bytes) -> Kind:
    """The format of a document by how it begins; readers decide whether it is one.

    Raises:
        SealWishRefused: `seal-document`.

    """
    if len(data) <= MAX_DOCUMENT:
        for beginning, kind in BEGINNINGS.items():
            if data.startswith(beginning):
                return kind
    raise SealWishRefused("seal-document", "an OFD or PDF of at most 20 MB")


def words_of(wanted: Wanted) -> str:
    """The place in words, as the record of the use keeps it; pages count from 1 there."""
    match wanted.placing:
        case AtPoint(page, x, y):
            text = f"第 {page + 1} 页，距左 {x:g}、距上 {y:g} 毫米"
        case OnPages(x, y, pages):
            which = "每页" if pages is None else f"第 {'、'.join(str(page + 1) for page in pages)} 页"
            text = f"{which}，距左 {x:g}、距上 {y:g} 毫米"
        case AtWords(words, occurrence):
            text = f"文字“{words}”第 {occurrence} 处"
        case Riding(edge, y, together):
            along = "居中" if y is None else f"{y:g} 毫米处"
            text = f"骑缝，{EDGES[edge]}边，{along}，每 {together} 页一章"
        case None:
            text = "整包保护" if wanted.manner is Manner.PACKAGE else "文本签名，不显示印章"
    words = f"{text}，GB/T 38540 签章" if wanted.manner is Manner.SES else text
    return f"{words}，锁定" if wanted.lock else words


def _sealed(
    desk: SealingDesk, filed: FiledSeal, request: Request, place: int, data: bytes, wanted: Wanted, *, at: datetime
) -> bytes:
    """Plan, record the use, sign and check; the file."""
    kind, (signer, certificate) = kind_of(data), desk.pen(filed)

    def planned_at(instant: datetime) -> PlannedSealing:
        return desk.planners[kind](data, wanted, filed, certificate, instant)

    planned = _planned(desk.requests, request, place, planned_at, at)
    use = SealUse(filed.seal.seal_id, request.number, sm3(planned.to_be_signed), aware(at), request.by.login)
    desk.seals.record_uses([use])
    raw = signer.sign(planned.to_be_signed)
    if desk.stamp is not None and planned.complete_stamped is not None:
        file = planned.complete_stamped(raw, certificate.der, desk.stamp(stamped_value(raw)))
    else:
        file = planned.complete(raw, certificate.der)
    require_sound(desk.readers[kind](file), certificate)
    return file


def _planned(
    requests: Requests, request: Request, place: int, plan: Callable[[datetime], PlannedSealing], at: datetime
) -> PlannedSealing:
    """The plan, stored before it is used; one that was stored earlier, for its own instant, must be met exactly."""
    instant = request.items[place].planned_at or aware(at)
    planned = plan(instant)
    stored: Item = requests.plan(request.number, place, signed=sm3(planned.to_be_signed), at=instant)
    if stored.planned_at is not None and stored.planned_at != instant:
        planned = plan(stored.planned_at)  # another process planned first
    if stored.signed != sm3(planned.to_be_signed):
        raise SealingFailed("sealing-plan", "what would be signed differs from the stored plan")
    return planned


def require_sound(document: SealedDocument, certificate: Certificate) -> None:
    """Hold a file just sealed against what any verifier will ask of its octets.

    Raises:
        SealingFailed: `sealing-not-sound`, something failed, or the new signature did not pass in every point.

    """
    found = [*document.findings, *(one for facts in document.signatures for one in facts.findings)]
    if failed := sorted({one.name for one in found if one.indication is Indication.FAILED}):
        raise SealingFailed("sealing-not-sound", ", ".join(failed))
    ours = [facts for facts in document.signatures if facts.signer == certificate.der]
    if not any(_passed(facts.findings) for facts in ours):
        raise SealingFailed("sealing-not-sound", "the new signature is not found or leaves something open")


def _passed(findings: tuple[Finding, ...]) -> bool:
    return bool(findings) and all(one.indication is Indication.PASSED for one in findings)
