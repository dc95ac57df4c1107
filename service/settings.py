"""Settings, and the only reader of the environment.

Every name begins with `YINZHENG_`. `production` refuses what only a demo may do: software keys, the well-known demo
passphrase, printed identities. A setting that is wrong stops the start with a sentence, not with a guess; an empty one
counts as not set.

    YINZHENG_DATA        folder for everything that is kept (default: .yinzheng beside the project)
    YINZHENG_PUBLIC      folder into which all that is published is copied, for web servers (default: public in the data
                         folder; better on a disk of its own, because it must outlive the database;
                         production refuses one inside the data folder)
    YINZHENG_SINCE       file with a signed checkpoint of the log that was kept elsewhere (a witness's cosigned note):
                         a log that does not go on from it is refused
    YINZHENG_PORT        port of the web service (default 8000), YINZHENG_HOST its address (default 127.0.0.1)
    YINZHENG_DATABASE    database address (default: SQLite in the data folder; postgresql+psycopg://… needs the extra)
    YINZHENG_PASSPHRASE  opens the key files; the demo city uses a well-known one and says so
    YINZHENG_BASE_URL    public address of this service, printed into codes and lists
    YINZHENG_PRODUCTION  1 for production
    YINZHENG_LIBCRYPTO   path of the libcrypto that signs (default: the first here that has SM2)
    YINZHENG_TSA         time stamps in sealed documents: own (default), none, or the address of an authority outside
    YINZHENG_TSA_CERTIFICATE   the certificate of that authority, PEM or DER; needed with an address
    YINZHENG_ALONE_A_DAY  how many acts that end or interrupt a licence one person may take alone in 24 hours (default
                         20; 0: none); whatever is above that takes two people
    YINZHENG_WEBHOOK_LOOPBACK  1: webhooks may go to this machine itself, in plain; for trials, refused in production
    YINZHENG_PASSWORDS_FD  an open descriptor (3 or above) from which commands read the passwords of the people they act
                         for, in lines of login:password; without it they are typed
    YINZHENG_CLOCK_MARK  file that the time daemon touches when it has set the clock; time stamps need it to be young
                         (default in production: /run/systemd/timesync/synchronized; else none)
"""

import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from keys.key_file import ROUNDS_MAX, ROUNDS_MIN
from service.problem import Usage
from trust.errors import Malformed
from trust.formats.checkpoint import MAX_NOTE, parse_checkpoint
from trust.rules.two_people import ALONE_A_DAY

OWN_TSA, NO_TSA = "own", "none"
CLOCK_MARK = Path("/run/systemd/timesync/synchronized")
DEMO_PASSPHRASE = "yinzheng-demo"  # noqa: S105  (announced at every start, and refused in production)
PROJECT = Path(__file__).resolve().parent.parent
DATABASES = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})
ADDRESS = re.compile(r"https?://[\[0-9A-Za-z][0-9A-Za-z._~:/\[\]-]{0,199}", re.ASCII)


class Settings(BaseSettings):
    """The settings of one process; see the module's text for each name."""

    model_config = SettingsConfigDict(env_prefix="YINZHENG_", env_ignore_empty=True, extra="ignore")

    data: Path = PROJECT / ".yinzheng"
    public: Path | None = None
    since: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    database: str | None = None
    passphrase: str | None = None
    base_url: str | None = None
    production: bool = False
    libcrypto: str | None = None
    tsa: str = OWN_TSA
    tsa_certificate: Path | None = None
    clock_mark: Path | None = None
    webhook_loopback: bool = False
    alone_a_day: int = Field(default=ALONE_A_DAY, ge=0, le=10_000)
    passwords_fd: int | None = Field(default=None, ge=3, le=1_023)
    key_rounds: int = Field(default=600_000, ge=ROUNDS_MIN, le=ROUNDS_MAX)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        if value is not None and not ADDRESS.fullmatch(value):
            raise ValueError("an address like https://licence.example is needed, in ASCII and without ? or #")
        return value and value.rstrip("/")

    @field_validator("tsa")
    @classmethod
    def _known_authority(cls, value: str) -> str:
        if value not in {OWN_TSA, NO_TSA} and not ADDRESS.fullmatch(value):
            raise ValueError("own, none, or an address like https://tsa.example/tsa is needed")
        return value

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        try:
            known = value is None or make_url(value).drivername in DATABASES
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("an address like sqlite:////srv/city.db or postgresql+psycopg://city@host/city is needed")
        return value

    @property
    def loopback_for_hooks(self) -> bool:
        """Whether webhooks may go to this machine itself.

        Raises:
            Usage: production asks for it.

        """
        if self.webhook_loopback and self.production:
            raise Usage(
                "loopback-in-production",
                "正式业务不能把回告地址设在本机（YINZHENG_WEBHOOK_LOOPBACK）。",
                "production refuses YINZHENG_WEBHOOK_LOOPBACK.",
            )
        return self.webhook_loopback

    @property
    def mark_of_clock(self) -> Path | None:
        """The file whose age tells whether the clock was synchronised; None where the machine is taken at its word."""
        return self.clock_mark or (CLOCK_MARK if self.production else None)

    @property
    def public_folder(self) -> Path:
        """Where what is published is copied to.

        Raises:
            Usage: production, and it stands in the data folder: who puts back the one would put back the other.

        """
        chosen = self.public or self.data / "public"
        if self.production and chosen.resolve().is_relative_to(self.data.resolve()):
            raise Usage(
                "public-inside-data",
                f"公布目录 {chosen} 在数据目录里面：一起恢复成旧的，就没有人记得公布过什么。"
                "正式业务请用 YINZHENG_PUBLIC 指定数据目录之外（最好另一块盘）的目录。",
                f"the public folder {chosen} is inside the data folder, so an old copy of both would go unnoticed; "
                "production needs a YINZHENG_PUBLIC outside, best on another disk.",
            )
        return chosen

    @property
    def noted(self) -> bytes | None:
        """The checkpoint that was kept elsewhere; raises Usage."""
        return None if self.since is None else read_note(self.since)

    @property
    def database_url(self) -> str:
        """Where the tables are."""
        return self.database or f"sqlite:///{self.data / 'yinzheng.db'}"

    @property
    def public_url(self) -> str:
        """The address printed into codes and lists."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def open_in_plain(self) -> bool:
        """Whether others may reach the service without TLS; their browsers then keep no session."""
        if self.public_url.startswith("https://"):
            return False
        return not all(_is_loopback(name) for name in (self.host, urlsplit(self.public_url).hostname or ""))

    def secret(self) -> bytes:
        """The passphrase of the key files.

        Raises:
            Usage: production without a passphrase, or with the demo's.

        """
        chosen = self.passphrase or DEMO_PASSPHRASE
        if self.production and chosen == DEMO_PASSPHRASE:
            raise Usage(
                "no-passphrase",
                "生产环境必须设置 YINZHENG_PASSPHRASE，且不能用演示口令。",
                "production needs a YINZHENG_PASSPHRASE of its own.",
            )
        return chosen.encode("utf-8", "surrogateescape")  # the octets that the environment holds


def read_note(path: Path) -> bytes:
    """A signed checkpoint from a file.

    Raises:
        Usage: `since-note`, it cannot be read, or is no checkpoint.

    """
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_NOTE + 1)
        parse_checkpoint(octets)
    except (OSError, Malformed) as error:
        raise Usage(
            "since-note",
            f"{path} 里没有可读的检查点；请交来见证方或镜像保存的检查点原文（如 cosigned.note）。",
            f"{path} holds no checkpoint that can be read; hand in the note that a witness or mirror kept.",
        ) from error
    return octets


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
