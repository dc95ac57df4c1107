"""Presenting of an installation: codes that holders show, their redemption at a counter, and who used a licence.

The journeys are `issuer.presenting`'s. Here it is seen that a holder shows own licences only, and a redeemed code leads
to the licence as it verifies at that moment: whoever redeems sees it whole, because the holder shows it to him.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.errors import NoSuchLicence
from issuer.ports import Entry
from issuer.presenting.ports import Code, PresentDesk, Presented, Presenter
from issuer.presenting.presenting import own_code, present_once, present_signed, withdraw_code
from issuer.presenting.redeeming import Redemption, redeem
from service.archive import Archive
from service.directory import Directory
from trust.revocation.reading import read_standing
from trust.rules.catalogue import LicenceType
from trust.rules.disclosure import Circle, Row, disclose
from trust.rules.identifier import MAX_LENGTH
from trust.rules.licence import Licence
from trust.rules.party import Holder
from trust.rules.standing import Standing
from trust.rules.verdict import Verdict
from verifier.verifying import Examined

MOST_LISTED = 50
USUAL_MINUTES = 5


@dataclass(frozen=True)
class Redeemed:
    """What whoever redeemed a code gets: the code with its use, the verdict on the licence, and what it says."""

    code: Code
    verdict: Verdict
    rows: tuple[Row, ...]

    @property
    def indication(self) -> str:
        """The indication of the verdict."""
        return self.verdict.indication.value

    @property
    def policy(self) -> str:
        """The policy of the verdict."""
        return self.verdict.policy

    @property
    def shown(self) -> Sequence[tuple[str, str, str]]:
        """The lines as key, label and text."""
        return [(row.key, row.label, row.text) for row in self.rows]


class Presenting:
    """`issuer.presenting` at work."""

    def __init__(
        self,
        archive: Archive,
        directory: Directory,
        verify: Callable[[str], Examined],
        type_of: Callable[[Licence], LicenceType],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
        host_url: str,
        name_of: Callable[[str], str],
    ) -> None:
        self._archive, self._directory, self._verify, self._type_of = archive, directory, verify, type_of
        self._now, self._random, self._host_url = now, random, host_url
        self._name_of = name_of

    @property
    def desk(self) -> PresentDesk:
        """What the journeys need."""
        return PresentDesk(
            codes=self._archive.codes,
            find=self._archive.register.find,
            standing=self._standing,
            pen=lambda: self._directory.service("presentation")[0],
            random=self._random,
            host_url=self._host_url,
        )

    def once(
        self, identifier: str, holder: Presenter, *, minutes: int = USUAL_MINUTES, audience: str = ""
    ) -> Presented:
        """A one-time code for an own licence; raises as `issuer.presenting.presenting.present_once`."""
        self._own(identifier, holder)
        return present_once(self.desk, identifier, by=holder.login, minutes=minutes, audience=audience, at=self._now())

    def signed(self, identifier: str, holder: Presenter, *, audience: str = "") -> Presented:
        """A 60-second code for an own licence; raises as `issuer.presenting.presenting.present_signed`.

        Raises:
            Conflict: `certificate-missing`; the installation has no key for presentations yet.

        """
        entry = self._own(identifier, holder)
        shown = next(one for one in entry.licence.holders if _is(one, holder))
        return present_signed(
            self.desk,
            identifier,
            by=holder.login,
            holder=shown.masked_name,
            audience=audience,
            at=self._now(),
        )

    def withdraw(self, number: str, holder: Presenter) -> Code:
        """Take an own code back; raises NoSuchCode."""
        return withdraw_code(self.desk, number, by=holder.login, at=self._now())

    def code(self, number: str, holder: Presenter) -> Code:
        """An own code, to see what became of it; raises NoSuchCode."""
        return own_code(self.desk, number, by=holder.login)

    def mine(self, identifier: str, holder: Presenter) -> Sequence[Code]:
        """The newest codes of an own licence; raises NoSuchLicence."""
        self._own(identifier, holder)
        return self._archive.codes.of_licence(identifier, MOST_LISTED)

    def redeem(self, asked: Redemption, *, key: str) -> Redeemed:
        """Use a one-time code, then verify the licence it opens; raises as `issuer.presenting.redeeming.redeem`."""
        asked = replace(asked, known_as=self._name_of(asked.department))
        code = redeem(self.desk, asked, key=key, at=self._now())
        examined = self._verify(code.identifier)
        entry = self._archive.register.find(code.identifier)
        if entry is None:
            raise NoSuchLicence
        at, licence = examined.verdict.at, entry.licence
        standing = self._standing(code.identifier, at)
        kind = self._type_of(licence)
        return Redeemed(code, examined.verdict, disclose(licence, kind, standing, at=at, circle=Circle.CONSENT))

    def _own(self, identifier: str, holder: Presenter) -> Entry:
        found = self._archive.register.find(identifier) if len(identifier) <= MAX_LENGTH else None
        if found is None or found.artefacts is None or not any(_is(one, holder) for one in found.licence.holders):
            raise NoSuchLicence
        return found

    def _standing(self, identifier: str, at: datetime) -> Standing:
        return read_standing(self._archive.acts, identifier, at)


def _is(one: Holder, presenter: Presenter) -> bool:
    """Whether a holder of the licence is the one who is signed in."""
    return (one.code_type, one.code) == (presenter.code_type, presenter.code)
