"""What is said of a mistake in a template: a sentence in Chinese and one in English, by the reason of the fault."""

from templates.words import Fault

_PATTERN = (
    "pattern 不是可用的写法：可用字符本身、\\d、[…]、[^…]、.、(…|…)，后面可跟一个 ?、*、+、{n} 或 {n,m}；"
    "总是指整段文字，不写 ^ 和 $；次数展开后合计不超过 256 个字符位（后面是第几个字符处有什么问题）"
)
_PATTERN_IN_ENGLISH = (
    "this is no pattern: characters, \\d, [...], [^...], ., (...|...), each with one of ?, *, +, {n}, {n,m}; "
    "it means the whole text, without ^ and $; 256 places at most when counts are written out (place: what)"
)
SENTENCES: dict[str, tuple[str, str]] = {
    "too-large": ("template.toml 过大", "template.toml is too large"),
    "not-toml": ("不是正确的 TOML 写法", "this is not TOML"),
    "unreadable": ("文件读不出来，或者不是 UTF-8", "the file cannot be read, or is not UTF-8"),
    "missing-word": ("缺少这一项", "this word is missing"),
    "unknown-word": ("没有这个词，可能拼错；可用的词见后", "there is no such word; those there are follow"),
    "words": ("这一表的词不对：缺少、多余或者写法不对", "the words of this table are not right"),
    "number": ("应当是范围内的数", "a number within bounds is wanted"),
    "text": ("应当是一段文字", "a text is wanted"),
    "choice": ("应当是列出的词之一", "one of the listed words is wanted"),
    "colour": ("颜色应写成 #rrggbb", "a colour is written #rrggbb"),
    "table": ("应当是一个表", "a table is wanted"),
    "tables": ("应当是一组表（[[…]]）", "a list of tables is wanted"),
    "too-many": ("太多，超过上限", "too many"),
    "path-data": ("图形数据只能由 M、L、Q、B、Z 和毫米数组成", "path data are M, L, Q, B, Z and millimetres"),
    "background-missing": ("背景图不在模板的文件夹里", "the background is not in the folder"),
    "picture-octets": ("图片过大", "the picture is too large"),
    "picture-dots": ("图片的点数不合适", "the picture has too many or too few dots"),
    "picture-format": (
        "图片应为基线 JPEG，或者不透明、不隔行的 PNG",
        "a baseline JPEG, or a PNG without transparency and interlacing, is wanted",
    ),
    "picture-metadata": ("图片带有附加信息，请去掉后再用", "the picture carries metadata; remove them"),
    "continues-nothing": ("续页没有它所接续的表格", "the page has no table of the name it continues"),
    "continued-twice": ("同一个表格有两个续页", "a table is continued on two kinds of pages"),
    "seal-on-continuation": ("印章不能放在续页上", "the seal cannot stand on a continuation page"),
    "no-such-value": ("没有这个照面项", "there is no such value"),
    "no-value": ("这一格没有引用任何照面项；固定文字请用 label", "the slot names no value; a fixed text is a label"),
    "name-taken": ("这个名称是标准项所用，请换一个", "this key is taken by a standard item"),
    "reserved-words": (
        "固定文字中不能有这几个字：它们只由系统在转换和加注时标注，请改写",
        "fixed texts may not have these words, which only the system sets; say it otherwise",
    ),
    "grade-words": (
        "固定文字中不能有“A级”一类的字样：会被当成存量转换的证据等级；等级应作为照面项由数据给出",
        "fixed texts may not name a grade, which would pass for that of the evidence; let a value say it",
    ),
    "not-shown": ("照面上没有显示这一项", "nothing on the face shows this"),
    "wrong-kind": ("这一项的种类与显示它的方式不符", "the kind of this field and its place do not fit"),
    "columns-order": ("表格各列应当依次取用单元格，序号列放在最前", "columns take the cells in their order"),
    "columns-missing": ("表格没有显示全部单元格", "the table leaves cells out"),
    "columns-many": ("表格的列多于单元格", "the table has more columns than cells"),
    "beside": ("只有持证主体的表格可以并列另一个表格", "only the table of holders takes another beside it"),
    "does-not-fit": ("固定文字放不下", "a fixed text does not fit"),
    "missing-glyph": ("字库中没有这个字", "the typeface has no such character"),
    "code-small": ("二维码太小，每个模块应不小于 0.5 毫米", "the code is too small: 0.5 mm a module at least"),
    "code-does-not-fit": ("样例的二维码放不下", "the sample's code does not fit"),
    "seal-off-page": ("印章超出页面", "the seal runs off the page"),
    "seal-beside": ("印章没有盖住颁发机构名称和颁发日期", "the seal does not lie over issuing body and date"),
    "off-page": ("有内容超出边框或者纸面", "something runs over the border or off the paper"),
    "conversion-room": (
        "存量转换的标注没有位置：请在第一页边框外（或边框上沿内侧）留出一行",
        "there is no room for the line of a conversion: leave a line below the frame, or under its upper edge",
    ),
    "copy-room": ("加注件的水印和说明放不下", "the marks of an annotated copy do not fit"),
    "not-legible": (
        "这一处的文字看不清，核验时不算显示：颜色与底色对比不足 3:1、字高不足 1 毫米、被图形盖住或者超出纸面",
        "this text cannot be read and counts as not shown: contrast below 3:1, below 1 mm, covered or off the paper",
    ),
    "pale-on-background": (
        "这一处的文字在背景图上看不清：与背景的对比不足 3:1，请把背景调浅，或者换文字的颜色",
        "this text does not stand out from the background (below 3:1); lighten that, or change the ink",
    ),
    "overlap": ("与另一处重叠", "this lies on another part"),
    "full-length-does-not-fit": (
        "这一项写满时照面放不下：请减小 max_length，或者加大位置、减小 smallest",
        "at its full length this item does not fit: lower max_length, or enlarge its place",
    ),
    "holders-does-not-fit": (
        "持证主体名称较长或者有多个时放不下（个数 × 字数）",
        "long or several holders do not fit (count × characters)",
    ),
    "field-pattern": (_PATTERN, _PATTERN_IN_ENGLISH),
    "trial-limit": ("在限定的时间和内存内没有检查完，请简化模板", "it could not be checked within bounds; simplify it"),
    "trial-busy": ("正在检查别人的模板，请稍后再试", "another template is being checked; try again later"),
    "sample": ("样例不是这一类型的合格证照", "the sample is no licence of the type"),
    "sample-unreadable": ("sample.json 读不出来", "sample.json cannot be read"),
    "photo-missing": ("样例缺少照片", "the sample's photograph is missing"),
}
OTHER = ("不合规定", "this breaks a rule")


def words_of(fault: Fault) -> tuple[str, str]:
    """The sentences for a fault; rules of licence types have reasons of their own, which are named."""
    return SENTENCES.get(fault.reason, (f"{OTHER[0]}（{fault.reason}）", f"{OTHER[1]} ({fault.reason})"))


def line_of(fault: Fault) -> str:
    """One line: where, what is wrong in both languages, and what was found."""
    zh, en = words_of(fault)
    where = f"第 {fault.line} 行 " if fault.line else ""
    fact = f"：{fault.fact}" if fault.fact else ""
    return f"{where}{fault.where or 'template.toml'}：{zh} {en}{fact}"
