"""What people are told of errors of `issuer.catalogue`: types, their templates, and mandates."""

from dataclasses import replace

from issuer.catalogue import errors as catalogue
from service.problem import INTERNAL, NOT_FOUND, Problem, Rows

CATALOGUE: Rows = {
    catalogue.CatalogueError: replace(INTERNAL, code="catalogue"),
    catalogue.EntryRefused: Problem(
        422,
        "entry-refused",
        "这份目录条目不能这样起草或办理，请按说明更正。",
        "The catalogue entry cannot be drafted or moved like this; correct it as told.",
    ),
    catalogue.StepRefused: Problem(
        409,
        "entry-step",
        "目前的状态不能这样办理，或者刚刚已有人办理；请先查看状态。",
        "The present state does not allow this, or somebody was faster; look at it first.",
    ),
    catalogue.SecondPerson: Problem(
        403,
        "second-person",
        "起草人、申请人不能自己审核或批准，请由另一人办理。",
        "Whoever drafted or asked cannot decide; another person has to.",
    ),
    catalogue.EntryUnknown: Problem(
        404, NOT_FOUND, "没有查到，请核对标识。", "Nothing was found; check the identifier."
    ),
    catalogue.EntryDamaged: Problem(
        500,
        "entry-damaged",
        "这类证照的目录条目或模板核对不符，已停止签发；请联系管理员。",
        "The catalogue entry or its template does not verify and issuing has stopped; tell the administrator.",
    ),
    catalogue.MandateRefused: Problem(
        422,
        "mandate-refused",
        "这项职权不能这样授予、委托或终止，请按说明更正。",
        "The mandate cannot be granted, delegated or ended like this; correct it as told.",
    ),
    catalogue.NumberExhausted: Problem(
        409,
        "number-exhausted",
        "这类证照的编号已经用完，未签发；请联系管理员修订编号规则。",
        "The number rule of this type has no number left; nothing was issued.",
    ),
    catalogue.TypeRetired: Problem(
        409,
        "type-retired",
        "这类证照已经停用，不能再签发；已经签发的照常有效、照常核验。",
        "This type has been retired and is not issued any more; what was issued stays as it is.",
    ),
    catalogue.TemplateChanged: Problem(
        409,
        "template-changed",
        "这类证照的模板被改动而版本号没有提高，已停止签发；请恢复原模板，或提高版本号后重新公布。",
        "The template was changed without raising its version; restore it, or publish a further version.",
    ),
}
