"""What a template says of each column: whether it must be filled, in what form, how long, and from which list."""

from issuer.batches.columns import Column
from trust.rules.catalogue import LicenceType
from trust.rules.party import HOLDER_CODE_TYPES
from trust.rules.table import CELLS, ROWS

_MOST_CHOICES = 30
_ENDS = {"permanent": "这类证照长期有效，请留空", "years": "当天仍然有效", "given": "长期有效的留空或写“长期”"}
_FORMS = {
    "holder": "与身份证件或登记证件上的完全一致；有几个持证主体的，另加“持证主体2”等列",
    "holder-code": "末位字母用大写；单元格须为文本格式",
    "area": "6 位数字",
    "day": "例：2026-11-21",
    "last-day": "例：2031-11-20",
    "field-day": "例：2026年11月21日",
    "field-month": "例：2026年11月",
    "decimal": "数字，不加千分号，最多六位小数",
    "identity": "18 位；单元格须为文本格式",
    "photo": "照片在压缩包里的文件名，例：张三.jpg；表格和照片一起压缩成一个 ZIP 提交，不要放在文件夹里",
    "aside": "可以不填；本行写“说明”，提交时不读",
}


def hint_of(column: Column, kind: LicenceType) -> str:
    """The hint under a header."""
    need = [] if column.form == "aside" else ["必填" if column.required else "选填"]
    return "；".join([*need, *_more(column, kind)])


def form_of(column: Column, kind: LicenceType) -> str:
    """The same without whether it must be filled."""
    return "；".join(_more(column, kind))


def choices_of(column: Column) -> tuple[str, ...]:
    """What a cell may be chosen from, where there is a list."""
    if column.form == "code-type":
        return tuple(name for _, name in column.choices)
    return tuple(name for _, name in column.choices) if column.form == "choice" else ()


def _more(column: Column, kind: LicenceType) -> list[str]:
    more = [_FORMS[column.form]] if column.form in _FORMS else []
    if column.place == "number":
        more.append("留空即自动取号" if kind.number_drawn else "同类证照的编号不能重复；单元格须为文本格式")
    if column.place == "valid_until":
        more.append(_ENDS[kind.validity])
    if column.form == "code-type":
        more.append("、".join(f"{code} {HOLDER_CODE_TYPES[code].label}" for code in kind.holder_code_types))
    if (rule := column.rule) is None or column.form == "photo":
        return more
    if rule.kind == "table":
        more.append(f"每行依次为{CELLS.join(rule.columns)}；各格用“{CELLS}”、各行用“{ROWS}”或换行隔开")
    if rule.codes:
        names = [name for _, name in rule.codes]
        more.append("、".join(names[:_MOST_CHOICES]) + ("等" if len(names) > _MOST_CHOICES else ""))
    if rule.repeat is not None and rule.repeat > 1:
        more.append(f"最多 {rule.repeat} 个，用“{ROWS}”隔开")
    return [*more, f"最多 {rule.max_length} 字"]
