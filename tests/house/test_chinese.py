"""Everything people read exists in Chinese: extracted again from the sources, nothing missing, nothing fuzzy."""

from __future__ import annotations

import pytest

from gongzhi.look import messages
from tests.house.rooms import rooms


@pytest.mark.parametrize("room", rooms())
def test_chinese_is_complete(room: str) -> None:
    missing = messages.missing(room)
    assert not missing, f"{len(missing)} texts without Chinese, e.g. {sorted(missing)[:5]}"
