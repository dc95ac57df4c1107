"""Which tables the trail binds, by which columns and from when on; which are computed anew; and which may change.

The log commits to what is issued and recorded; it does not say by whom a seal was used, who approved an order, or who
a person is. So the trail takes digests of such rows once they are final, and of what is on file at every write, in the
transaction that writes (`service.trail.following`). A column that is added later must not change the digest of a row
that was marked before: it is left out, by name. Every table is in one of three lists: `LEDGERS`, bound by the trail;
`COMPUTED`, copies of what is signed or logged; or `FREE`, each with the reason in words why an audit can do without it.
A test holds the lists against the tables there are.
"""

from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import ColumnElement, Table

from cases.store import CITATIONS, PLANS
from issuer.applying.life import Stage as DocketStage
from issuer.applying.store import docket
from issuer.batches.store.tables import looks
from issuer.catalogue.store.tables import (
    catalogue_edition,
    catalogue_event,
    catalogue_version,
    mandate,
    mandate_request,
)
from issuer.consenting.store import CONSENTS
from issuer.converting.store import scans, stock
from issuer.copying.store import COPIES
from issuer.ports import State
from issuer.store import licence
from issuer.warrants.life import Stage as OrderStage
from issuer.warrants.store.rows import act_order, act_order_subject
from service.epochs.store import restore_epoch
from service.identity import Role
from service.lost_keys.store.tables import compromise, compromise_work, reissue_entry
from service.store import ACCOUNTS, person
from service.trail.ledger import Ledger, When
from service.trail.marking import ACTS
from trust.certification.store import time_stamp, trust_list_publication, x509_certificate, x509_crl, x509_revocation
from trust.log.store import log_witness
from trust.revocation.store.tables import status_publication
from trust.sealing.store.tables import (
    seal,
    seal_application,
    seal_filing,
    seal_request,
    seal_request_item,
    seal_step,
    seal_use,
)
from trust.sealing.using import Result
from trust.store import METADATA

_ISSUED = (
    *("identifier", "key", "body_digest", "state", "document", "by", "begun_at"),
    *("token_plan", "token", "ofd_plan", "pdf_plan", "ofd", "pdf", "leaf", "released_at"),
)
_PUBLISHED = ("name", "number", "issued_at", "next_update", "to_be_signed")
_STEP = ("number", "sequence", "step", "at", "by_login", "by_name")


def _all(table: Table, *but: str) -> tuple[str, ...]:
    """Every column that a table had when it was bound; one that is added later goes into `but`."""
    return tuple(str(column.name) for column in table.columns if column.name not in but)


_RECORDED = (
    *("body_code", "reference", "mode", "original", "giver", "cause", "recipient", "document"),
    *("recorded_login", "recorded_name", "key", "asked", "valid_until", "recorded_at"),
)
"""What was bound of a consent when it was marked once alone, as it was recorded."""


def _steps(name: str, *more: str) -> Ledger:
    return Ledger(METADATA.tables[name], ("number", "sequence"), (*_STEP, *more), at="at", when=When.WRITTEN)


def _followed(table: Table, key: str, *more: str) -> Ledger:
    return Ledger(table, (key,), (key, *more), when=When.FOLLOWED)


def _in(column: ColumnElement[str], *some: str) -> ColumnElement[bool]:
    return column.in_(some)


_OVER = (DocketStage.RELEASED, DocketStage.REFUSED, DocketStage.WITHDRAWN)
_ORDERED = (OrderStage.DONE, OrderStage.REFUSED, OrderStage.WITHDRAWN)
_ROWS = (
    # marked with the uses of seals that made them
    Ledger(seal_use, ("number",), ("number", "seal_id", "subject", "digest", "at", "used_by"), when=When.USED),
    Ledger(
        licence,
        ("identifier",),
        (*_ISSUED, "type_code", "issuer_code", "number", "claim", "predecessor"),
        final=licence.c.state == State.RELEASED,
        when=When.USED,
    ),
    Ledger(
        COPIES,
        ("identifier",),
        (*_ISSUED, "original", "basis", "asker", "consent_department", "consent_mode", "consent_reference"),
        final=COPIES.c.state == State.RELEASED,
        when=When.USED,
    ),
    Ledger(
        seal_request,
        ("number",),
        (
            *("number", "seal_id", "purpose", "wanted", "asked_by", "asked_name", "asked_at"),
            *("progress", "decided_by", "decided_name", "decided_at"),
        ),
        when=When.FOLLOWED,  # a second person's word, before it carries anything
    ),
    Ledger(
        seal_request_item,
        ("number", "position"),
        ("number", "position", "document", "place", "result", "planned_at", "signed", "file"),
        final=seal_request_item.c.result == Result.SEALED.value,
        when=When.USED,
    ),
    ACTS,
    # registers of what is on file, marked at every write
    _followed(seal, "seal_id", "body_code", "name", "octets", "filed_at", "filed_by"),
    _followed(seal_filing, "seal_id", "kind", "holder", "digest", "per_day", "threshold"),
    _followed(catalogue_edition, "number", "type_code", "version", "since", "to_be_signed", "octets"),
    Ledger(
        catalogue_version, ("type_code", "version"), _all(catalogue_version, "state"), when=When.FOLLOWED
    ),  # its state is in its events
    _followed(
        mandate,
        "number",
        *("place", "issuer_code", "issuer_name", "type_code", "area", "valid_from", "delegated_from", "origin"),
    ),
    Ledger(mandate_request, ("number",), _all(mandate_request), when=When.FOLLOWED),
    # of everybody but holders, who stand in the trail by keyed hash alone and decide nothing; whoever has another role
    # is bound, whatever else stands in the row
    Ledger(
        person,
        ("login",),
        ("login", "name", "role", "department"),
        final=person.c.role != Role.HOLDER.value,
        when=When.FOLLOWED,
    ),
    # and the tag over all the row, password too, in a register of its own: who somebody was is computed from the one
    # above (`service.auditing.staff`), and nobody can compute a tag of then
    Ledger(
        person,
        ("login",),
        ("login", "tag"),
        final=person.c.role != Role.HOLDER.value,
        when=When.FOLLOWED,
        called=ACCOUNTS,
    ),
    _followed(
        seal_application,
        "seal_id",
        *("body_code", "wish", "applied_by", "applied_name", "applied_at", "idempotency_key", "body"),
    ),
    Ledger(compromise, ("number",), _all(compromise), when=When.FOLLOWED),
    Ledger(log_witness, ("name", "point"), _all(log_witness), when=When.FOLLOWED, former=("name", "point")),
    # looked through by the time in them
    Ledger(restore_epoch, ("number",), _all(restore_epoch), final=restore_epoch.c.report != b"", at="at"),
    Ledger(CONSENTS, ("body_code", "reference"), _all(CONSENTS), when=When.FOLLOWED, former=_RECORDED),
    _steps("docket_event", "reason", "stage", "digest", "proposal", "idempotency_key", "body"),
    replace(_steps("act_order_event", "reason", "stage", "idempotency_key", "body"), when=When.FOLLOWED),
    _steps("batch_step", "note"),
    _steps("stock_step", "note"),
    Ledger(stock, ("number",), _all(stock), when=When.FOLLOWED),
    Ledger(seal_step, ("seal_id", "sequence"), _all(seal_step), at="at", when=When.FOLLOWED),
    Ledger(catalogue_event, ("type_code", "version", "sequence"), _all(catalogue_event), at="at", when=When.WRITTEN),
    Ledger(looks, ("number", "login", "part", "digest"), _all(looks), at="at"),
    Ledger(scans, ("body_code", "digest"), _all(scans), at="at"),
    Ledger(compromise_work, ("number", "work"), _all(compromise_work), at="at", when=When.WRITTEN),
    Ledger(
        reissue_entry,
        ("number", "subject"),
        _all(reissue_entry),
        final=reissue_entry.c.moved_at.is_not(None),
        at="moved_at",
    ),
    Ledger(docket, ("number",), _all(docket), final=_in(docket.c.stage, *_OVER), at="moved_at"),
    Ledger(act_order, ("number",), _all(act_order), final=_in(act_order.c.stage, *_ORDERED), at="moved_at"),
    Ledger(PLANS, ("number",), _all(PLANS), at="planned_at"),
    Ledger(CITATIONS, ("number",), _all(CITATIONS), at="cited_at"),
    Ledger(
        x509_certificate,
        ("authority", "serial"),
        _all(x509_certificate),
        final=x509_certificate.c.der.is_not(None),
        at="planned_at",
    ),
    Ledger(x509_revocation, ("authority", "serial", "sequence"), _all(x509_revocation), at="revoked_at"),
    Ledger(
        trust_list_publication,
        ("name", "number"),
        _PUBLISHED,
        final=trust_list_publication.c.octets.is_not(None),
        at="issued_at",
    ),
    Ledger(x509_crl, ("name", "number"), _PUBLISHED, final=x509_crl.c.octets.is_not(None), at="issued_at"),
    Ledger(
        status_publication,
        ("shard", "number"),
        ("shard", "number", "at", "next_update", "ttl_s", "act_count", "to_be_signed"),
        final=status_publication.c.octets.is_not(None),
        at="at",
    ),
    Ledger(time_stamp, ("serial",), _all(time_stamp), final=time_stamp.c.done.is_(True), at="at"),
    # final with something else, and marked beside it
    Ledger(
        act_order_subject,
        ("number", "place"),
        _all(act_order_subject),
        when=When.BESIDE,
        beside=("act_order", "number"),
    ),
)
LEDGERS = MappingProxyType({one.name: one for one in _ROWS})
AS_WRITTEN = tuple(one for one in _ROWS if one.when in {When.WRITTEN, When.FOLLOWED} and one is not ACTS)
"""Registers that are marked whichever store writes them; acts are marked by their own, as they are recorded."""
LEFT_OUT = MappingProxyType(
    {
        "licence.void_at": "没有发出就放弃的才有；发出的证照有没有效由处理登记重算。",
        "licence.void_reason": "没有发出就放弃的才有；发出的证照有没有效由处理登记重算。",
        "licence_copy.ended_at": "只免得重复办理；副本的终止由处理登记说明，状态清单由处理登记重算。",
        "seal_request.idempotency_key": "只管同一请求不办两次。",
        "seal_request.body": "只管同一请求不办两次。",
        "seal_request_item.detail": "没有盖成时给人看的说明。",
        "act.log_index": "与日志条目比对。",
        "seal.valid_from": "写在印章数据里，印章数据已绑定，并与信任列表比对。",
        "seal.valid_until": "写在印章数据里，印章数据已绑定，并与信任列表比对。",
        "catalogue_version.state": "与它的最后一步比对。",
        "mandate.valid_until": "与签名的信任列表比对。",
        "mandate.ended_by": "只说明授权由计划还是决定终止；终止的时间与签名的信任列表比对。",
        "person.holder_code_type": "在岗人员没有；写上的账号登录不了。",
        "person.holder_code": "在岗人员没有；写上的账号登录不了。",
        "person.password_hash": "标记管着：绕过登记换上的口令登录不了，与标记不符的由审计列出；在岗人员的标记有留痕。",
        "seal_application.state": "办到哪一步由 seal_step 说明；批准和备案前核对步骤的留痕。",
        "seal_application.octets": "备案后与印章登记是同一份，印章登记已绑定。",
        "trust_list_publication.octets": "签名的原件，逐份核对签名并与日志比对。",
        "x509_crl.octets": "签名的原件，逐份核对签名并与日志比对。",
        "status_publication.octets": "签名的原件，逐份核对签名并与日志比对。",
    }
)
"""Columns of bound tables that are not bound, and why an audit can do without them."""
UNFINISHED = MappingProxyType(
    {
        "licence": "没有发出的只是计划，不给任何人看；列在没有办完的计划里。",
        "licence_copy": "没有发出的只是计划，不给任何人看；列在没有办完的计划里。",
        "seal_request_item": "没有盖成的只是计划；列在没有办完的计划里。",
        "person": "持证人的账号由标记管着，审计时逐个重算；改成在岗人员的那一刻起就要有留痕。",
        "account": "同上。",
        "restore_epoch": "恢复没有办完时，报告还没有写成。",
        "reissue_entry": "还没有补发的由泄露登记重新列出。",
        "docket": "办理中的申请逐步与办理步骤的摘要比对。",
        "act_order": "办理中的审批单逐步与办理步骤的摘要比对。",
        "x509_certificate": "没有签成的只是计划；列在没有办完的计划里。",
        "trust_list_publication": "没有签成的只是计划；列在没有办完的计划里。",
        "x509_crl": "没有签成的只是计划；列在没有办完的计划里。",
        "status_publication": "没有签成的只是计划；列在没有办完的计划里。",
        "time_stamp": "没有签成的只是计划；列在没有办完的计划里。",
    }
)
"""Bound tables some of whose rows are not bound yet, and why an audit can do without those."""
COMPUTED = MappingProxyType(
    {
        "log_entry": "日志逐条重算到签名的检查点",
        "log_head": "与日志条目数比对",
        "log_node": "由条目重算",
        "log_commitment": "由条目重算",
        "trail": "逐条以链值相连，链值写入日志",
        "trail_tip": "与最后一条留痕比对",
        "trail_commitment": "与日志条目比对",
        "status_slot": "与已签的证照、信任列表所写的条目比对",
        "standing": "由处理登记重算",
        "status_shard": "与条目数比对",
        "status_current": "与最新一期清单比对",
        "status_carried": "与恢复报告及恢复前的清单比对",
    }
)
"""Tables whose every row an audit computes anew, or compares with what was signed; and from what."""
FREE = MappingProxyType(
    {
        "session": "登录会话，用完即删；谁登录过由留痕说明；留下的由标记管着，审计时重算比对。",
        "number_count": "编号计数，只增；编号是否重复由证照登记的唯一约束和日志说明。",
        "presentation_code": "出示码，几分钟失效，过期即删；谁用过由留痕说明。",
        "citation_consent": "持证人可以随时撤回同意；用过的同意写在引用回执里，回执有签名。",
        "feed_body": "通知的计数，只影响对方何时来取。",
        "feed_event": "通知，内容都可从登记重做；对方以登记和日志为准。",
        "feed_hook": "接收通知的地址，由部门自己改。",
        "feed_delivery": "通知送达的记录，到期删除。",
        "batch": "批次的工作进度；谁提交谁批准在 batch_step，审计把状态和批准人与步骤比对，签发前核对步骤的留痕。",
        "batch_row": "批次的工作表，发证后以证照登记为准。",
        "batch_turn": "轮到谁的批次先做，只管先后。",
        "licence_holder": "由证照内容以密钥算出的查找索引；缺一行只是查不到，证照本身不受影响。",
        "status_bitstring": "状态清单的另一种写法，由第一种重做并签名；读者核对签名。",
        "log_checkpoint": "日志签出的检查点：由条目可以重算，见证方和审计方另存；也留痕则没有尽头。",
        "log_cosignature": "见证方的签名行，收下时和使用时都核对签名；见证方自己另存。",
    }
)
"""Tables that may change, and why an audit can do without them."""
