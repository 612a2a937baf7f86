"""Alerts to folders and webhooks; an exercise never leaves this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from forewarn.edge import deliver
from forewarn.edge.deliver import Couriers
from forewarn.edge.problem import Problem
from forewarn.edge.recipients import Recipients, read_recipients
from forewarn.messages import Alert, Deliver, DeliveryReport
from forewarn.site import BadSite, parse
from tests.small import SITE

SALT = "0123456789abcdef0123456789abcdef"
ALERT = Alert(
    identifier="small-1", t_ns=0, status="Exercise", scope="Private", msg_type="Alert", references=(), xml="<alert>ä</alert>", seq=6
)  # fmt: skip


def due(recipient: str, exercise: bool = True) -> Deliver:
    return Deliver(alert=6, recipient=recipient, t_ns=0, exercise=exercise, seq=7)


def people(*channels: dict[str, object]) -> Recipients:
    return Recipients.model_validate({"salt": SALT, "recipients": [{"id": f"r{i}", "channel": c} for i, c in enumerate(channels)]})


def sent(to: Recipients, *jobs: Deliver, drill: str | None = None) -> list[DeliveryReport]:
    with Couriers(to, drill) as couriers:
        for job in jobs:
            couriers.send(job, ALERT)
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
    monkeypatch.setattr(deliver, "WAIT_S", 0.01)


def test_a_folder_gets_the_cap_file_whole(tmp_path: Path) -> None:
    (report,) = sent(people({"kind": "folder", "path": str(tmp_path / "told")}), due("r0"))
    assert (report.state, report.deliver) == ("sent", 7)
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")] == ["told/r0/small-1.xml"]
    assert (tmp_path / "told" / "r0" / "small-1.xml").read_text(encoding="utf-8") == ALERT.xml


def test_a_webhook_gets_the_cap_document_with_its_key_and_token(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-word\n")
    (report,) = sent(people({"kind": "webhook", "url": desk.url, "token_file": str(tmp_path / "token")}), due("r0"))
    assert (report.state, report.detail) == ("sent", "HTTP 202")
    ((headers, body),) = desk.got
    assert body == ALERT.xml.encode()
    assert headers["content-type"] == "application/cap+xml"
    assert headers["idempotency-key"] == "small-1"
    assert headers["authorization"] == "Bearer secret-word"
    assert "secret-word" not in report.detail


def test_what_may_mend_is_tried_again_under_the_same_key(desk: Desk) -> None:
    desk.answers = [503, 500, 200]
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert report.state == "sent"
    assert {h["idempotency-key"] for h, _ in desk.got} == {"small-1"}
    assert len(desk.got) == 3


def test_a_refusal_by_the_desk_is_not_tried_again(desk: Desk) -> None:
    desk.answers = [403]
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert (report.state, report.detail) == ("failed", "OSError: HTTP 403")
    assert len(desk.got) == 1


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.answers = [302]
    (report,) = sent(people({"kind": "webhook", "url": desk.url}), due("r0"))
    assert (report.state, report.detail) == ("failed", "OSError: HTTP 302")


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "http://10.0.0.1/x", "http://[2001:db8::1]/x", "http://0.0.0.0/x"])
def test_an_exercise_is_refused_beyond_loopback(url: str) -> None:
    (report,) = sent(people({"kind": "webhook", "url": url}), due("r0"))
    assert report.state == "refused"
    assert "--drill" in report.detail


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://[::1]/x", "http://127.1.2.3:99/x"])
def test_loopback_is_this_machine(url: str) -> None:
    deliver.stay_here(url)


@pytest.mark.parametrize(("exercise", "drill"), [(True, "spring"), (False, None)])
def test_a_drill_by_name_and_a_real_warning_may_leave(exercise: bool, drill: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(deliver, "stay_here", asked.append)
    monkeypatch.setattr(deliver, "_post", lambda channel, alert: "HTTP 200")
    (report,) = sent(people({"kind": "webhook", "url": "https://192.0.2.1/x"}), due("r0", exercise), drill=drill)
    assert report.state == "sent"
    assert not asked


def test_nobody_there_and_nobody_known_are_reported(tmp_path: Path) -> None:
    gone, unknown = sent(people({"kind": "webhook", "url": "http://127.0.0.1:9/x"}), due("r0"), due("nobody"))
    assert gone.state == "failed"
    assert (unknown.state, "nobody" in unknown.detail) == ("refused", True)


def test_a_slow_address_holds_up_nobody_and_a_full_queue_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = threading.Event()
    monkeypatch.setattr(deliver, "_write", lambda folder, alert: str(go.wait(10)))
    monkeypatch.setattr(deliver, "QUEUE", 2)
    with Couriers(people({"kind": "folder", "path": str(tmp_path)})) as couriers:
        for _ in range(5):
            couriers.send(due("r0"), ALERT)
        until = time.monotonic() + 5
        told: list[DeliveryReport] = []
        while len(told) < 2 and time.monotonic() < until:
            told += couriers.reports()
        assert {r.state for r in told} == {"failed"}
        go.set()
        assert all(r.state == "sent" for r in couriers.finish())


def test_the_recipients_file_is_read_hashed_and_its_faults_told_without_its_contents(tmp_path: Path) -> None:
    site = parse(SITE.replace("tick_s", 'recipients = "people.toml"\ntick_s'))
    with pytest.raises(Problem, match=r"people\.toml"):
        read_recipients(site, tmp_path)
    good = f'salt = "{SALT}"\n[[recipients]]\nid = "desk"\nchannel = {{ kind = "webhook", url = "http://127.0.0.1/very-private" }}\n'
    (tmp_path / "people.toml").write_text(good)
    one = read_recipients(site, tmp_path)
    assert one.ids == ("desk",)
    (tmp_path / "people.toml").write_text(good.replace(SALT, SALT[::-1]))
    assert read_recipients(site, tmp_path).salted_hash != one.salted_hash
    for bad in (good.replace("http:", "gopher:"), good.replace(SALT, "short-very-private"), good + good.partition("\n")[2], "salt = ["):
        (tmp_path / "people.toml").write_text(bad)
        with pytest.raises(BadSite) as told:
            read_recipients(site, tmp_path)
        assert "very-private" not in str(told.value)
    assert read_recipients(parse(SITE), tmp_path).salted_hash == ""
