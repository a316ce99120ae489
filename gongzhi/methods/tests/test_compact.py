"""The small router says what the large one says, in plain Python, and its file tells when it cannot be trusted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.methods.text import compact, compacting, grams, routing
from gongzhi.methods.text.refusing import TextRefusal

LAMP = ["路灯不亮了，晚上很黑", "三号路灯坏了没人修", "The street lamp is out", "村口路灯 24 小时亮着", "路灯杆歪了"]
WASTE = ["楼下垃圾堆成山", "垃圾没人清运，很臭", "Rubbish everywhere on the road", "垃圾桶满了", "河边有建筑垃圾"]
WATER = ["水管爆了，路面都是水", "停水两天了", "No water since Monday", "自来水发黄", "井盖冒水"]
TEXTS = [*LAMP, *WASTE, *WATER] * 3
LABELS = (["lamp"] * 5 + ["waste"] * 5 + ["water"] * 5) * 3


@pytest.fixture(scope="module")
def model() -> routing.Model:
    space = routing.learn_space([TEXTS])
    model = routing.train(space, [TEXTS], LABELS, names=("words",))
    return replace(model, temperature=4.0)  # so few texts are told apart so well that it would magnify every rounding


@pytest.fixture(scope="module")
def path(model: routing.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("router") / "router.bin"
    compacting.write(model, path, {"county": "990101"})
    return path


@given(st.text(max_size=80))
@settings(deadline=None)
def test_every_text_falls_into_the_cells_of_the_compiled_hashing(text: str) -> None:
    cells = grams.rows([text], np.ones(grams.CELLS, np.float32)).indices
    ours = {cell for _gram, cell in compact._grams(compact._plain(text))}
    assert ours == set(cells.tolist())


@given(st.lists(st.sampled_from([*TEXTS, "路", "a b", " 12 ３ ", "完全没见过的话", "ﬁne"]), min_size=1, max_size=4))
@settings(deadline=None)
def test_the_small_router_says_what_the_large_one_says(model: routing.Model, path: Path, texts: list[str]) -> None:
    text = "，".join(texts)[: compact.READ]
    small = dict(compact.read(path).guess(text).ranked)
    large = dict(zip(model.labels, model.probabilities([[text]])[0].tolist(), strict=True))
    for label, chance in small.items():
        assert chance == pytest.approx(large[label], abs=1e-2)


def test_a_text_without_one_known_gram_gets_no_answer(path: Path) -> None:
    assert compact.read(path).guess("ζω").ranked == ()
    assert compact.read(path).guess("").sure == 0


def test_the_phrases_that_spoke_for_it_stand_in_the_text(path: Path) -> None:
    guess = compact.read(path).guess("门口的路灯不亮")
    assert guess.ranked[0][0] == "lamp"
    assert guess.why
    assert all(phrase in "门口的路灯不亮" for phrase in guess.why)


@given(st.lists(st.sampled_from([*TEXTS, "，", "24 小时", "３号", "!", "ABC"]), max_size=6))
@settings(deadline=None)
def test_no_phrase_holds_a_sign_or_a_digit_that_was_made_alike(path: Path, texts: list[str]) -> None:
    text = "，".join(texts)
    assert all(phrase in text.lower() for phrase in compact.read(path).guess(text).why)


def test_few_rows_kept_still_know_the_plainest_words(model: routing.Model, path: Path, tmp_path: Path) -> None:
    compacting.write(model, tmp_path / "few.bin", {}, most=60)
    assert (tmp_path / "few.bin").stat().st_size < path.stat().st_size
    assert compact.read(tmp_path / "few.bin").guess("路灯不亮").ranked[0][0] == "lamp"


@pytest.mark.parametrize("spoil", ["bit", "cut", "other", "header", "scheme", "gone"])
def test_a_file_that_cannot_be_trusted_is_refused_in_one_sentence(path: Path, tmp_path: Path, spoil: str) -> None:
    file, data = tmp_path / "x.bin", bytearray(path.read_bytes())
    if spoil == "bit":
        data[-5] ^= 1
    if spoil == "cut":
        del data[-100:]
    if spoil == "other":
        data = bytearray(b"PK\x03\x04 something else")
    if spoil == "header":
        data[len(compact.MAGIC) + 9] = 0xFF
    if spoil == "scheme":
        about = json.dumps({"scheme": "later/2"}).encode()
        data = bytearray(compact.MAGIC + len(about).to_bytes(8, "little") + about)
    if spoil != "gone":
        file.write_bytes(data)
    with pytest.raises(TextRefusal) as refused:
        compact.read(file)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_it_needs_no_numerical_package() -> None:
    code = "import sys, gongzhi.methods.text.compact; print({'numpy', 'numba', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_model_of_two_fields_is_refused(model: routing.Model, tmp_path: Path) -> None:
    space = routing.learn_space([TEXTS, TEXTS])
    two = routing.train(space, [TEXTS, TEXTS], LABELS, names=("title", "body"))
    with pytest.raises(TextRefusal):
        compacting.write(two, tmp_path / "x.bin", {})


@given(st.text(st.sampled_from("路灯a b,ﷺ"), min_size=200, max_size=400))
@settings(deadline=None, max_examples=25)
def test_no_text_however_long_fills_a_lane(path: Path, text: str) -> None:
    grams_ = compact._grams(compact._plain(text[: compact.READ])[: compact.READ])
    assert len(grams_) * compact.PARTS <= 1 << 16
    assert sum(chance for _label, chance in compact.read(path).guess(text).ranked) in (0, pytest.approx(1))
