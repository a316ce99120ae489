"""A public case as a GeoReport request: what its own page shows everybody, and not a word more."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from gongzhi.cases import labels, rules
from gongzhi.cases.models import Case, DetailValue, Entry, Photo, Voice
from gongzhi.cases.reads import Names, names
from gongzhi.kit.moments import local
from gongzhi.look.templatetags.look import said
from gongzhi.places import reads as places
from gongzhi.places.reads import PlaceCard

DESCRIPTION_MAX = 4000  # GeoReport's own limit
_EARTH = 6_378_137.0  # metres

Row = dict[str, Any]


class Teller:
    """Tells many cases with few reads: names, first voices, answers and photos are fetched once for all."""

    def __init__(self, request: HttpRequest, cases: Sequence[Case], *, extensions: bool) -> None:
        self.cases = cases
        self.request = request
        self.extensions = extensions
        self.county = places.county()
        ids = [case.id for case in cases]
        leads = Voice.objects.filter(case__in=ids, lead=True)
        self.voices = {voice.case_id: voice for voice in leads.only("case_id", "words", "source")}
        self.answers: dict[UUID, str] = {}
        closed = [case.id for case in cases if case.state == "closed"]
        if closed:
            told = Entry.objects.filter(case__in=closed, kind="answered").order_by("at", "id")
            self.answers = dict(told.values_list("case_id", "public_text"))
        self.photos: dict[UUID, list[Photo]] = defaultdict(list)
        shown = Photo.objects.filter(voice__in=[voice.id for voice in self.voices.values()], public=True)
        for photo in shown.select_related("voice").only("id", "width", "height", "voice__case_id").order_by("id"):
            assert photo.voice is not None  # asked for by its voice
            self.photos[photo.voice.case_id].append(photo)
        self.notes: dict[UUID, list[Entry]] = defaultdict(list)
        self.values: dict[UUID, list[DetailValue]] = defaultdict(list)
        if extensions:
            self._fetch_extensions(ids)
        organs = {case.organ for case in cases} | {note.organ for notes in self.notes.values() for note in notes}
        self.names: Names = names(organs=organs)

    def _fetch_extensions(self, ids: list[UUID]) -> None:
        steps = Entry.objects.filter(case__in=ids, seen_by_all=True, kind__in=rules.PUBLIC_KINDS)
        for step in steps.order_by("at", "id"):
            self.notes[step.case_id].append(step)
        told = DetailValue.objects.filter(voice__in=[voice.id for voice in self.voices.values()])
        for value in told.select_related("detail", "voice").order_by("id"):
            self.values[value.voice.case_id].append(value)

    def rows(self) -> list[Row]:
        """The requests in order."""
        return [self._row(case) for case in self.cases]

    def _row(self, case: Case) -> Row:
        place = places.place_or_none(case.place)
        photos = self.photos[case.id]
        words = self.voices[case.id].words if case.id in self.voices else case.title
        row: Row = {
            "service_request_id": case.number,
            "status": "closed" if case.state == "closed" else "open",
            "status_notes": self._standing(case),
            "service_name": said(self.names.matter(case.matter_id), "name"),
            "service_code": case.matter_id,
            "description": words if len(words) <= DESCRIPTION_MAX else words[: DESCRIPTION_MAX - 1] + "…",
            "agency_responsible": said(self.names.organ(case.organ), "name") or None,
            "service_notice": _("Practice county: everything here is invented.") if self.county.practice else None,
            "requested_datetime": self.moment(case.received_at),
            "updated_datetime": self.moment(case.closed_at or case.moved_at),
            "expected_datetime": None if case.state == "left_open" else self.moment(case.due_at),
            "address": _address(place),
            "address_id": place.code if place else None,
            "zipcode": None,
            "lat": place.lat if place else None,
            "long": place.lon if place else None,
            "media_url": self.photo_address(case, photos[0]) if photos else None,
        }
        return row | self._extensions(case) if self.extensions else row

    def _standing(self, case: Case) -> str:
        """The real state in words, and for a closed one the answer that was given."""
        if case.state != "closed":
            return labels.word(case.state, "state")
        word, told = labels.word(case.outcome, "outcome"), self.answers.get(case.id, "")
        return _("%(outcome)s: %(answer)s") % {"outcome": word, "answer": told} if told else word

    def moment(self, at: datetime) -> str:
        """A moment with the county's zone."""
        return local(at, self.county.tz).isoformat(timespec="seconds")

    def photo_address(self, case: Case, photo: Photo) -> str:
        """Where a public photo of a case can be fetched."""
        page = reverse("cases:case_photo", args=[case.number, photo.id])
        return self.request.build_absolute_uri(page)

    def _extensions(self, case: Case) -> Row:
        voice, place = self.voices.get(case.id), places.place_or_none(case.place)
        ward, metres = places.place_or_none(case.division), mercator(place)
        return {
            "attributes": [
                {
                    "label": said(value.detail, "name"),
                    "name": value.detail.code,
                    "value": value.value,
                    "code": value.detail.code,
                }
                for value in self.values[case.id]
            ],
            "extended_attributes": {
                "channel": voice.source if voice else None,
                "ward": said(ward, "name") if ward else None,
                "police_district": None,
                "state": case.state,
                "outcome": case.outcome or None,
                "position": "grid" if case.grid else "division",
                "round": case.round,
                "voices": case.voices,
                "duplicate": False,
                "parent_service_request_id": None,
                "photos": [self._photo(case, photo) for photo in self.photos[case.id]],
                "x": metres[0],
                "y": metres[1],
            },
            "notes": [self._note(entry) for entry in self.notes[case.id]],
        }

    def _photo(self, case: Case, photo: Photo) -> Row:
        return {
            "media_url": self.photo_address(case, photo),
            "title": _("Photo"),
            "width": photo.width,
            "height": photo.height,
            "orientation": "portrait" if photo.height > photo.width else "landscape",
            "created_at": self.moment(case.received_at),
        }

    def _note(self, entry: Entry) -> Row:
        """One line of the public course; what one resident wrote meanwhile stays between her and the desk."""
        kept = entry.kind in rules.RESIDENT_KINDS
        return {
            "datetime": self.moment(entry.at),
            "type": entry.kind,
            "summary": labels.word(entry.kind, "entry"),
            "description": "" if kept else entry.public_text,
            "extended_attributes": {
                "agency": said(self.names.organ(entry.organ), "name") or None,
                "reason": entry.reason or None,
            },
        }


def mercator(place: PlaceCard | None) -> tuple[float | None, float | None]:
    """The middle of a place in metres of Web Mercator (EPSG:3857, sphere of 6,378,137 m), to the centimetre."""
    if place is None or place.lon is None or place.lat is None:
        return None, None
    north = math.log(math.tan(math.pi / 4 + math.radians(place.lat) / 2))
    return round(_EARTH * math.radians(place.lon), 2), round(_EARTH * north, 2)


def _address(place: PlaceCard | None) -> str | None:
    """The names of a place, the finest first, as far as the county, as GeoReport wants them."""
    if place is None:
        return None
    steps = [said(card, "name") for card in reversed(places.path(place.code))]
    county = said(places.county(), "name")
    return ", ".join(step for step in dict.fromkeys([*steps, county]) if step)
