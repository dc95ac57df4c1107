"""Words and fields of the pages about seals: why something was refused, and where a seal goes, there and back.

A request keeps its place in words, as the record of the use shows it. `fields_of` gives the fields of the form that
made these words, so that a request which a second person has approved can be carried out as it was asked.
"""

import re
from dataclasses import dataclass

from service.field_words import SENTENCES
from service.problem import Problem, Usage
from service.problems import problem_of
from trust.errors import TrustError
from trust.rules.errors import FieldRefused
from trust.sealing.life import LostAct, State
from trust.sealing.sealing import EDGES, Manner, Wanted, words_of
from trust.sealing.uploads import wanted_from

BADGES = {
    State.IN_USE: "s01",
    State.APPLIED: "s02",
    State.APPROVED: "s02",
    State.MADE: "s02",
    State.SUSPENDED: "s06",
}
"""How a state is coloured; the others are at their end."""

LOST_ACTS = {
    LostAct.SUSPENSION: (
        "停用的处理没有留存。停用仍自公布的时间起有效，其间不能用印。请查原卷，按原事由重新登记“停用”"
        "（生效时间留空即可，公布过的停用时间不变；还没有到的，填公布过的时间）；"
        "需要恢复使用的，重新登记停用以后再登记“恢复”。"
    ),
    LostAct.END: (
        "注销的处理没有留存。注销继续有效，不能恢复。请查原卷，按原事由重新登记“注销”，须两人办理（公布过的注销时间不变；"
        "因丢失注销的，生效时间填公布过的时间，须重新办理的才能重新列出）；因密钥泄露注销的，重新登记密钥泄露。"
    ),
    LostAct.RESUMPTION: (
        "恢复使用的处理没有留存。从备份恢复以前用的印不受影响，此后不能用印。请查原卷，重新登记“恢复”。"
    ),
}
"""What is to be done where a restore of the register lost an act that the public had been told of."""

WAYS = {"point": "指定位置", "words": "盖在文字上", "riding": "骑缝章"}
RIDING = {"right": "右边", "left": "左边", "top": "上边", "bottom": "下边"}
LABELS = {
    "purpose": "用途",
    "page": "页码",
    "x": "距左边",
    "y": "距上边",
    "words": "文字",
    "occurrence": "第几处",
    "riding": "骑缝的边",
    "along": "沿边位置",
    "file": "文件",
    "kind": "种类",
    "name": "印章名称",
    "reason": "事由",
    "years": "有效期",
    "holder": "持有人账号",
    "replaces": "替换的印章编号",
    "cause": "换章原因",
    "per_day": "每日用印上限",
    "threshold": "每日单人上限",
    "note": "意见",
    "ground": "事由",
    "effective": "生效时间",
    "count": "份数",
}
"""Fields by the names they have in forms."""
PLACES = {
    "no-such-page": "page",
    "seal-off-page": "x",
    "no-such-words": "words",
    "riding-one-page": "riding",
    "seal-document": "file",
    "wish-name": "name",
    "wish-period": "years",
    "wish-limits": "per_day",
    "wish-holder": "holder",
    "wish-cause": "cause",
    "seal-replaces": "replaces",
    "seal-kind-taken": "kind",
    "reason-missing": "reason",
    "ground-unknown": "ground",
    "ground-kind": "ground",
    "not-retroactive": "effective",
}
_NUMBER = r"(\d+(?:\.\d+)?)"
_POINT = re.compile(rf"(?:第 (\d+) 页|(每页))，距左 {_NUMBER}、距上 {_NUMBER} 毫米", re.ASCII)
_WORDS = re.compile(r"文字“(.+)”第 (-?\d+) 处", re.ASCII | re.DOTALL)
_RIDING = re.compile(rf"骑缝，([左右上下])边，(?:居中|{_NUMBER} 毫米处)，每 20 页一章", re.ASCII)
_LOCKED, _AS_SES = "，锁定", "，GB/T 38540 签章"
_UNSEEN = {words_of(Wanted(None, "", manner=one)): one for one in (Manner.TEXT, Manner.PACKAGE)}


@dataclass(frozen=True)
class Placed:
    """The fields that say where a seal goes, as a form holds them."""

    way: str = "point"
    page: str = "1"
    x: str = ""
    y: str = ""
    words: str = ""
    occurrence: str = "1"
    riding: str = "right"
    along: str = ""
    purpose: str = ""
    lock: str = "0"

    def texts(self) -> dict[str, str]:
        """The fields of the one way chosen, as `trust.sealing.uploads` reads them."""
        given = {"purpose": self.purpose, "lock": self.lock}
        if self.way == "words":
            return given | {"words": self.words, "occurrence": self.occurrence or "1"}
        if self.way == "riding":
            return given | {"riding": self.riding} | ({"y": self.along} if self.along else {})
        return given | {"page": self.page, "x": self.x, "y": self.y}


def fields_of(place: str, purpose: str) -> dict[str, str] | None:
    """The fields behind a place in words; None where it was not asked for in a form like ours."""
    plain, given = place.removesuffix(_LOCKED), {"purpose": purpose, "lock": "1" if place.endswith(_LOCKED) else "0"}
    if plain.endswith(_AS_SES):
        plain, given["manner"] = plain.removesuffix(_AS_SES), Manner.SES.value
    if plain in _UNSEEN:
        return given | {"manner": _UNSEEN[plain].value}
    if found := _POINT.fullmatch(plain):
        return given | {"page": "0" if found[2] else found[1], "x": found[3], "y": found[4]}
    if found := _WORDS.fullmatch(plain):
        return given | {"words": found[1], "occurrence": found[2]}
    if found := _RIDING.fullmatch(plain):
        edge = next(edge for edge, word in EDGES.items() if word == found[1])
        return given | {"riding": edge} | ({"y": found[2]} if found[2] else {})
    return None


def check_place(placed: Placed) -> dict[str, str]:
    """What is wrong with the fields of a place, by field; empty where nothing is."""
    asked = {"point": ("page", "x", "y"), "words": ("words",), "riding": ()}.get(placed.way)
    if asked is None:
        return {"": "请选择盖章的方式。"}
    given = placed.texts()
    missing = {name: SENTENCES["missing"] for name in (*asked, "purpose") if not given[name]}
    if missing:
        return missing
    try:
        wanted_from(given)
    except TrustError as error:
        return told(error)[0]
    return {}


def told(error: TrustError | Usage | Exception) -> tuple[dict[str, str], Problem]:
    """A refusal by the field it belongs to, and the problem it is."""
    problem = problem_of(error)
    if isinstance(error, FieldRefused):
        return {error.key if error.key in LABELS else "": SENTENCES.get(error.reason, problem.zh)}, problem
    if not isinstance(error, TrustError):
        return {"": problem.zh}, problem
    if error.reason == "seal-place":
        return {"x": "位置须是数字，毫米，至多四位小数；页码是整数。"}, problem
    return {PLACES.get(error.reason, ""): SENTENCES.get(error.reason, problem.zh)}, problem


def whole_number(text: str, name: str) -> int | None:
    """A whole number of a field, or None where it is empty; raises Usage."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Usage("not-a-number", f"“{LABELS[name]}”应为整数。", f"{name} is a whole number.")
    return int(text)
