"""Readings by MQTT: one process that listens at the county's broker and acknowledges what is on disk.

Topic `<prefix>/<organ>/<sensor>/observations`, quality of service 1, payload one Observation or a list of them. The
session is persistent: what is sent while the listener is away waits at the broker. A message is acknowledged after
the transaction that keeps it was committed; one that comes again is refused as there already, so nothing is kept
twice. What was refused is answered on `<prefix>/<organ>/<sensor>/refused` for whoever listens there.
"""

from __future__ import annotations

import json
import logging
import queue
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils.translation import gettext as _

from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, Refusal
from gongzhi.places import reads as places
from gongzhi.sensors import reading, rules
from gongzhi.sensors.sensorthings import sent

log = logging.getLogger("gongzhi.sensors")
TOGETHER = 500  # messages in one transaction at most
GATHER = 0.02  # seconds to wait for more of them
AGAIN = 1.0  # seconds after which a batch the database could not take is tried again
BY = "mqtt"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to listen, from mqtt://user:password@host:port/prefix (mqtts:// with TLS)."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    prefix: str

    @classmethod
    def of(cls, url: str, county: str) -> Broker:
        """The broker an address names; the prefix is gongzhi/<county> unless it says another."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise Refusal("mqtt_address", N_("GONGZHI_MQTT must look like mqtt://user:password@host:1883/prefix."))
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=parts.port or (8883 if tls else 1883),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            prefix=unquote(parts.path.strip("/")) or f"gongzhi/{county}",
        )


@dataclass(frozen=True, slots=True)
class Came:
    """A message as it came: of which connection, so that an old number is never acknowledged on a new one."""

    mid: int
    qos: int
    session: int
    topic: str
    payload: bytes


class Listener:
    """Listens until told to stop."""

    def __init__(self, broker: Broker, client_id: str) -> None:
        try:
            import paho.mqtt.client as mqtt
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise Refusal(
                "extra_missing", N_("Readings by MQTT need paho-mqtt; install it with: pip install 'gongzhi[sensors]'.")
            ) from error
        self.broker = broker
        self.came: queue.Queue[Came] = queue.Queue()
        self.session = 0
        self.stopping = False
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True
        )
        if broker.user:
            self.client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self.client.tls_set()
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message
        self.client.reconnect_delay_set(min_delay=1, max_delay=60)

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refused the listener: %s", reason)
            return
        self.session += 1
        client.subscribe(f"{self.broker.prefix}/+/+/observations", qos=1)
        log.info("listening at %s:%s", self.broker.host, self.broker.port)

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        self.came.put(Came(message.mid, message.qos, self.session, message.topic, message.payload))

    def stop(self, number: int = 0, frame: object = None) -> None:
        """Finish the batch in hand and leave; what is not acknowledged comes again."""
        self.stopping = True

    def run(self) -> None:
        """Until stopped. A broker that is away is asked again after 1, 2, 4 … 60 seconds."""
        self.client.connect_async(self.broker.host, self.broker.port, keepalive=60)
        self.client.loop_start()
        try:
            while not self.stopping:
                batch = self._gather()
                if batch:
                    self._handle(batch)
        finally:
            self.client.disconnect()
            self.client.loop_stop()

    def _gather(self) -> list[Came]:
        try:
            batch = [self.came.get(timeout=0.5)]
        except queue.Empty:
            return []
        until = time.monotonic() + GATHER
        while len(batch) < TOGETHER and (left := until - time.monotonic()) > 0:
            try:
                batch.append(self.came.get(timeout=left))
            except queue.Empty:
                break
        return batch

    def _handle(self, batch: Sequence[Came]) -> None:
        """Keep a batch, then acknowledge it. A database that cannot take it now is asked again."""
        while not self.stopping:
            try:
                refused = take(self.broker.prefix, [(one.topic, one.payload) for one in batch])
            except DatabaseError:
                log.exception("readings could not be kept; they are tried again")
                connection.close()
                time.sleep(AGAIN)
                continue
            for one in batch:
                if one.session == self.session:
                    self.client.ack(one.mid, one.qos)
            for topic, answer in refused:
                self.client.publish(topic, answer, qos=0)
            close_old_connections()
            return


def take(prefix: str, messages: Sequence[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Keep the readings of messages, all in one transaction; what was refused, as topics and answers to publish."""
    at = now()
    answers: list[tuple[str, str]] = []
    with transaction.atomic():
        for organ, readings in _by_owner(prefix, messages, at).items():
            told = reading.take(by=BY, at=at, readings=readings, organ=organ)
            answers += [
                (f"{prefix}/{organ}/{one.sensor}/refused", _told(one.sensor, why))
                for one, why in zip(readings, told, strict=True)
                if why is not None
            ]
    return answers


def _told(sensor: str, why: Refusal) -> str:
    told = {"sensor": sensor, "reason": why.code, "message": _(why.sentence) % why.params}
    return json.dumps(told, ensure_ascii=False)


def _by_owner(prefix: str, messages: Sequence[tuple[str, bytes]], at: Any) -> dict[str, list[sent.Sent]]:
    """The readings of messages by the owner their topic names. A topic of another form is none of ours."""
    found: dict[str, list[sent.Sent]] = {}
    for topic, payload in messages:
        parts = topic.removeprefix(f"{prefix}/").split("/")
        if len(parts) != 3:
            continue
        organ, sensor, _last = parts
        try:
            readings = sent.observations(sent.parsed(payload), sensor=sensor, now=at)
        except Refusal:
            readings = [reading.Misread(sensor, rules.refuse("reading_misread"))]
        found.setdefault(organ, []).extend(readings)
    return found


def main() -> int:
    """`gongzhi sensors listen`, and the process `gongzhi run` starts when GONGZHI_MQTT is set."""
    if not settings.MQTT:
        raise Refusal("mqtt_missing", N_("Name the broker: GONGZHI_MQTT=mqtt://user:password@host:1883."))
    county = places.county().code
    listener = Listener(Broker.of(settings.MQTT, county), f"gongzhi-{county}")
    signal.signal(signal.SIGTERM, listener.stop)
    signal.signal(signal.SIGINT, listener.stop)
    listener.run()
    return 0
