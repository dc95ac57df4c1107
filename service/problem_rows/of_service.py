"""What people are told of errors of `service` itself: files, publishing, time stamps, watched logs, who asks."""

from service import blobs, identity
from service.errors import LogMisbehaved, LogUnavailable, NotYetPublished, TimeStampUnavailable
from service.problem import FILE_MISSING, Problem, Rows

SERVICE: Rows = {
    blobs.BlobMissing: FILE_MISSING,
    TimeStampUnavailable: Problem(
        503,
        "time-stamp-unavailable",
        "时间戳服务没有给出可用的时间戳，文件没有发出；请稍后用同一幂等键重试。",
        "The time-stamp authority gave no stamp that holds; nothing was handed out. Try again under the same key.",
    ),
    NotYetPublished: Problem(
        503,
        "not-yet-published",
        "已经登记，不会丢失；但还没有公布，服务会自动再公布，也可运行 yinzheng publish。请勿换键重做。",
        "It is recorded and will not be lost; publishing failed and will be tried again, or run yinzheng publish.",
    ),
    LogUnavailable: Problem(
        503,
        "log-unavailable",
        "日志没有给出可用的应答，这次没有办成；请检查地址、网络和登记情况，稍后再试。",
        "The log gave no answer that is one. Check address, network and whether the log admitted you, and try again.",
    ),
    LogMisbehaved: Problem(
        409,
        "log-misbehaved",
        "存证日志自相矛盾，没有会签；请保存证据文件，并告知审计人员和其他见证方。",
        "The log contradicts itself; nothing was cosigned. Keep the proof, and tell the auditor and other witnesses.",
    ),
    identity.IdentityError: Problem(403, "not-allowed", "没有这项权限。", "Not allowed."),
    identity.NotSignedIn: Problem(401, "not-signed-in", "请先登录。", "Sign in first."),
    identity.NotAllowed: Problem(403, "not-allowed", "没有这项权限。", "Not allowed."),
    identity.WrongCredentials: Problem(401, "wrong-credentials", "账号或密码不对。", "Login or password is wrong."),
    identity.AccountForged: Problem(
        409,
        "account-forged",
        "这个账号不是经登记写入的，或者被绕过登记改动过，已不能使用；请先审计，再重新开立（系统账号加 --anew）。",
        "This account was written past the installation and is nobody's. Audit first, then open it anew (--anew).",
    ),
    identity.OtherKind: Problem(
        409,
        "other-kind",
        "这个账号是持证人的账号，或者是在岗人员的账号，种类不能改；请另开一个账号。",
        "A holder's login stays one, and so does that of somebody who works here; open another login.",
    ),
    identity.TooManyTries: Problem(
        429, "too-many-tries", "登录失败次数过多，请五分钟后再试。", "Too many failures; try again in five minutes."
    ),
    identity.Busy: Problem(
        503, "busy", "现在登录的人太多，请稍后再试。", "Too many are signing in; try again in a moment."
    ),
    identity.ForgedRequest: Problem(
        403,
        "forged-request",
        "页面已过期或请求不是从本站发出；请刷新页面后重试。",
        "The form is not from this site; reload the page.",
    ),
}
