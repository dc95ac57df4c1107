"""Templates that are tried out: what the process apart answers, and that it is ended at its bounds."""

from collections.abc import Iterator

import pytest

from service import template_trials
from service.template_trials import try_template
from service.template_words import line_of
from templates.library import FOLDER

FACE = FOLDER / "real-estate-certificate"


def files_of(*changes: tuple[str, str]) -> dict[str, bytes]:
    text = (FACE / "template.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return {"template.toml": text.encode(), "sample.json": (FACE / "sample.json").read_bytes()}


def test_a_sound_template_is_drawn() -> None:
    trial = try_template(files_of())
    assert (trial.faults, trial.more, trial.title) == ((), 0, "不动产权证书")
    assert trial.pdf.startswith(b"%PDF-")
    assert trial.sheets[0][0] > 100


def test_its_faults_come_back_as_they_were_found() -> None:
    trial = try_template(files_of(('format = "yinzheng-template/1"', 'format = "yinzheng-template/1"\nnonsense = 1')))
    (fault,) = trial.faults
    assert (fault.group, fault.reason, fault.where) == ("form", "unknown-word", "nonsense")
    assert not trial.pdf
    assert not trial.title


@pytest.mark.parametrize("pattern", ["([0-9A-Z]+)+_", "(a|a)*_"])
def test_a_pattern_that_would_stop_other_matchers_is_tried_and_does_not_fit_the_sample(pattern: str) -> None:
    trial = try_template(files_of(('pattern = "[0-9A-Z]{28}"', f'pattern = "{pattern}"')))
    assert {fault.group for fault in trial.faults} == {"sample"}


def test_what_is_no_pattern_is_told_in_words() -> None:
    trial = try_template(files_of(('pattern = "[0-9A-Z]{28}"', 'pattern = "(?=x)[0-9A-Z]{28}"')))
    (fault,) = trial.faults
    assert (fault.group, fault.reason) == ("type", "field-pattern")
    assert "pattern 不是可用的写法" in line_of(fault)
    assert "2: ?" in line_of(fault)


@pytest.mark.parametrize("bound", [{"processor_s": 0}, {"wall_s": 0.01}, {"memory": 64 * 1024 * 1024}])
def test_it_is_ended_at_its_bounds(bound: dict[str, int]) -> None:
    (fault,) = try_template(files_of(), **bound).faults
    assert fault.reason == "trial-limit"
    assert "没有检查完" in line_of(fault)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(template_trials, "PATIENCE_S", 0.01)
    with template_trials.AT_ONCE:
        yield


@pytest.mark.usefixtures("taken")
def test_one_is_tried_at_a_time() -> None:
    (fault,) = try_template(files_of()).faults
    assert fault.reason == "trial-busy"
    assert "稍后再试" in line_of(fault)
