"""The numbers of the week: what came in, what was answered in time, how content people were."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gongzhi.cases import numbers
from gongzhi.cases.number_cards import WeekNumbers
from gongzhi.cases.public import figures
from gongzhi.cases.public.frame import show
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public

WEEK_SECONDS = 60


def shown(request: HttpRequest, at: datetime) -> tuple[WeekNumbers, date | None]:
    """The week a reader chose by one of its days, else the last one with cases; and what she chose."""
    day = day_asked(request, "week")
    moment = numbers.week_shown(at, day)
    return numbers.week(moment, running=moment == at), day


def day_asked(request: HttpRequest, name: str) -> date | None:
    """A day of the query; None for none and for what is no day."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


@public
@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """A week, this one so far or the last that has cases unless the reader chose, beside the week before it."""
    counted, chosen = shown(request, now())
    context = {
        "week": counted,
        "chosen": chosen,
        "before": counted.monday - timedelta(days=7),
        "after": None if counted.running else counted.monday + timedelta(days=7),
        "example_limits": figures.example_limits(),
        "speed": figures.half_of_answers(counted),
        "three": figures.three(counted),
        "days": figures.week_days(counted),
        "weeks": figures.weeks(counted),
    }
    return printed.offer(request, show(request, "cases/week.html", context, here="week"), lasts=WEEK_SECONDS)
