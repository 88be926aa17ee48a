"""Senders that break off, and senders that take their time."""

import socket
import ssl
from pathlib import Path

from .checks import same, true
from .server import INGEST, Server, events


def connection(server: Server, length: int, begin: bytes) -> ssl.SSLSocket:
    """Sends the head of a batch of so many bytes, and the first of them."""
    plain = socket.create_connection(("localhost", server.port), timeout=60)
    secure = server.trust.wrap_socket(plain, server_hostname="localhost")
    token = server.token(server.tenant(0), INGEST)
    head = f"POST /wardenry/v1/ingest HTTP/1.1\r\nhost: localhost:{server.port}\r\nauthorization: Bearer {token}\r\n" \
           f"idempotency-key: torn\r\ncontent-length: {length}\r\n\r\n"
    secure.sendall(head.encode() + begin)
    return secure


def torn(binary: Path, folder: Path):
    """A batch whose connection ends in its midst, however far it came: nothing of it is there, and the next one is taken."""
    with Server(binary, folder / "data", folder) as server:
        body = "\n".join(events("torn", 10)).encode()
        for sent in (0, 1, len(body) // 2, len(body) - 1):
            # More than may be under way for a tenant, so that it shows if one is still counted.
            for _ in range(20):
                connection(server, len(body), body[:sent]).close()
        same(server.ingest("whole", events("whole", 10))[0], 200, "the next batch")
        server.expect({"whole": 10}, "of torn batches and a whole one")


def slow(binary: Path, folder: Path):
    """Bodies that never end get 408 after 30 s; meanwhile another tenant's batches are taken, and then this one's."""
    with Server(binary, folder / "data", folder) as server:
        # More than may be under way for a tenant.
        slow_ones = [connection(server, 1000, b"{") for _ in range(4)]
        for number in range(10):
            same(server.ingest(f"theirs {number}", events(f"theirs {number}", 1), tenant=1)[0], 200, "another tenant's")
        first = slow_ones[0].recv(4096).decode()
        true(first.startswith("HTTP/1.1 408") and "BodyTooSlow" in first, first)
        for other in slow_ones:
            other.close()
        same(server.ingest("whole", events("whole", 10))[0], 200, "the next batch")
        server.expect({"whole": 10}, "afterwards")


CASES = [torn, slow]
