"""What a visitor has said so far, carried from page to page in the form itself: no session, no cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.http import QueryDict

from gongzhi.cases import photos
from gongzhi.cases.cards import KeptPhoto, Where
from gongzhi.cases.public import formkey
from gongzhi.cases.public.forms import SpeakForm
from gongzhi.kit.refusal import Refusal

STEPS = ("words", "where", "more", "check")
FIELDS = {
    "words": ("words",),
    "where": ("where",),
    "more": ("kind", "contact", "allows_public", "officer"),
    "check": (),
}
CARRIED = ("words", "where", "place", "kind", "contact", "allows_public", "officer", "looked", "seen")


@dataclass(slots=True)
class Draft:
    """The state of one journey. `values` are the raw texts by field name, `lost` is set when a photo expired."""

    values: dict[str, str]
    key: UUID
    photos: list[KeptPhoto] = field(default_factory=list)
    lost: bool = False

    @classmethod
    def begun(cls, *, words: str = "", place: str = "") -> Draft:
        """An empty draft with a fresh form key."""
        return cls({"words": words, "place": place}, uuid4())

    @classmethod
    def read(cls, data: QueryDict) -> Draft:
        """The draft a form carried; an unreadable key is replaced, an expired photo is dropped and told."""
        values = {name: data.get(name, "").replace("\x00", "") for name in CARRIED}
        draft = cls(values, formkey.key_of(data.get("key", "")))
        for ticket in data.getlist("photo"):
            try:
                draft.photos.append(photos.from_ticket(ticket))
            except Refusal:
                draft.lost = True
        return draft

    def form(self, *, judged: bool) -> SpeakForm:
        """The draft as a form: judged with its errors, or as it stands."""
        return SpeakForm(self.values) if judged else SpeakForm(initial=self.values)

    def hidden(self, step: str) -> list[tuple[str, str]]:
        """Names and values of the hidden inputs beside the visible fields of `step`."""
        kept = [(name, value) for name, value in self.values.items() if value and name not in FIELDS[step]]
        tickets = [("photo", photos.ticket(photo)) for photo in self.photos]
        return [("step", step), ("key", str(self.key)), *kept, *tickets]

    @property
    def once(self) -> UUID:
        """What makes the same form sent twice one voice: its key together with everything it says."""
        said = {name: value for name, value in self.values.items() if value and name not in ("looked", "seen")}
        return formkey.bound(self.key, [said, [photo.sha256 for photo in self.photos]])

    @property
    def where(self) -> Where | None:
        """The place as told; None when nothing was said about it."""
        return where_of(self.values.get("place", ""), self.values.get("where", "").strip())


def where_of(place: str, text: str) -> Where | None:
    """`place` is a 12- or 15-digit code, or "longitude,latitude" in WGS84 degrees; `text` the words about it."""
    if not place and not text:
        return None
    if "," not in place:
        return Where(code=place, text=text)
    try:
        lon, lat = (float(part) for part in place.split(",", 1))
    except ValueError:
        return Where(text=text) if text else None
    return Where(lon=lon, lat=lat, text=text)
