"""Looking at places."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db.models import F

from gongzhi.kit.refusal import NotFound
from gongzhi.places import keeping, loading, reads
from gongzhi.places.models import County, Division, Grid
from gongzhi.places.tests.cast import AT, BY, GRIDS, a_county

pytestmark = pytest.mark.django_db


def test_county_refuses_before_it_is_loaded() -> None:
    assert reads.county_or_none() is None
    with pytest.raises(NotFound) as refusal:
        reads.county()
    assert refusal.value.code == "county_missing"


def test_county_is_a_card() -> None:
    a_county()
    card = reads.county()
    assert (card.code, card.name_en, card.practice, card.zone.key) == (
        "990101",
        "Lanting County",
        True,
        "Asia/Shanghai",
    )


def test_grid_at_finds_the_grid_of_a_point() -> None:
    a_county()
    found = reads.grid_at(118.15, 30.05)
    assert (found.code, found.division, found.path_zh) == ("990101001001002", "990101001001", "城关镇东门社区三组")
    assert reads.grid_at(118.39, 30.39) is None


def test_a_shared_edge_belongs_to_the_smaller_code() -> None:
    a_county()
    assert reads.grid_at(118.1, 30.05).code == "990101001001001"


def test_a_closed_grid_holds_no_point_but_keeps_its_name() -> None:
    a_county()
    loading.load_grids(by=BY, at=AT + timedelta(days=1), features=GRIDS[1:])
    assert reads.grid_at(118.05, 30.05) is None
    assert reads.place("990101001001001").name_zh == "一组"
    assert [card.code for card in reads.grids("990101001001")] == ["990101001001002"]


def test_grid_at_is_quick() -> None:
    a_county()
    reads.grid_at(118.15, 30.05)
    began = time.process_time()
    for _ in range(1000):
        reads.grid_at(118.15, 30.05)
    assert (time.process_time() - began) / 1000 < 0.0002  # measured 0.00002; room for a busy machine


def test_outside_names_the_neighbour_in_the_language() -> None:
    a_county()
    assert reads.outside(118.5, 30.2) == "清溪县"
    assert reads.outside(118.5, 30.2, "en") == "Qingxi County"
    assert reads.outside(100.0, 10.0) is None


def test_the_tree_can_be_walked_down() -> None:
    a_county()
    assert [town.name_zh for town in reads.towns()] == ["城关镇", "石塘乡"]
    assert [village.name_zh for village in reads.villages("990101001000")] == ["东门社区", "西桥社区"]
    assert [grid.name_zh for grid in reads.grids("990101001001")] == ["一组", "三组"]
    assert reads.villages("990101009000") == ()


def test_a_place_tells_its_path_in_both_languages() -> None:
    a_county()
    card = reads.place("990101001001002")
    assert card.path == ("990101001000", "990101001001", "990101001001002")
    assert card.path_en == "Group 3, East Gate Community, Chengguan Town"
    assert [step.level for step in reads.path(card.code)] == ["town", "village", "grid"]
    assert reads.place("990101000000").path_zh == "兰亭县"


def test_a_path_does_not_say_a_name_twice() -> None:
    a_county()
    names = {"name_zh": "东门社区第一网格", "name_en": "East Gate Community Grid 1"}
    loading.load_grids(by=BY, at=AT, features=[GRIDS[0] | {"properties": GRIDS[0]["properties"] | names}])
    card = reads.place("990101001001001")
    assert (card.path_zh, card.path_en) == ("城关镇东门社区第一网格", "East Gate Community Grid 1, Chengguan Town")
    assert len(card.path) == 3


def test_an_unknown_place_is_refused() -> None:
    a_county()
    assert reads.place_or_none("990101777000") is None
    with pytest.raises(NotFound) as refusal:
        reads.place("990101777000")
    assert refusal.value.code == "place_unknown"


def test_within_is_the_prefix_of_all_inside() -> None:
    a_county()
    inside = Grid.objects.filter(code__startswith=reads.within("990101001000")).count()
    assert inside == 3


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("东门社区三组", "grid", "990101001001002"),
        ("五里坡 3组", "grid", "990101002001001"),
        ("县医院门口", "landmark", "990101001001002"),
        ("沐尘桥", "landmark", "990101002001001"),
        ("第2小学", "landmark", "990101001002001"),
        ("石塘", "town", "990101002000"),
    ],
)
def test_find_returns_places_that_can_be_used_as_they_are(text: str, kind: str, code: str) -> None:
    a_county()
    hit = reads.find(text)[0]
    assert (hit.kind, hit.code) == (kind, code)
    assert reads.place(hit.code)


def test_find_forgets_what_was_closed() -> None:
    a_county()
    loading.load_landmarks(by=BY, at=AT, rows=[])
    assert all(hit.kind != "landmark" for hit in reads.find("沐尘桥"))


def test_features_are_geojson_of_the_grids_inside() -> None:
    a_county()
    features = reads.features("990101001000")
    assert [f["properties"]["code"] for f in features] == [g["properties"]["code"] for g in GRIDS[:3]]
    assert reads.shape_of("990101001001001") == GRIDS[0]["geometry"]


def test_batch_continues_after_a_code() -> None:
    a_county()
    first = reads.batch(limit=5)
    rest = reads.batch(after=first[-1].code)
    assert len(first) == 5
    assert [*first, *rest] == reads.batch()
    assert rest[-1].parent == "990101002001"


def test_a_change_by_another_process_is_noticed_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    a_county()
    assert reads.county().phone == ""
    County.objects.update(phone="12345", version=F("version") + 1)
    assert reads.county().phone == "", "asked at most once a second"
    monkeypatch.setattr(keeping, "CHECK_EVERY", -1.0)
    assert reads.county().phone == "12345"


def test_nothing_is_asked_twice_within_a_second(django_assert_num_queries) -> None:
    a_county()
    reads.grid_at(118.15, 30.05)
    reads.find("东门")
    reads.county()
    with django_assert_num_queries(0):
        reads.county()
        reads.grid_at(118.15, 30.05)
        reads.find("沐尘桥")
        reads.place("990101001001")


def test_what_nobody_can_tell_apart_is_offered_once_and_as_its_innermost() -> None:
    a_county()
    Grid.objects.filter(code="990101002001001").update(name_zh="五里坡村", name_en="Wulipo Village")
    Division.objects.filter(code="990101002000").update(name_zh="五里坡村", name_en="Wulipo Village")
    keeping.forget()
    found = [hit.code for hit in reads.find("五里坡村")]
    assert found[0] == "990101002001001"
    assert len({(hit.name, hit.path_zh) for hit in reads.find("五里坡村")}) == len(found)
    assert [hit.code for hit in reads.find("五里坡村", limit=1)] == ["990101002001001"]
    assert len(reads.find("三组")) == 2, "two groups of one name in two villages stay two"
