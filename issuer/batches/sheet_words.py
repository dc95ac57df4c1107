"""Sentences for what is wrong with a sheet, in Chinese: what it is, and what to do about it."""

from functools import lru_cache
from types import MappingProxyType

AS_TEXT = "请把这一列的单元格格式设为“文本”，再重新填写"

SENTENCES = MappingProxyType(
    {
        # of the file
        "empty-file": "文件是空的。请用下载的模板填写后再上传。",
        "too-large": "文件超过 {0} MB。请分成几个文件上传。",
        "encoding": "文字编码既不是 UTF-8 也不是 GB 18030。请另存为“CSV UTF-8（逗号分隔）”后再上传。",
        "not-a-sheet": "不是可以读取的 CSV 或 XLSX 文件。请用下载的模板填写后再上传。",
        "old-format": "是旧版（.xls）或加了密码的表格。请去掉密码，另存为 .xlsx 或 CSV 后再上传。",
        "other-format": "不支持 {0} 格式。请另存为 .xlsx 或 CSV 后再上传。",
        "macros": "含有宏。请另存为不含宏的 .xlsx 后再上传。",
        "xlsx-bounds": "XLSX 展开后过大，或压缩率异常。请只保留要填写的工作表，另存后再上传。",
        "xlsx-form": "XLSX 的内部结构有误。请用表格软件打开后另存为 .xlsx，再上传。",
        "xml-doctype": "XLSX 内含有不允许的文档类型声明或实体。请用表格软件打开后另存为 .xlsx，再上传。",
        "no-sheet": "没有可见的工作表。请把数据填在可见的工作表里。",
        "several-sheets": "有几张工作表都填了内容（{0}）。请只保留一张，或把要用的一张命名为“批量填写”。",
        # of a ZIP with a table and photographs
        "zip-form": "压缩包不完整或者有损坏。请重新压缩后再上传。",
        "zip-bounds": "压缩包过大、文件太多或压缩率异常。请分成几个压缩包上传。",
        "zip-encrypted": "压缩包加了密码。请不加密码重新压缩后再上传。",
        "zip-folder": "压缩包里有文件夹（{0}）。请打开文件夹，直接选中表格和照片压缩，不要连同文件夹一起压缩。",
        "zip-names": "压缩包里的文件名“{0}”无法读取，或者过长。请改名后重新压缩。",
        "zip-twice": "压缩包里有两张照片同名（{0}），大写小写不作区别。请改名后重新压缩。",
        "zip-other": "压缩包里有别的文件（{0}）。请只放一张表格（.xlsx 或 .csv）和照片（.jpg、.jpeg 或 .png）。",
        "zip-no-table": "压缩包里没有表格。请把填好的表格和照片一起压缩。",
        "zip-several-tables": "压缩包里不止一张表格（{0}）。请只留一张。",
        "zip-changed": "压缩包在读取之后被改动过。请等它写完、不再改动时重新提交。",
        "too-many-rows": "超过 {0} 行。请分成几个文件上传。",
        "too-many-columns": "超过 {0} 列。请删去多余的列。",
        "too-many-problems": "问题已有 {0} 处，从这一行起没有再读。请先更正前面的，再重新提交。",
        "no-rows": "只有表头，没有数据行。请从第二行起填写。",
        # of the headers
        "no-headers": "没有找到表头。请在第一行写上各列的名称，与模板一致。",
        "separator": "各列没有用半角逗号隔开。请另存为“CSV UTF-8（逗号分隔）”后再上传。",
        "unknown-column": "不认识这一列。请改成模板里的列名，或在上传时指定它对应哪一项；不需要的列请删去。",
        "double-column": "与第 {0} 列是同一项。请只保留一列。",
        "missing-column": "缺少这一列。请补上，每行都要填写。",
        "hidden-column": "这一列被隐藏了。请取消隐藏并核对内容，或删去这一列。",
        "mapping-unknown": "指定的对应项“{0}”不存在。请重新选择。",
        # of a row
        "hidden-row": "这一行被隐藏或筛选掉了。请取消隐藏并核对内容，或删去这一行。",
        "no-header": "第 {0} 列没有表头，却填了内容。请补上表头或删去内容。",
        "line-too-long": "这一行超过 100 万字。请核对引号是否成对、换行是否正确。",
        "quotes": "引号不成对或位置不对，从这一行起无法读取。含逗号或换行的内容须用半角双引号括起，其中的引号写两个。",
        "cell-too-long": "有单元格超过 {0} 字。请缩短。",
        # of a cell
        "missing": "请填写这一项。",
        "not-corrected": "还没有更正。请改填正确的内容，并删去“【待更正】”。",
        "formula": "是公式。请复制后“选择性粘贴”为数值，再核对内容。",
        "error-cell": "是出错的值（如 #N/A）。请改填正确的内容。",
        "truth-cell": f"是逻辑值（TRUE 或 FALSE）。{AS_TEXT}。",
        "number-format": f"用了会改变显示的格式（如小数位数、百分比、附加文字），看到的与实际的可能不同。{AS_TEXT}。",
        "text-format": "条件格式里有会改变文字显示的数字格式，看到的与实际的可能不同。请清除条件格式，再核对内容。",
        "number-cell": f"是数值格式，前导零会丢失。{AS_TEXT}。",
        "number-mangled": f"长数字已被表格软件改写（如 5.30199E+17，或末尾多出 .0），原来的数字已经丢失。{AS_TEXT}。",
        "digits-lost": f"第 15 位以后的数字已被表格软件改成 0。{AS_TEXT}。",
        "leading-zeros": f"位数不够，前导零可能已经丢失。{AS_TEXT}，例如 001。",
        "date-cell": f"是日期格式，而这一项不是日期。{AS_TEXT}。",
        "not-a-day": "不是真实存在的日期。请写作 2026-11-21、20261121、2026年11月21日 或 2026/11/21，不带时间。",
        "not-a-month": "不是真实存在的年月。请写作 2026年11月 或 2026-11。",
        "several-in-one": "一格只能填一个持证主体。有几个的，请加上“持证主体2”“持证主体代码2”“持证主体代码类型2”等列。",
        "line-break": "含有换行。请删去换行。",
        # of a photograph
        "photo-needs-zip": "照片没有一起提交。请把表格和照片压缩成一个 ZIP 后再上传。",
        "photo-missing": "压缩包里没有“{0}”这张照片。请核对文件名。",
        "photo-ambiguous": "压缩包里有几张照片叫“{0}”，只是扩展名不同。请写全文件名。",
        "photo-damaged": "照片文件有损坏，解压不出来。请重新压缩。",
        "photo-format": "不是可以读取的 JPEG 或 PNG 照片。请另存为 JPG 后再压缩。",
        "photo-octets": "照片是空的，或者超过 6 MB。请换一张或者缩小后再压缩。",
        "photo-dots": "照片太小或太大：短边不少于 120 点，总共不超过 3000 万点。请换一张。",
        "photo-shape": "照片的长宽比例与证件上的位置相差太大，会裁去三分之一以上。请按证件上的比例裁剪，横竖放正。",
        "photo-limit": "照片读取过慢或占用过多，没有读完。请另存为普通的 JPG 后再压缩。",
        # warnings
        "photo-unused": "压缩包里有 {0} 张照片没有用到：{1}。请核对是否漏填。",
        "photo-shared": "与第 {0} 行用的是同一张照片。请核对。",
    }
)


@lru_cache(maxsize=1024)
def sentence_of(reason: str, *facts: object) -> str:
    """The sentence for a reason of this package, with its facts filled in."""
    return SENTENCES[reason].format(*facts)
