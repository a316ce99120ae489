"""Coordinates: WGS84 inside, GCJ-02 (the shifted system of Chinese map services) only at doors.

Longitude before latitude everywhere, degrees. The shift is the one every open converter uses; it has no
published standard, so the tests hold round trips (< 1 m) and the known size of the shift (100–700 m).
"""

from __future__ import annotations

from math import asin, cos, pi, radians, sin, sqrt

_AXIS = 6378245.0  # Krasovsky 1940, metres
_ECCENTRICITY2 = 0.00669342162296594323
_EARTH = 6371008.8  # mean radius, metres (IUGG)


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The shifted point Chinese map services show for a true one; outside China nothing is shifted."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    shared = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + shared
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + shared
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    flat = 1 - _ECCENTRICITY2 * sin(radians(lat)) ** 2
    per_lat = _AXIS * (1 - _ECCENTRICITY2) / (flat * sqrt(flat)) * pi / 180.0
    per_lon = _AXIS / sqrt(flat) * cos(radians(lat)) * pi / 180.0
    return lon + east / per_lon, lat + north / per_lat


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """The true point of a shifted one, by fixed-point iteration (converges to well under a millimetre)."""
    true_lon, true_lat = lon, lat
    for _ in range(6):
        shown_lon, shown_lat = wgs84_to_gcj02(true_lon, true_lat)
        true_lon, true_lat = true_lon + lon - shown_lon, true_lat + lat - shown_lat
    return true_lon, true_lat


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """The great-circle distance (haversine); within 0.6 % of the ellipsoid's."""
    a = sin(radians(lat2 - lat1) / 2) ** 2
    b = sin(radians(lon2 - lon1) / 2) ** 2 * cos(radians(lat1)) * cos(radians(lat2))
    return 2 * _EARTH * asin(min(1.0, sqrt(a + b)))
