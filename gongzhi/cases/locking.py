"""What a resident does to her voice later (answering, rating, withdrawing) begins here, with its case locked.

What is read before the lock may be old: a voice is withdrawn or joined to another case while somebody waits.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import UUIDField

from gongzhi.cases.models import Case, Voice
from gongzhi.kit.refusal import N_, Gone, NotFound, Stale
from gongzhi.ledger.compiled import Compiled, Given


def of_voice(voice: UUID) -> tuple[Voice, Case]:
    """A voice as it stands now and its case, locked: what the resident does and what the desk does take turns.

    Refuses an unknown voice, a withdrawn one, and one that was joined to another case in this very moment."""
    case, row = any_voice(voice)
    if row.withdrawn_at is not None:
        raise Gone("voice_withdrawn", N_("This was withdrawn."))
    return row, case


def any_voice(voice: UUID) -> tuple[Case, Voice]:
    """The locked case of a voice and the voice, also of one that was withdrawn."""
    case = _CASE_OF.first(voice=voice)
    if case is None:
        raise NotFound("voice_unknown", N_("We do not know this link."))
    (row,) = _VOICE(voice=voice)  # read under the lock: it may have been withdrawn while we waited
    if row.case_id != case.id:
        raise Stale("voice_moved", N_("Your voice was joined to another case just now. Please look again."))
    row.case = case
    return case, row


_CASE_OF: Compiled[Case] = Compiled(
    lambda: Case.objects.select_for_update(of=("self",)).filter(voice_set=Given("voice", UUIDField()))
)
_VOICE: Compiled[Voice] = Compiled(lambda: Voice.objects.filter(id=Given("voice", UUIDField())))
