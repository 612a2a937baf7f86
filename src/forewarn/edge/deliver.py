"""Sends alerts, in a thread of its own, so that a slow address never holds up the watch; what became of each comes back as an event.

An exercise goes to this machine alone (rule 9): a webhook whose address resolves beyond loopback is refused, unless a drill was asked for
by name. A send is tried three times; its ``Idempotency-Key`` is the alert's identifier, so that a second try does no harm.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from forewarn.edge.recipients import Folder, Recipients, Webhook, read_recipients
from forewarn.messages import Alert, Deliver, DeliveryReport

__all__ = ["Couriers", "Recipients", "read_recipients"]

QUEUE = 1000
TRIES = 3
WAIT_S = 0.5  # before the second try; doubled before the third
TIMEOUT_S = 5.0
Job = tuple[Deliver, Alert]


class Refused(Exception):
    """An alert that must not go to that address."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: it could lead off this machine."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


class Couriers:
    """One thread that sends; ``drill``: the name of the drill for which exercises may leave this machine."""

    def __init__(self, recipients: Recipients, drill: str | None = None) -> None:
        self.recipients = recipients
        self.drill = drill
        self._jobs: queue.Queue[Job | None] = queue.Queue(QUEUE)
        self._reports: queue.SimpleQueue[DeliveryReport] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="deliver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.finish()

    def send(self, deliver: Deliver, alert: Alert) -> None:
        """Have an alert sent soon. A full queue is reported as a failure, never waited for."""
        try:
            self._jobs.put_nowait((deliver, alert))
        except queue.Full:
            self._report(deliver, "failed", f"{QUEUE} deliveries wait already")

    def reports(self) -> tuple[DeliveryReport, ...]:
        """What has become of deliveries since the last call; ``t_ns`` is left to the watch's clock."""
        found = []
        while not self._reports.empty():
            found.append(self._reports.get())
        return tuple(found)

    def finish(self) -> tuple[DeliveryReport, ...]:
        """Send what waits, then stop; the last reports."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()
        return self.reports()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            deliver, alert = job
            try:
                self._report(deliver, "sent", self._send(deliver, alert))
            except Refused as refused:
                self._report(deliver, "refused", str(refused))
            except OSError as error:
                self._report(deliver, "failed", f"{type(error).__name__}: {error}"[:200])

    def _report(self, deliver: Deliver, state: str, detail: str) -> None:
        self._reports.put(DeliveryReport(t_ns=0, deliver=deliver.seq, state=state, detail=detail))  # type: ignore[arg-type]

    def _send(self, deliver: Deliver, alert: Alert) -> str:
        channel = self.recipients.channel(deliver.recipient)
        if channel is None:
            raise Refused(f"no recipient is called {deliver.recipient}")
        if isinstance(channel, Folder):
            return _write(Path(channel.path) / deliver.recipient, alert)
        if deliver.exercise and self.drill is None:
            stay_here(channel.url)
        return _post(channel, alert)


def stay_here(url: str) -> None:
    """Raises ``Refused`` unless every address that the URL's host resolves to is loopback."""
    host = urlsplit(url).hostname or ""
    for *_, address in socket.getaddrinfo(host, None):
        if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
            raise Refused("an exercise stays on this machine; `--drill NAME` asks for more")


def _write(folder: Path, alert: Alert) -> str:
    """The CAP file, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{alert.identifier}.xml"
    temporary = path.with_suffix(".new")
    temporary.write_text(alert.xml, encoding="utf-8")
    temporary.replace(path)
    return path.name


def _post(channel: Webhook, alert: Alert) -> str:
    """POST the CAP document (media type by CAP 1.2's registration, application/cap+xml); tried again where the world may mend."""
    headers = {"Content-Type": "application/cap+xml", "Idempotency-Key": alert.identifier}
    if channel.token_file is not None:
        headers["Authorization"] = f"Bearer {Path(channel.token_file).read_text(encoding='utf-8').strip()}"
    request = urllib.request.Request(channel.url, alert.xml.encode(), headers, method="POST")
    for wait_s in (*(WAIT_S * 2**k for k in range(TRIES - 1)), None):
        try:
            with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
                return f"HTTP {answer.status}"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500 or wait_s is None:
                raise OSError(f"HTTP {error.code}") from None
        except OSError:
            if wait_s is None:
                raise
        time.sleep(wait_s)
    raise AssertionError("not reached")
