"""A mail server for tests: speaks SMTP over a real socket, with STARTTLS, TLS and AUTH, and keeps what it gets."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import trustme

AUTHORITY = trustme.CA()
"""Signs the server's certificate; clients of the tests trust it by the file of `authority_file`."""
CERTIFICATE = AUTHORITY.issue_cert("localhost")


def authority_file(folder: Path) -> Path:
    """The authority's certificate, for SSL_CERT_FILE."""
    file = folder / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(file)
    return file


@dataclass
class Mailbox:
    """What the server took, and how it behaves: `refuse` holds verbs that it answers with 550."""

    port: int = 0
    users: dict[str, str] = field(default_factory=dict)
    refuse: tuple[str, ...] = ()
    tls: bool = False
    starttls: bool = False
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)


@contextmanager
def mail_server(**behaviour: object) -> Iterator[Mailbox]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    mailbox = Mailbox(**behaviour)  # type: ignore[arg-type]
    with _Server(mailbox) as server:
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join(timeout=10)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mailbox = mailbox
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        CERTIFICATE.configure_cert(self.context)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in mid-sentence is a part of these tests."""


class _Talk(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.sender = self.receiver = ""
        self.request.settimeout(10)
        self.secure = False
        if self.server.mailbox.tls:
            self._encrypt()
        self._open()
        self._say("220 tests")
        while line := self.stream.readline():
            words = line.decode().split(None, 1)
            if not words or not self._answer(words[0].upper(), (words[1:] or [""])[0].strip()):
                break
        self.stream.close()
        self.request.close()

    def _answer(self, verb: str, rest: str) -> bool:
        """Whether the talk goes on."""
        mailbox = self.server.mailbox
        if verb in mailbox.refuse:
            self._say("550 no")
        elif verb in ("EHLO", "HELO"):
            self._say(*self._greeting())
        elif verb == "STARTTLS":
            self._say("220 go on")
            self.stream.close()
            self._encrypt()
            self._open()
        elif verb == "AUTH":
            self._sign_in(rest)
        elif verb == "DATA":
            self._take()
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            if verb == "MAIL":
                self.sender = rest
            elif verb == "RCPT":
                self.receiver = rest
            self._say("250 ok")
        return True

    def _greeting(self) -> tuple[str, ...]:
        mailbox = self.server.mailbox
        offers = ["STARTTLS"] if mailbox.starttls and not self.secure else []
        offers += ["AUTH PLAIN"] if mailbox.users else []
        lines = ["tests", *offers, "SIZE 1000000"]
        return (*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    def _sign_in(self, rest: str) -> None:
        _kind, _space, token = rest.partition(" ")
        _, user, password = base64.b64decode(token).decode().split("\0")
        if self.server.mailbox.users.get(user) == password:
            self.server.mailbox.signed_in.append(user)
            self._say("235 welcome")
        else:
            self._say("535 who are you")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.stream.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        mailbox = self.server.mailbox
        mailbox.envelopes.append((self.sender, self.receiver))
        mailbox.encrypted.append(self.secure)
        mailbox.received.append(message_from_bytes(b"".join(lines), policy=default))  # type: ignore[arg-type]
        self._say("250 taken")

    def _encrypt(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.secure = True

    def _open(self) -> None:
        self.stream = self.request.makefile("rb")

    def _say(self, *lines: str) -> None:
        self.request.sendall(b"".join(f"{line}\r\n".encode() for line in lines))
