"""Whether a licence file is the one that the evidence of a past standing is about.

The log's entry of an issue commits to the token and to both files, each under a salt that stands in the file's covered
metadata. So whoever has the file and the proof of the entry can tell, octet for octet, that this is what was released;
what its seal and signature are worth is for the verification of the file itself.
"""

from keys.sm3 import sm3
from trust.formats.leaf import commitment
from trust.formats.sealed_file import SealedFile
from trust.rules.verdict import Finding, Indication
from verifier.content import read_licence
from verifier.past_parts import Logged
from verifier.reading import FileRead

NAME = "licence-file"


def judge_licence_file(octets: bytes, read: FileRead, identifier: str, issue: Logged | None) -> Finding:
    """Whether the entry of the issue commits to these octets, as they were read; open without the entry's proof."""
    licence = read_licence(read)[1] if isinstance(read, SealedFile) else None
    if licence is None:
        return Finding(7, NAME, Indication.FAILED, "所附文件不是电子证照，或者其中没有受签章保护的证照元数据。")
    if str(licence.identifier) != identifier:
        return Finding(7, NAME, Indication.FAILED, "所附文件是另一本证照。")
    if issue is None:
        return Finding(
            7, NAME, Indication.INDETERMINATE, "没有签发记录的日志证明，不能确认所附文件是否就是签发的那一份。"
        )
    if commitment(licence.log_salt, identifier, sm3(octets)) not in issue.commitments:
        return Finding(7, NAME, Indication.FAILED, "所附文件与签发时记入存证日志的不是同一份。")
    return Finding(7, NAME, Indication.PASSED, "所附文件就是签发时记入存证日志的那一份，未被改动。")
