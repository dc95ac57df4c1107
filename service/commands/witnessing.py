"""witness: looking after a log from another machine, and, beside the log, whose cosignatures it takes.

`init`, `once`, `run`, `status`, `compare` and `check` need no installation: a witness has a folder of its own, with a
key of its own under a passphrase of its own. `log-key`, `admit`, `dismiss` and `list` act on the installation.
"""

import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Annotated

import typer

from keys.custody import Custody
from service import clock
from service.commands.installation import installation, settings
from service.commands.output import ERR, OUT, check_writable, complain, read_file, say_json, write_file
from service.commands.proving import text_in
from service.cryptography import require_signing, take_up_cryptography
from service.errors import LogUnavailable
from service.followed_log import LOOK_S, FollowedLog, check_address, read_consistency
from service.problem import Usage
from service.problems import problem_of
from service.settings import DEMO_PASSPHRASE
from service.witnessing import Watch, WitnessFolder, accusation
from trust.errors import Malformed, Untrusted
from trust.formats.canonical_json import text_of
from trust.formats.checkpoint import MAX_NOTE, SM2_TYPE, check_name, verify_checkpoint
from trust.formats.cosignature import read_witness_key
from trust.formats.merkle import verify_consistency
from trust.formats.misbehaviour import (
    MAX_MISBEHAVIOUR,
    Kind,
    decode_misbehaviour,
    encode_misbehaviour,
    verify_misbehaviour,
)
from trust.formats.verifier_key import VerifierKey, decode_verifier_key, encode_verifier_key

REFUSED, OPEN = 1, 2
MAX_PROOF_FILE = 64 * 1024
witness = typer.Typer(help="存证日志的见证：在另一台机器上检查并会签。", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option(help="见证方的目录（默认数据目录下的 witness）")]
LogKey = Annotated[str | None, typer.Option("--log-key", help="日志公钥：一行文字，或存有它的文件")]
KIND_WORDS = {
    Kind.TWO_ROOTS: "分叉：同样多的条目，两个根",
    Kind.NOT_CONTINUED: "分叉：较大的检查点没有延续较小的那个",
    Kind.ROLLED_BACK: "回退：后来签的检查点条目更少",
}


@witness.command("init")
def init(
    name: Annotated[str, typer.Argument(help="见证方的名称，如 jianzheng.example/yunling")],
    log_key: Annotated[str, typer.Option("--log-key", help="日志公钥：一行文字，或存有它的文件")],
    log: Annotated[str | None, typer.Option("--log", help="日志地址（https）；不写则用文件")] = None,
    folder: Folder = None,
) -> None:
    """建立见证方：生成自己的密钥；输出的一行公钥交给日志一方和核验方。"""
    check_name(name)
    require_signing(settings().libcrypto)
    address = None if log is None else check_address(log)
    made = _folder(folder).make(Watch(name, _log_key(log_key), address))
    OUT.print(encode_verifier_key(made), markup=False)
    ERR.print("请把这一行交给日志一方（yinzheng witness admit）和核验方（yinzheng verify --witness）。", markup=False)


@witness.command("once")
def once(
    note: Annotated[Path | None, typer.Option(help="检查点文件，代替从日志地址取")] = None,
    proof: Annotated[Path | None, typer.Option(help="一致性证明文件（/log/proof/consistency 的应答）")] = None,
    out: Annotated[Path | None, typer.Option(help="会签后的检查点写到哪里")] = None,
    folder: Folder = None,
) -> None:
    """检查一次并会签；有日志地址时同时提交会签。"""
    take_up_cryptography(settings().libcrypto)
    place = _folder(folder)
    if out is not None:
        check_writable(out)
    cosigned = _from_files(place, note, proof) if note is not None else _from_log(place, place.watch.address)
    if out is not None:
        write_file(out, cosigned)


@witness.command("run")
def run(
    every: Annotated[int, typer.Option(min=1, max=86_400, help="隔多少秒检查一次")] = 60,
    folder: Folder = None,
) -> None:
    """一直检查并会签，直到收到结束信号；日志自相矛盾时停下并以 1 退出。"""
    take_up_cryptography(settings().libcrypto)
    place = _folder(folder)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            one, lambda *_: sys.exit(0)
        )  # at once, also while a log dawdles: every write stands being cut off
    address = place.watch.address
    while True:
        try:
            _from_log(place, address)
        except (LogUnavailable, Untrusted, Malformed) as error:
            complain(problem_of(error))  # whoever runs it sees it; the next look may be better
        sleep(every)


@witness.command("status")
def status(with_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False, folder: Folder = None) -> None:
    """见证方是谁、看着哪个日志、最近会签到哪里。"""
    take_up_cryptography(settings().libcrypto)
    place = _folder(folder)
    watch, seen, at = place.watch, place.seen(), place.cosigned()
    checkpoint = seen and seen[1]
    if with_json:
        said = {"key": encode_verifier_key(place.key), "log": watch.log.name, "address": watch.address}
        seen_at = checkpoint and {"size": checkpoint.size, "root": checkpoint.root.hex(), "at": _time(checkpoint.at)}
        say_json(said | {"seen": seen_at or None, "cosigned_at": _time(at) if at else None})
        return
    OUT.print(f"见证方 {watch.name}，日志 {watch.log.name}，地址 {watch.address or '（用文件）'}", markup=False)
    if checkpoint is None or at is None:
        OUT.print("还没有会签过。", markup=False)
        return
    OUT.print(f"{_time(at)} 会签了 {checkpoint.size} 条的检查点（{_time(checkpoint.at)}）", markup=False)


@witness.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="检查点文件")],
    second: Annotated[Path, typer.Argument(help="另一份检查点文件，例如别的见证方的")],
    log_key: LogKey = None,
    log: Annotated[str | None, typer.Option("--log", help="日志地址：两份大小不同时，向它要证明")] = None,
    out: Annotated[Path, typer.Option(help="日志自相矛盾时，证据写到哪里")] = Path("misbehaviour.json"),
    folder: Folder = None,
) -> None:
    """比较两份检查点；退出码 0 相容，1 日志自相矛盾（证据写成一个文件），2 无法确认。"""
    take_up_cryptography(settings().libcrypto)
    check_writable(out)
    key = _folder(folder).watch.log if log_key is None else _log_key(log_key)
    notes = [read_file(path, MAX_NOTE) for path in (first, second)]
    small, large = sorted((verify_checkpoint(note, key.name, key.public) for note in notes), key=lambda one: one.size)
    followed = FollowedLog(log, LOOK_S) if log is not None else None
    found = accusation(notes[0], notes[1], key, None if followed is None else followed.served)
    if found is not None:
        write_file(out, encode_misbehaviour(found))
        OUT.print(f"{KIND_WORDS[found.kind]}。证据在 {out}", markup=False)
        raise typer.Exit(REFUSED)
    if (small.size, small.root) == (large.size, large.root) or small.size == 0:
        OUT.print("两份检查点相容。", markup=False)
        return
    if followed is None or not _joined(followed, small.size, large.size, small.root, large.root):
        OUT.print("大小不同，没有证明把两份连起来；用 --log 指明日志地址后再比。", markup=False)
        raise typer.Exit(OPEN)
    OUT.print(f"两份检查点相容：{large.size} 条延续 {small.size} 条。", markup=False)


@witness.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="证据文件")],
    log_key: LogKey = None,
    folder: Folder = None,
) -> None:
    """查验日志自相矛盾的证据；成立则退出码 0。"""
    take_up_cryptography(settings().libcrypto)
    key = _folder(folder).watch.log if log_key is None else _log_key(log_key)
    proof = decode_misbehaviour(read_file(file, MAX_MISBEHAVIOUR))
    first, second = verify_misbehaviour(proof, key.name, key.public)
    OUT.print(
        f"证据成立。{KIND_WORDS[proof.kind]}。两份都由 {key.name} 签名："
        f"{first.size} 条（{_time(first.at)}）与 {second.size} 条（{_time(second.at)}）。",
        markup=False,
    )


@witness.command("log-key")
def print_log_key() -> None:
    """（日志一方）输出本日志的公钥，由可信途径交给见证方和核验方。"""
    OUT.print(encode_verifier_key(installation().log_key), markup=False)


@witness.command("admit")
def admit(key: Annotated[str, typer.Argument(help="见证方的公钥：一行文字，或存有它的文件")]) -> None:
    """（日志一方）登记见证方，此后收它的会签。"""
    yinzheng, found = installation(), read_witness_key(_line(key))
    yinzheng.archive.witnesses.admit(found, yinzheng.now())
    ERR.print(f"已登记见证方 {found.name}。", markup=False)


@witness.command("dismiss")
def dismiss(name: Annotated[str, typer.Argument(help="见证方的名称")]) -> None:
    """（日志一方）不再收这个见证方的会签；已有的保留。"""
    yinzheng = installation()
    if not yinzheng.archive.witnesses.dismiss(name, yinzheng.now()):
        raise Usage("no-such-witness", f"没有见证方 {name}。", f"there is no witness {name}.")
    ERR.print("已停用。", markup=False)


@witness.command("list")
def listed() -> None:
    """（日志一方）列出见证方的公钥。"""
    for one in installation().archive.witnesses.admitted():
        OUT.print(encode_verifier_key(one), markup=False)


def _from_files(place: WitnessFolder, note: Path, proof: Path | None) -> bytes:
    def joins(_old: int, _new: int) -> Sequence[bytes]:
        return () if proof is None else read_consistency(read_file(proof, MAX_PROOF_FILE))

    cosigned = place.look(read_file(note, MAX_NOTE), joins)
    _say(place)
    return cosigned


def _from_log(place: WitnessFolder, address: str | None) -> bytes:
    """Look at what other witnesses have cosigned, so that several stand under one note, then at the latest."""
    if address is None:
        raise Usage("no-log", "没有日志地址；用 --note 指明检查点文件。", "no address; name a checkpoint with --note.")
    log = FollowedLog(address, LOOK_S)
    place.check_memory(log.cosigned_by(place.watch.name))
    seen, theirs = place.seen(), log.cosigned()
    if theirs is not None and (seen is None or _size(place, theirs) >= seen[1].size):
        _cosign(place, log, theirs)
    cosigned = _cosign(place, log, log.checkpoint())
    _say(place)
    return cosigned


def _cosign(place: WitnessFolder, log: FollowedLog, note: bytes) -> bytes:
    cosigned = place.look(note, log.consistency, log.served)
    log.hand_in(cosigned)
    return cosigned


def _size(place: WitnessFolder, note: bytes) -> int:
    log = place.watch.log
    return verify_checkpoint(note, log.name, log.public).size


def _say(place: WitnessFolder) -> None:
    seen = place.seen()
    if seen is not None:
        ERR.print(f"已会签 {seen[1].size} 条的检查点（{_time(seen[1].at)}）。", markup=False)


def _joined(log: FollowedLog, old: int, new: int, old_root: bytes, new_root: bytes) -> bool:
    """Whether the log gives a proof that joins the two; one that gives none leaves it open."""
    try:
        verify_consistency(old, new, old_root, new_root, log.consistency(old, new))
    except (Untrusted, LogUnavailable):
        return False
    return True


def _folder(folder: Path | None) -> WitnessFolder:
    """The witness in a folder of this machine, with its key under the passphrase of the settings."""
    chosen = settings()
    place = folder or chosen.data / "witness"
    custody = Custody(place / "keys", _passphrase, production=chosen.production, rounds=chosen.key_rounds)
    return WitnessFolder(place, custody, clock.now)


def _passphrase() -> bytes:
    """The passphrase of the witness's key, which may not be the one that everybody knows."""
    chosen = settings().secret()
    if chosen == DEMO_PASSPHRASE.encode():
        raise Usage(
            "no-passphrase",
            "请先设置 YINZHENG_PASSPHRASE：见证方的密钥不用众所周知的演示口令。",
            "set YINZHENG_PASSPHRASE first; a witness's key is not kept under the demo's.",
        )
    return chosen


def _log_key(text: str) -> VerifierKey:
    return decode_verifier_key(_line(text), SM2_TYPE)


def _line(text: str) -> str:
    """A key that was typed, or the one line of a file."""
    if "+" in text and not Path(text).exists():
        return text
    return text_in(Path(text))


def _time(at: datetime) -> str:
    return text_of(at.replace(microsecond=0))
