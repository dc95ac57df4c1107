"""Whether two accounts are one person 同一人, as far as logins and names can tell; and names as they are enrolled.

Wherever two people have to stand behind something, this is the one question asked. It errs on the side of one person:
a login that differs in case alone, or a name that differs in spaces, width, case, punctuation or characters that
nobody sees, makes no second one. Two people who really share a name are told apart by one of them being enrolled with
an addition that is read aloud, such as a number.
"""

import unicodedata
from typing import Protocol


class Named(Protocol):
    """Somebody with a login and a name."""

    @property
    def login(self) -> str:
        """What they sign in with."""
        ...

    @property
    def name(self) -> str:
        """What they are called."""
        ...


def same_person(one: Named, other: Named) -> bool:
    """Whether two accounts are one human as far as can be known here: one login, or one name however it is spelt."""
    return _login(one) == _login(other) or _plain(one.name) == _plain(other.name)


def signature(login: str, name: str) -> str:
    """How somebody alone signs a record: the name people know, and the login that is one person's."""
    return f"{name}（{login}）"


def login_in(by: str) -> str:
    """The login in a signature; a record that was signed with the login alone is signed by that."""
    head, mark, rest = by.removesuffix("）").rpartition("（")
    return rest if mark and head and by.endswith("）") else by


def tidy_name(name: str) -> str:
    """A name in the one form in which people are enrolled: one width, no characters nobody sees, single spaces inside.

    Western names keep their spaces; between Chinese characters there is none.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) not in {"Cf", "Cc"})
    words = plain.split()
    made = words[0] if words else ""
    for word in words[1:]:
        made += word if ord(made[-1]) > LATIN and ord(word[0]) > LATIN else f" {word}"
    return made


LATIN = 0x24F
"""The last of the letters whose words are parted by spaces, in names as they are written here."""


def _login(one: Named) -> str:
    return unicodedata.normalize("NFKC", one.login).casefold()


def _plain(name: str) -> str:
    """A name without the differences that two accounts of one person might have."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())
