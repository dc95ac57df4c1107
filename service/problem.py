"""A problem: what is answered to an error, in both languages, and the few that several packages share.

Which error is which problem is said by the rows in `service.problem_rows`; `service.problems` looks them up.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """An answer to an error: HTTP status, stable code, the sentence in both languages, and details by field.

    `told` says of each detail what its reason means, in both languages, where that is known.
    """

    status: int
    code: str
    zh: str
    en: str
    details: tuple[tuple[str, str], ...] = ()
    told: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, object]:
        """The members of an `application/problem+json` answer."""
        body: dict[str, object] = {
            "type": f"urn:yinzheng:problem:{self.code}",
            "title": self.zh,
            "status": self.status,
            "detail": self.en,
            "code": self.code,
        }
        if self.details:
            errors = [{"field": field, "reason": reason} for field, reason in self.details]
            for error, (zh, en) in zip(errors, self.told, strict=False):
                error |= {"title": zh, "detail": en}
            body["errors"] = errors
        return body


class Usage(Exception):  # noqa: N818  (named by what it is about)
    """The caller's words do not fit; `zh` and `en` say which and what would."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


INTERNAL = Problem(
    500,
    "internal",
    "系统内部出现问题，本次操作没有完成；请稍后重试，仍不行请联系管理员。",
    "Something went wrong inside; nothing was completed. Try again later, then tell the administrator.",
)

NOT_FOUND = "not-found"
"""The one code of what is unknown and of what is not the asker's to see."""
FILE_MISSING = Problem(503, "file-missing", "证照文件暂时取不到，请联系管理员。", "The stored file cannot be had.")

Rows = dict[type[Exception], Problem]
