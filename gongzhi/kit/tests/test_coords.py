import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.coords import gcj02_to_wgs84, metres, wgs84_to_gcj02

lons, lats = st.floats(74, 135), st.floats(18, 53)


@given(lons, lats)
def test_there_and_back_is_less_than_a_metre(lon, lat):
    assert metres(lon, lat, *gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))) < 0.01
    assert metres(lon, lat, *wgs84_to_gcj02(*gcj02_to_wgs84(lon, lat))) < 0.01


@given(lons, lats)
def test_the_shift_has_the_size_of_map_services(lon, lat):
    assert 20 < metres(lon, lat, *wgs84_to_gcj02(lon, lat)) < 1000


def test_the_shift_of_tiananmen_is_the_known_one():
    lon, lat = wgs84_to_gcj02(116.3913, 39.9075)
    assert lon == pytest.approx(116.39754, abs=2e-5)
    assert lat == pytest.approx(39.90890, abs=2e-5)


def test_nothing_is_shifted_outside_china():
    assert wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert gcj02_to_wgs84(2.35, 48.85) == (2.35, 48.85)


def test_a_degree_of_latitude_is_111_kilometres():
    assert metres(120, 30, 120, 31) == pytest.approx(111_195, abs=5)
    assert metres(120, 30, 120, 30) == 0


@given(lons, lats, lons, lats)
def test_the_way_back_is_as_long(lon1, lat1, lon2, lat2):
    assert metres(lon1, lat1, lon2, lat2) == pytest.approx(metres(lon2, lat2, lon1, lat1))
