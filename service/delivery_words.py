"""Why a message did not arrive at a webhook, in words."""

from issuer.feeding.hooks import Delivery

_WORDS = {
    "unresolved": "域名查不到地址",
    "not-public": "域名指向的不是公网地址",
    "unreachable": "连接不上，或者中途断开",
    "timeout": "十秒内没有答复",
    "tls": "对方的 TLS 证书无效",
    "url-form": "地址写法不对（url-form）",
    "url-https": "地址不是 https（url-https）",
    "url-host": "地址不是公网域名（url-host）",
}


def reason_of(delivery: Delivery) -> str:
    """The words, empty where it arrived."""
    return words_of(delivery.trouble, delivery.status)


def words_of(trouble: str, status: int | None = None) -> str:
    """The words for a trouble as it stands in a try, or with the status behind it as it stands with a hook."""
    reason, _, told = trouble.partition(" ")
    if reason == "status":
        return f"对方答复 {status or told}，不是 2xx"
    return _WORDS.get(reason, reason)
