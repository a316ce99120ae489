"""Loading the county's files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.places import loading, reads
from gongzhi.places.models import Division, Grid, Landmark
from gongzhi.places.tests.cast import AT, BY, COUNTY, DIVISIONS, GRIDS, LANDMARKS, a_county, grid, square

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=3)


def test_loading_twice_changes_nothing() -> None:
    a_county()
    facts, version = Fact.objects.count(), reads.version()
    a_county()
    assert Fact.objects.count() == facts
    assert reads.version() == version


def test_a_removed_row_is_closed_with_the_date_and_comes_back_when_listed_again() -> None:
    a_county()
    assert loading.load_grids(by=BY, at=LATER, features=GRIDS[1:]) == loading.Loaded(0, 1)
    assert Grid.objects.get(pk="990101001001001").valid_to == date(2026, 11, 19)
    assert loading.load_grids(by=BY, at=LATER, features=GRIDS) == loading.Loaded(1, 0)
    assert Grid.objects.get(pk="990101001001001").valid_to is None


def test_every_change_is_one_fact_with_numbers_only() -> None:
    a_county()
    told = {fact.details["what"]: fact.details for fact in Fact.objects.filter(kind="places.loaded")}
    assert set(told) == {"divisions", "grids", "landmarks"}
    assert told["grids"] == {"what": "grids", "written": 4, "closed": 0}


def test_level_and_parent_follow_from_the_code() -> None:
    a_county()
    village = Division.objects.get(pk="990101001001")
    assert (village.level, village.parent_id, village.population) == ("village", "990101001000", 3200)


def test_a_village_without_its_town_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        loading.load_divisions(by=BY, at=AT, rows=[row for row in DIVISIONS if row["code"] != "990101001000"])
    assert refusal.value.code == "division_orphan"
    assert not Division.objects.exists()


def test_a_wrong_level_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        loading.load_divisions(by=BY, at=AT, rows=[{**DIVISIONS[0], "level": "town"}])
    assert refusal.value.code == "division_level"


def test_a_grid_outside_every_village_is_refused() -> None:
    a_county()
    with pytest.raises(Refusal) as refusal:
        loading.load_grids(by=BY, at=AT, features=[grid("990101009001001", "一组", "Group 1", 118.0, 30.0)])
    assert refusal.value.code == "grid_outside"


@pytest.mark.parametrize(
    "polygon",
    [
        {"type": "Point", "coordinates": [118, 30]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon"},
        {"coordinates": [1]},
    ],
)
def test_a_broken_polygon_is_refused(polygon: dict) -> None:
    a_county()
    with pytest.raises(Refusal) as refusal:
        loading.load_grids(by=BY, at=AT, features=[{**GRIDS[0], "geometry": polygon}])
    assert refusal.value.code == "grid_polygon"


def test_a_grid_gets_a_point_inside_its_polygon() -> None:
    a_county()
    first = Grid.objects.get(pk="990101001001001")
    assert first.polygon == square(118.0, 30.0)
    assert reads.grid_at(first.lon, first.lat).code == first.code


def test_a_grid_may_be_known_by_words_only() -> None:
    a_county()
    row = {"code": "990101002001002", "name_zh": "四组", "description": "水库以北的三个自然村"}
    loading.load_grids(by=BY, at=AT, features=[*GRIDS, row])
    assert Grid.objects.get(pk=row["code"]).polygon is None


def test_landmarks_find_their_grid_and_keep_their_id() -> None:
    a_county()
    hospital = Landmark.objects.get(name_zh="人民医院")
    assert (hospital.grid_id, hospital.aliases) == ("990101001001002", ["县医院", "一院"])
    loading.load_landmarks(by=BY, at=LATER, rows=[{**LANDMARKS[1], "aliases": ["县医院"]}])
    changed = Landmark.objects.get(name_zh="人民医院")
    assert (changed.id, changed.aliases) == (hospital.id, ["县医院"])
    assert Landmark.objects.filter(valid_to=None).count() == 1


def test_another_county_is_refused() -> None:
    a_county()
    with pytest.raises(Refusal) as refusal:
        loading.set_county(by=BY, at=AT, card={**COUNTY, "code": "990102"})
    assert refusal.value.code == "county_other"


def test_the_card_can_change_and_tells_everybody() -> None:
    a_county()
    version = reads.version()
    loading.set_county(by=BY, at=LATER, card={**COUNTY, "phone": "0000-12345"})
    assert reads.county().phone == "0000-12345"
    assert reads.version() > version


def test_the_database_itself_keeps_grids_in_their_village() -> None:
    a_county()
    with pytest.raises(IntegrityError), transaction.atomic():
        Grid.objects.filter(pk="990101001001001").update(division="990101002001")
