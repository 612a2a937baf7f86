"""One alert to one address by HTTP POST: no proxy, no redirect, a bounded number of tries, and where asked to, this machine alone.

The body is the CAP document (``application/cap+xml``). ``Idempotency-Key`` is the alert's identifier (draft-ietf-httpapi-idempotency-key-
header), the same at each try, so that a second one does no harm.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import time
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from forewarn.edge.recipients import Webhook
from forewarn.messages import Alert

TRIES = 4
WAIT_S = 0.5  # before the second try; doubled before each further one
TIMEOUT_S = 5.0
MAY_MEND = (408, 425, 429)  # and all from 500: try again


class Refused(Exception):
    """An alert that must not go to that address."""


class Answered(OSError):
    """The other side's answer was not the one that was hoped for."""


def post(channel: Webhook, alert: Alert, *, stay: bool, tries: int) -> str:
    """Send it, trying again where the world may mend; the answer. ``stay``: only to this machine.

    Raises ``Refused``, ``OSError`` (unreachable, or the answer is no), ``HTTPException`` or ``ValueError`` (it speaks no HTTP, or the
    address is none).
    """
    headers = {"Content-Type": "application/cap+xml", "Idempotency-Key": alert.identifier, **_authorised(channel)}
    where = urlsplit(channel.url)
    for attempt in range(1, tries + 1):
        try:
            return f"HTTP {_once(where, alert.xml.encode(), headers, stay)}"
        except OSError as error:
            final = isinstance(error, Answered) and error.errno not in MAY_MEND and (error.errno or 0) < 500
            if attempt == tries or final:
                raise
        time.sleep(WAIT_S * 2 ** (attempt - 1))
    raise AssertionError("no tries")


def _authorised(channel: Webhook) -> dict[str, str]:
    """The bearer token, read anew each time so that it can be changed; never part of an error's text."""
    if channel.token_file is None:
        return {}
    token = Path(channel.token_file).read_text(encoding="utf-8").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise Refused("the token in `token_file` is empty, or not one line of plain ASCII")
    return {"Authorization": f"Bearer {token}"}


def _once(where: SplitResult, body: bytes, headers: dict[str, str], stay: bool) -> int:
    """One try: the status, if it is one of success."""
    host = where.hostname or ""
    if stay:
        stay_here(host)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, where.port, timeout=TIMEOUT_S)
    try:
        connection.connect()
        if stay and not loopback(connection.sock.getpeername()[0]):  # the name may have meant another address by then
            raise Refused(AWAY)
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise Answered(status, f"HTTP {status}")
    return status


AWAY = "an exercise stays on this machine; `--drill NAME` asks for more"


def stay_here(host: str) -> None:
    """Raises ``Refused`` unless every address that the host resolves to is loopback."""
    if not all(loopback(str(address[0])) for *_, address in socket.getaddrinfo(host, None)):
        raise Refused(AWAY)


def loopback(address: str) -> bool:
    """Whether an address, IPv4 or IPv6, is this machine's own."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
