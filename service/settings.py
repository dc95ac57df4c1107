"""Settings, and the only reader of the environment.

Every name begins with `YINZHENG_`. `production` refuses what only a demo may do: software keys, the well-known demo
passphrase, printed identities. A setting that is wrong stops the start with a sentence, not with a guess.

    YINZHENG_DATA        folder for everything that is kept (default: .yinzheng beside the project)
    YINZHENG_PORT        port of the web service (default 8000), YINZHENG_HOST its address (default 127.0.0.1)
    YINZHENG_DATABASE    database address (default: SQLite in the data folder; postgresql+psycopg://… needs the extra)
    YINZHENG_PASSPHRASE  opens the key files; the demo city uses a well-known one and says so
    YINZHENG_BASE_URL    public address of this service, printed into codes and lists
    YINZHENG_PRODUCTION  1 for production
"""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_PASSPHRASE = "yinzheng-demo"  # noqa: S105  (announced at every start, and refused in production)
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of one process; see the module's text for each name."""

    model_config = SettingsConfigDict(env_prefix="YINZHENG_", extra="ignore")

    data: Path = PROJECT / ".yinzheng"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    database: str | None = None
    passphrase: str | None = None
    base_url: str | None = None
    production: bool = False
    key_rounds: int = Field(default=600_000, ge=1_024)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("YINZHENG_BASE_URL must begin with http:// or https://")
        return value and value.rstrip("/")

    @property
    def database_url(self) -> str:
        """Where the tables are."""
        return self.database or f"sqlite:///{self.data / 'yinzheng.db'}"

    @property
    def public_url(self) -> str:
        """The address printed into codes and lists."""
        return self.base_url or f"http://{self.host}:{self.port}"

    def secret(self) -> bytes:
        """The passphrase of the key files.

        Raises:
            ValueError: production without a passphrase, or with the demo's.

        """
        if self.production and self.passphrase in (None, DEMO_PASSPHRASE):
            raise ValueError("生产环境必须设置 YINZHENG_PASSPHRASE / production needs YINZHENG_PASSPHRASE")
        return (self.passphrase or DEMO_PASSPHRASE).encode()
