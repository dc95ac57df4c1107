"""What real seals and sealed files do against their standards, and what a person is told about it.

A reader of files of any origin bears with the faults below, because files of real producers have them, and names each
one it met: a finding that passed, with `warning` set and the code as its name. In files that claim to be our own the
same fault is a FAILED finding: we write one spelling, so another one was made by somebody else.

A tolerance never changes what is verified. Signatures are checked over the octets as they stand; only the way to a
value (a length, a number, a text, a time) may be spelled otherwise.
"""

from collections.abc import Iterable

from trust.rules.verdict import Finding, Indication

SENTENCE = {
    "ber-constructed-string": "签名数据中的字节串分段编码，不是规范的 DER 编码。",
    "ber-indefinite-length": "签名数据使用了不定长编码，不是规范的 DER 编码。",
    "bitstring-unused": "比特串声明了未用位，读取时按完整字节处理。",
    "bitstring-zero-stripped": "比特串末尾的零字节被编码软件略去，读取时已补足。",
    "certlist-type": "印章的证书列表类型与列表内容不符，按实际内容读取。",
    "checkmethod-name": "摘要算法写的是名称，规范要求写对象标识符。",
    "cms-attribute-order": "签名属性未按 DER 规则排序，按原有顺序核验。",
    "cms-hash-base64": "签名数据中的摘要另以 Base64 书写，核验的是书写后的内容。",
    "cms-outer-type": "签名数据的外层类型是 PKCS#7，不是国密消息语法。",
    "cms-signer-identifier": "签名者标识与所附证书不对应，因只附一张证书，按该证书核验。",
    "cms-version": "签名数据的版本号不是规范规定的 1。",
    "der-boolean": "布尔值的编码不规范。",
    "der-nonminimal-integer": "整数编码带有多余字节。",
    "der-nonminimal-length": "长度编码带有多余字节。",
    "extension-form": "自定义属性的编码形式与规范不同。",
    "header-version": "印章头中的版本号与印章结构不符，按结构读取。",
    "name-encoding": "名称文字编码不规范，或含有看不见的字符，显示时已替换。",
    "ns-variant": "文件使用了旧的 OFD 命名空间。",
    "picture-size": "印章图像的尺寸超出合理范围，显示时已限制。",
    "property-info": "签章中的原文属性不是签名描述文件的路径。",
    "seal-maker-is-signer": "制章者与用章者使用同一张证书，印章没有第三方制章机构担保。",
    "seal-maker-same-name": "制章者与用章者的证书写有同一名称，印章可能由用章者自行制作。",
    "sig-negative-int": "签名值中的整数缺少前导零，按正数读取。",
    "sig-nonminimal-int": "签名值中的整数带有多余的前导零。",
    "sig-raw64": "签名值是 64 字节的原始形式，没有采用 DER 编码。",
    "sig-trailing": "签名值之后带有多余字节。",
    "signature-oid": "签名算法标识符不是规范规定的“SM2 签名（SM3 杂凑）”，按 SM2 核验。",
    "string-type": "文字的编码类型与规范不同。",
    "tbs-version": "签章版本号与所含印章的版本号不一致。",
    "time-form": "时间的书写形式与规范不同；没有时区的按北京时间理解。",
    "time-local-as-z": "签章自称的时间疑似把北京时间当作世界时书写，相差八小时。",
    "time-stamp-form": "时间戳的编码形式与规范不同。",
    "trailing-bytes": "签名数据之后带有多余字节。",
}
"""The code of every tolerance of the readers of seals and messages, and its sentence."""


class Tolerances:
    """The codes met while one structure was read, each once, in the order they were met."""

    def __init__(self) -> None:
        self._met: dict[str, None] = {}

    def note(self, code: str) -> None:
        """Remember a code of the table above."""
        if code not in SENTENCE:
            raise KeyError(code)
        self._met[code] = None

    def take(self, codes: Iterable[str]) -> None:
        """Remember codes that another collector met."""
        self._met.update(dict.fromkeys(codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """What was met."""
        return tuple(self._met)


def tolerance_findings(codes: Iterable[str], step: int, *, ours: bool = False) -> list[Finding]:
    """A finding for each code: a warning, or FAILED where the file claims to be ours."""
    indication = Indication.FAILED if ours else Indication.PASSED
    return [Finding(step, code, indication, SENTENCE[code], warning=not ours) for code in codes]
