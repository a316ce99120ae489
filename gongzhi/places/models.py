"""Tables of places. A row is never deleted: what no longer exists is closed with a date (`valid_to`)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from gongzhi.kit.ids import uuid7
from gongzhi.places.rules import DIGITS, Level

_ON_EARTH = (Q(lon__isnull=True) & Q(lat__isnull=True)) | (
    Q(lon__gte=-180) & Q(lon__lte=180) & Q(lat__gte=-90) & Q(lat__lte=90)
)
_DATED = Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from"))

models.CharField.register_lookup(Length)


class County(models.Model):
    """The one county this house serves. `version` grows with every change of the county's files."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    code = models.CharField(max_length=6)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    tz = models.CharField(max_length=40, default="Asia/Shanghai")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    bounds = models.JSONField(default=list)  # west, south, east, north in degrees WGS84, or empty
    practice = models.BooleanField(default=False)
    banner_zh = models.CharField(max_length=60, blank=True)  # stands on every page, such as "example from real data"
    banner_en = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    emblem = models.CharField(max_length=120, blank=True)
    accent = models.CharField(max_length=7, blank=True)
    neighbours = models.JSONField(default=list)  # name_zh, name_en, phone and polygon or bounds of each
    version = models.BigIntegerField(default=1)

    PRIVACY = {
        "public": [
            *("id", "code", "name_zh", "name_en", "tz", "lon", "lat", "bounds", "practice"),
            *("phone", "emblem", "accent", "neighbours", "version", "banner_zh", "banner_en"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="places_county_one"),
            models.CheckConstraint(condition=Q(code__length=6), name="places_county_code"),
            models.CheckConstraint(condition=_ON_EARTH, name="places_county_on_earth"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Division(models.Model):
    """A division with its 12-digit code (GB/T 2260, GB/T 10114, statistical codes)."""

    code = models.CharField(max_length=12, primary_key=True)
    level = models.CharField(max_length=8, choices=[(level.value, level.value) for level in list(Level)[:-1]])
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    population = models.PositiveIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    PRIVACY = {
        "public": [
            *("code", "level", "parent", "name_zh", "name_en", "lon", "lat", "population"),
            *("valid_from", "valid_to"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__length=12), name="places_division_code"),
            models.CheckConstraint(condition=_ON_EARTH, name="places_division_on_earth"),
            models.CheckConstraint(condition=_DATED, name="places_division_dated"),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in list(Level)[:-1]]), name="places_division_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Grid(models.Model):
    """The smallest place: 15 digits (GB/T 30428.1), in one village, with a polygon or a description.

    `polygon` is GeoJSON geometry (Polygon or MultiPolygon, WGS84, longitude before latitude).
    """

    code = models.CharField(max_length=15, primary_key=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    polygon = models.JSONField(null=True)
    description = models.CharField(max_length=400, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    households = models.PositiveIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    PRIVACY = {
        "public": [
            *("code", "division", "name_zh", "name_en", "polygon", "description", "lon", "lat", "households"),
            *("valid_from", "valid_to"),
        ],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__length=DIGITS[Level.GRID], code__startswith=F("division")),
                name="places_grid_in_village",
            ),
            models.CheckConstraint(condition=_ON_EARTH, name="places_grid_on_earth"),
            models.CheckConstraint(condition=_DATED, name="places_grid_dated"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Landmark(models.Model):
    """A place people name when they say where: a bridge, a market, a school, a street."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    aliases = models.JSONField(default=list)
    kind = models.CharField(max_length=30, blank=True)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    valid_to = models.DateField(null=True)

    PRIVACY = {
        "public": ["id", "name_zh", "name_en", "aliases", "kind", "grid", "lon", "lat", "valid_to"],
        "internal": [],
        "personal": [],
        "secret": [],
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name_zh", "grid"], name="places_landmark_once_a_grid"),
            models.UniqueConstraint(
                fields=["name_zh"], condition=Q(grid__isnull=True), name="places_landmark_once_without_grid"
            ),
            models.CheckConstraint(condition=_ON_EARTH, name="places_landmark_on_earth"),
        ]

    def __str__(self) -> str:
        return self.name_zh
