"""Sends alerts: each recipient has a thread and a queue of its own, so that a slow one holds up neither the watch nor the others.

What became of each delivery comes back as a ``DeliveryReport``. Where there is none, because the watch ended first, the delivery is due
again when the watch goes on. An exercise goes to this machine alone (rule 9) unless a drill was asked for by name. An alert
that the CAP schema does not allow is sent all the same, and the report says so: a faulty warning is better than none.
"""

from __future__ import annotations

import http.client
import queue
import ssl
import threading
import time
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple, Self

from lxml import etree

from forewarn.edge import webhook
from forewarn.edge.recipients import Folder, Recipient, Recipients, read_recipients
from forewarn.edge.webhook import Answered, Refused
from forewarn.messages import Alert, Deliver, DeliveryReport
from forewarn.warn.check import faults

__all__ = ["Couriers", "Recipients", "read_recipients"]

QUEUE = 1000  # deliveries that may wait for one recipient
FINISH_S = 60.0  # for what waits at the end
State = Literal["sent", "failed", "refused"]


class Job(NamedTuple):
    """One delivery; ``note``: what the check of its alert found."""

    deliver: Deliver
    alert: Alert
    note: str


class Desk:
    """One recipient's queue. ``failing``: the last delivery failed, so the next is tried once only and the queue keeps moving."""

    def __init__(self, recipient: Recipient) -> None:
        self.recipient = recipient
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.failing = False
        self.thread: threading.Thread | None = None


class Couriers:
    """One thread a recipient; ``drill``: the name of the drill for which exercises may leave this machine."""

    def __init__(self, recipients: Recipients, drill: str | None = None) -> None:
        self.drill = drill
        self._desks = {recipient.id: Desk(recipient) for recipient in recipients.recipients}
        self._reports: queue.SimpleQueue[DeliveryReport] = queue.SimpleQueue()
        self._open = 0  # sent for, and not yet reported of

    def __enter__(self) -> Self:
        for name, desk in self._desks.items():
            desk.thread = threading.Thread(target=self._work, args=(desk,), name=f"deliver-{name}", daemon=True)
            desk.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.finish()

    def send(self, deliver: Deliver, alert: Alert) -> None:
        """Have an alert sent soon. A full queue is reported as a failure, never waited for."""
        self._open += 1
        desk = self._desks.get(deliver.recipient)
        if desk is None:
            self._report(deliver, "refused", f"no recipient is called {deliver.recipient}")
            return
        if desk.jobs.qsize() >= QUEUE:
            self._report(deliver, "failed", f"{QUEUE} deliveries wait already")
            return
        desk.jobs.put(Job(deliver, alert, unsound(alert.xml)))

    def reports(self) -> tuple[DeliveryReport, ...]:
        """What has become of deliveries since the last call; ``t_ns`` is left to the watch's clock."""
        found = []
        while not self._reports.empty():
            found.append(self._reports.get())
        self._open -= len(found)
        return tuple(found)

    def settle(self) -> tuple[DeliveryReport, ...]:
        """Wait, a minute at the most, until all that was sent for is reported of; in the order of sending. For recordings, which can
        wait: so the same recording gives the same record."""
        found: list[DeliveryReport] = []
        until = time.monotonic() + FINISH_S
        while self._open and (left := until - time.monotonic()) > 0:
            try:
                found.append(self._reports.get(timeout=left))
            except queue.Empty:
                break
            self._open -= 1
        return tuple(sorted(found, key=lambda report: report.deliver))

    def finish(self) -> tuple[DeliveryReport, ...]:
        """Send what waits, for a minute at the most, then stop; the last reports."""
        until = time.monotonic() + FINISH_S
        for desk in self._desks.values():
            desk.jobs.put(None)
        for desk in self._desks.values():
            if desk.thread is not None:
                desk.thread.join(max(0.0, until - time.monotonic()))
        return self.reports()

    def _work(self, desk: Desk) -> None:
        while (job := desk.jobs.get()) is not None:
            state, detail = self._outcome(desk, job)
            desk.failing = state == "failed"
            self._report(job.deliver, state, "; ".join(filter(None, (detail, job.note))))

    def _outcome(self, desk: Desk, job: Job) -> tuple[State, str]:
        """Send one; every failure of the world is an outcome. Texts that could hold an address or a token are left out."""
        try:
            return "sent", self._send(desk, job)
        except Refused as refused:
            return "refused", str(refused)
        except Answered as answered:
            return "failed", str(answered.strerror)
        except ssl.SSLError as error:  # its text names the host
            return "failed", type(error).__name__
        except OSError as error:
            return "failed", f"{type(error).__name__}: {error.strerror or error}"[:200]
        except (http.client.HTTPException, ValueError) as error:
            return "failed", type(error).__name__

    def _send(self, desk: Desk, job: Job) -> str:
        channel = desk.recipient.channel
        if isinstance(channel, Folder):
            return write(Path(channel.path) / desk.recipient.id, job.alert)
        stay = job.deliver.exercise and self.drill is None
        return webhook.post(channel, job.alert, stay=stay, tries=1 if desk.failing else webhook.TRIES)

    def _report(self, deliver: Deliver, state: State, detail: str) -> None:
        self._reports.put(DeliveryReport(t_ns=0, deliver=deliver.seq, state=state, detail=detail))


def write(folder: Path, alert: Alert) -> str:
    """The CAP file, whole or not at all; its name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{alert.identifier}.xml"
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(alert.xml, encoding="utf-8")
    temporary.replace(path)
    return path.name


@lru_cache(maxsize=64)
def unsound(xml: str) -> str:
    """What is wrong with an alert, by the CAP schema and the standard's own rules; nothing: it is sound."""
    found = faults(xml.encode(), _schema())
    return f"not sound CAP: {found[0]}"[:300] if found else ""


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring((files("forewarn.warn") / "cap12.xsd").read_bytes()))
