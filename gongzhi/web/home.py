"""The front page: one question, three true numbers of this week, and what was put right lately."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gongzhi.cases import lists, numbers
from gongzhi.cases.public import figures
from gongzhi.cases.public.forms import SpeakForm
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.how import how
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public

HOME_SECONDS = 20
LATELY = 3

__all__ = ["home", "how"]


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The question whose answer already begins the journey."""
    at = now()
    context = {
        "form": SpeakForm(),
        "three": figures.three(numbers.week(at)),
        "lately": lists.lately_fixed(at, limit=LATELY),
    }
    return printed.offer(request, show(request, "web/home.html", context), lasts=HOME_SECONDS)
