"""Opening the installation that the settings name: this machine's database, keys, files, clock and randomness.

The one place where they come together; everything else gets them as arguments.
"""

import secrets
from functools import cache, partial
from typing import Literal

from keys.custody import Custody
from keys.files import make_folder
from service import clock
from service.accounts import AccountTags, start_tagging
from service.begun import FILE as BEGUN_FILE
from service.begun import SECRET, FileBegun, open_index
from service.blobs import FolderBlobs
from service.bound import LEDGERS
from service.city import City, read_city
from service.cryptography import take_up_cryptography
from service.data_folder import matters_of, plan_file, require_no_demo, unusable_folder
from service.database import lax_settings, migrate, open_engine
from service.means import Means
from service.problem import Usage
from service.public_folder import PublicFolder
from service.settings import NO_TSA, OWN_TSA, Settings
from service.time_stamping import OutsideAuthority, Stamper, WatchedClock
from service.trail.starting import start_marking
from service.trail.vouching import RecordTags, vouch
from service.wiring import Yinzheng
from trust.errors import Malformed
from trust.formats.certificate import load_certificate, load_pem


def open_installation(settings: Settings, *, city: City | None = None) -> Yinzheng:
    """The installation of the settings: database, keys, files and clock of this machine.

    Raises:
        SelfTestFailed: the cryptography of this machine answers wrongly; where it only cannot sign, that is no error.
        OtherSecret, KeyFileRefused: as `service.trail.starting`.
        Usage: a setting, the data folder or the plan in it does not do; production finds a demo's data, or no plan of
            its own; the database may lose what it has committed.

    """
    take_up_cryptography(settings.libcrypto)
    if settings.production:
        require_no_demo(settings.data)
    try:
        make_folder(settings.data)
    except OSError as error:
        raise unusable_folder(settings.data, error) from error
    plan = city or read_city(plan_file(settings.data))  # before anything is made that would look like an installation
    engine = open_engine(settings.database_url)
    if lax := "、".join(lax_settings(engine)):
        engine.dispose()
        raise Usage(
            "database-not-durable",
            f"数据库关闭了 {lax}，断电会丢失已经答复的内容；请打开后再启动。",
            f"the database has {lax.replace('、', ', ')} off and may lose what was acknowledged; switch it on.",
        )
    migrate(engine)
    passphrase, secret_file = settings.secret, settings.data / "keys" / SECRET
    begun = FileBegun(settings.data / "keys" / BEGUN_FILE)
    index_key = cache(partial(open_index, secret_file, passphrase, begun, rounds=settings.key_rounds))
    vouch(engine, RecordTags(index_key, secret_file.exists, begun.known))
    start_marking(engine, LEDGERS.values(), clock.now(), begun)
    start_tagging(engine, AccountTags(index_key, secret_file.exists), clock.now(), begun)
    return Yinzheng(
        Means(
            engine=engine,
            ring=Custody(
                settings.data / "keys",
                passphrase,
                production=settings.production,
                rounds=settings.key_rounds,
            ),
            blobs=FolderBlobs(settings.data / "blobs"),
            templates=settings.data / "templates",
            trials=settings.data / "trials",
            public=PublicFolder(settings.public_folder),
            since=settings.noted,
            now=clock.now,
            random=secrets.token_bytes,
            index_key=index_key,
            has_index_key=secret_file.exists,
            begun=begun,
            city=plan,
            matters=matters_of(settings.data),
            base_url=settings.public_url,
            stamper=stamper_of(settings),
            webhook_loopback=settings.loopback_for_hooks,
            alone_a_day=settings.alone_a_day,
            clock_health=WatchedClock(clock.now, clock.steady, settings.mark_of_clock),
        ),
    )


def stamper_of(settings: Settings) -> Stamper | Literal["own"] | None:
    """Whose time stamps the settings name.

    Raises:
        Usage: an address without a certificate, or a certificate that cannot be read.

    """
    if settings.tsa == OWN_TSA:
        return "own"
    if settings.tsa == NO_TSA:
        return None
    try:
        octets = settings.tsa_certificate.read_bytes() if settings.tsa_certificate else b""
        pinned = load_pem(octets)[0] if octets.startswith(b"-----BEGIN") else load_certificate(octets)
    except (OSError, Malformed) as error:
        raise Usage(
            "tsa-certificate",
            "使用外部时间戳服务须用 YINZHENG_TSA_CERTIFICATE 指定其国密证书（PEM 或 DER）。",
            "an authority outside needs its SM2 certificate in YINZHENG_TSA_CERTIFICATE.",
        ) from error
    return OutsideAuthority(settings.tsa, pinned, clock.now, secrets.token_bytes)
