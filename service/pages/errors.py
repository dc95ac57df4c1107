"""Error pages: a problem as a page in the frame of the service, with what to do next.

Who is not signed in is led to the sign-in page and back again; everything else is told in the problem's own sentence,
or in one for people at a browser. Nothing of the error but its problem reaches the page, and no code of a detail.
"""

from urllib.parse import urlencode

from fastapi import Request, Response

from service.pages.rendering import render, see_other
from service.pages.signing import local_path
from service.problem import Problem

TITLES = {
    400: "请求不完整",
    403: "不能这样操作",
    404: "没有找到",
    405: "不能这样操作",
    409: "目前不能办理",
    413: "内容太大",
    422: "内容有误",
    429: "请稍后再试",
    503: "服务暂时不可用",
}
WORDS = {
    "not-allowed": "现在登录的账号没有这项权限。需要办理的，请换有权限的账号登录。",
    "unknown-type": "没有这类证照，或者不由本部门颁发。",
    "invalid-request": "地址或表单不完整，或有改动；请从页面上的链接重新进入。",
    "unsupported-media-type": "表单的格式不对，没有受理；请回到页面重新填写。",
}
"""What a page says in place of a sentence that speaks to programs or at a command line, by the problem's code."""


def page_of(problem: Problem, request: Request) -> Response:
    """The page for a problem, with the problem's own status; not signed in leads to the sign-in page."""
    if problem.status == 401:
        path = request.url.path if request.method == "GET" else f"/{request.url.path.split('/')[1]}"
        after = local_path(path)  # what was posted cannot be posted again by itself, so its section is opened
        return see_other("/sign-in" + (f"?{urlencode({'next': after})}" if after else ""))
    title = TITLES.get(problem.status, "出现问题")
    words = WORDS.get(problem.code, problem.zh)
    return render(request, "problem", status=problem.status, words=words, title=title)
