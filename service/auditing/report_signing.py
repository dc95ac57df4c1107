"""Sealing audit reports: the operator's own seal for them, used like any other, by the service and not by a person.

Key, certificate and seal are made with the first report. Every report goes the way of every sealed document: a request,
a plan, a use on record, an entry in the log; so `yinzheng verify` answers for it, and an audit finds it again. Where
the operator is itself a body of the installation, the body's own key is behind the seal.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from keys.signer import Signer
from keys.sm3 import sm3
from service.keyring import LateSigner
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
        signer, certificate = self._pair(at)
        filed = self._filed(certificate, at)
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

    def _pair(self, at: datetime) -> tuple[Signer, Certificate]:
        """The key behind the seal, and its certificate."""
        yinzheng, operator = self._yinzheng, self._operator
        if any(one.body.code == operator.code for one in yinzheng.city.bodies):
            return yinzheng.directory.body(operator.code)
        signer = yinzheng.ring.open(f"file:{KEY}") if KEY in yinzheng.ring.names() else yinzheng.ring.make(KEY)
        for record in reversed(yinzheng.archive.books.certificates.of_key(key_digest(signer.public))):
            if record.der is not None:
                found = load_certificate(record.der)
                return LateSigner(found.public_key, f"file:{KEY}", yinzheng.ring.open), found
        subject = make_name("审计报告", organisation=operator.name, organisation_code=operator.code)
        made = yinzheng.authority.certify(signer.public, SEAL_SIGNER, subject=subject, at=at, random=yinzheng.random)
        return LateSigner(made.public_key, f"file:{KEY}", yinzheng.ring.open), made

    def _number(self) -> str:
        """The number of the seal; another one where a restore lost the seal that the public knows under it."""
        listed, code = self._yinzheng.publisher.trust_list(), self._operator.code
        for again in count():
            text = f"{KEY} {code} {again}" if again else f"{KEY} {code}"
            number = f"{code[2:8]}{int.from_bytes(sm3(text.encode())[:8], 'big') % 10**8:08d}"
            known = listed is not None and listed.seal(number) is not None
            if not known or self._yinzheng.archive.seals.find(number) is not None:
                break
        return number

    def _filed(self, certificate: Certificate, at: datetime) -> FiledSeal:
        """The seal, made and filed where there is none yet, and then published."""
        yinzheng, operator = self._yinzheng, self._operator
        seal_id = self._number()
        found = yinzheng.archive.seals.find(seal_id)
        if found is not None:
            return found
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
