"""What a key signed as a table that spreadsheet programs open: one line each, every cell neutral."""

from collections.abc import Iterable, Iterator, Mapping

from issuer.batches.neutral import csv_octets
from service.lost_keys.signed import Kind, Signed
from trust.rules.licence import CHINA

HEAD = ("种类", "类型或印章", "标识", "单位代码", "单位", "作出时间", "时间证明", "存证日志序号", "核验结果（联网）")


def signed_csv(some: Iterable[Signed], *, body_code: str, body_name: str, types: Mapping[str, str]) -> bytes:
    """The table as the octets of a CSV file; `types` gives the names of licence types by code."""
    return csv_octets([HEAD, *_rows(some, body_code, body_name, types)])


def _rows(
    some: Iterable[Signed], body_code: str, body_name: str, types: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    for one in some:
        what = one.type_code if one.kind is Kind.DOCUMENT else types.get(one.type_code, one.type_code)
        yield (
            one.kind.label,
            what,
            one.subject,
            body_code,
            body_name,
            one.made_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            one.proof.label,
            "" if one.log_index is None else str(one.log_index),
            "仍然有效" if one.proof.value == "before" else "不再有效",
        )
