"""Every page there is, by who opens it; and every address that is no page, with the reason.

`{name}` in a path is filled by `addresses`, or by what a page of that role links to (LINKED).
"""

from __future__ import annotations

import re

PUBLIC = (
    *("", "speak/", "find/", "cases/", "cases/?q=路灯", "week/", "how/", "nothing-here/"),
    *("decisions/", "suggestions/", "sensors/", "sensors/level-guzhou/", "accounts/login/", "accounts/password/reset/"),
    *("cases/{open_number}/", "cases/{closed_number}/", "cases/{open_number}/join/"),
    *("places/{village}/", "places/{village}/notices/", "practice/phone/"),
    *("v/{fresh}/", "v/{running}/", "v/{asked}/", "v/{paused}/", "v/{closed}/", "v/{appealed}/", "v/{refused}/"),
    *("v/{fresh}/slip", "v/{fresh}/withdraw", "v/{refused}/appeal/{decision}/", "v/not-a-link/"),
    *("hot/", "noticed/", "figures/place/", "figures/matter/street-light/", "figures/place/{village}/"),
    "figures/rhythm/{village}/",
)
CASE = ("{case}", "{case}print/", "{case}letters/", "{case}nearby/", "{case}original/")
DESK: dict[str, tuple[str, ...]] = {
    "handler": (
        *("desk/", "desk/?queue=waiting", "desk/list/", "desk/away/", "desk/tour/", "desk/my-looks/", *CASE),
        *("desk/people/mine/", "accounts/2fa/", "accounts/password/change/", "accounts/logout/", "desk/people/"),
        *("{case}answer/", "{case}hand-over/", "{case}ask/", "{case}help/", "{case}rematter/", "{case}relocate/"),
        *("{case}close/", "{case}note/", "{case}narrow/", "{case}close-untaken/", "desk/left/"),
    ),
    "head": (
        "desk/leader/",
        "desk/village/",
        "desk/asked/",
        "desk/?queue=all",
        "desk/cases/{in_hand}/extend/",
        "desk/cases/{in_hand}/pause/",
    ),
    "operator": ("desk/enter/", "desk/recover/", "desk/erase/", "desk/notices/", "desk/list/?q=路灯"),
    "dispatcher": (
        *("desk/", "{new}", "{new}send/", "desk/sensors/", "desk/sensors/level-guzhou/"),
        *("desk/topics/", "{topic}", "desk/routing/"),
    ),
    "leader": (
        *("desk/hot/", "{hot}", "desk/topics/", "desk/routing/"),
        *(
            "desk/leader/",
            "desk/findings/",
            "desk/findings/ways/",
            "{finding}",
            "desk/cockpit/",
            "desk/cockpit/briefing/",
        ),
        *(
            "desk/cockpit/handovers/",
            "{station}",
            "desk/cockpit/rhythm/",
            "desk/cockpit/floods/",
            "desk/cockpit/entering/",
        ),
        *("desk/procedures/", "{procedure}", "{trait}", "desk/procedures/what-if/"),
        *("desk/cockpit/loads/", "desk/cockpit/silent/", "desk/standing/matter/", "desk/standing/place/{village}/"),
    ),
    "supervisor": ("desk/officers/", "desk/appeals/", "desk/appeals/{appeal}/"),
    "administrator": (
        *("desk/people/", "desk/people/new/", "desk/people/{seat}/", "desk/letterbox/", "accounts/2fa/totp/activate/"),
    ),
    "security_administrator": ("desk/people/accounts/", "desk/people/accounts/{account}/"),
    "auditor": ("desk/people/looks/", "desk/list/?state=closed"),
}
ROOMS = ("cases", "desk", "people", "tour", "sensors", "insight")
KEY = r"[0-9a-f-]{36}"
# Found by what a page links to: the page, and the pattern of the link. A finding needs a history to be unusual in.
LINKED: dict[str, tuple[str, str]] = {
    "case": ("desk/?queue=mine", rf"desk/cases/{KEY}/"),
    "new": ("desk/?queue=dispatch", rf"desk/cases/{KEY}/"),
    "finding": ("desk/findings/", rf"desk/findings/{KEY}/"),
    "station": ("desk/cockpit/handovers/", r"desk/cockpit/handovers/[a-z0-9-]+/"),
    "procedure": ("desk/procedures/", r"desk/procedures/[a-z_]+/\d+/"),
    "trait": ("desk/procedures/voice/1/", rf"desk/procedures/cases/{KEY}/"),
    "hot": ("desk/hot/", rf"desk/hot/{KEY}/"),
    "topic": ("desk/topics/", rf"desk/topics/{KEY}/"),
    "account": ("desk/people/accounts/", rf"desk/people/accounts/({KEY})/"),
    "seat": ("desk/people/", rf"desk/people/({KEY})/"),
}
MAY_BE_ABSENT = {"finding", "station", "hot", "topic", "procedure", "trait"}

# Addresses that no person looks at as a page of their own, by the reason.
NO_PAGE: dict[str, str] = {
    "a file, a picture, a feed": "cases:receipt cases:receipt_pdf cases:voice_photo cases:case_photo cases:csv "
    "cases:notices_text cases:decisions_csv cases:suggestions_csv desk:photo insight:briefing_pdf desk:village_sheet "
    "insight:topic_drafts",
    "takes what a form sends": "cases:answer cases:rate cases:erase desk:density desk:not_the_same desk:undo "
    "people:post tour:begin tour:tell insight:decide insight:ask insight:publish insight:measure "
    "insight:flood_judge "
    "insight:incident insight:incident_end "
    "insight:topic_decide insight:routing_back insight:routing_release "
    "insight:answer "
    "desk:village_down sensors:aside",
    "a part of a page": "desk:watchers desk:read_back desk:places insight:points",
    "a move that another journey makes": "desk:accept desk:take_over desk:return_help desk:resume desk:reopen "
    "desk:answer_and_close",
    "a paper notice, which another journey prints": "desk:notice",
}


def sample(path: str) -> str:
    """A path with something in place of each `{name}`, to ask which address it is."""
    key = "0" * 8 + "-0000-7000-8000-" + "0" * 12
    names = {"case": f"desk/cases/{key}/", "new": f"desk/cases/{key}/", "finding": f"desk/findings/{key}/"}
    names["station"] = "desk/cockpit/handovers/roads/"
    names |= {"procedure": "desk/procedures/voice/1/", "trait": f"desk/procedures/cases/{key}/"}
    names |= {"hot": f"desk/hot/{key}/", "topic": f"desk/topics/{key}/"}
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], key), path).partition("?")[0]
