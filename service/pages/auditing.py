"""The auditor's first page: is what must be published fresh, what happened last, and what was left half done.

Everything here is without personal data: the log's entries are commitments, acts are shown by kind and ground without
their words and without the licence they concern, and what was left half done is only counted. To prove an entry, use
the log itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.guards import Guards
from service.identity import Person, Role
from service.leaked_keys import words_said
from service.pages.issuing import body_names
from service.pages.rendering import render
from service.recent import recent_acts
from service.restoring.forgotten import out_by_log, unreleased
from service.wiring import Yinzheng
from trust.formats.checkpoint import Checkpoint, parse_checkpoint
from trust.formats.crl import load_crl
from trust.formats.leaf import Entry, EntryKind, decode_entry

SHOWN, MOST_KEYS = 20, 200
LEFT_BEHIND = timedelta(minutes=5)
"""After which something begun and not finished is no longer just under way."""

KIND_WORDS = {
    EntryKind.ISSUE: "签发",
    EntryKind.ACT: "处理登记",
    EntryKind.SEAL_USE: "用章",
    EntryKind.STATUS_LIST: "公布状态清单",
    EntryKind.TRUST_LIST: "公布信任列表",
    EntryKind.CATALOGUE: "公布目录条目",
    EntryKind.CRL: "公布证书撤销列表",
    EntryKind.TRAIL: "操作留痕",
}


@dataclass(frozen=True)
class Published:
    """One thing that is published: its name, number, when it was made and until when it holds."""

    name: str
    number: int
    at: datetime
    next_update: datetime


def add_auditing(routes: APIRouter, yinzheng: Yinzheng, guards: Guards) -> None:
    """Add `/audit`."""
    Auditor = Annotated[Person, Depends(guards.person(Role.AUDITOR))]  # noqa: N806  (an alias of a type)

    @routes.get("/audit")
    def audit(request: Request, _auditor: Auditor) -> Response:
        at, archive = yinzheng.now(), yinzheng.archive
        unfinished = unreleased(archive, at - LEFT_BEHIND)
        forgotten = len(out_by_log(archive, unfinished))
        return render(
            request,
            "audit",
            now=at,
            checkpoint=_checkpoint(yinzheng),
            size=archive.log.size(),
            published=_published(yinzheng),
            entries=_entries(yinzheng),
            kinds=KIND_WORDS,
            acts=recent_acts(archive.engine, SHOWN),
            bodies=body_names(yinzheng),
            types=dict(yinzheng.catalogue.types()),
            words=words_said(yinzheng.trail.store, MOST_KEYS),
            left={
                "签发未完成": len(unfinished) - forgotten,
                "引用未完成": len(archive.citations.unrecorded(at - LEFT_BEHIND)),
                "处理未入日志": len(archive.acts.unlogged(100)),
            },
            forgotten=forgotten,
        )


def _checkpoint(yinzheng: Yinzheng) -> Checkpoint | None:
    note = yinzheng.archive.log.latest()
    return None if note is None else parse_checkpoint(note)[0]


def _published(yinzheng: Yinzheng) -> list[Published]:
    """Trust list, status lists and revocation lists, each as it is served."""
    archive, found = yinzheng.archive, []
    if listed := yinzheng.publisher.trust_list():
        found.append(Published("信任列表", listed.sequence, listed.issued_at, listed.next_update))
    served = filter(None, map(archive.publications.current, archive.publications.lists()))
    found += [Published(f"状态清单 {one.list}", one.number, one.at, one.next_update) for one in served]
    for name, label in (("root", "根证书的撤销列表"), ("issuing", "签发证书的撤销列表")):
        if edition := archive.books.editions.current(name):
            found.append(Published(label, edition.number, load_crl(edition.octets).this_update, edition.next_update))
    return found


def _entries(yinzheng: Yinzheng) -> list[tuple[int, Entry]]:
    """The last entries of the log, newest first."""
    end = yinzheng.archive.log.size()
    first = max(0, end - SHOWN)
    octets = yinzheng.archive.log.entries(first, end)
    return [(first + place, decode_entry(one)) for place, one in enumerate(octets)][::-1]
