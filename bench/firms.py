"""Rows of a batch: business licences of invented firms, the same in every run.

They differ in name, code, person, capital and address, so that each licence has its own font subset, code and text.
"""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from bench.issue import BUNDLE, LICENCES, Installation
from issuer.application import read_application
from issuer.issuing import Order
from templates.library import load_bundle
from trust.rules.party import organisation_check_character, uscc_check_character

SEED = 20_261_121
SURNAMES, GIVEN = "沈顾陆苏程方叶江许何秦柳白孟乔严", "砚秋清和书言明远知夏安澜景行若水云舟"
TRADES = ("数据科技", "食品", "商贸", "建筑工程", "文化传媒", "物流", "农业开发", "信息咨询", "环保设备", "医疗器械")
ROADS = ("科创路", "青禾大道", "滨河东路", "学府街", "望海巷", "长宁路", "松风里", "云栖路")
CAPITAL = ("伍拾万元整", "壹佰万元整", "叁佰万元整", "伍佰万元整", "壹仟万元整")


def applications(made: Installation, rows: int) -> Iterator[Order]:
    """Rows of invented firms, the same in every run."""
    chance, body = random.Random(SEED), json.loads((LICENCES / f"{BUNDLE}.json").read_text("utf-8"))
    kind, issuer = load_bundle(BUNDLE).type.code, made.body_code(BUNDLE)
    for number in range(rows):
        read = read_application(row(chance, body, number), type_code=kind, issuer_code=issuer)
        yield Order(read, f"bench/{number}", "bench")


def row(chance: random.Random, body: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One firm."""
    organisation = f"MA{number:06d}"
    start = f"91530199{organisation}{organisation_check_character(organisation)}"
    code = start + uscc_check_character(start)
    name = "".join(chance.choices(GIVEN, k=2))
    fields = body["fields"] | {
        "legal_representative": chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
        "registered_capital": chance.choice(CAPITAL),
        "address": f"云南省云岭市高新技术产业开发区{chance.choice(ROADS)}{chance.randrange(1, 400)}号{name}大厦"
        f"{chance.randrange(1, 30)}层{chance.randrange(100, 3000)}室",
    }
    holder = {"name": f"云岭市{name}{chance.choice(TRADES)}有限公司", "code": code, "code_type": "001"}
    return {**body, "number": code, "holders": [holder], "fields": fields}
