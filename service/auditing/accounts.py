"""Accounts and sessions beside their tags: what was written past the installation is named by its login.

Tags are made again with the key that is kept outside the database. Where an auditor has not that key, or another one,
nothing can be said of them, and that is told. The beginning, when accounts from before were tagged, stands in the trail
once; a second one means that somebody hid the first and had rows tagged that he wrote himself.
"""

from collections.abc import Iterator

from sqlalchemy import Engine

from service.accounts import AccountTags, times_begun
from service.blocks import blocks_of
from service.store import is_account, is_session, person, session, sessions
from verifier.auditing.ports import Looked, Mismatch, Unjudged

CHECK = "accounts"


class Accounts:
    """The accounts of one installation, with the tags that they have to have."""

    def __init__(self, engine: Engine, tag: AccountTags) -> None:
        self._engine, self._tag = engine, tag

    def mismatches(self) -> Iterator[Mismatch | Looked | Unjudged]:
        """Accounts and sessions whose tag is wrong or missing."""
        with self._engine.connect() as connection:
            begun, can_tell = times_begun(connection), self._tag.is_as_begun(connection)
        if begun > 1:
            said = "留痕里有两次为账号补做标记：第一次的留痕曾被隐去，之后补做的标记不可信。"
            yield Mismatch(CHECK, "accounts-tagged-again", "person", said)
        if not begun:
            yield Unjudged(CHECK, "accounts-not-tagged", "升级以来还没有启动过，账号还没有标记，无从核对。")
        elif not can_tell:
            said = "索引密钥不在，口令打不开，或者不是这个安装原来的那一个：账号和会话的标记无从核对。"
            yield Unjudged(CHECK, "accounts-unchecked", said)
        else:
            yield from self._accounts()
            yield from self._sessions()

    def _accounts(self) -> Iterator[Mismatch | Looked]:
        for row in blocks_of(self._engine, person, [person.c.login]):
            yield Looked(CHECK, 1)
            if row.tag is None:
                said = "账号没有标记：不是经登记写入的，或者标记被抹去；它登录不了。"
                yield Mismatch(CHECK, "account-untagged", row.login, said)
            elif not is_account(self._tag, row):
                said = "账号与它的标记不符：角色、单位、证件号码或口令被绕过登记改动过；它登录不了。"
                yield Mismatch(CHECK, "account-changed", row.login, said)

    def _sessions(self) -> Iterator[Mismatch | Looked]:
        """The sessions of accounts that are sound; those of others are nobody's with them."""
        with self._engine.connect() as connection:
            rows = connection.execute(sessions().order_by(session.c.login)).all()
        yield Looked(CHECK, len(rows))
        for row in rows:
            if is_account(self._tag, row) and not is_session(self._tag, row):
                said = "登录会话与它的标记不符：会话的账号或期限被绕过登记改动过，或账号换回了旧的；它不能使用。"
                yield Mismatch(CHECK, "session-changed", row.login, said)
