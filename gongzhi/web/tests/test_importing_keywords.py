"""Keywords learned from a file lead words that nobody has seen to the matter they belong to."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from gongzhi.cases import matters
from gongzhi.places import keeping
from gongzhi.web.importing import commands, keywords, profile
from gongzhi.web.importing.keywords import Texts
from gongzhi.web.tests.test_importing import AT, PROFILE, file_of, row

HOLE, LAMP, DOG = ("Roads", "Pothole repair"), ("Lights", "Lamp outages"), ("Animals", "Stray dogs")
SAID = {HOLE: "deep pothole on the lane", LAMP: "the lamp on the lane is dark", DOG: "a stray dog barks"}


def learned(said: dict[tuple[str, ...], str] = SAID, rows: int = 40) -> keywords.Learned:
    texts, counts = Texts(), Counter[tuple[str, ...]]()
    for matter, text in said.items():
        for number in range(rows):
            texts.add(f"{matter}{number}", matter, matter[0], f"{text} {number % 7}")
            counts[matter] += 1
    return keywords.learn(texts, counts, {matter: matter[0] for matter in said})


def words(found: keywords.Learned, matter: tuple[str, ...]) -> set[str]:
    return {one.word for one in found.keywords.get(matter, ())}


def test_a_word_belongs_to_the_matter_most_of_its_rows_are_of() -> None:
    found = learned()
    assert "pothole" in words(found, HOLE)
    assert "lamp" in words(found, LAMP)
    assert not any("lane" in words(found, matter) and "lane" in words(found, LAMP) for matter in (HOLE, DOG))


def test_a_word_said_of_everything_is_nobodys() -> None:
    same = {(f"Kind {n}", f"Thing {n}"): "something broken downtown" for n in range(6)}
    assert not any("downtown" in words(learned(same), matter) for matter in same)


def test_rows_held_out_are_not_learned_from_but_measured() -> None:
    found = learned()
    assert 0 < found.held.rows < 40
    assert found.held.right == found.held.rows
    assert found.held.silent == 0


def test_a_measure_tells_wrong_keywords_apart() -> None:
    mixed = {HOLE: "it is broken", LAMP: "it is broken", DOG: "it is broken"}
    found = learned(mixed)
    assert found.held.right <= found.held.rows / 2, "where all say the same nothing can be learned"


def test_a_row_that_says_only_its_matter_measures_nothing() -> None:
    found = keywords.learn(_only_names(), Counter({HOLE: 50}), {HOLE: "Roads"})
    assert found.held.rows == 0
    assert "pothole" in words(found, HOLE)


def _only_names() -> Texts:
    texts = Texts()
    for number in range(50):
        texts.add(str(number), HOLE, "Roads", "Pothole repair")
    return texts


def test_chinese_needs_no_spaces() -> None:
    lamp, noise = ("市政", "照明"), ("环保", "噪声")
    found = learned({lamp: "路灯不亮", noise: "夜间施工噪声扰民"})
    assert "路灯" in words(found, lamp)
    assert {"施工", "扰民"} & words(found, noise)


def test_keywords_are_of_the_language_of_the_file() -> None:
    texts, mixed = Texts(), {("Lights",): "lamp 路灯不亮", ("Noise",): "drilling 夜间施工噪声"}
    counts = Counter(dict.fromkeys(mixed, 40))
    for matter, text in mixed.items():
        for number in range(40):
            texts.add(f"{matter}{number}", matter, "", text)
    latin = keywords.learn(texts, counts, {}, latin=True)
    assert words(latin, ("Noise",)) == {"drilling", "noise"}
    assert "噪声" in words(keywords.learn(texts, counts, {}), ("Noise",))


def test_every_keyword_comes_with_examples_and_these_are_masked(tmp_path: Path) -> None:
    found = learned({HOLE: "pothole, call me 13812345678", LAMP: SAID[LAMP]})
    keywords.write(tmp_path / "words.csv", found)
    told = list(csv.DictReader((tmp_path / "words.csv").open(encoding="utf-8-sig")))
    assert told
    assert all(one["example_1"] and 0 < float(one["share"]) <= 1 for one in told)
    assert "13812345678" not in (tmp_path / "words.csv").read_text(encoding="utf-8-sig")


@pytest.mark.django_db
def test_a_new_voice_in_an_example_county_goes_to_its_matter(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.GONGZHI_DIR = tmp_path / "house"  # type: ignore[attr-defined]
    (tmp_path / "house").mkdir()
    keeping.forget()
    monkeypatch.setattr(commands, "prepare", lambda: None)
    (tmp_path / "town.yaml").write_text(PROFILE, encoding="utf-8")
    rows = [row(n, type="Lamp", words=f"street lamp dark {n}") for n in range(10, 40)]
    rows += [row(n, type="Hole", words=f"pothole in the lane {n}", office="Roads") for n in range(40, 70)]
    commands.cases(file_of(tmp_path, rows), profile.load(str(tmp_path / "town.yaml")), (), at=AT)
    hint = matters.suggest("There is a pothole on Main street")
    assert hint is not None
    assert hint.matter.name_en == "Hole"
    told = capsys.readouterr().out
    assert "held out" in told or "留出" in told
    assert (tmp_path / "house/import/town.keywords.csv").is_file()
