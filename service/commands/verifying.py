"""verify, bundle export: what a reviewer does, online or at a counter without network."""

import os
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from keys.errors import KeysError
from service import clock
from service.commands.installation import ANCHORS, installation, settings
from service.commands.output import ERR, EXIT, check_writable, complain, read_file, show_verdict, write_file
from service.commands.preserving import archive_in, extras_in
from service.commands.proving import proof_in, witnesses_in
from service.cryptography import take_up_cryptography
from service.preserving import Extras, with_extras
from service.problem import Usage
from service.problems import problem_of
from service.seen_codes import SeenCodes
from trust.errors import Malformed
from trust.formats.bundle import MAX_BUNDLE, Bundle, decode_bundle, encode_bundle
from trust.formats.certificate import Certificate, load_certificate, load_pem, to_pem
from trust.rules.verdict import POLICIES, Indication, Policy
from verifier.archived import verify_archived
from verifier.confinement import Confinement
from verifier.errors import EvidenceUnusable, UnknownPolicy
from verifier.evidence import Evidence, weigh
from verifier.ports import Showings
from verifier.recognising import MAX_FILE
from verifier.verifying import Examined, verify_file, verify_words

MAX_PATH = 1024
YEARS = range(1949, 9000)
"""In these every zone has every day."""
UNAVAILABLE = (OSError, DBAPIError, KeysError)
"""What keeps a verification from its evidence or its means; nothing is known of the licence then."""
MAX_ANCHORS = 1024 * 1024
SEEN = "seen-codes"
"""The file in a data folder where an offline counter notes which 60-second codes it has checked."""


def verify(
    what: Annotated[
        str,
        typer.Argument(help="文件（OFD、PDF、二维码图片）、二维码文字，或证照标识", metavar="FILE|TOKEN|IDENTIFIER"),
    ],
    at: Annotated[str | None, typer.Option(help="核验时刻，如 2026-11-21T12:00:00+08:00（默认现在）")] = None,
    bundle: Annotated[Path | None, typer.Option(help="离线核验包（yinzheng bundle export）")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="不查询任何服务，只用核验包")] = False,
    trust: Annotated[list[Path] | None, typer.Option(help="另加受信任的根证书，PEM 或 DER，可多次")] = None,
    archive: Annotated[Path | None, typer.Option(help="归档证据（yinzheng preserve）")] = None,
    more: Annotated[
        list[Path] | None, typer.Option("--with", help="另加证书（PEM、DER）或撤销列表（DER），可多次")
    ] = None,
    policy: Annotated[str | None, typer.Option(help=f"核验策略：{'、'.join(POLICIES)}")] = None,
    audience: Annotated[
        str | None, typer.Option("--for", help="核验的单位或用途；加注件和指定了出示对象的亮证码据此比对")
    ] = None,
    seen: Annotated[Path | None, typer.Option(help="离线核验时记下用过的限时亮证码的文件（默认在数据目录）")] = None,
    proof: Annotated[Path | None, typer.Option(help="随附的存证证明（yinzheng proof），供离线核验")] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="信任的见证方公钥：一行文字，或每行一个的文件，可多次")
    ] = None,
    quorum: Annotated[int, typer.Option(min=1, max=15, help="检查点至少要几个见证方会签")] = 1,
    with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """核验一份证照；退出码 0 通过，1 未通过，2 无法确认，64 用法不对。"""
    now = instant(at) or clock.now()
    chosen, believed = _policy(policy), witnesses_in(witness or [], quorum)
    if offline and bundle is None:
        raise Usage("no-bundle", "离线核验需要 --bundle 核验包。", "--offline needs --bundle.")
    try:
        take_up_cryptography(settings().libcrypto)
        evidence = _evidence(bundle, anchors_in(trust or []), now, extras_in(more or []))
        evidence = replace(evidence, witnesses=believed, proof=None if proof is None else proof_in(proof))
        if archive is not None:
            file, record = read_file(Path(what), MAX_FILE), archive_in(archive)
            with closing(Confinement()) as readers:
                examined = verify_archived(
                    file, record, evidence, now=now, policy=chosen, audience=audience, look=readers.look
                )
        else:
            given = Given(chosen, audience, None if bundle is None else _memory(seen))
            examined = _verify(what, evidence, now, given, online=bundle is None)
    except UNAVAILABLE as error:
        complain(problem_of(error))
        raise typer.Exit(EXIT[Indication.INDETERMINATE]) from error  # could not check; 1 would say FAILED
    raise typer.Exit(show_verdict(examined, with_json=with_json))


def export(out: Annotated[Path, typer.Argument(help="核验包写到哪里")]) -> None:
    """导出离线核验包；根证书另存为同名 .pem，须由可信途径交给核验方。"""
    yinzheng = installation()
    anchors = out.with_name(f"{out.stem}.pem")
    if anchors == out:
        raise Usage("bundle-name", "核验包不能以 .pem 结尾：那是根证书的文件名。", "a bundle cannot end in .pem.")
    check_writable(out, anchors)
    made = yinzheng.carried_bundle()
    write_file(out, encode_bundle(made))
    write_file(anchors, to_pem(yinzheng.anchors))
    ERR.print(f"核验包 {out}，有效至 {made.expires_at:%Y-%m-%dT%H:%M:%SZ}；根证书 {anchors}", markup=False)


def decode_bundle_file(path: Path) -> Bundle:
    """The bundle in a file.

    Raises:
        EvidenceUnusable: it cannot be read.

    """
    try:
        return decode_bundle(read_file(path, MAX_BUNDLE))
    except Malformed as error:
        raise EvidenceUnusable(error.reason, path.name) from error


def _evidence(bundle: Path | None, extra: tuple[Certificate, ...], now: datetime, more: Extras) -> Evidence:
    """The evidence of a bundle, or of this machine's own installation, and what was named besides."""
    if bundle is not None:
        return weigh(with_extras(decode_bundle_file(bundle), more), (*pinned(), *extra), now)
    yinzheng = installation()
    weighed = weigh(with_extras(yinzheng.evidence_bundle(), more), (*yinzheng.anchors, *extra), now)
    return yinzheng.as_far_as_known(weighed)


@dataclass(frozen=True)
class Given:
    """What was said besides the thing itself: the policy, the purpose or organisation, the memory of codes."""

    policy: Policy | None
    audience: str | None
    showings: Showings | None


def _memory(path: Path | None) -> Showings | None:
    """Where an offline counter remembers codes: the file named, or one in the data folder where there is one."""
    if path is not None:
        return SeenCodes(path)
    return SeenCodes(settings().data / SEEN) if settings().data.is_dir() else None


def _verify(what: str, evidence: Evidence, now: datetime, given: Given, *, online: bool = False) -> Examined:
    """A file if there is one of that name, else words."""
    ports = installation().online if online else None
    if len(what) < MAX_PATH and os.path.isfile(what):  # noqa: PTH113  (Path.is_file raises for a name too long for one)
        data = read_file(Path(what), MAX_FILE)
        with closing(Confinement()) as readers:  # its process is started only for a file of several versions
            return verify_file(data, evidence, now=now, online=ports, **vars(given), look=readers.look)
    if any(what.lower().endswith(ending) for ending in (".ofd", ".pdf", ".png", ".jpg", ".jpeg")):
        raise Usage("no-such-file", f"没有文件 {what}。", f"there is no file {what}.")
    return verify_words(what, evidence, now=now, online=ports, **vars(given))


def instant(text: str | None) -> datetime | None:
    """An instant that was typed; it must carry a zone, and lie in a year of ours.

    Raises:
        Usage: it is none.

    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Usage(
            "time", f"时间写法不对：{text}，例如 2026-11-21T12:00:00+08:00。", f"not a time: {text}."
        ) from error
    if found.tzinfo is None:
        raise Usage("time-zone", "时间必须带时区，例如 2026-11-21T12:00:00+08:00。", "the time needs a zone.")
    if found.year not in YEARS:
        raise Usage("time", f"时间不在可用的年份之内：{text}。", f"not in a year that can be used: {text}.")
    return found.astimezone(UTC)


def _policy(name: str | None) -> Policy | None:
    if name is None:
        return None
    if name not in POLICIES:
        raise UnknownPolicy(name)
    return POLICIES[name]


def pinned() -> tuple[Certificate, ...]:
    """The anchors of this machine's own installation, where there is one; its database is not asked."""
    kept = settings().data / ANCHORS
    return anchors_in([kept]) if kept.exists() else ()


def anchors_in(paths: list[Path]) -> tuple[Certificate, ...]:
    """The root certificates in files, PEM or DER.

    Raises:
        EvidenceUnusable: one of them is none.

    """
    found: list[Certificate] = []
    for path in paths:
        octets = read_file(path, MAX_ANCHORS)
        try:
            found += load_pem(octets) if octets.lstrip().startswith(b"-----BEGIN") else [load_certificate(octets)]
        except Malformed as error:
            raise EvidenceUnusable(error.reason, path.name) from error
    return tuple(found)
