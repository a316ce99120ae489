"""How we handle your words, in plain language: masking, sealing, clocks, rights, and the procedure drawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from gongzhi.cases import handling, matters, rules
from gongzhi.cases.cards import MatterCard
from gongzhi.cases.public.frame import show
from gongzhi.look import dates, printed
from gongzhi.people.permits import public
from gongzhi.procedures import drawing
from gongzhi.procedures import reads as nets

HOW_SECONDS = 600
PROCEDURE = "voice"


class Limited:
    """A matter with its limit in words."""

    def __init__(self, card: MatterCard) -> None:
        self.name_zh, self.name_en, self.reopen_days = card.name_zh, card.name_en, card.reopen_days
        self.limit = dates.amount(card.limit_amount, card.limit_unit)


@public
@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """What happens to a voice, who may read what, and which rights its owner has."""
    net = nets.net(PROCEDURE)
    term = handling.ask_term(net)
    context = {
        "drawing": mark_safe(drawing.draw(net)),  # noqa: S308 - drawn from the loaded procedure
        "stops": drawing.stops(net),
        "matters": [Limited(card) for card in matters.cards() if card.leaf],
        "waited": dates.amount(term.at_most.amount, term.at_most.unit) if term else "",
        "withheld_below": rules.WITHHELD_BELOW,
    }
    return printed.offer(request, show(request, "cases/how.html", context), lasts=HOW_SECONDS)
