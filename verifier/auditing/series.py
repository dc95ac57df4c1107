"""Series of published lists: each signed and later than the one before, nothing taken back, no hole in between.

What is judged of one list stands in its signed content alone. Every list is remembered by its digest, so that after the
walk over the log it is known whether, and where, it was logged. A payload whose signer is not known is read all the
same, and said to be unsigned: what it contradicts is then still found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from keys.sm2 import PublicKey
from keys.sm3 import sm3
from trust.errors import Malformed, TrustError, Untrusted
from trust.formats import cose
from trust.formats.canonical_json import text_of
from trust.formats.catalogue_entry import CONTENT_TYPE as CATALOGUE_TYPE
from trust.formats.catalogue_entry import decode_entry as decode_catalogue_entry
from trust.formats.certificate import Purpose
from trust.formats.crl import RevocationList, load_crl
from trust.formats.leaf import EntryKind
from trust.formats.merged_revocations import merged
from trust.formats.path import check_list_issued
from trust.formats.status_list import STATUS_LIST_TYPE, StatusList, decode_status_list, entries_lost
from trust.formats.trust_list import CONTENT_TYPE as TRUST_LIST_TYPE
from trust.formats.trust_list import TrustList, decode_trust_list
from trust.rules.mandate import Mandate
from trust.rules.seal_standing import ListedSeal
from verifier.auditing.ports import Edition
from verifier.auditing.report import Report
from verifier.auditing.signers import MAX_ENVELOPE, Signers

MOST_NAMED = 10
ROOT = "root"
"""The name of the root among the authorities that publish revocation lists."""
KINDS = {
    "status-lists": EntryKind.STATUS_LIST,
    "trust-lists": EntryKind.TRUST_LIST,
    "revocation-lists": EntryKind.CRL,
    "catalogue": EntryKind.CATALOGUE,
}


@dataclass(frozen=True)
class Expected:
    """A published document that the log must have: of which check, where it was found, since when, over which size."""

    check: str
    place: str
    at: datetime
    log_size: int | None = None


class Series:
    """Judges series; `expected` is what the log must have, by digest."""

    def __init__(self, signers: Signers, report: Report, now: datetime) -> None:
        self._signers, self._report, self._now = signers, report, now
        self.expected: dict[bytes, Expected] = {}
        self.last_trust_list: TrustList | None = None

    def trust_lists(self, editions: Iterator[Edition]) -> None:
        """Judge trust lists, oldest first; their certificates are known from then on."""
        before: TrustList | None = None
        for edition in editions:
            listed = self._trust_list(edition)
            if listed is None:
                continue
            self._known(edition, "trust-lists", listed.issued_at)
            self._number("trust-lists", edition, listed.sequence, before.sequence if before else None)
            if before is not None:
                self._times("trust-lists", edition, before.issued_at, before.next_update, listed.issued_at)
                self._kept(edition, before, listed)
            before = listed
        if before is not None:
            self._stale("trust-lists", "信任列表", before.next_update)
            self.last_trust_list = before

    def status_lists(self, lists: Mapping[int, Iterator[Edition]]) -> None:
        """Judge status lists, each list's editions oldest first."""
        for shard, editions in sorted(lists.items()):
            before: StatusList | None = None
            for edition in editions:
                found = self._status_list(edition, shard)
                if found is None:
                    continue
                self._known(edition, "status-lists", found.issued_at, found.log_size)
                self._number("status-lists", edition, found.number, before.number if before else None)
                if before is not None:
                    self._times("status-lists", edition, before.issued_at, before.next_update, found.issued_at)
                    self._entries(edition, before, found)
                before = found
            if before is not None:
                self._stale("status-lists", f"状态清单 {shard}", before.next_update)

    def revocation_lists(self, lists: Mapping[str, Iterator[Edition]]) -> None:
        """Judge revocation lists of certificates, each authority's oldest first."""
        for name, editions in sorted(lists.items()):
            before: RevocationList | None = None
            for edition in editions:
                found = self._revocation_list(edition, name)
                if found is None:
                    continue
                self._known(edition, "revocation-lists", found.this_update)
                self._number("revocation-lists", edition, found.number, before.number if before else None)
                if before is not None:
                    self._times("revocation-lists", edition, before.this_update, before.next_update, found.this_update)
                    self._certificates(edition, before, found)
                before = found
            if before is not None:
                self._stale("revocation-lists", f"撤销列表 {name}", before.next_update)

    def catalogue(self, editions: Iterator[Edition]) -> None:
        """Judge signed catalogue entries."""
        for edition in editions:
            self._report.look("catalogue")
            payload = self._payload("catalogue", edition, CATALOGUE_TYPE, Purpose.TRUST_LIST, self._now)
            try:
                entry = decode_catalogue_entry(payload) if payload is not None else None
            except TrustError as error:
                self._unreadable("catalogue", edition, error)
                continue
            if entry is not None:
                self._known(edition, "catalogue", entry.since)

    # --- reading ---------------------------------------------------------------------------------------------------

    def _trust_list(self, edition: Edition) -> TrustList | None:
        self._report.look("trust-lists")
        try:
            listed = decode_trust_list(cose.split(edition.octets, MAX_ENVELOPE).payload)
        except TrustError as error:
            self._unreadable("trust-lists", edition, error)
            return None
        self._signers.admit(listed)
        if self._payload("trust-lists", edition, TRUST_LIST_TYPE, Purpose.TRUST_LIST, listed.issued_at) is None:
            return None
        return listed

    def _status_list(self, edition: Edition, shard: int) -> StatusList | None:
        self._report.look("status-lists")
        try:
            found = decode_status_list(cose.split(edition.octets, MAX_ENVELOPE).payload)
        except TrustError as error:
            self._unreadable("status-lists", edition, error)
            return None
        if self._payload("status-lists", edition, STATUS_LIST_TYPE, Purpose.STATUS_LIST, found.issued_at) is None:
            return None
        if found.list != shard:
            self._report.failed(
                "status-lists",
                "list-elsewhere",
                f"状态清单 {shard} 的位置上是另一份（{found.list}）。",
                path=edition.place,
            )
            return None
        return found

    def _revocation_list(self, edition: Edition, name: str) -> RevocationList | None:
        self._report.look("revocation-lists")
        try:
            found = load_crl(edition.octets)
        except Malformed as error:
            self._unreadable("revocation-lists", edition, error)
            return None
        authorities = [one for one in self._signers.authorities if one.subject == found.issuer]
        if not authorities:
            self._report.open(
                "signers", "crl-signer", "没有签发机构的证书，撤销列表的签名未能核对。", path=edition.place
            )
            return found
        if self._signers.pinned and self._signers.is_root(found.issuer) is not (name == ROOT):
            said = "这一位置上的撤销列表是另一个机构签发的。"
            self._report.failed("revocation-lists", "list-elsewhere", said, path=edition.place)
            return None
        if not any(_issued(found, one.public_key) for one in authorities):
            self._report.failed("revocation-lists", "list-signature", "撤销列表的签名不成立。", path=edition.place)
            return None
        return found

    def _payload(self, check: str, edition: Edition, content_type: str, purpose: Purpose, at: datetime) -> bytes | None:
        """The payload; one whose signer is not known is given too, with a finding, and one wrongly signed is not."""
        try:
            return self._signers.unwrap(edition.octets, content_type, purpose, at)
        except Untrusted as error:
            if error.reason == "signer-unknown":
                said = "签名人不在所给的根证书之下，或没有它的证书；签名未能核对。"
                self._report.open("signers", f"{check}-signer", said, path=edition.place)
                return cose.split(edition.octets, MAX_ENVELOPE).payload
            self._report.failed(check, "list-signature", "签名不成立。", path=edition.place, reason=error.reason)
        except Malformed as error:
            self._unreadable(check, edition, error)
        return None

    def _unreadable(self, check: str, edition: Edition, error: TrustError) -> None:
        said = f"读不出来（{error.reason}）。"
        self._report.failed(check, "list-unreadable", said, path=edition.place, reason=error.reason)

    # --- judging ---------------------------------------------------------------------------------------------------

    def _known(self, edition: Edition, check: str, at: datetime, log_size: int | None = None) -> None:
        self.expected[sm3(edition.octets)] = Expected(check, edition.place, at, log_size)

    def _number(self, check: str, edition: Edition, number: int, before: int | None) -> None:
        if edition.number is not None and edition.number != number:
            said = f"存为第 {edition.number} 期，内容却是第 {number} 期。"
            self._report.failed(check, "list-number", said, path=edition.place, number=number)
        elif before is not None and number <= before:
            said = f"第 {number} 期排在第 {before} 期之后：期号重复或倒退。"
            self._report.failed(check, "list-number", said, path=edition.place, number=number, before=before)

    def _times(self, check: str, edition: Edition, last: datetime, next_update: datetime, at: datetime) -> None:
        if at < last:
            said = f"签发时间 {text_of(at)} 早于前一期的 {text_of(last)}。"
            self._report.failed(check, "list-time", said, path=edition.place, at=text_of(at), before=text_of(last))
        elif at > next_update:
            said = f"前一期到 {text_of(next_update)} 为止，这一期 {text_of(at)} 才公布：其间没有有效的清单。"
            self._report.open(
                check, "list-gap", said, path=edition.place, since=text_of(next_update), until=text_of(at)
            )

    def _stale(self, check: str, what: str, next_update: datetime) -> None:
        if next_update <= self._now:
            said = f"{what}到 {text_of(next_update)} 为止，其后没有再公布。"
            self._report.open(check, "list-stale", said, since=text_of(next_update))

    def _entries(self, edition: Edition, before: StatusList, found: StatusList) -> None:
        """Nothing that ended comes back, and the log only grows."""
        if entries_lost(before.bits, found.bits):
            gone = [one for one in range(before.size) if before.value(one) == 1 and _value(found, one) != 1]
            self._report.failed(
                "status-lists",
                "list-unrevoked",
                f"前一期里已经失效的 {len(gone)} 个条目，这一期不再是失效。",
                path=edition.place,
                number=found.number,
                before=before.number,
                entries=gone[:MOST_NAMED],
            )
        if found.log_size < before.log_size:
            said = f"清单所依据的日志条数从 {before.log_size} 退到 {found.log_size}。"
            self._report.failed("status-lists", "list-log-size", said, path=edition.place, number=found.number)

    def _certificates(self, edition: Edition, before: RevocationList, found: RevocationList) -> None:
        """A certificate that was revoked stays so, from no later and no less gravely; one on hold may come back."""
        final = {serial: one for serial, one in before.revoked.items() if one.reason.value != "certificate_hold"}
        gone = [f"{serial:x}" for serial in final if serial not in found.revoked]
        milder = [
            f"{serial:x}"
            for serial, one in final.items()
            if serial in found.revoked and merged((found.revoked[serial], one)) != found.revoked[serial]
        ]
        where = {"path": edition.place, "number": found.number, "before": before.number}
        if gone and (before.kept_since is not None or found.kept_since is not None):
            said = f"前一期里撤销了的 {len(gone)} 张证书，这一期没有了。"
            self._report.failed("revocation-lists", "list-unrevoked", said, serials=gone[:MOST_NAMED], **where)
        elif gone:
            said = f"前一期里撤销了的 {len(gone)} 张证书，这一期没有了；清单没有说过期的也保留，无从判断是否只因过期。"
            self._report.open("revocation-lists", "list-entries-gone", said, serials=gone[:MOST_NAMED], **where)
        if milder:
            said = f"前一期里撤销了的 {len(milder)} 张证书，这一期的撤销日期、原因或失密日期改轻了。"
            self._report.failed("revocation-lists", "list-milder", said, serials=milder[:MOST_NAMED], **where)

    def _kept(self, edition: Edition, before: TrustList, found: TrustList) -> None:
        """Certificates, mandates and seals that were listed stay."""
        gone = {one.der for one in before.certificates} - {one.der for one in found.certificates}
        if gone:
            self._taken_back(edition, "certificates", "证书", [sm3(der).hex()[:16] for der in sorted(gone)])
        mandates = {_facts(one): one.valid_until for one in found.mandates}
        missing = [one.number for one in before.mandates if not _still(one, mandates)]
        if missing:
            self._taken_back(edition, "mandates", "职权", missing)
        seals = {one.seal_id: one for one in found.seals or ()}
        lost = [one.seal_id for one in before.seals or () if not _continues(one, seals.get(one.seal_id))]
        if lost:
            self._taken_back(edition, "seals", "印章", lost)

    def _taken_back(self, edition: Edition, what: str, word: str, which: list[str]) -> None:
        self._report.failed(
            "trust-lists",
            f"list-{what}",
            f"前一期列出的 {len(which)} 项{word}，这一期没有了或改了过去。",
            path=edition.place,
            which=which[:MOST_NAMED],
        )


def _facts(mandate: Mandate) -> tuple[object, ...]:
    """What never changes of a mandate."""
    return (
        mandate.number,
        mandate.issuer_code,
        mandate.type_code,
        mandate.valid_from,
        mandate.area,
        mandate.delegated_from,
    )


def _still(mandate: Mandate, found: Mapping[tuple[object, ...], datetime | None]) -> bool:
    """Whether a mandate is still listed, and an end that was set has not been moved away."""
    if (facts := _facts(mandate)) not in found:
        return False
    ends, later = mandate.valid_until, found[facts]
    return ends is None or (later is not None and later <= ends)


def _issued(found: RevocationList, key: PublicKey) -> bool:
    try:
        check_list_issued(found, key)
    except Untrusted:
        return False
    return True


def _value(found: StatusList, index: int) -> int | None:
    return found.value(index) if index < found.size else None


def _continues(before: ListedSeal, found: ListedSeal | None) -> bool:
    """Whether a listed seal is the same one; its history may change, since an act may take effect in the past."""
    facts = (before.digest, before.filed_at, before.body_code)
    return found is not None and (found.digest, found.filed_at, found.body_code) == facts
