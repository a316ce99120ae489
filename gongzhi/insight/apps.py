"""Registers the room with Django, its facts with the ledger, and its page with the workplace."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gongzhi.insight import standing_rules
from gongzhi.insight.hot import rules as hot_rules
from gongzhi.insight.routing import rules as router_rules
from gongzhi.insight.rules import FACTS
from gongzhi.insight.why import rules as why_rules
from gongzhi.ledger import kinds
from gongzhi.people import menus


class InsightConfig(AppConfig):
    name = "gongzhi.insight"
    label = "insight"

    def ready(self) -> None:
        """Declare which facts this room may write, and where its page stands in the head of the workplace."""
        from gongzhi.cases import asked, suggesting
        from gongzhi.insight.routing import serving
        from gongzhi.insight.signals import searches
        from gongzhi.people.permits import Permit  # needs the models, which are ready only now

        kinds.register(FACTS | standing_rules.FACTS | why_rules.FACTS | router_rules.FACTS | hot_rules.FACTS)
        suggesting.offer(serving.at_work)
        asked.listen(searches.heard)
        menus.add(menus.MenuEntry("insight:cockpit", _("Cockpit"), (Permit.CASE_LEAD, Permit.CASE_SEND)))
        menus.add(menus.MenuEntry("insight:findings", _("Findings"), (Permit.CASE_READ_ALL,)))
        menus.add(menus.MenuEntry("insight:asked", _("Questions"), (Permit.CASE_HEAD,)))
