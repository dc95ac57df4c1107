"""A machine whose OpenSSL has no SM2: whoever verifies is served all the same, and nothing is signed half-way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from keys import backend as backends
from service.apps import make_app
from service.commands.installation import installation
from service.serving import run_server
from service.settings import Settings
from tests.cli_parts import Paper, Shell, application, files, reopened, rows


@pytest.fixture
def bare_machine(data: Path) -> Iterator[None]:
    """No candidate serves."""
    with pytest.MonkeyPatch.context() as patch, reopened():
        patch.setattr(backends, "_candidates", lambda: iter(["/nonexistent/libcrypto.so.3"]))
        backends._found.cache_clear()
        yield
    backends._found.cache_clear()


@pytest.fixture(autouse=True)
def no_library_named() -> Iterator[None]:
    yield
    backends.choose(None)


@pytest.mark.usefixtures("bare_machine")
def test_each_form_is_verified(shell: Shell, paper: Paper) -> None:
    for form in (*(paper.folder / name for name in ("licence.ofd", "licence.pdf", "qr.png")), paper.code):
        ran = shell.run("verify", form)
        assert (ran.code, ran.err) == (0, ""), ran.out
        ran = shell.run("verify", form, "--offline", "--bundle", paper.bundle)
        assert (ran.code, ran.err) == (0, ""), ran.out
    assert shell.run("bundle", "export", shell.desk / "again.bundle").code == 0


@pytest.mark.usefixtures("bare_machine")
def test_a_forgery_is_still_one(shell: Shell, paper: Paper) -> None:
    forged = bytearray((paper.folder / "licence.ofd").read_bytes())
    forged[len(forged) // 2] ^= 1
    assert shell.run("verify", shell.write("forged.ofd", bytes(forged))).code == 1


@pytest.mark.usefixtures("bare_machine")
def test_what_signs_says_what_to_install_and_does_nothing(shell: Shell, paper: Paper) -> None:
    written = shell.write("application.json", application())
    issue = ("issue", "--type", "business-licence", "--data", written, "--out", shell.desk / "out")
    suspend = ("suspend", paper.identifier, "--ground", "penalty")
    before = rows(shell.data), files(shell.data)
    for words in (issue, suspend):
        ran = shell.run(*words)
        assert (ran.code, ran.out) == (1, "")
        chinese, english, *tried = ran.err.splitlines()
        assert "不能签名" in chinese
        assert "YINZHENG_LIBCRYPTO" in chinese
        assert "psycopg[binary]" in english
        assert english.endswith("[backend-missing]")
        assert any("/nonexistent/libcrypto.so.3" in line for line in tried)
        assert (rows(shell.data), files(shell.data)) == before


@pytest.mark.usefixtures("bare_machine")
def test_no_demo_is_begun(shell: Shell, tmp_path: Path) -> None:
    ran = shell.run("demo", "--no-serve", DATA=str(tmp_path / "new"), KEY_ROUNDS="1024")
    assert ran.code == 1
    assert "[backend-missing]" in ran.err
    assert not (tmp_path / "new").exists()


@pytest.mark.usefixtures("bare_machine")
def test_the_service_verifies_and_says_that_it_cannot_sign(
    shell: Shell, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    served: list[object] = []
    monkeypatch.setattr("service.serving.uvicorn.run", lambda app, **_: served.append(app))
    run_server(installation(), Settings(), warn=said.append)
    assert len(served) == 1
    assert len(said) == 1
    assert "不能签名" in said[0]
    assert "nothing can be signed" in said[0]
    with TestClient(make_app(installation(), production=False), base_url="https://testserver") as client:
        sent = (paper.folder / "licence.pdf").read_bytes()
        answer = client.post("/api/v1/verifications", files={"file": ("licence.pdf", sent)})
        assert (answer.status_code, answer.json()["indication"]) == (200, "PASSED"), answer.text
        checks = {check["name"]: check["ok"] for check in client.get("/readyz").json()["checks"]}
        assert checks["self-test"] is True
        assert checks["signing"] is False


@pytest.mark.parametrize("words", [("publish",), ("verify", "00"), ("demo", "--no-serve")])
def test_a_named_library_that_does_not_serve_is_a_wrong_setting(shell: Shell, words: tuple[str, ...]) -> None:
    ran = shell.run(*words, LIBCRYPTO="/nonexistent/libcrypto.so.3")
    assert ran.code == 64
    chinese, english, *_ = ran.err.splitlines()
    assert "YINZHENG_LIBCRYPTO" in chinese
    assert "/nonexistent/libcrypto.so.3" in english
    assert english.endswith("[setting]")


def test_a_named_library_is_the_one_taken(shell: Shell, paper: Paper) -> None:
    good = backends.signing().path
    assert shell.run("verify", paper.code, LIBCRYPTO=good).code == 0
    assert backends._named == [good]


def test_cryptography_that_fails_its_test_says_nothing_about_a_licence(
    shell: Shell, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 would say FAILED of a paper that nobody has looked at."""
    monkeypatch.setattr("keys.self_test._ABC", bytes(32))
    with reopened():
        for words in ((), ("--offline", "--bundle", str(paper.bundle))):
            ran = shell.run("verify", paper.code, *words)
            assert ran.code == 2
            assert "[self-test-failed]" in ran.err
        assert shell.run("publish").code == 1
