"""The router of the practice county, learnt and judged on its own history before the first guest comes.

What the night would do is done at the end of the building: the older part teaches, the later cases judge it beside the
table of keywords, and the comparison alone puts it to work. It runs in a process of its own, so that the one that goes
on to serve stays small.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from django.conf import settings
from django.utils.translation import gettext as _

from gongzhi.cases import teaching
from gongzhi.insight.routing import rules
from gongzhi.insight.routing.tables import RouterVersion

MOST = 20_000  # closed cases; of a larger county the first night learns, which takes minutes
LONGEST = 600  # seconds


def learn(tell: Callable[[str], None]) -> bool:
    """Learn the router unless there is one, too little to learn from, or too much for the while of a build."""
    if RouterVersion.objects.exists() or not rules.ENOUGH <= teaching.how_many() <= MOST:
        return False
    if find_spec("sklearn") is None:
        tell(_("The router that learns needs the part “analysis”; the table of keywords suggests matters."))
        return False
    command = [sys.executable, "-m", "gongzhi.cli", "router", "--dir", str(settings.GONGZHI_DIR), "learn"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        tell(_("The router did not learn in time; the night will try again."))
        return False
    for line in (done.stdout if done.returncode == 0 else done.stdout + done.stderr).splitlines():
        tell(line)
    return done.returncode == 0
