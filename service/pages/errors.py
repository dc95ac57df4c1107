"""Error pages: a problem as a page in the frame of the service, with what to do next.

Who is not signed in is led to the sign-in page and back again; everything else is told in the problem's own sentence.
Nothing of the error but its problem reaches the page.
"""

from urllib.parse import urlencode

from fastapi import Request, Response

from service.pages.rendering import render, see_other
from service.pages.signing import local_path
from service.problems import Problem

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


def page_of(problem: Problem, request: Request) -> Response:
    """The page for a problem, with the problem's own status; not signed in leads to the sign-in page."""
    if problem.status == 401:
        path = request.url.path if request.method == "GET" else f"/{request.url.path.split('/')[1]}"
        after = local_path(path)  # what was posted cannot be posted again by itself, so its section is opened
        return see_other("/sign-in" + (f"?{urlencode({'next': after})}" if after else ""))
    title = TITLES.get(problem.status, "出现问题")
    return render(request, "problem", status=problem.status, problem=problem, title=title)
