"""What the journeys share: reading verdicts, issuing through a changed office, changing what the city publishes.

Nothing here decides anything: a changed office is the product's own office with one part exchanged, so that a test
can make the very thing that a verifier must not accept.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from threading import Barrier, Thread
from typing import Any

from issuer.issuing import Issued, issue
from issuer.ports import Office
from tests.city import OFFICIAL, City
from trust.certification.profiles import SEAL_SIGNER
from trust.certification.trust_listing import publish_trust_list
from trust.formats.certificate import Certificate
from trust.formats.crl import Reason
from trust.formats.token import to_text
from trust.formats.trust_list import TrustList
from trust.rules.verdict import Finding, Indication
from verifier.verifying import Examined

PASSED, FAILED, INDETERMINATE = Indication.PASSED, Indication.FAILED, Indication.INDETERMINATE
HOST = "http://127.0.0.1:8000"
NUMBERS = count(1)
PATIENCE_S = 60

Exchange = Callable[[TrustList], TrustList]


class Exchanged:
    """A port with some of its methods exchanged; the others are its own."""

    def __init__(self, port: object, **methods: Callable[..., Any]) -> None:
        self._port = port
        vars(self).update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


def indication(examined: Examined) -> Indication:
    """The indication of a verdict."""
    return examined.verdict.indication


def against(examined: Examined) -> list[tuple[int, str, str]]:
    """What stands against a verdict's subject: step, name and indication of every finding that did not pass."""
    return [(one.step, one.name, one.indication.value) for one in examined.verdict.findings if one.indication != PASSED]


def failed(examined: Examined) -> set[tuple[int, str]]:
    """Step and name of the findings that failed."""
    return {(one.step, one.name) for one in examined.verdict.of(FAILED)}


def open_at(examined: Examined) -> set[tuple[int, str]]:
    """Step and name of the findings that stayed open."""
    return {(one.step, one.name) for one in examined.verdict.of(INDETERMINATE)}


def finding(examined: Examined, step: int, name: str) -> Finding:
    """The one finding of this step and name."""
    (found,) = [one for one in examined.verdict.findings if (one.step, one.name) == (step, name)]
    return found


def number(prefix: str = "YL") -> str:
    """A licence number that was not used before."""
    return f"{prefix}{next(NUMBERS):08d}"


def identifier(issued: Issued) -> str:
    """The identifier of a licence as text."""
    return str(issued.entry.licence.identifier)


def code_text(issued: Issued) -> str:
    """The text of the code on the face."""
    return to_text(issued.token, HOST)


def presented(city: City, issued: Issued) -> dict[str, Examined]:
    """The licence verified in each form in which it can be presented."""
    installation = city.yinzheng
    return {
        "ofd": installation.verify_file(issued.ofd),
        "pdf": installation.verify_file(issued.pdf),
        "code": installation.verify_words(code_text(issued)),
        "identifier": installation.verify_words(identifier(issued)),
    }


def issue_by(city: City, office: Office, bundle: str = "business-licence", **changed: Any) -> Issued:
    """Issue a licence through an office of one's own, and publish as the installation does."""
    application = city.application(bundle, **({"number": number()} | changed))
    issued = issue(office, application, key=f"by {application.number}", by=OFFICIAL, at=city.clock())
    city.yinzheng.publisher.after_issue(issued.entry.licence.status.list, city.clock())
    return issued


def signer_certificate(city: City, bundle: str = "business-licence") -> Certificate:
    """The certificate of the body that issues a bundle's licences."""
    return city.yinzheng.directory.certificate(SEAL_SIGNER, city.body_code(bundle))


def revoke_certificate(
    city: City, certificate: Certificate, reason: Reason, *, invalid_since: datetime | None = None
) -> None:
    """Revoke a certificate of the city's authority now, and publish the list."""
    authority = city.yinzheng.publisher._authority
    authority.revoke_certificate(certificate.serial, reason, city.clock(), invalid_since=invalid_since)
    city.yinzheng.publisher.refresh(city.clock())


def relist(city: City, exchange: Exchange) -> TrustList:
    """Publish a trust list of one's own making in place of the current one, signed by the city's own signer."""
    listed = city.yinzheng.publisher.trust_list()
    assert listed is not None
    changed = exchange(listed)
    signer, certificate = city.yinzheng.directory.service("trust-list")
    publish_trust_list(
        city.yinzheng.archive.trust_lists,
        signer,
        certificate,
        certificates=changed.certificates,
        mandates=changed.mandates,
        types=changed.types,
        log=changed.log,
        status_base=changed.status_base,
        at=city.clock(),
        next_update=city.clock().replace(microsecond=0) + timedelta(days=7),
        seals=changed.seals,
        in_force=changed.in_force,
        checks=changed.checks,
    )
    return changed


def office_of(city: City, **changed: Any) -> Office:
    """The city's office with parts exchanged."""
    return replace(city.yinzheng.office, **changed)


def all_at_once(*works: Callable[[], object]) -> list[object]:
    """Do all the works at the same moment; results, and errors, in the order of the works."""
    barrier = Barrier(len(works))
    outcomes: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait(PATIENCE_S)
        try:
            outcomes[place] = work()
        except Exception as error:  # noqa: BLE001  (the test looks at what it was)
            outcomes[place] = error

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return outcomes
