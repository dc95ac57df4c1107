"""Why a part of the evidence is not believed, in words for a person.

A reason of `trust` is a code for programs; in a Chinese sentence it would be noise. What has no words of its own here
is a matter of form: the part is not what such a part has to look like.
"""

WORDS = {
    "signer-unknown": "不知道是谁签的，或者签名者不在信任列表中",
    "signature": "签名不成立",
    "no-path": "签名证书不能通到受信任的根证书",
    "expired": "签名证书已过有效期",
    "not-yet-valid": "签名证书尚未生效",
    "wrong-usage": "签名证书不是作这种用途的",
    "revoked": "签名证书已被撤销",
    "revocation-unknown": "没有足够新的证书撤销列表，无法确认签名证书未被撤销",
    "constraint": "签名证书的证书链违反约束",
    "checkpoint-origin": "不是信任列表所指的存证日志",
    "cose-type": "是另一种文件的签名",
}
MALFORMED = "格式不合规范"


def why(reason: str) -> str:
    """The words for a reason."""
    return WORDS.get(reason, MALFORMED)
