"""The grammar: varied enough that no two of a hundred are alike, and clear enough that keywords find the matter."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from gongzhi.cases.rules import score_matters
from gongzhi.kit.danger import danger
from gongzhi.kit.masking import mask
from gongzhi.rehearsal.grammar import Grammar, Spot, phrases
from gongzhi.web import county as counties
from gongzhi.web import county_check

SPOTS = [Spot(f"{name}小区", f"{name} Estate") for name in ("阳光", "和平", "金桂", "翠竹", "梅园", "锦绣", "望湖")]


def bigrams(words: str) -> set[str]:
    return {words[at : at + 2] for at in range(len(words) - 1)}


def likeness(one: str, other: str) -> float:
    left, right = bigrams(one), bigrams(other)
    return len(left & right) / len(left | right)


def told(seed: int, many: int, matter: str = "") -> list[str]:
    grammar, rng = Grammar(random.Random(seed)), random.Random(seed + 1)
    codes = list(phrases("matters"))
    return [grammar.speak(matter or rng.choice(codes), rng.choice(SPOTS)).words for _ in range(many)]


@pytest.mark.parametrize("seed", range(5))
def test_no_two_of_a_hundred_are_alike(seed: int) -> None:
    assert max(likeness(a, b) for a, b in combinations(told(seed, 100), 2)) < 0.6


@pytest.mark.parametrize("matter", ["street-waste", "heating", "unpaid-wages", "policy-question"])
def test_even_about_one_matter_few_pairs_are_near(matter: str) -> None:
    near = [likeness(a, b) > 0.6 for a, b in combinations(told(11, 100, matter), 2)]
    assert sum(near) / len(near) < 0.002


def test_the_same_seed_tells_the_same() -> None:
    assert told(3, 20) == told(3, 20)
    assert told(3, 20) != told(4, 20)


def test_lengths_differ_from_a_word_to_a_letter() -> None:
    lengths = sorted(map(len, told(5, 300)))
    assert lengths[15] < 35
    assert lengths[-15] > 100


def test_every_matter_of_lanting_has_phrases_and_no_others() -> None:
    county = county_check.read(counties.shipped("lanting"))
    leaves = {row.code for row in county.rows("matters.csv") if row.parent}
    assert set(phrases("matters")) == leaves


def test_keywords_of_lanting_find_the_matter_people_mean() -> None:
    county = county_check.read(counties.shipped("lanting"))
    keywords: dict[str, list[str]] = {}
    for row in county.rows("matters.csv"):
        for keyword in row.keywords:
            keywords.setdefault(keyword.lower(), []).append(row.code)
    table = {word: tuple(codes) for word, codes in keywords.items()}
    grammar = Grammar(random.Random(1))
    asked = [code for code in phrases("matters") if code != "other" for _ in range(12)]
    hits = 0
    for code in asked:
        points = score_matters(grammar.speak(code, SPOTS[0]).words, table)
        hits += bool(points) and max(points, key=lambda found: points[found][0]) == code
    assert hits / len(asked) > 0.7


def test_names_and_numbers_people_write_are_masked() -> None:
    grammar = Grammar(random.Random(2))
    named = [w for w in (grammar.speak("heating", SPOTS[0]).words for _ in range(400)) if "电话 0990" in w]
    assert named
    assert not any("0990-8" in mask(words).text for words in named)


def test_english_is_english() -> None:
    speech = Grammar(random.Random(1)).speak("gas-leak", SPOTS[0], english=True)
    assert speech.language == "en"
    assert danger(speech.words) is not None or "gas" in speech.words.lower()


@pytest.mark.parametrize("outcome", ["fixed", "answered", "partly", "planned", "not_ours", "no_ground", "duplicate"])
def test_organs_answer_for_every_outcome(outcome: str) -> None:
    text = Grammar(random.Random(1)).answer(outcome, matter="路灯不亮", place="兰亭大道", organ="县综合行政执法局")
    assert len(text) > 20
    assert "{" not in text
