"""Names what people name when they say where: estates, schools, markets, bridges, crossings of Lanting."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

ESTATES = (
    *(("阳光", "Yangguang"), ("和平", "Heping"), ("金桂", "Jingui"), ("翠竹", "Cuizhu"), ("梅园", "Meiyuan")),
    *(("锦绣", "Jinxiu"), ("望湖", "Wanghu"), ("丽景", "Lijing"), ("康乐", "Kangle"), ("世纪", "Shiji")),
    *(("紫薇", "Ziwei"), ("福源", "Fuyuan"), ("永安", "Yong'an"), ("学林", "Xuelin"), ("玉兰", "Yulan")),
    *(("海棠", "Haitang"), ("清风", "Qingfeng"), ("明珠", "Mingzhu"), ("东方", "Dongfang"), ("祥和", "Xianghe")),
    *(("桂花", "Guihua"), ("凤凰", "Fenghuang"), ("龙泉", "Longquan"), ("天成", "Tiancheng"), ("江南", "Jiangnan")),
)
ENDS = (("花园", "Garden"), ("小区", "Estate"), ("家园", "Homes"), ("新村", "New Village"), ("公寓", "Apartments"))
URBAN = (
    *(("小学", "Primary School", "school"), ("幼儿园", "Kindergarten", "school"), ("菜市场", "Market", "market")),
    *(("社区服务中心", "Community Centre", "office"), ("广场", "Square", "square"), ("超市", "Supermarket", "shop")),
    *(("卫生服务站", "Health Station", "clinic"), ("公交站", "Bus Stop", "stop"), ("停车场", "Car Park", "parking")),
)
RURAL = (
    *(("村委会", "Village Office", "office"), ("小学", "Primary School", "school"), ("卫生室", "Clinic", "clinic")),
    *(("文化广场", "Culture Square", "square"), ("桥", "Bridge", "bridge"), ("老槐树", "Old Scholar Tree", "tree")),
    *(("供销社", "Co-operative Shop", "shop"), ("候车亭", "Bus Shelter", "stop"), ("水塘", "Pond", "water")),
)
ROADS = (
    *(("兰亭大道", "Lanting Avenue"), ("人民路", "Renmin Road"), ("文澜路", "Wenlan Road"), ("迎宾路", "Yingbin Road")),
    *(("建设街", "Jianshe Street"), ("东湖路", "Donghu Road"), ("滨河路", "Binhe Road"), ("新桥路", "Xinqiao Road")),
    *(
        ("解放街", "Jiefang Street"),
        ("书院街", "Shuyuan Street"),
        ("胜利路", "Shengli Road"),
        ("云门路", "Yunmen Road"),
    ),
)
SINGLES = (
    *(("兰亭县人民医院", "Lanting People's Hospital", "hospital", "县医院"),),
    *(("兰亭县中医院", "Lanting Hospital of Chinese Medicine", "hospital", "中医院"),),
    *(("兰亭县政务服务中心", "Lanting Government Service Hall", "office", "办事大厅;政务大厅"),),
    *(("兰亭汽车站", "Lanting Coach Station", "station", "长途站;老车站"),),
    *(("兰亭火车站", "Lanting Railway Station", "station", "火车站"),),
    *(("兰亭第一中学", "Lanting No. 1 High School", "school", "一中"),),
    *(("兰亭第二中学", "Lanting No. 2 High School", "school", "二中"),),
    *(("东湖公园", "Donghu Park", "park", "湖边公园"),),
    *(("兰亭体育馆", "Lanting Gymnasium", "sport", "体育馆"),),
    *(("兰亭图书馆", "Lanting Library", "library", "图书馆"),),
    *(("万和广场", "Wanhe Plaza", "shop", "万和商场"),),
    *(("兰亭工业园", "Lanting Industrial Park", "works", "工业园;开发区"),),
)


class Settled(Protocol):
    """A village with a name."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Landmark:
    """One row of buildings.csv; aliases are separated by `;`."""

    name_zh: str
    name_en: str
    aliases: str
    kind: str
    grid: str
    lon: float
    lat: float


def name_all(villages: Sequence[Settled], features: Sequence[dict[str, Any]], rng: random.Random) -> list[Landmark]:
    """About eight landmarks a village, each inside one of its grids; no two of one name."""
    grids: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature in features:
        grids[feature["properties"]["division"]].append(feature)
    found: list[Landmark] = []
    streets = [village for village in villages if village.code[6] == "0"]
    for at, single in enumerate(SINGLES):
        home = streets[(at * 7) % len(streets)]
        found.append(_lay(single[:3], single[3], grids[home.code], rng))
    for at, village in enumerate(villages):
        for name_zh, name_en, kind, aliases in _names(village, at):
            found.append(_lay((name_zh, name_en, kind), aliases, grids[village.code], rng))
    return list({landmark.name_zh: landmark for landmark in found}.values())


def _names(village: Settled, at: int) -> list[tuple[str, str, str, str]]:
    """Names of one village: its own offices and shops, and in a street its estates and crossings."""
    bare_zh = village.name_zh.removesuffix("社区").removesuffix("村")
    bare_en = village.name_en.removesuffix(" Community").removesuffix(" Village")
    urban = village.code[6] == "0"
    rows = [
        (bare_zh + end_zh, f"{bare_en} {end_en}", kind, _short(bare_zh, end_zh))
        for end_zh, end_en, kind in (URBAN[at % 3 :] if urban else RURAL[at % 2 :])
    ]
    if not urban:
        return rows
    for nth in range(3):
        estate = ESTATES[(at * 3 + nth) % len(ESTATES)]
        end = ENDS[(at * 3 + nth) // len(ESTATES) % len(ENDS)]
        rows.append((estate[0] + end[0], f"{estate[1]} {end[1]}", "estate", f"{estate[0]}{nth + 1}期" if nth else ""))
    one, other = ROADS[at % 12], ROADS[(at * 5 + 3 + at // 12) % 12]
    if one != other:
        rows.append((f"{one[0]}与{other[0]}路口", f"{one[1]} and {other[1]}", "crossing", f"{one[0]}{other[0]}交叉口"))
    return rows


def _short(bare: str, end: str) -> str:
    short = {"菜市场": "菜场", "社区服务中心": "居委会", "幼儿园": "幼儿园门口", "村委会": "大队部", "供销社": "小卖部"}
    return bare + short[end] if end in short else ""


def _lay(names: tuple[str, str, str], aliases: str, features: list[dict[str, Any]], rng: random.Random) -> Landmark:
    """Put it beside the middle of a grid: on the way to a corner, so it stays inside a convex-like cell."""
    feature = rng.choice(features)
    own = feature["properties"]
    corner = rng.choice(feature["geometry"]["coordinates"][0])
    share = rng.uniform(0.05, 0.55)
    lon = round(own["lon"] + share * (corner[0] - own["lon"]), 6)
    lat = round(own["lat"] + share * (corner[1] - own["lat"]), 6)
    return Landmark(names[0], names[1], aliases, names[2], own["code"], lon, lat)


def describe(features: Sequence[dict[str, Any]], landmarks: Sequence[Landmark]) -> None:
    """Say in each grid what lies in it: residents know landmarks, not numbers."""
    near: dict[str, list[str]] = defaultdict(list)
    for landmark in landmarks:
        near[landmark.grid].append(landmark.name_zh)
    for feature in features:
        names = near[feature["properties"]["code"]][:3]
        feature["properties"]["description"] = "、".join(names) + "一带" if names else "住户与田地"
