"""Settings: every name, every wrong value told by its name, and what production refuses."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.commands import installation
from service.problem import Usage
from service.settings import DEMO_PASSPHRASE, PROJECT, Settings

NAMES = ("DATA", "HOST", "PORT", "DATABASE", "PASSPHRASE", "BASE_URL", "PRODUCTION", "LIBCRYPTO", "KEY_ROUNDS")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"YINZHENG_{name}", raising=False)


def test_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert settings.data == PROJECT / ".yinzheng"
    assert settings.database_url == f"sqlite:///{PROJECT / '.yinzheng' / 'yinzheng.db'}"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.secret() == DEMO_PASSPHRASE.encode()
    assert (settings.production, settings.key_rounds) == (False, 600_000)


def test_every_name_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {
        "DATA": str(tmp_path),
        "HOST": "0.0.0.0",
        "PORT": "8100",
        "DATABASE": "postgresql+psycopg://city@db/city",
        "PASSPHRASE": "正确的口令",
        "BASE_URL": "https://licence.example/",
        "PRODUCTION": "1",
        "LIBCRYPTO": "/opt/openssl/lib/libcrypto.so.3",
        "KEY_ROUNDS": "2000",
    }
    assert set(given) == set(NAMES)
    for name, value in given.items():
        monkeypatch.setenv(f"YINZHENG_{name}", value)
    settings = Settings()
    assert (settings.data, settings.host, settings.port) == (tmp_path, "0.0.0.0", 8100)
    assert settings.database_url == "postgresql+psycopg://city@db/city"
    assert settings.public_url == "https://licence.example"
    assert settings.secret() == "正确的口令".encode()
    assert (settings.production, settings.key_rounds) == (True, 2000)
    assert settings.libcrypto == "/opt/openssl/lib/libcrypto.so.3"


def test_the_address_follows_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINZHENG_HOST", "192.0.2.7")
    monkeypatch.setenv("YINZHENG_PORT", "8123")
    assert Settings().public_url == "http://192.0.2.7:8123"


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A compose file passes what is not set as empty: not as the folder one happens to be in, not as no passphrase."""
    usual = Settings()
    monkeypatch.setenv(f"YINZHENG_{name}", "")
    assert Settings() == usual


WRONG = [
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "eight thousand"),
    ("PORT", "8000.5"),
    ("KEY_ROUNDS", "1023"),
    ("KEY_ROUNDS", "-1"),
    ("KEY_ROUNDS", "99999999999"),
    ("PRODUCTION", "perhaps"),
    ("BASE_URL", "licence.example"),
    ("BASE_URL", "ftp://licence.example"),
    ("BASE_URL", "http://"),
    ("BASE_URL", "https://licence.example/a b"),
    ("BASE_URL", "https://证照.example"),
    ("BASE_URL", "https://licence.example/#top"),
    ("BASE_URL", "https://licence.example/?a=1"),
    ("BASE_URL", "https://" + "a" * 300),
    ("DATABASE", "yinzheng.db"),
    ("DATABASE", "mysql://db/city"),
    ("DATABASE", "sqlite+aiosqlite:///city.db"),
    ("DATABASE", "postgresql://db/city"),
    ("DATABASE", "postgresql+psycopg://db:port/city"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_stops_with_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"YINZHENG_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
    installation.settings.cache_clear()
    with pytest.raises(Usage) as refusal:
        installation.settings()
    assert refusal.value.code == "setting"
    assert f"YINZHENG_{name}" in refusal.value.zh
    assert f"YINZHENG_{name}" in refusal.value.en


def test_production_keeps_the_public_folder_apart(tmp_path: Path) -> None:
    data, apart = tmp_path / "data", tmp_path / "public"
    assert Settings(data=data).public_folder == data / "public"
    assert Settings(data=data, production=True, public=apart).public_folder == apart
    for inside in (None, data, data / "x", data / ".." / "data" / "public"):
        with pytest.raises(Usage) as refused:
            _ = Settings(data=data, production=True, public=inside).public_folder
        assert refused.value.code == "public-inside-data"


@pytest.mark.parametrize("passphrase", [None, "", DEMO_PASSPHRASE])
def test_production_takes_no_well_known_passphrase(monkeypatch: pytest.MonkeyPatch, passphrase: str | None) -> None:
    monkeypatch.setenv("YINZHENG_PRODUCTION", "1")
    if passphrase is not None:
        monkeypatch.setenv("YINZHENG_PASSPHRASE", passphrase)
    with pytest.raises(Usage) as refusal:
        Settings().secret()
    assert refusal.value.code == "no-passphrase"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8000", "https://licence.example/city", "http://[2001:db8::1]:8000", "https://a-b.example:8443"],
)
def test_addresses_that_do(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("YINZHENG_BASE_URL", address)
    assert Settings().public_url == address


def test_a_passphrase_is_the_octets_that_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every passphrase is UTF-8; the environment hands over what is not as lone surrogates."""
    monkeypatch.setenv("YINZHENG_PASSPHRASE", "caf\udce9")
    assert Settings().secret() == b"caf\xe9"


def test_other_names_are_other_peoples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINZHENG_COLOUR", "red")
    monkeypatch.setenv("DATA", "/nowhere")
    assert Settings().data == PROJECT / ".yinzheng"


@pytest.mark.parametrize(
    ("host", "address", "plain"),
    [
        ("127.0.0.1", None, False),
        ("localhost", None, False),
        ("::1", "http://[::1]:8000", False),
        ("127.0.0.1", "https://licence.example", False),
        ("0.0.0.0", "https://licence.example", False),
        ("0.0.0.0", None, True),
        ("::", "http://localhost:8000", True),
        ("192.0.2.7", None, True),
        ("0.0.0.0", "http://127.0.0.1:8000", True),
        ("127.0.0.1", "http://licence.example", True),
        ("counter.example", "http://127.0.0.1:8000", True),
    ],
)
def test_others_must_come_by_tls(host: str, address: str | None, plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINZHENG_HOST", host)
    monkeypatch.setenv("YINZHENG_BASE_URL", address or "")
    assert Settings().open_in_plain is plain
