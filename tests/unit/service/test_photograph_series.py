"""A series of photographs: one child for all, a new one after a bound was met, and no more series than have turns."""

import os
import signal

import pytest

from issuer.batches.errors import PhotographsBusy
from service import photograph_series
from service.photograph_series import series
from templates.errors import PhotoRefused
from templates.photo import take_photo
from tests.photo_parts import picture


def test_one_child_takes_a_whole_series_as_it_is_taken_here():
    with series() as child:
        seen = set()
        for shade in range(4):
            assert child.take(picture(shade), 15.6, 19.5) == take_photo(picture(shade), 15.6, 19.5)
            assert child._child is not None
            seen.add(child._child.pid)
    assert (len(seen), child._child) == (1, None)


def test_a_picture_that_ends_its_child_is_refused_and_the_next_one_gets_another():
    with series() as child:
        child.take(picture(), 15.6, 19.5)
        assert child._child is not None
        os.kill(child._child.pid, signal.SIGSTOP)
        photograph_series.WALL_S, kept = 0.3, photograph_series.WALL_S
        try:
            with pytest.raises(PhotoRefused) as caught:
                child.take(picture(1), 15.6, 19.5)
        finally:
            photograph_series.WALL_S = kept
        assert caught.value.reason == "picture-limit"
        assert child.take(picture(1), 15.6, 19.5) == take_photo(picture(1), 15.6, 19.5)


def test_another_series_waits_for_its_turn_and_not_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(photograph_series, "PATIENCE_S", 0.05)
    with series() as one, series() as two, series() as three:
        for child in (one, two):
            assert child.take(picture(), 15.6, 19.5)
        with pytest.raises(PhotographsBusy):
            three.take(picture(), 15.6, 19.5)
        one.close()
        assert three.take(picture(), 15.6, 19.5)
