"""Every error has a sentence: its own row in `service.problems`, or its ancestor's where that one is meant for it too.

A new class of error without either fails here, so that nobody meets "something went wrong inside" for a mistake that
they could mend. `INHERITS` is where the row of an ancestor is meant; being in it is a decision, not a default.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

from cases.errors import NoSuchCitation
from issuer.errors import NoSuchLicence
from keys.errors import KeyFileRefused
from service.identity import IdentityError
from service.outlet import INVALID, OF_HTTP
from service.problem import INTERNAL, Problem, Usage
from service.problems import FULL, NOT_PUBLISHED, STORAGE, TABLE, TABLES_BEHIND, problem_of
from service.reasons import REASONS
from trust.errors import Conflict, Malformed, TrustError, Untrusted
from trust.formats import errors as paths
from trust.log.errors import NotLogged
from trust.revocation.errors import SubjectUnknown
from trust.rules.errors import FieldRefused, MoveRefused
from trust.sealing.errors import SealNotUsable

PACKAGES = ("keys", "trust", "templates", "issuer", "verifier", "cases", "service")
INHERITS = {
    # A path that is refused is told by its own reason under one sentence; verifying turns it into a finding first.
    paths.PathRefused: Untrusted,
    paths.SignatureBroken: Untrusted,
    paths.NotYetValid: Untrusted,
    paths.Expired: Untrusted,
    paths.WrongUsage: Untrusted,
    paths.ConstraintBroken: Untrusted,
    paths.CertificateRevoked: Untrusted,
    paths.PathIncomplete: Untrusted,
    paths.NoPath: Untrusted,
    paths.RevocationUnknown: Untrusted,
    # These two carry the field or the move; `problem_of` tells it beside the general sentence.
    FieldRefused: Malformed,
    MoveRefused: Conflict,
}
SIGNALS = {
    "verifier.http._TooLarge",
    "verifier.confinement.NoReaderError",
    "service.tokens.Refused",
    "issuer.batches.sheet.SheetError",
    "issuer.batches.values.CellError",
}
"""Exceptions that never leave the module, or the reading of tables, that defines them."""


def exceptions() -> Iterator[type[Exception]]:
    """Every class of exception that our packages define, wherever it stands."""
    for root in PACKAGES:
        package = importlib.import_module(root)
        for found in pkgutil.walk_packages(package.__path__, f"{root}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for _, kind in inspect.getmembers(module, inspect.isclass):
                if issubclass(kind, Exception) and kind.__module__ == found.name:
                    yield kind


ALL = sorted(set(exceptions()), key=lambda kind: (kind.__module__, kind.__qualname__))


def name_of(kind: type[Exception]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


@pytest.mark.parametrize("kind", [kind for kind in ALL if name_of(kind) not in SIGNALS], ids=name_of)
def test_every_error_has_a_row_that_is_meant_for_it(kind: type[Exception]) -> None:
    if kind is Usage:
        assert problem_of(Usage("code", "中文。", "English.")).zh == "中文。"
    elif kind in INHERITS:
        assert kind not in TABLE, "it has a row of its own: take it out of INHERITS"
        assert next(ancestor for ancestor in kind.__mro__ if ancestor in TABLE) is INHERITS[kind]
    else:
        assert kind in TABLE


def test_the_walk_finds_them() -> None:
    assert {Malformed, IdentityError, SealNotUsable} <= set(ALL)
    assert len(ALL) > 60
    assert set(TABLE) <= set(ALL), "a row for a class that is not ours or is gone"


def test_signals_are_still_there() -> None:
    assert {name_of(kind) for kind in ALL} >= SIGNALS


SPOKEN = [*TABLE.values(), *OF_HTTP.values(), INTERNAL, INVALID, STORAGE, FULL, NOT_PUBLISHED, TABLES_BEHIND]


@pytest.mark.parametrize("problem", SPOKEN, ids=lambda problem: problem.code)
def test_every_problem_speaks_both_languages(problem: Problem) -> None:
    assert 400 <= problem.status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.code)
    said(problem.zh, problem.en)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_speaks_both_languages(reason: str) -> None:
    said(*REASONS[reason])


def said(zh: str, en: str) -> None:
    assert re.search("[\u4e00-\u9fff]", zh)
    assert zh.endswith("。")
    assert re.fullmatch(r"[A-Z][ -~]+[.?]", en)


def test_unknown_and_forbidden_share_their_sentence() -> None:
    rows = [row for row in TABLE.values() if row.code == "not-found" and "标识" in row.zh]
    assert len(rows) > 1
    assert len({(row.status, row.zh, row.en) for row in rows}) == 1


@pytest.mark.parametrize("error", [SubjectUnknown("subject-unknown"), NoSuchLicence(), NoSuchCitation()])
def test_what_is_unknown_or_hidden_says_no_more_than_that(error: Exception) -> None:
    """Neither a finer word nor a detail tells an unknown licence from one that is somebody else's."""
    problem = problem_of(error)
    assert (problem.status, problem.code, problem.details) == (404, "not-found", ())


def test_what_the_log_has_not_signed_for_yet_is_not_called_absent() -> None:
    absent, awaited = problem_of(NotLogged("not-logged")), problem_of(NotLogged("not-yet-published"))
    assert (absent.status, absent.code) == (404, "not-logged")
    assert (awaited.status, awaited.code) == (404, "not-yet-published")
    assert awaited.zh != absent.zh


def test_what_is_not_ours_is_internal_and_keeps_its_words() -> None:
    problem = problem_of(RuntimeError("SELECT * FROM person"))
    assert problem == INTERNAL
    assert "SELECT" not in str(problem.as_json())


def caused(error: Exception, cause: Exception) -> Exception:
    """An error as `raise … from …` leaves it."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(28, "No space left on device"), 507, "storage-full"),
        (OSError(5, "Input/output error"), 503, "storage"),
        (OSError(30, "Read-only file system"), 503, "storage"),
        (OSError(2, "No such file or directory"), 500, "internal"),
        (caused(KeyFileRefused("key-file-write", "log.p8.pem"), OSError(28, "No space")), 507, "storage-full"),
        (caused(KeyFileRefused("key-file-write", "log.p8.pem"), OSError(5, "Input/output")), 503, "storage"),
        (caused(KeyFileRefused("key-file-write", "log.p8.pem"), OSError(13, "Permission")), 503, "key-file-refused"),
        (FieldRefused("too-long", key="reason", label="事由说明"), 422, "too-long"),
        (MoveRefused("standing-final", status="07", kind="reinstate"), 409, "standing-final"),
        (TrustError("anything"), 422, "anything"),
    ],
)
def test_finer_problems(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
