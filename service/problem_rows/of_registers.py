"""What people are told of errors of the log, of revocation, and of certification: what is not published, or damaged."""

from service.problem import NOT_FOUND, Problem, Rows
from trust.certification import errors as certification
from trust.certification.stamping import StampRefused
from trust.log import errors as log
from trust.revocation import errors as revocation

REGISTERS: Rows = {
    log.LogDamaged: Problem(
        503,
        "log-damaged",
        "存证日志的存储与已签的检查点不符，已停止签发；请立即联系审计人员。",
        "The stored log does not match what was signed; call the auditor.",
    ),
    log.NotLogged: Problem(404, "not-logged", "存证日志中没有这一条。", "The log has no such entry."),
    revocation.SubjectUnknown: Problem(
        404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."
    ),
    revocation.NotPublished: Problem(404, "not-published", "没有这份状态清单。", "There is no such status list."),
    revocation.PublicationDamaged: Problem(
        503,
        "publication-damaged",
        "状态清单存储异常，已停止公布；请联系管理员。",
        "A stored status list is damaged; publishing has stopped.",
    ),
    revocation.RegisterDamaged: Problem(
        503,
        "register-damaged",
        "处理登记与存证日志或已签的证照不符，已停止公布状态清单；请联系审计人员，并运行 yinzheng audit。",
        "The register of acts does not match what was logged or signed; call the auditor and run yinzheng audit.",
    ),
    certification.CertificateUnknown: Problem(404, NOT_FOUND, "没有这张证书。", "There is no such certificate."),
    certification.NotPublished: Problem(
        404, "not-published", "没有这份清单，或者尚未公布。", "There is no such list, or none yet."
    ),
    certification.PublicationDamaged: Problem(
        503,
        "publication-damaged",
        "清单存储异常，已停止公布；请联系管理员。",
        "A stored list is damaged; publishing has stopped.",
    ),
    StampRefused: Problem(
        503,
        "time-stamp-refused",
        "现在不能签发时间戳（时钟不在精度范围之内，或请求过多）；请检查时钟，稍后再试。",
        "No time stamp can be given now: the clock is out, or too many were asked for. Check the clock and try again.",
    ),
}
