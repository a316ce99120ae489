"""Compiles the translations into a wheel, so that an installed Gongzhi needs no tools."""

from pathlib import Path

from babel.messages import mofile, pofile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Translations(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        for po in Path(self.root, "gongzhi").rglob("locale/*/LC_MESSAGES/*.po"):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                mofile.write_mo(target, pofile.read_po(source))
