"""Nets in memory: parsed once per version of the county's files, found without a query afterwards."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db.models import Max

from gongzhi.kit.refusal import N_, NotFound
from gongzhi.places import keeping
from gongzhi.procedures import netfile
from gongzhi.procedures.models import Procedure
from gongzhi.procedures.rules import Net


def newest(code: str) -> tuple[UUID, Net]:
    """The procedure's id and its net in the newest version; refuses `procedure_unknown`."""
    found = _newest().get(code)
    if found is None:
        raise NotFound("procedure_unknown", N_("There is no procedure “%(procedure)s”."), procedure=code)
    return found, by_id(found)


def by_version(code: str, version: int) -> Net:
    """The net of a procedure in one version; refuses `procedure_unknown`."""
    pk = Procedure.objects.filter(code=code, version=version).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound("procedure_unknown", N_("There is no procedure “%(procedure)s”."), procedure=code)
    return by_id(pk)


def codes() -> tuple[str, ...]:
    """Procedures there are."""
    return tuple(sorted(_newest()))


@lru_cache(maxsize=200)
def by_id(procedure: UUID) -> Net:
    """The net of one version; rows never change, so it is read once in a process's life."""
    row = Procedure.objects.get(pk=procedure)
    return netfile.build(netfile.read(row.body), row.version)


def _build_newest() -> dict[str, UUID]:
    latest = dict(Procedure.objects.values_list("code").annotate(Max("version")))
    rows = Procedure.objects.filter(code__in=latest).values_list("code", "version", "id")
    return {code: pk for code, version, pk in rows if latest[code] == version}


_newest = keeping.Kept(_build_newest)
