"""Alerts to folders and webhooks; an exercise never leaves this machine."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from msgspec.structs import replace

from forewarn.edge import deliver, webhook
from forewarn.edge.deliver import Couriers
from forewarn.edge.problem import Problem
from forewarn.edge.recipients import Recipients, read_recipients
from forewarn.messages import Alert, Deliver, DeliveryReport
from forewarn.site import BadSite, parse
from tests.small import SITE
from tests.warn_help import Desk as Watch
from tests.warn_help import of, site, threat

SALT = "0123456789abcdef0123456789abcdef"
ALERT = replace(of(Watch(site()).tick(0.0, threat()), Alert), seq=6)
BROKEN = replace(ALERT, xml="<alert>ä</alert>")


def due(recipient: str, exercise: bool = True) -> Deliver:
    return Deliver(alert=6, recipient=recipient, t_ns=0, exercise=exercise, seq=7)


def people(*channels: dict[str, object]) -> Recipients:
    return Recipients.model_validate({"salt": SALT, "recipients": [{"id": f"r{i}", "channel": c} for i, c in enumerate(channels)]})


def sent(to: Recipients, *jobs: Deliver, drill: str | None = None, alert: Alert = ALERT) -> list[DeliveryReport]:
    with Couriers(to, drill) as couriers:
        for job in jobs:
            couriers.send(job, alert)
        return list(couriers.finish())


class Desk(HTTPServer):
    """A real HTTP server that keeps what it was sent and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/cap"


class _Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        status = self.server.answers.pop(0) if self.server.answers else 202
        if status == 999:
            self.wfile.write(b"this is no HTTP\r\n\r\n")
            return
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://192.0.2.1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WAIT_S", 0.01)


# ------------------------------------------------------------------------------------------------ folders


def test_a_folder_gets_the_cap_file_whole(tmp_path: Path) -> None:
    (report,) = sent(people({"kind": "folder", "path": str(tmp_path / "told")}), due("r0"))
    assert (report.state, report.deliver, report.detail) == ("sent", 7, f"{ALERT.identifier}.xml")
    (found,) = (p for p in tmp_path.rglob("*") if p.is_file())
    assert found == tmp_path / "told" / "r0" / f"{ALERT.identifier}.xml"
    assert found.read_text(encoding="utf-8") == ALERT.xml


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "told").write_text("a file stands here")
    (report,) = sent(people({"kind": "folder", "path": str(tmp_path / "told")}), due("r0"))
    assert report.state == "failed"
    assert report.detail.startswith(("FileExistsError", "NotADirectoryError"))


def test_an_alert_that_is_not_sound_is_sent_all_the_same_and_told(tmp_path: Path) -> None:
    (report,) = sent(people({"kind": "folder", "path": str(tmp_path)}), due("r0"), alert=BROKEN)
    assert report.state == "sent"
    assert "not sound CAP: not an alert of CAP 1.2" in report.detail


# ------------------------------------------------------------------------------------------------ webhooks


def test_a_webhook_gets_the_cap_document_with_its_key_and_token(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-word\n")
    (report,) = sent(people({"kind": "webhook", "url": desk.url + "?zone=1", "token_file": str(tmp_path / "token")}), due("r0"))
    assert (report.state, report.detail) == ("sent", "HTTP 202")
    ((headers, body),) = desk.got
    assert body == ALERT.xml.encode()
    assert headers["content-type"] == "application/cap+xml"
    assert headers["idempotency-key"] == ALERT.identifier
    assert headers["authorization"] == "Bearer secret-word"


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_mend_is_tried_again_under_the_same_key(desk: Desk, status: int) -> None:
    desk.answers = [status, 500, 200]
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert report.state == "sent"
    assert {h["idempotency-key"] for h, _ in desk.got} == {ALERT.identifier}
    assert len(desk.got) == 3


def test_tries_are_bounded_and_one_that_fails_is_tried_once_next_time(desk: Desk) -> None:
    desk.answers = [503] * (webhook.TRIES + 1)
    reports = sent(people({"kind": "webhook", "url": desk.url}), due("r0"), due("r0"), due("r0"))
    assert [r.state for r in reports] == ["failed", "failed", "sent"]
    assert [r.detail for r in reports[:2]] == ["HTTP 503"] * 2
    assert len(desk.got) == webhook.TRIES + 2


@pytest.mark.parametrize("status", [302, 400, 403, 404])
def test_a_no_is_not_tried_again_and_a_redirect_is_not_followed(desk: Desk, status: int) -> None:
    desk.answers = [status]
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert (report.state, report.detail) == ("failed", f"HTTP {status}")
    assert len(desk.got) == 1


def test_one_that_speaks_no_http_is_a_failure_and_the_next_is_still_sent(desk: Desk) -> None:
    desk.answers = [999]
    first, second = sent(people({"kind": "webhook", "url": desk.url}), due("r0"), due("r0"))
    assert (first.state, first.detail) == ("failed", "BadStatusLine")
    assert second.state == "sent"


@pytest.mark.parametrize("token", ["very-private\nvery-private: 1", "", "very-privaté"])
def test_a_token_that_would_break_the_header_is_refused_and_not_told(desk: Desk, token: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token)
    (report,) = sent(people({"kind": "webhook", "url": desk.url, "token_file": str(tmp_path / "token")}), due("r0"))
    assert report.state == "refused"
    assert "very-priv" not in report.detail
    assert desk.got == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/very-private", "http://[very-private/x", "http://127.0.0.1:1/very-private"])
def test_an_address_that_is_none_is_a_failure_and_not_told(url: str) -> None:
    (report,) = sent(people({"kind": "webhook", "url": url}), due("r0"))
    assert report.state == "failed"
    assert "very-private" not in report.detail


def test_nobody_there_and_nobody_known_are_reported(tmp_path: Path) -> None:
    reports = sent(people({"kind": "webhook", "url": "http://127.0.0.1:9/x"}), due("r0"), due("nobody"))
    assert {(r.state, r.detail) for r in reports} == {
        ("refused", "no recipient is called nobody"), ("failed", "ConnectionRefusedError: Connection refused"),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ exercises


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "http://10.0.0.1/x", "http://[2001:db8::1]/x", "http://0.0.0.0/x"])
def test_an_exercise_is_refused_beyond_loopback(url: str) -> None:
    (report,) = sent(people({"kind": "webhook", "url": url}), due("r0"))
    assert (report.state, report.detail) == ("refused", webhook.AWAY)


def test_a_name_counts_by_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"near": ["127.0.0.1", "::1"], "far": ["127.0.0.1", "192.0.2.1"]}
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port: [(0, 0, 0, "", (a, 0)) for a in known[host]])
    webhook.stay_here("near")
    with pytest.raises(webhook.Refused):
        webhook.stay_here("far")


def test_a_name_that_means_another_address_when_it_is_called_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked up is loopback; what the connection reaches is not."""
    monkeypatch.setattr(webhook, "stay_here", lambda host: None)
    monkeypatch.setattr(webhook, "loopback", lambda address: False)
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert report.state == "refused"
    assert desk.got == []


@pytest.mark.parametrize(
    ("address", "here"), [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("fe80::1%eth0", False), ("8.8.8.8", False)]
)
def test_loopback_is_this_machine(address: str, here: bool) -> None:
    assert webhook.loopback(address) == here


@pytest.mark.parametrize(("exercise", "drill"), [(True, "spring"), (False, None)])
def test_a_drill_by_name_and_a_real_warning_may_leave(
    exercise: bool, drill: str | None, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "loopback", lambda address: False)  # as if the desk were far away
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0", exercise), drill=drill)
    assert report.state == "sent"
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert report.state == "refused"


# ------------------------------------------------------------------------------------------------ queues


def test_a_slow_recipient_holds_up_nobody_else_and_a_full_queue_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go, slow = threading.Event(), tmp_path / "slow" / "r0"
    monkeypatch.setattr(deliver, "write", lambda folder, alert: str(go.wait(10) if folder == slow else "quick"))
    monkeypatch.setattr(deliver, "QUEUE", 2)
    folders: list[dict[str, object]] = [{"kind": "folder", "path": str(tmp_path / name)} for name in ("slow", "fast")]
    with Couriers(people(*folders)) as couriers:
        for _ in range(5):
            couriers.send(due("r0"), ALERT)
        couriers.send(due("r1"), ALERT)
        until = time.monotonic() + 5
        told: list[DeliveryReport] = []
        while not any(r.state == "sent" for r in told) and time.monotonic() < until:
            told += couriers.reports()
        assert {(r.state, r.detail) for r in told} >= {("failed", "2 deliveries wait already"), ("sent", "quick")}
        go.set()
        assert all(r.state == "sent" for r in couriers.finish())


def test_one_recipients_alerts_come_in_order(desk: Desk) -> None:
    with Couriers(people({"kind": "webhook", "url": desk.url})) as couriers:
        for n in range(20):
            couriers.send(replace(due("r0"), seq=n), replace(ALERT, identifier=f"a{n}"))
        assert [r.deliver for r in couriers.finish()] == list(range(20))
    assert [h["idempotency-key"] for h, _ in desk.got] == [f"a{n}" for n in range(20)]


def test_what_cannot_be_sent_before_the_end_stays_due(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = threading.Event()
    monkeypatch.setattr(deliver, "write", lambda folder, alert: str(go.wait(10)))
    monkeypatch.setattr(deliver, "FINISH_S", 0.05)
    with Couriers(people({"kind": "folder", "path": str(tmp_path)})) as couriers:
        couriers.send(due("r0"), ALERT)
        assert couriers.finish() == ()
    go.set()


# ------------------------------------------------------------------------------------------------ the file


GOOD = f'salt = "{SALT}"\n[[recipients]]\nid = "desk"\nchannel = {{ kind = "webhook", url = "http://127.0.0.1/very-private" }}\n'
TOLD = parse(SITE.replace("tick_s", 'recipients = "people.toml"\ntick_s'))


def test_the_file_is_read_and_its_hash_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text(GOOD)
    found = read_recipients(TOLD, tmp_path)
    assert found.ids == ("desk",)
    assert found.salted_hash == hashlib.sha256(GOOD.encode()).hexdigest()


def test_no_file_is_nobody(tmp_path: Path) -> None:
    nobody = read_recipients(parse(SITE), tmp_path)
    assert (nobody.ids, nobody.salted_hash) == ((), "")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"people\.toml"):
        read_recipients(TOLD, tmp_path)


@pytest.mark.parametrize(
    "bad",
    [
        GOOD.replace("http:", "gopher:"), GOOD.replace("127.0.0.1", "user:very-private@127.0.0.1"),
        GOOD.replace(SALT, "short-very-private"),
        GOOD + GOOD.partition("\n")[2], "salt = [", GOOD.replace("desk", "very-private desk"), GOOD + "x = 1",
    ],
)  # fmt: skip
def test_faults_are_told_without_contents(bad: str, tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text(bad)
    with pytest.raises(BadSite) as told:
        read_recipients(TOLD, tmp_path)
    assert "very-private" not in str(told.value)
