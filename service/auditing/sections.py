"""What the audit pages, their CSV and the PDF report show: sections of figures with a chart, and a listing.

One section is one question an auditor asks. It is put together once, in words, and shown three ways.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from service.auditing.acts_shown import ActRow
from service.auditing.charts import Bar
from service.auditing.figures import MOST_READ, OVERDUE_S, PAGE, Covered, Figures
from service.auditing.periods import MOST_DAYS, Period, by_hour, last_days
from service.identity import ROLE_LABELS
from service.trail.store import Search, SqlTrail
from trust.formats.trail_record import TrailRecord

MOST_BARS = 12
MOST_DELAYS = 1000
Names = Mapping[str, str]
METHODS = {"GET": "查看", "POST": "办理", "PUT": "修改", "DELETE": "删除", "yinzheng": "命令行"}
SIGNING = {
    "POST /sign-in": "登录网页",
    "POST /sign-out": "退出",
    "POST /api/v1/token": "系统登录",
}
ROLE_WORDS = {role.value: label for role, label in ROLE_LABELS.items()} | {"service": "本系统", "machine": "命令行"}


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, bars (lying, or upright side by side), and the numbers as a table."""

    title: str
    note: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    bars: Sequence[Bar] = ()
    upright: bool = False
    every: int = 1


@dataclass(frozen=True)
class Part:
    """A page of sections; `listing` is its table that pages through `total` rows and goes into the CSV."""

    key: str
    title: str
    lead: str
    sections: Sequence[Section]
    listing: Section | None = None
    total: int = 0


@dataclass(frozen=True)
class Asked:
    """What an auditor asked for: the period, the page of a listing, and for the trail what to look for."""

    period: Period
    page: int = 1
    actor: str = ""
    action: str = ""
    subject: str = ""

    @property
    def search(self) -> Search:
        """The same for the trail."""
        return Search(self.period.begins, self.period.ends, self.actor, self.action, self.subject)


class Sections:
    """Every part of the audit pages, over one installation; `moment` puts an instant into words."""

    def __init__(
        self,
        figures: Figures,
        trail: SqlTrail,
        bodies: Names,
        types: Names,
        moment: Callable[[datetime], str],
    ) -> None:
        self._figures, self._trail = figures, trail
        self._bodies, self._types, self._moment = bodies, types, moment

    def acts(self, asked: Asked, limit: int = PAGE) -> Part:
        """Acts over time, by department and ground, and one by one."""
        period = asked.period
        total, counts = self._figures.act_count(period), self._figures.by_day(period)
        listed = self._figures.acts(period, offset=(asked.page - 1) * limit, limit=limit)
        days, whole = last_days(counts, period), len(period.days) <= MOST_DAYS
        timeline = Section(
            "处理的时间线",
            f"每一天登记的暂扣、恢复、撤销、吊销、注销等处理，含对印章和加注件的；共 {total} 件。"
            + ("" if whole else f"期间超过 {MOST_DAYS} 天，图中只有最后 {MOST_DAYS} 天，表中是全部。"),
            ("日期", "件数"),
            [(f"{day:%Y-%m-%d}", str(count)) for day, count in sorted(counts.items())],
            [Bar(day, count, str(count)) for day, count in days],
            upright=True,
            every=max(1, len(days) // 8),
        )
        rows = [
            (
                self._moment(one.recorded_at),
                one.kind.label,
                one.ground,
                self._body(one.issuer_code),
                self._on(one),
                self._moment(one.effective_at),
                "未公布" if one.shown_at is None else self._moment(one.shown_at),
                "待写入" if one.log_index is None else str(one.log_index),
            )
            for one in listed
        ]
        headers = ("登记时间", "处理", "事由", "机构", "对象", "生效时间", "首次公布", "日志条目")
        listing = Section("逐件", "最新的在前；不显示证照标识和理由。", headers, rows)
        lead = "谁对证照、加注件和印章作了什么处理，依什么事由，多久为公众所见。"
        return Part("acts", "处理", lead, [timeline, self._grounds(period), self._delays(asked)], listing, total)

    def _grounds(self, period: Period) -> Section:
        found = self._figures.by_ground(period)
        rows, bars = [], []
        for (issuer, kind), grounds in sorted(found.items()):
            for ground, count in grounds.most_common():
                rows.append((self._body(issuer), kind, ground, str(count)))
                bars.append(Bar(f"{kind}·{ground}", count, str(count), sorted({one for one, _ in found}).index(issuer)))
        bars.sort(key=lambda bar: -bar.value)
        said = "各机构各种事由的件数；图中同一花纹的是同一机构，取最多的十二项。"
        return Section("按机构和事由", said, ("机构", "处理", "事由", "件数"), rows, bars[:MOST_BARS])

    def _delays(self, asked: Asked) -> Section:
        acts = self._figures.acts(asked.period, limit=MOST_DELAYS)
        delays = sorted(one.delay_s for one in acts if one.delay_s is not None)
        steps = ((1.0, "1 秒以内"), (OVERDUE_S, "1 到 5 秒"), (60.0, "5 到 60 秒"), (float("inf"), "一分钟以上"))
        counts, low = [], -1.0
        for high, label in steps:
            counts.append((label, sum(low < one <= high for one in delays)))
            low = high
        counts.append(("尚未公布", sum(one.delay_s is None for one in acts)))
        middle = f"中位数 {median(delays):.1f} 秒，最长 {delays[-1]:.1f} 秒。" if delays else "没有可算的。"
        total = self._figures.act_count(asked.period)
        taken = f"这一期间共 {total} 件，" + (f"取最近 {MOST_DELAYS} 件。" if total > MOST_DELAYS else "全部计入。")
        said = f"从登记（或生效）到第一份日志条数已含它的状态清单。{taken}{middle}"
        bars = [Bar(label, count, str(count), place) for place, (label, count) in enumerate(counts)]
        return Section("公布的延迟", said, ("延迟", "件数"), [(label, str(count)) for label, count in counts], bars)

    def uses(self, asked: Asked, limit: int = PAGE) -> Part:
        """Uses of seals outside of office hours."""
        outside, total = self._figures.uses_out_of_hours(asked.period)
        hours = by_hour([one.at for one in outside])
        taken = f"只看了最近 {MOST_READ} 次，请缩短期间；其中" if total > MOST_READ else ""
        chart = Section(
            "办公时间以外的用章",
            "周一至周五 8:30 至 18:00 以外的（未计节假日调休）；"
            f"这一期间共用章 {total} 次，{taken}在外 {len(outside)} 次。",
            ("钟点", "次数"),
            [(f"{hour:02d} 时", str(count)) for hour, count in enumerate(hours) if count],
            [Bar(f"{hour:02d}", count, str(count)) for hour, count in enumerate(hours)],
            upright=True,
            every=2,
        )
        start = (asked.page - 1) * limit
        rows = [
            (self._moment(one.at), one.seal_id, self._body(one.body_code), _by(one.used_by), str(one.number))
            for one in outside[start : start + limit]
        ]
        listing = Section("逐次", "最新的在前。", ("时间", "印章编号", "机构", "用章人", "用章记录号"), rows)
        return Part("uses", "用章", "办公时间以外谁用了哪枚章。", [chart], listing, len(outside))

    def looks(self, asked: Asked, limit: int = PAGE) -> Part:
        """Who looked at whom, or did something with their licences: by page, API and command, whatever the verb."""
        period = asked.period
        search = Search(period.begins, period.ends, asked.actor, subject=asked.subject, whom=True)
        total, most = self._trail.count(search), self._trail.by_actor(search, MOST_BARS)
        chart = Section(
            "谁查看、使用得最多",
            f"查看、核验、引用、办理他人证照共 {total} 次，列出最多的 {len(most)} 人；持证人以不可还原的代号显示。",
            ("查看人", "次数"),
            [(_called(actor), str(count)) for actor, count in most],
            [Bar(_called(actor), count, str(count)) for actor, count in most],
        )
        start = (asked.page - 1) * limit
        found = self._trail.search(search, before=None, limit=start + limit)
        rows = [
            (self._moment(one.at), _called(one.actor), _done(one.action), _whom(one), one.why, str(one.outcome))
            for one in found[start:]
        ]
        listing = Section("逐次", "最新的在前。", ("时间", "查看人", "操作", "对象", "事由", "结果"), rows)
        return Part("looks", "查看", "谁查看、使用了谁的证照，为了什么。", [chart], listing, total)

    def trail(self, asked: Asked, limit: int = PAGE) -> Part:
        """A search in the whole trail."""
        found = self._trail.search(asked.search, before=None, limit=asked.page * limit)
        rows = [
            (
                str(one.number),
                self._moment(one.at),
                _called(one.actor),
                ROLE_WORDS.get(one.role, "—"),
                _done(one.action),
                _whom(one),
                one.why,
                str(one.outcome),
            )
            for one in found[(asked.page - 1) * limit :]
        ]
        headers = ("序号", "时间", "操作人", "身份", "操作", "对象", "事由", "结果")
        listing = Section("留痕", "最新的在前；不含登记行的摘要。", headers, rows)
        lead = "每一次登录、查看、签发、处理、用章、引用、下载都有一条，逐条以链值相连，并写入存证日志。"
        return Part("trail", "留痕", lead, [], listing, self._trail.count(asked.search))

    def coverage(self) -> Part:
        """How much of the registers the log covers."""
        found = self._figures.coverage()
        rows = [(one.name, str(one.final), _known(one.logged), _known(_lacking(one)), str(one.begun)) for one in found]
        bars = [
            Bar(one.name, one.final, f"{_known(one.logged)}/{one.final}", 3 if _lacking(one) else 0) for one in found
        ]
        said = (
            f"登记了结果的行有多少指着日志里有的条目；日志现有 {self._figures.log_size()} 条。"
            "用印文件的条目要读文件才知道，这里不数；状态清单只看现行的。是否相符用 yinzheng audit 复算。"
        )
        headers = ("登记", "已完成", "有日志条目", "没有", "未完成")
        number, head = self._trail.tip()
        chain = Section(
            "留痕的链",
            "末条的链值，可与自己以前记下的比对。",
            ("末条序号", "链值"),
            [(str(number), head.hex())],
        )
        section = Section("日志的覆盖", said, headers, rows, bars)
        return Part("coverage", "覆盖", "登记与存证日志是否一一对应。", [section, chain])

    def _on(self, one: ActRow) -> str:
        """What an act is on: the type of licence, a copy of one, or a seal."""
        return " ".join(filter(None, (one.thing, self._types.get(one.type_code, one.type_code))))

    def _body(self, code: str) -> str:
        return self._bodies.get(code, code)


def _lacking(one: Covered) -> int | None:
    """How many rows have no entry; None where that is not known here."""
    return None if one.logged is None else one.final - one.logged


def _known(count: int | None) -> str:
    return "—" if count is None else str(count)


def _by(used_by: str) -> str:
    """Who used a seal; a copy is sealed for whoever asks for it, who may be a holder and is not named here."""
    return "（加注件申请人）" if used_by.endswith("）") else used_by


def _done(action: str) -> str:
    """An operation in words as far as its method goes, with the address that it went to."""
    if action.startswith("sign-in failed"):
        return "登录失败"
    if action in SIGNING:
        return SIGNING[action]
    method, _, where = action.partition(" ")
    return f"{METHODS.get(method, method)} {where}"


def _called(actor: str) -> str:
    """An actor in words: a login, or a holder by the beginning of the hash."""
    return f"持证人 {actor[7:15]}" if actor.startswith("holder:") else actor


def _whom(record: TrailRecord) -> str:
    """What a record is about: identifiers and numbers, and holders by the beginning of the hash."""
    named = [value for name, value in record.about.items() if name not in {"name", "ending", "place", "version"}]
    return "、".join([*named, *(f"持证人 {one.hex()[:8]}" for one in record.holders)])
