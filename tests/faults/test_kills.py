"""`kill -9` of every part while people speak: what was acknowledged is there, and provable, afterwards.

Each part once in every run; by hand as often as wished: GONGZHI_TEST_KILLS=54 (docs/faults.md has the last result).
"""

from __future__ import annotations

import itertools
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.house import House, prove

PARTS = ("front", "worker", "clockwork", "supervisor", "worker", "clockwork")
KILLS = int(os.environ.get("GONGZHI_TEST_KILLS", str(len(PARTS))))
VOICES = max(200, 5 * KILLS)
New = Callable[..., House]


class Speakers:
    """A few people who speak one after another until they are told to stop; what was acknowledged to them."""

    def __init__(self, house: House, count: int = 4) -> None:
        self.house = house
        self.acknowledged: list[dict[str, Any]] = []
        self.refused = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._speak, args=(n,)) for n in range(count)]

    def __enter__(self) -> Speakers:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def reach(self, count: int, *, within: float = 90.0) -> None:
        """Wait until so many voices were acknowledged."""
        until = time.monotonic() + within
        while len(self.acknowledged) < count:
            assert time.monotonic() < until, f"only {len(self.acknowledged)} of {count} voices were acknowledged"
            time.sleep(0.02)

    def _speak(self, number: int) -> None:
        said = 0
        while not self.stopping.is_set():
            said += 1
            try:
                self.acknowledged.append(self.house.say(f"第{number}个人说的第{said}件事", matter="road-damage"))
            except OSError:
                self.refused += 1
                time.sleep(0.1)


def kill(house: House, part: str) -> None:
    """Kill one process of a part, or the supervisor and then serve again, as systemd would."""
    found = house.part(part)
    assert found, part
    random.choice(found).kill()
    if part == "supervisor":
        assert house.process is not None
        house.process.wait(10)
        until = time.monotonic() + 60
        while house.part(*set(PARTS)) and time.monotonic() < until:  # they end by themselves, in order
            time.sleep(0.1)
        assert not house.part(*set(PARTS)), "a killed supervisor left processes behind"
        house.start()


@pytest.mark.parametrize("seed", [20261121])
def test_what_was_acknowledged_survives_the_death_of_every_part(house: New, skeleton: Path, seed: int) -> None:
    random.seed(seed)
    place = house()
    place.build(skeleton)
    place.start()
    with Speakers(place) as speakers:
        for turn, part in enumerate(itertools.islice(itertools.cycle(PARTS), KILLS)):
            speakers.reach(VOICES * turn // KILLS + random.randint(1, VOICES // KILLS))
            kill(place, part)
            place.wait()
        speakers.reach(VOICES)
    proved = prove(place, speakers.acknowledged)
    assert len(speakers.acknowledged) >= VOICES
    assert (proved.lost, proved.unprovable) == ([], [])
    assert "wrong" not in place.cli("doctor").stdout
