"""proof: the entry of a licence or of a sealed document in the log, as one small file for whoever cannot ask the log.

Also what `verify` takes along for the log: such a file, and the keys of witnesses that it is to believe.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from issuer.errors import NoSuchLicence
from keys.sm3 import sm3
from service.commands.installation import installation
from service.commands.output import ERR, check_writable, read_file, write_file
from service.public_folder import PublicFolder
from service.public_log import ShownLog
from trust.errors import Malformed
from trust.formats.checkpoint import parse_checkpoint
from trust.formats.cosignature import read_witness_key
from trust.formats.leaf import commitment, sealed_commitment, token_commitment
from trust.formats.log_proof import MAX_LOG_PROOF, LogProof, decode_log_proof, encode_log_proof
from trust.formats.sealed_file import SealedFile
from trust.formats.verifier_key import VerifierKey
from trust.log.proving import prove
from verifier.content import read_licence
from verifier.errors import EvidenceUnusable
from verifier.reading import read_sealed
from verifier.recognising import MAX_FILE, kind_of
from verifier.witnesses import WitnessRule

MAX_KEYS, MAX_PATH = 16 * 1024, 1024


def proof(
    what: Annotated[str, typer.Argument(help="证照标识，或本系统盖过章的文件", metavar="IDENTIFIER|FILE")],
    out: Annotated[Path, typer.Option(help="证明写到哪里")],
    mirror: Annotated[
        Path | None, typer.Option(help="只用公布目录的镜像作证明，不用本机的安装；此时须给出文件")
    ] = None,
) -> None:
    """导出存证证明：日志条目、路径、检查点和见证方的会签，一个小文件，供离线核验（yinzheng verify --proof）。"""
    check_writable(out)
    octets = _own(what) if mirror is None else _from_mirror(read_file(Path(what), MAX_FILE), mirror)
    write_file(out, octets)
    checkpoint, note = parse_checkpoint(decode_log_proof(octets).checkpoint)
    ERR.print(
        f"存证证明 {out}（{len(octets)} 字节），检查点共 {checkpoint.size} 条，会签 {len(note.signatures) - 1} 份。",
        markup=False,
    )


def _from_mirror(data: bytes, mirror: Path) -> bytes:
    """The proof of a licence's file, or of a sealed document, from published files alone."""
    taken = read_sealed(data) if kind_of(data) in {"ofd", "pdf"} else None
    licence = read_licence(taken)[1] if isinstance(taken, SealedFile) else None
    if licence is None:
        wanted = sealed_commitment(data)
    else:
        wanted = commitment(licence.log_salt, str(licence.identifier), sm3(data))
    return encode_log_proof(prove(ShownLog(PublicFolder(mirror)), wanted))


def _own(what: str) -> bytes:
    """The proof of what this installation issued or sealed."""
    yinzheng = installation()
    if len(what) < MAX_PATH and os.path.isfile(what):  # noqa: PTH113  (Path.is_file raises for a name too long for one)
        wanted = sealed_commitment(read_file(Path(what), MAX_FILE))
    else:
        entry = yinzheng.archive.released(what)
        if entry is None:
            raise NoSuchLicence
        wanted = token_commitment(yinzheng.files_of(entry).token)
    return yinzheng.log_proof(wanted)


def proof_in(path: Path) -> LogProof:
    """The log proof in a file.

    Raises:
        EvidenceUnusable: it cannot be read.

    """
    try:
        return decode_log_proof(read_file(path, MAX_LOG_PROOF))
    except Malformed as error:
        raise EvidenceUnusable(error.reason, path.name) from error


def witnesses_in(given: list[str], wanted: int) -> WitnessRule:
    """The witnesses that were named, as lines or as files of lines, and how many of them are wanted.

    Raises:
        EvidenceUnusable: a line that is no key of a witness.

    """
    keys: list[VerifierKey] = []
    for one in given:
        lines = [one] if "+" in one and not Path(one).exists() else text_in(Path(one)).splitlines()
        try:
            keys += [read_witness_key(line) for line in lines if line.strip()]
        except Malformed as error:
            raise EvidenceUnusable(error.reason, "--witness") from error
    return WitnessRule(tuple(dict.fromkeys(keys)), wanted)


def text_in(path: Path) -> str:
    """The text of a small file.

    Raises:
        Usage: it cannot be read.
        Malformed: `verifier-key`, it is no text.

    """
    octets = read_file(path, MAX_KEYS)
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Malformed("verifier-key", "not text") from error
