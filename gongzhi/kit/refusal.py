"""How the house says no: a code for programs and a sentence a resident can read.

    Refusal            400  the words asked for something that cannot be done
    ├── NotAllowed     403  this post may not do it
    ├── NotFound       404  there is no such thing, or it is not yours to see
    ├── Stale          409  somebody moved first; look again
    └── Gone           410  it was there and has been withdrawn

Anything else that is raised is a bug and rises.
"""

from __future__ import annotations


def N_(sentence: str) -> str:  # noqa: N802 - the customary name of a translation marker
    """Mark an English sentence for extraction; the door translates it when it is shown."""
    return sentence


class Refusal(Exception):
    """A refusal with a stable `code`, an English `sentence` (a msgid with %(name)s) and its `params`.

    `field` names the form field it belongs to, `status` the HTTP status a door answers with.
    """

    status: int = 400

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        status: int | None = None,
        field: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(code, sentence)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.params: dict[str, object] = params
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return self.sentence % self.params if self.params else self.sentence


class NotAllowed(Refusal):
    """This post, or this person, may not do it."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or it is not theirs to see; the two are never told apart."""

    status = 404


class Gone(Refusal):
    """It was there and has been withdrawn or erased."""

    status = 410


class Stale(Refusal):
    """Somebody moved first; the sentence says who, and asks to look again."""

    status = 409
