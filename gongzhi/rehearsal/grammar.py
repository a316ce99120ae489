"""What people and organs of Lanting say: composed by a grammar of our own from the phrases in `words/`.

A voice joins what is wrong, what it does, what is asked, a place, a time and a manner; some people are short, some
write as they speak, some mistype, a few write English. No text comes from anybody who ever wrote to a government.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORDS = Path(__file__).parent / "words"
KINDS = {"praise": "praise", "suggestion": "suggestion", "policy-question": "question", "disclosure": "question"}
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢"
GIVEN = "秀英兰芳建国志强明华玉梅桂珍德福春生海燕小军丽娟永红文斌淑云长林翠花"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as somebody names it."""

    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Speech:
    """One voice in words. `place` is how she wrote the place, for the form's own field."""

    words: str
    kind: str
    language: str
    place: str


@cache
def phrases(name: str) -> dict[str, Any]:
    """A file of `words/`, read once."""
    content: dict[str, Any] = yaml.safe_load((WORDS / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


class Grammar:
    """Composes texts with one source of chance, so that a seed tells the same county twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.manner = phrases("manner")
        self.replies = phrases("answers")

    def speak(self, matter: str, spot: Spot, *, english: bool = False) -> Speech:
        """One voice about a matter (a code of matters.yaml) at a spot."""
        kind = KINDS.get(matter) or self.rng.choices(("report", "complaint", "help"), (45, 35, 20))[0]
        if english:
            return Speech(self._english(matter, spot), kind, "en", spot.name_en)
        place = self._place(spot)
        short = self.rng.random() < 0.16
        words = self._fill(self.rng.choice(self.manner["short" if short else "frames"]), matter, place)
        if not short:
            words = self._go_on(words)
        return Speech(_tidy(self._style(words)), kind, "zh-hans", place)

    def retell(self, matter: str, speech: Speech, spot: Spot) -> Speech:
        """Another person about the same thing at the same place, in words of her own."""
        other = self.speak(matter, spot)
        return Speech(other.words, speech.kind, other.language, other.place)

    def answer(self, outcome: str, *, matter: str, place: str, organ: str) -> str:
        """The public answer of an organ for an outcome (rules.OUTCOMES); withdrawn cases have none."""
        text = self.rng.choice(self.replies["answer"][outcome])
        parts = {name: self.pick(name) for name in ("when", "how", "keep", "rule", "need", "plan")}
        return str(text.format(p=place, m=matter, o=organ, **parts))

    def pick(self, what: str, *, place: str = "") -> str:
        """One phrase of answers.yaml: ask, reply, handover, help, helped, internal, happy, fair, unhappy,
        expert_opinion, force_majeure, contest, granted, denied."""
        return str(self.rng.choice(self.replies[what])).format(p=place)

    def _place(self, spot: Spot) -> str:
        return f"{spot.name_zh}{self._any('near')}{self._any('houses') if self.rng.random() < 0.45 else ''}"

    def _any(self, what: str) -> str:
        return str(self.rng.choice(self.manner[what]))

    def _fill(self, frame: str, matter: str, place: str) -> str:
        own = phrases("matters")[matter]
        wrong = self.rng.sample(own["what"], 2)
        does = [self._either(own["so"], "effects"), self._any("effects")]
        return frame.format(
            p=place,
            t=self._any("times"),
            w=wrong[0],
            w2=wrong[1],
            s=does[0],
            s2=does[1],
            a=self._either(own["ask"], "asks"),
            h=self._any("history"),
            f=self._any("feelings"),
            who=self._any("who"),
            open=self._any("opens"),
            close=self._any("closes"),
        )

    def _either(self, own: list[str], shared: str) -> str:
        """Mostly the matter's own phrase, at times one that fits everything."""
        return self.rng.choice(own) if self.rng.random() < 0.65 else self._any(shared)

    def _go_on(self, words: str) -> str:
        """Some people go on: one to five sentences more; a few give name and number, as they do on paper."""
        more = self.rng.choices((0, 1, 2, 3, 5), (28, 32, 20, 12, 8))[0]
        for sentence in self.rng.sample(self.manner["added"], more):
            words = f"{words.rstrip('。')}。{sentence}。"
        if self.rng.random() < 0.04:
            given = "".join(self.rng.sample(GIVEN, 2))
            words += f"我叫{self.rng.choice(SURNAMES)}{given}，电话 0990-8{self.rng.randrange(10**6):06d}。"
        return words

    def _style(self, words: str) -> str:
        """As it is typed: spoken forms, a mistyped sign, no full stops, many marks."""
        chance = self.rng.random()
        if chance < 0.10:
            for said, typed in self.rng.sample(self.manner["dialect"], 6):
                words = words.replace(said, typed, 1)
        elif chance < 0.20:
            for said, typed in self.rng.sample(self.manner["typos"], 4):
                words = words.replace(said, typed, 1)
        elif chance < 0.28:
            words = words.replace("。", " ").replace("，", " ")
        elif chance < 0.32:
            words = words.replace("。", "！")
        return words

    def _english(self, matter: str, spot: Spot) -> str:
        own, english = phrases("matters")[matter], self.manner["en"]
        text: str = self.rng.choice(english["frames"]).format(
            w=self.rng.choice(own["en"]),
            p=spot.name_en,
            t=self.rng.choice(english["times"]),
            s=self.rng.choice(english["effects"]),
            a=self.rng.choice(english["asks"]),
            open=self.rng.choice(english["opens"]),
            near=self.rng.choice(english["near"]),
        )
        text = re.sub(r" +", " ", text)
        return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text).strip()


def _tidy(words: str) -> str:
    """No mark twice, none at the beginning."""
    words = re.sub(r"[，、]+([。！？])", r"\1", words)
    words = re.sub(r"([，。！？：])[，。：]+", r"\1", words)
    words = re.sub(r"(，)\1+", r"\1", words)
    return words.strip("，。 ") + ("。" if words.endswith("。") else "")
