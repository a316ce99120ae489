"""An old telephone, no internet: a villager speaks, asks, is answered and rates by text; a letter by e-mail beside it.

The county is served as in service; the provider of text messages is another program on this machine.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.journeys.conftest import press
from tests.journeys.test_clerk_works import accept, open_new

NUMBER = re.compile(r"990101-\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}")
WORDS = "汽车站门口的路面坑洼不平，骑车容易摔，昨天有位老人差点摔倒。"


class Phone:
    """A telephone of the practice county: what it sends goes by the provider, what it gets lies there."""

    def __init__(self, site, gateway, digits: str) -> None:
        self.site, self.gateway, self.digits, self.read = site, gateway, digits, 0

    def send(self, text: str, number: str = "") -> None:
        """The provider hands the text to the county; it is kept when that returns."""
        told = {"mobile": self.digits, "content": text, "smsId": number or f"{self.digits}-{time.monotonic_ns()}"}
        headers = {"Content-Type": "application/json", "X-Gateway-Secret": "s3cret"}
        call = urllib.request.Request(f"{self.site.url}/inbound/sms", json.dumps(told).encode(), headers)
        assert urllib.request.urlopen(call, timeout=60).read() == b"ok"

    def inbox(self) -> list[str]:
        return [one.body["content"] for one in self.gateway.taken if one.body["mobile"] == self.digits]

    def next(self) -> str:
        """The next text that arrives."""
        until(lambda: len(self.inbox()) > self.read)
        self.read += 1
        return self.inbox()[self.read - 1]


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def test_a_villager_speaks_asks_is_answered_and_rates_by_text(site, gateway, signed_in) -> None:
    phone, stranger = Phone(site, gateway, "13800138000"), Phone(site, gateway, "13900139000")
    phone.send(WORDS, number="once")
    phone.send(WORDS, number="once")  # the provider repeats itself
    told = phone.next()
    number = NUMBER.search(told)[0]
    assert "前答复您" in told
    if "请问在哪里" in told:
        phone.send("汽车站")
        assert number[-9:] in phone.next()

    handler = signed_in("handler")
    open_new(handler, number)
    accept(handler)
    press(handler, "r")
    handler.wait_for_url("**/answer/**")
    handler.fill("#id_public_text", "汽车站门口的坑洼今天下午已经补好。")
    handler.check("input[name=outcome][value=fixed]")
    press(handler, "Control+Enter")
    handler.wait_for_url("**/desk/?**")

    answer = phone.next()
    assert "今天下午已经补好" in answer
    assert f"评 {number[-9:]}" in answer
    assert "http" not in answer, "this telephone opens no page"

    stranger.send(f"评 {number} 5")
    assert "没有查到" in stranger.next()
    phone.send(f"评 {number[-9:]} 1 根本没补")
    assert "重新办理" in phone.next()
    phone.send(number[-9:])
    assert "前答复您" in phone.next()
    assert len(phone.inbox()) == phone.read, "what the provider repeated was answered once"
    handler.goto("/zh/desk/?queue=new")
    assert number in handler.inner_text("main")


def test_words_of_danger_get_the_numbers_to_call_within_seconds(site, gateway) -> None:
    phone = Phone(site, gateway, "13700137000")
    phone.send("隔壁楼着火了，还有人在里面")
    assert "请马上拨打119" in phone.next()


def test_a_gateway_that_hangs_delays_no_voice_and_what_waits_arrives_later(site, gateway) -> None:
    phone = Phone(site, gateway, "13600136000")
    gateway.stall = 90.0  # longer than anybody who asks for a page would wait
    try:
        phone.send("汽车站门口的路灯不亮")
        until(lambda: len(phone.inbox()) > 0)
        for path in ("/zh/", "/health"):
            urllib.request.urlopen(site.url + path, timeout=60).read()
        phone.send("汽车站对面的垃圾没人清运")
    finally:
        gateway.stall = 0.0
        gateway.freed.set()
        gateway.freed.clear()
    until(lambda: sum("编号" in text for text in phone.inbox()) >= 2)


def test_who_does_not_know_the_secret_hands_in_nothing(site) -> None:
    call = urllib.request.Request(f"{site.url}/inbound/sms", b"{}", {"X-Gateway-Secret": "guess"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(call, timeout=20)
    assert refused.value.code == 403


def test_an_e_mail_in_the_mailbox_becomes_a_case_on_the_desk(site, signed_in) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "Li <li@example.org>", "路面", "<journey-1@example.org>"
    mail.set_content("汽车站门口的路面塌了一块，晚上看不见，请尽快围起来。")
    (site.mailbox / "new" / "1.journey").write_bytes(mail.as_bytes())
    until(lambda: not list((site.mailbox / "new").iterdir()))
    handler = signed_in("handler")
    handler.goto("/zh/desk/?queue=new")
    assert "路面塌了一块" in handler.inner_text("main")


def test_the_counter_prints_a_sealed_receipt_for_80_mm_paper(signed_in) -> None:
    from gongzhi.channels import paper
    from tests.journeys.test_clerk_works import write_down

    operator = signed_in("operator")
    _number, slip = write_down(operator, "老街口的窨井盖松动，夜里响，影响睡觉。")
    answer = operator.request.get(slip.removesuffix("slip") + "receipt.pdf?width=slip")
    if paper.missing():
        assert answer.status == 503
    else:
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body()[:5] == b"%PDF-"
