"""Sealing audit reports: the operator's own seal for them, used like any other, by the service and not by a person.

Key, certificate and seal are made with the first report, and a new seal with the first one after its end. Every report
goes the way of every sealed document: a request, a plan, a use on record, an entry in the log; so `yinzheng verify`
answers for it, and an audit finds it again. Where the operator is itself a body of the installation, the body's own key
is behind the seal.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from keys.signer import Signer
from keys.sm2 import PublicKey
from keys.sm3 import sm3
from service.keyring import LateSigner
from service.renewal import AHEAD
from service.seal_pictures import seal_picture
from service.seal_planners import planners
from service.wiring import Yinzheng
from trust.certification.issuing import key_digest
from trust.certification.profiles import SEAL_SIGNER
from trust.formats import ses
from trust.formats.certificate import Certificate, load_certificate
from trust.formats.placing import AtPoint
from trust.formats.x509_fields import make_name
from trust.rules.seal_standing import SealKind
from trust.sealing.making import make_seal
from trust.sealing.ports import FiledSeal, Officer
from trust.sealing.sealing import SealingDesk, Wanted, seal_document

KEY = "audit-report"
BY = Officer("yinzheng", "审计报告服务")
CORNER = AtPoint(0, 150.0, 12.0)
YEARS = timedelta(days=3 * 365)


class ReportPen:
    """Seals reports of one installation."""

    def __init__(self, yinzheng: Yinzheng) -> None:
        self._yinzheng, self._operator = yinzheng, yinzheng.city.operator

    def sign(self, report: bytes, at: datetime) -> bytes:
        """The report, sealed on its first page; raises as `trust.sealing.sealing.seal_document`."""
        filed = self._filed(at)
        signer, certificate = self._pair(filed.seal.signer_certificates)
        done = seal_document(
            self._desk(signer, certificate),
            filed.seal.seal_id,
            report,
            Wanted(CORNER, "审计报告", lock=True),
            key=f"{KEY}-{sm3(report).hex()[:32]}",
            by=BY,
            department=filed.body_code,
            at=at,
        )
        if done.file is None:
            raise ValueError("nobody has to approve a report")
        return done.file

    def _desk(self, signer: Signer, certificate: Certificate) -> SealingDesk:
        """The desk of all seals, with this one pen."""
        drawn = planners(lambda _code: self._operator.name, self._chain)
        return replace(self._yinzheng.seals.desk, pen=lambda _filed: (signer, certificate), planners=drawn)

    def _chain(self) -> tuple[bytes, ...]:
        records = self._yinzheng.archive.books.certificates.of_profile("issuing-ca")
        return tuple(record.der for record in records if record.der is not None)

    def _pair(self, listed: Collection[bytes]) -> tuple[Signer, Certificate]:
        """The key behind the seal, and the newest of its certificates that a seal lists, or else the newest."""
        yinzheng = self._yinzheng
        if self._is_body:
            return yinzheng.directory.body(self._operator.code, listed)
        signer = yinzheng.ring.open(f"file:{KEY}") if KEY in yinzheng.ring.names() else yinzheng.ring.make(KEY)
        records = yinzheng.archive.books.certificates.of_key(key_digest(signer.public))
        every = [load_certificate(one.der) for one in records if one.der is not None]
        newest = max(every, key=lambda one: one.not_after, default=None)
        chosen = next((one for one in reversed(every) if one.der in listed), newest)
        if chosen is None:
            chosen = self._certified(signer.public)
        return LateSigner(chosen.public_key, f"file:{KEY}", yinzheng.ring.open), chosen

    @property
    def _is_body(self) -> bool:
        return any(one.body.code == self._operator.code for one in self._yinzheng.city.bodies)

    def _certified(self, public: PublicKey) -> Certificate:
        yinzheng, operator = self._yinzheng, self._operator
        subject = make_name("审计报告", organisation=operator.name, organisation_code=operator.code)
        return yinzheng.authority.certify(
            public, SEAL_SIGNER, subject=subject, at=yinzheng.now(), random=yinzheng.random
        )

    def _numbers(self) -> Iterator[str]:
        """The numbers that the seal has had and may have, in their order."""
        code = self._operator.code
        for again in count():
            text = f"{KEY} {code} {again}" if again else f"{KEY} {code}"
            yield f"{code[2:8]}{int.from_bytes(sm3(text.encode())[:8], 'big') % 10**8:08d}"

    def _filed(self, at: datetime) -> FiledSeal:
        """The seal, under the first number that serves: one in its period, or a free one, for which it is made.

        A number is not free where the seal under it has ended, lists no certificate of the present key, or is known to
        the public and was lost by a restore.
        """
        listed = self._yinzheng.publisher.trust_list()
        for number in self._numbers():
            found = self._yinzheng.archive.seals.find(number)
            if found is None and (listed is None or listed.seal(number) is None):
                return self._made(number, at)
            if found is not None and at <= found.seal.valid_until:
                own = found.seal.signer_certificates
                if self._pair(own)[1].der in own:
                    return found
        raise AssertionError("numbers do not end")

    def _made(self, seal_id: str, at: datetime) -> FiledSeal:
        """The seal, made and filed, and then published; under a certificate that does not end soon."""
        yinzheng, operator = self._yinzheng, self._operator
        _, certificate = self._pair(())
        if not self._is_body and certificate.not_after - at <= AHEAD:
            certificate = self._certified(certificate.public_key)
        maker, maker_certificate = yinzheng.directory.maker()
        picture, begins = seal_picture(SealKind.UNIT, operator.name, seal_id), at.replace(microsecond=0)
        seal = make_seal(
            maker,
            maker_certificate,
            seal_id=seal_id,
            name=f"{operator.name}审计报告专用章",
            seal_type=SealKind.UNIT.code,
            signer_certificates=[certificate],
            picture=ses.SealPicture("PNG", picture.png, round(picture.width), round(picture.height)),
            valid_from=begins,
            valid_until=min(certificate.not_after, begins + YEARS),
            at=at,
        )
        filed = FiledSeal(seal, operator.code, at, BY.login, SealKind.UNIT)
        yinzheng.archive.seals.file(filed)
        yinzheng.publisher.after_seal_act(at)
        return filed
