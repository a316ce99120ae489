"""What a sensor says: sentences made from data, Chinese first, English below when the sensor has an English name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from gongzhi.places import reads as places
from gongzhi.sensors.models import Rule, Sensor
from gongzhi.sensors.rules import QUANTITIES, figure

_ZH = {
    "above": "{what}达到 {peak} {unit}，高于警戒值 {limit} {unit}",
    "below": "{what}降到 {peak} {unit}，低于警戒值 {limit} {unit}",
    "rise": "{what}每小时上升 {peak} {unit}，快于警戒值 {limit} {unit}",
    "fall": "{what}每小时下降 {peak} {unit}，快于警戒值 {limit} {unit}",
}
_EN = {
    "above": "{what} reached {peak} {unit}, above the limit of {limit} {unit}",
    "below": "{what} fell to {peak} {unit}, below the limit of {limit} {unit}",
    "rise": "{what} rises by {peak} {unit} an hour, faster than the limit of {limit} {unit}",
    "fall": "{what} falls by {peak} {unit} an hour, faster than the limit of {limit} {unit}",
}
_ZH_SILENT = {"silent": "没有发来读数", "faulty": "发来的读数不可能是真的"}
_EN_SILENT = {"silent": "was not heard", "faulty": "sends readings that cannot be true"}
LISTED = 10


def exceeded(sensor: Sensor, rule: Rule, *, since: datetime, at: datetime, peak: float) -> str:
    """What is said once about one exceedance: where, what, how far beyond which limit, since when."""
    quantity = QUANTITIES[sensor.quantity]
    told = {"peak": figure(peak), "limit": figure(rule.threshold), "unit": sensor.unit}
    minutes = int((at - since).total_seconds() // 60)
    lasting = f"，已持续 {minutes} 分钟" if minutes else ""
    zh = f"{sensor.name_zh}：{_ZH[rule.kind].format(what=quantity.name_zh, **told)}{lasting}（{_zh_time(since)}起）。"
    if not sensor.name_en:
        return f"{zh}传感器自动报告。"
    lasting = f", for {minutes} minutes" if minutes else ""
    en = f"{sensor.name_en}: {_EN[rule.kind].format(what=quantity.name_en, **told)}{lasting}, since {_en_time(since)}."
    return f"{zh}传感器自动报告。\n{en} Reported by the sensor itself."


def unwell(sensors: Sequence[Sensor], kind: str) -> str:
    """What the owner is told once about sensors that fell silent or faulty, together when they fell together."""
    first = sensors[0]
    names = "、".join(one.name_zh for one in sensors[:LISTED])
    more = f"等 {len(sensors)} 个" if len(sensors) > LISTED else ""
    last = f"最近一次读数在{_zh_time(first.last_at)}。" if first.last_at else ""
    hint = "几个同时没有声音，请先查网关和供电。" if len(sensors) > 1 else "请检查供电、网络和探头。"
    zh = f"传感器{_ZH_SILENT[kind]}：{names}{more}。{last}{hint}"
    english = ", ".join(one.name_en for one in sensors[:LISTED] if one.name_en)
    return f"{zh}\n{english} {_EN_SILENT[kind]}. Please check power, network and probe." if english else zh


def _zh_time(at: datetime) -> str:
    here = at.astimezone(ZoneInfo(places.county().tz))
    return f"{here.month}月{here.day}日{here:%H:%M}"


def _en_time(at: datetime) -> str:
    here = at.astimezone(ZoneInfo(places.county().tz))
    return f"{here.day} {here:%B %H:%M}"
