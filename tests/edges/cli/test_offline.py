"""bundle export, verify --offline: at a counter without network."""

from datetime import timedelta
from pathlib import Path

import pytest

from service import clock
from tests.cli_parts import (
    Paper,
    Row,
    Shell,
    issue,
    said_of,
)
from trust.formats.bundle import decode_bundle
from trust.formats.certificate import load_pem


def test_a_bundle_and_its_anchor(paper: Paper) -> None:
    made = decode_bundle(paper.bundle.read_bytes())
    assert timedelta(hours=11) < made.expires_at - made.made_at <= timedelta(hours=24)
    (anchor,) = load_pem(paper.bundle.with_suffix(".pem").read_bytes())
    assert anchor.is_ca


def test_at_a_counter_without_network(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """Another machine: no installation, an empty folder, a bundle and a root that came by a trusted way."""
    elsewhere = tmp_path / "elsewhere"
    anchor = paper.bundle.with_suffix(".pem")
    for form in (paper.folder / "licence.ofd", paper.folder / "licence.pdf", paper.folder / "qr.png", paper.code):
        words = ("verify", form, "--offline", "--bundle", paper.bundle, "--json")
        ran = shell.run(*words, "--trust", anchor, DATA=str(elsewhere))
        assert (ran.code, ran.json["indication"]) == (0, "PASSED"), ran.out
        assert ran.json["policy"].endswith("offline-1")
        ran = shell.run(*words, DATA=str(elsewhere))
        assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE"), "nothing is pinned there"
    der = tmp_path / "root.der"
    der.write_bytes(load_pem(anchor.read_bytes())[0].der)
    ran = shell.run("verify", paper.code, "--bundle", paper.bundle, "--trust", der, DATA=str(elsewhere))
    assert ran.code == 0
    assert not elsewhere.exists()


def test_a_number_cannot_be_verified_without_network(shell: Shell, paper: Paper) -> None:
    ran = shell.run("verify", paper.identifier, "--offline", "--bundle", paper.bundle, "--json")
    assert (ran.code, ran.json["findings"][0]["name"]) == (2, "not-found")


def test_a_bundle_grows_stale(shell: Shell, paper: Paper) -> None:
    made = decode_bundle(paper.bundle.read_bytes())
    for at, code in ((made.expires_at - timedelta(seconds=1), 0), (made.expires_at, 2), (clock.now(), 0)):
        for form in (paper.folder / "licence.pdf", paper.code):
            words = ("verify", form, "--offline", "--bundle", paper.bundle, "--at", at.isoformat(), "--json")
            ran = shell.run(*words)
            assert ran.code == code, [one for one in ran.json["findings"] if one["indication"] != "PASSED"]
            stale = [finding["name"] for finding in ran.json["findings"] if finding["name"] == "status-stale"]
            assert stale == (["status-stale"] if code else [])


def test_a_bundle_knows_nothing_of_what_came_after_it(shell: Shell) -> None:
    """It says so by its age; the next one knows."""
    identifier, place = issue(shell)
    assert shell.run("bundle", "export", shell.desk / "before.bundle").code == 0
    assert shell.run("revoke", identifier, "--ground", "penalty").code == 0
    assert shell.run("bundle", "export", shell.desk / "after.bundle").code == 0
    for name, code in (("before", 0), ("after", 1)):
        words = ("verify", place / "licence.ofd", "--offline", "--bundle", shell.desk / f"{name}.bundle", "--json")
        ran = shell.run(*words)
        assert ran.code == code
        ages = [finding["evidence_age_s"] for finding in ran.json["findings"] if finding["name"] == "status"]
        assert len(ages) == 1


def test_a_bundle_of_another_city(shell: Shell, paper: Paper, tmp_path: Path) -> None:
    """All of it is genuine, elsewhere: nothing is known, and under their root nothing passes."""
    data = tmp_path / "other"
    ran = shell.run("demo", "--no-serve", DATA=str(data))
    assert ran.code == 0
    theirs = tmp_path / "theirs.bundle"
    assert shell.run("bundle", "export", theirs, DATA=str(data)).code == 0
    words = ("verify", paper.folder / "licence.ofd", "--offline", "--bundle", theirs, "--json")
    ran = shell.run(*words)
    assert (ran.code, ran.json["indication"]) == (2, "INDETERMINATE")
    ran = shell.run(*words, "--trust", theirs.with_suffix(".pem"))
    assert ran.json["indication"] != "PASSED"
    assert ran.code in {1, 2}
    assert shell.run("verify", paper.folder / "licence.ofd", "--json", DATA=str(data)).json["indication"] != "PASSED"


BAD: dict[str, Row] = {
    "a bundle that would be overwritten by its anchor": (64, "bundle-name", lambda desk: ["bundle", "export", "b.pem"]),
    "a bundle into a folder": (64, "file-unwritable", lambda desk: ["bundle", "export", desk.folder("bundles")]),
    "a bundle whose anchor is a folder": (
        64,
        "file-unwritable",
        lambda desk: ["bundle", "export", desk.folder("anchor.pem").removesuffix(".pem") + ".bundle"],
    ),
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_bad_inputs(shell: Shell, paper: Paper, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shell.desk)
    said_of(shell, paper, row)


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 3
