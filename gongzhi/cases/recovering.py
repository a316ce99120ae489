"""A lost link found again: by the contact left, or at the counter by the number and one's own words.

Words that everybody may read prove nothing: for a public case she tells something more that only she knows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from gongzhi.cases import course, letters, looking, reads, recalling, rules, sealing
from gongzhi.cases.desk_cards import Recovered
from gongzhi.cases.models import Case, Entry, Voice
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import N_, NotAllowed, Refusal
from gongzhi.ledger import writing
from gongzhi.people.cards import PostCard
from gongzhi.people.permits import Permit

MOST = 5  # of the newest voices with this contact


def by_contact(*, at: datetime, kind: str, address: str, language: str = "zh-hans") -> None:
    """Send the links of the newest voices that left this contact to it, at most once an hour.

    Says nothing of whether there are any: the page shows one sentence for both. Nobody's link dies by it, since
    anyone may type a neighbour's address. A telephone gets a text message where the county can send one, else it
    leads to the counter. Refuses only an address nobody could read."""
    plain = rules.check_contact(kind, address)
    rules.check_code(language, rules.LANGUAGES, field="language")
    with transaction.atomic():
        index = sealing.contact_index(kind, plain)
        voices = Voice.objects.select_related("case").filter(contact_index=index, withdrawn_at__isnull=True)
        for voice in voices.order_by("-id")[:MOST]:
            voice.language = language
            if not letters.reaches(voice):
                continue
            letters.put(at=at, case=voice.case, voices=[voice], template="link", occasion=f"{at:%Y%m%d%H}")
            writing.write(kind="voice.recovered", about=voice.ref, by=voice.ref, at=at, details={"way": "contact"})


def at_counter(*, by: str, at: datetime, post: PostCard, number: str, words: str, proof: str = "") -> Recovered:
    """Hand out a new link to whoever knows the number and tells her own words; the old link dies.

    Who left an e-mail address is told by letter, and the desk sees it in the course. Refuses what `prove` refuses."""
    if not post.can(Permit.VOICE_RECOVER):
        raise NotAllowed("not_permitted", N_("The post you act in may not do this."))
    voice = prove(by=by, at=at, post=post, number=number, words=words, proof=proof)
    with transaction.atomic():
        voice = Voice.objects.select_related("case").select_for_update(of=("self",)).get(id=voice.id)
        if voice.withdrawn_at is not None:
            raise course.gone(voice)
        voice.link_round += 1
        token = sealing.set_link(voice)
        voice.save(update_fields=["link_round", "link_hash"])
        Entry.objects.create(
            case=voice.case,
            at=at,
            kind="recovered",
            by=by,
            round=voice.case.round,
            organ=post.organ,
            post=post.id.hex,
            voice=voice,
            seen_by_all=False,
        )
        if letters.reaches(voice):
            letters.put(at=at, case=voice.case, voices=[voice], template="link_counter", occasion=str(voice.link_round))
        writing.write(kind="voice.recovered", about=voice.ref, by=by, at=at, details={"way": "counter"})
    return Recovered(voice.number, token)


def prove(
    *, by: str, at: datetime, post: PostCard, number: str, words: str, proof: str, withdrawn: bool = False
) -> Voice:
    """The voice of a number, when somebody at the counter shows that it is hers.

    The words must be similar enough to what was said. When everybody may read them, `proof` must fit as well:
    the contact left (or the end of its number), the place as she typed it, or something that masking hides. Comparing
    is a look that stays noted when it fails. One refusal for a wrong number and for wrong words, another for a proof
    that is missing or does not fit. `withdrawn`: one that was taken back is found too."""
    voice = Voice.objects.select_related("case").filter(number=parse_number(number)).first()
    there = voice is not None and (withdrawn or voice.withdrawn_at is None) and voice.erased_at is None
    seen = reads.not_about(reads.acting(post))
    known = there and voice is not None and recalling.same_words(words, voice.words)
    if voice is None or not known or not Case.objects.filter(seen, id=voice.case_id).exists():
        raise Refusal(
            "words_differ",
            N_("The number and the words do not belong together. Please ask for more of what was said."),
            field="words",
        )
    if voice.lead and voice.allows_public:
        _check_proof(voice, proof, by=by, at=at)
    return voice


def _check_proof(voice: Voice, proof: str, *, by: str, at: datetime) -> None:
    """Refuses a public voice without something that only whoever spoke can know; an empty proof is no look."""
    told = rules.clean_note(proof, most=rules.REASON_MAX, field="proof")
    if not told:
        raise Refusal(
            "proof_missing",
            N_("Everybody can read these words. Ask for something only the writer knows: the telephone number or "
               "address left, the place as typed, or a name or number that is covered in public."),
            field="proof",
        )  # fmt: skip
    if not looking.fits(by=by, at=at, voice=voice, told=told):
        raise Refusal(
            "proof_differs",
            N_("This does not fit what was left with the voice. That it was compared is noted; the person will read "
               "it on her page."),
            field="proof",
        )  # fmt: skip
