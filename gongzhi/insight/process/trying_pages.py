"""Trying a changed procedure on last year's cases, as a page. The reckoning runs in a child process that ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongzhi.cases.desk import choices, frame
from gongzhi.insight import telling as findings
from gongzhi.insight.process import telling
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.look.choosers import ChooserField
from gongzhi.people.permits import Permit, permit
from gongzhi.places import reads as places
from gongzhi.procedures import netfile, nets
from gongzhi.procedures import reads as procedures
from gongzhi.procedures.rules import Net

LONGEST = 90.0  # seconds a child may take; a larger county uses the command
TEXT_MOST, LIMITS_MOST = 60_000, 20
YEAR = timedelta(days=365)
UNITS = (
    ("working_days", N_("working days")),
    ("calendar_days", N_("calendar days")),
    ("working_hours", N_("working hours")),
    ("hours", N_("hours")),
)


class TryForm(forms.Form):
    """A procedure to try, limits to try, and since when."""

    text = forms.CharField(
        label=gettext_lazy("The procedure, changed as you like"),
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "wrap": "off"}),
    )
    matter = ChooserField(label=gettext_lazy("Matter"), required=False)
    amount = forms.IntegerField(label=gettext_lazy("Limit"), min_value=1, max_value=365, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), required=False)
    limits = forms.CharField(
        label=gettext_lazy("More limits"),
        help_text=gettext_lazy("One a line: street-light=3:working_days. “all” stands for every matter."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    since = forms.DateField(
        label=gettext_lazy("Cases received since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = [("", _("Every matter")), *choices.matters()]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [(code, _(word)) for code, word in UNITS]  # type: ignore[attr-defined]

    def asked(self) -> list[str]:
        """All limits to try, as the command reads them."""
        told = self.cleaned_data
        limit = f"{told['matter'] or 'all'}={told['amount']}:{told['unit'] or UNITS[0][0]}"
        return [*([limit] if told["amount"] else []), *str(told["limits"]).split()]


@permit(Permit.CASE_READ_ALL)
def what_if(request: HttpRequest) -> HttpResponseBase:
    """The form with the procedure as it is; sent, what the change would have done."""
    if request.method != "POST":
        code = request.GET.get("procedure") or next(iter(nets.codes()), "")
        text = procedures.text(code) if code in nets.codes() else ""
        return _shown(request, TryForm(initial={"text": text, "since": places.local_day(now()) - YEAR}))
    form = TryForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        net = read(form.cleaned_data["text"])
        told = reckoned(form.cleaned_data["text"], form.asked(), form.cleaned_data["since"].isoformat())
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, _(refusal.sentence) % refusal.params)
        return _shown(request, form, status=refusal.status)
    return _shown(request, form, **result(told, net))


def read(text: str) -> Net:
    """The net of a text, proved sound; refuses beside the field what cannot be read."""
    try:
        net = netfile.build(netfile.read(text), 0)
        netfile.check(net)
    except Refusal as refusal:
        refusal.field = "text"
        raise
    return net


def reckoned(text: str, limits: Sequence[str], since: str) -> dict[str, Any]:
    """The result of the command, run in a child process; one at a time in the county.

    Refuses `analysis_missing`, `replay_busy`, `replay_long` after a minute and a half, and what the command refuses."""
    if find_spec("duckdb") is None or find_spec("numpy") is None:
        raise Refusal(
            "analysis_missing", N_("This needs the part “analysis”, which is not installed here."), status=409
        )
    words = ["procedures", "replay", "-", "--json", "--since", since]
    for limit in limits[:LIMITS_MOST]:
        words += ["--limit", limit]
    command = ["nice", sys.executable, "-m", "gongzhi.cli", *words]
    with _alone():
        try:
            done = subprocess.run(  # noqa: S603 - our own command, words as a list
                command,
                input=text.encode(),
                capture_output=True,
                timeout=LONGEST,
                check=False,
                env=os.environ | {"GONGZHI_DIR": str(settings.GONGZHI_DIR)},
            )
        except subprocess.TimeoutExpired as slow:
            raise Refusal(
                "replay_long",
                N_("This county has too many cases for a page. `gongzhi procedures replay` does it from the shell."),
                status=409,
            ) from slow
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError as fault:
        raise Refusal(
            "replay_failed", N_("The reckoning ended without a result. Nothing was changed."), status=503
        ) from fault
    if "refused" in told:
        sentence = str(told["refused"])
        raise Refusal("replay_refused", sentence, field=told["field"], **told["params"])
    return told


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One reckoning at a time; refuses (`replay_busy`) while another runs. Freed by the kernel when it dies."""
    folder = Path(settings.GONGZHI_DIR) / "warehouse"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".trying").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Refusal(
                "replay_busy",
                N_("Somebody else is trying a procedure just now. Please try again in a minute."),
                status=409,
            ) from busy
        yield


def result(told: dict[str, Any], net: Net) -> dict[str, Any]:
    """The result in words."""
    return {
        "told": told,
        "summary": telling.summary(told),
        "promises": telling.limits(told),
        "reasons": [(telling.reason(net, kind, code), cases) for kind, code, cases in told["reasons"]],
        "added": [telling.added(net, one) for one in told["added"]],
        "saved": telling.saved(told, net) if told["saved"] else "",
        "matters": [(findings.matter(code), *counts) for code, *counts in told["matters"]],
        "loads": [telling.load(net, *one) for one in told["loads"]],
        "untold": telling.untold(told) if told["untold"] else "",
        "unknown": [_(one) for one in telling.LIMITS],
    }


def _shown(request: HttpRequest, form: TryForm, *, status: int = 200, **more: Any) -> HttpResponseBase:
    context = {"form": form, "now": now(), **more}
    return frame.show(request, "insight/what_if.html", context, here="insight:cockpit", status=status)
