"""Readings by MQTT through a real broker: acknowledged when on disk, waiting while we are away, never kept twice."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.sensors import listening
from gongzhi.sensors.listening import Broker, Listener
from gongzhi.sensors.models import Reading, Refused, Sensor
from gongzhi.sensors.tests.instruments import load

mqtt = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed (extra sensors)")
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed"),
]
PREFIX = "gongzhi/990101"


class Mosquitto:
    """A broker on a free port that keeps its sessions on disk."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\nautosave_interval 1\n"
            f"persistence_location {folder}/\nuser root\n"
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.config)], stderr=subprocess.DEVNULL)
        until(lambda: _answers(self.port))

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    load()
    started = Mosquitto(tmp_path)
    started.start()
    yield started
    started.stop()


class Ear:
    """A listener in a thread of its own."""

    def __init__(self, broker: Mosquitto) -> None:
        self.listener = Listener(Broker.of(f"mqtt://127.0.0.1:{broker.port}", "990101"), "gongzhi-test")
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        until(lambda: self.listener.session > 0)

    def _run(self) -> None:
        try:
            self.listener.run()
        finally:
            connection.close()

    def stop(self) -> None:
        self.listener.stop()
        self.thread.join(30)


@pytest.fixture
def hear(broker: Mosquitto) -> Iterator[Callable[[], Ear]]:
    ears: list[Ear] = []

    def make() -> Ear:
        ears.append(Ear(broker))
        return ears[-1]

    yield make
    for ear in ears:
        ear.stop()


def publish(broker: Mosquitto, payloads: list[Any], topic: str = "roads/gauge-1") -> None:
    """Publish by a program of its own, each acknowledged by the broker."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for payload in payloads:
        text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        client.publish(f"{PREFIX}/{topic}/observations", text, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def told(value: float, second: int) -> dict[str, Any]:
    at = now().replace(second=0, microsecond=0).timestamp() - 600 + second
    return {"result": value, "phenomenonTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))}


def kept(count: int) -> Callable[[], bool]:
    return lambda: Reading.objects.count() == count


def test_readings_come_by_topic_one_by_one_and_in_lists(broker: Mosquitto, hear: Callable[[], Ear]) -> None:
    hear()
    publish(broker, [told(1.0, 0), [told(1.1, 1), told(1.2, 2)]])
    until(kept(3))
    assert Sensor.objects.get(code="gauge-1").last_value == 1.2


def test_what_is_sent_while_nobody_listens_waits_at_the_broker(broker: Mosquitto, hear: Callable[[], Ear]) -> None:
    hear().stop()
    publish(broker, [told(1.0, n) for n in range(30)])
    assert Reading.objects.count() == 0
    hear()
    until(kept(30))


def test_a_broker_that_restarts_loses_nothing(broker: Mosquitto, hear: Callable[[], Ear]) -> None:
    ear = hear()
    publish(broker, [told(1.0, 0)])
    until(kept(1))
    broker.stop()
    broker.start()
    publish(broker, [told(1.0, 1)])
    until(kept(2))
    assert ear.listener.session >= 2


def test_nothing_is_acknowledged_that_the_database_did_not_take(
    broker: Mosquitto, hear: Callable[[], Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    take = listening.take
    tries: list[int] = []

    def sometimes(prefix: str, messages: Any) -> Any:
        tries.append(len(messages))
        if len(tries) <= 2:
            raise DatabaseError("locked")
        return take(prefix, messages)

    monkeypatch.setattr(listening, "take", sometimes)
    monkeypatch.setattr(listening, "AGAIN", 0.01)
    hear()
    publish(broker, [told(1.0, 0)])
    until(kept(1))
    assert len(tries) == 3


def test_a_listener_killed_before_it_acknowledged_hears_it_again_and_keeps_it_once(
    broker: Mosquitto, hear: Callable[[], Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = hear()
    with monkeypatch.context() as patched:
        patched.setattr(ear.listener.client, "ack", lambda mid, qos: None)
        publish(broker, [told(1.0, 0)])
        until(kept(1))
        ear.stop()
    hear()
    until(lambda: Refused.objects.filter(reason="reading_twice", count=1).exists())
    assert Reading.objects.count() == 1


def test_what_is_refused_is_answered_beside_the_topic(broker: Mosquitto, hear: Callable[[], Ear]) -> None:
    hear()
    answers: list[tuple[str, str]] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: answers.append((message.topic, json.loads(message.payload)["reason"]))
    client.connect("127.0.0.1", broker.port)
    client.subscribe(f"{PREFIX}/+/+/refused", qos=0)
    client.loop_start()
    publish(broker, [told(99.0, 0), "no json", b"\xff\xfe"])
    publish(broker, [told(1.0, 1)], topic="water/gauge-1")
    until(lambda: len(answers) == 4)
    client.disconnect()
    client.loop_stop()
    assert sorted(answers) == [
        (f"{PREFIX}/roads/gauge-1/refused", "reading_misread"),
        (f"{PREFIX}/roads/gauge-1/refused", "reading_misread"),
        (f"{PREFIX}/roads/gauge-1/refused", "value_impossible"),
        (f"{PREFIX}/water/gauge-1/refused", "sensor_unknown"),
    ]
    assert Reading.objects.count() == 0


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "127.0.0.1:1883"])
def test_an_address_that_names_no_broker_is_refused(url: str) -> None:
    with pytest.raises(Refusal):
        Broker.of(url, "990101")


def test_an_address_names_host_port_user_and_prefix() -> None:
    broker = Broker.of("mqtts://lin%40x:p%2Fw@broker.example/county/sensors", "990101")
    assert (broker.host, broker.port, broker.tls) == ("broker.example", 8883, True)
    assert (broker.user, broker.password, broker.prefix) == ("lin@x", "p/w", "county/sensors")
