"""`gongzhi doctor`: looks at one county's folder and says in one line each what is wrong and what to do."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_
from gongzhi.web.keeping import house_checks, machine_checks
from gongzhi.web.keeping.findings import Check
from gongzhi.web.keeping.telling import _

CHECKS: tuple[tuple[str, Check], ...] = (
    (N_("settings"), machine_checks.settings_in_use),
    (N_("disk"), machine_checks.disk),
    (N_("database"), house_checks.database),
    (N_("keys"), machine_checks.keys),
    (N_("county"), house_checks.county),
    (N_("clock"), machine_checks.clock),
    (N_("ledger"), house_checks.sealed_ledger),
    (N_("printed pages"), house_checks.printed_pages),
    (N_("clockwork"), house_checks.clockwork),
    (N_("messages"), house_checks.outbox),
    (N_("router"), house_checks.router),
    (N_("backup"), machine_checks.backups),
)
WELL, NOTE, WRONG = N_("well"), N_("note"), N_("wrong")


def doctor(argv: Sequence[str]) -> int:
    """`gongzhi doctor [--dir D]`: 0 when all is well (notes are no fault), 1 when something needs a hand."""
    argparse.ArgumentParser(prog="gongzhi doctor").parse_args(list(argv))
    at, faults = now(), 0
    for name, check in CHECKS:
        findings = list(check(at))
        faults += sum(not finding.is_note for finding in findings)
        if not findings:
            print(f"{_(WELL):<6} {_(name)}")
        for finding in findings:
            print(f"{_(NOTE if finding.is_note else WRONG):<6} {_(name)}: {finding.what}: {finding.remedy}")
        if check is house_checks.database and any(not finding.is_note for finding in findings):
            return 1  # the tables the next checks read may not exist yet
        if check is machine_checks.keys and any(machine_checks.lost_keys()):
            return 1  # the ledger's check would make a new key in the place of a lost one
    return 1 if faults else 0
