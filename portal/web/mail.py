"""Mails: through the site's server, into a folder, or not at all. Nothing here touches the database.

Send after the commit: a server that is slow or away must neither hold a transaction nor undo a change.
"""

import os
import secrets
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from portal.domain.clock import now
from portal.domain.text import N_
from portal.models import MailSecurity

from .site import MailServer, config, current_site

SECONDS = 10
"""How long one step of talking to a server may take."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text. The subject is one line; the address is a checked one."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Where mails leave: by a server, or else into a folder. `name` and `address` are who they come from."""

    name: str
    address: str
    server: MailServer | None = None
    folder: Path | None = None
    password: str = ""

    def send(self, letter: Letter) -> Path | None:
        """Hand the letter over; the file that it became, if it did. Raises MailFailed."""
        if self.server is None:
            return self._store(letter)
        try:
            self._transmit(letter, self.server)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise MailFailed(_reason(error)) from error
        return None

    def _transmit(self, letter: Letter, server: MailServer) -> None:
        message = self._message(letter, "quoted-printable")
        with _connected(server) as connection:
            if server.user:
                connection.login(server.user, self.password)
            connection.send_message(message)

    def _store(self, letter: Letter) -> Path:
        """The file appears when it is whole, and is readable by its owner only: it may hold a link."""
        try:
            folder = self.folder or Path()
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
            fresh = file.with_suffix(".part")
            content = self._message(letter, "8bit").as_bytes(policy=SMTP.clone(utf8=True))
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(content)
            return fresh.replace(file)
        except (OSError, ValueError) as error:
            raise MailFailed(N_("The folder for mails cannot be written to.")) from error

    def _message(self, letter: Letter, encoding: str) -> EmailMessage:
        """Headers are refused (ValueError) when they hold a line break."""
        message = EmailMessage(policy=SMTP)
        message["Subject"] = letter.subject
        message["From"] = _address(self.address, self.name)
        message["To"] = _address(letter.to)
        message["Date"] = format_datetime(now())
        message["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2].encode("idna").decode())
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="7bit" if letter.text.isascii() else encoding)
        return message


class MailFailed(Exception):
    """A mail did not leave; `reason` is an English message id for admins."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def mail_sender() -> Sender | None:
    """Where this site's mails leave; None when no mail is set up."""
    site, environment = current_site(), config()
    if site.mail is not None:
        return Sender(site.name, site.mail.sender, server=site.mail, password=environment.mail_password)
    if environment.mail_folder:
        return Sender(site.name, "portal@localhost", folder=Path(environment.mail_folder))
    return None


def _connected(server: MailServer) -> smtplib.SMTP:
    """Encrypted as the settings say, and only with a server that shows a certificate of its name."""
    if server.security is MailSecurity.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security is MailSecurity.STARTTLS:
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _address(address: str, name: str = "") -> Address:
    user, _at, domain = address.rpartition("@")
    return Address(name, user, domain.encode("idna").decode())


def _reason(error: Exception) -> str:
    """What to look at, in words that give away nothing of the talk with the server."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return N_("The mail server refuses the user or the password.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return N_("The mail server refuses the address of the receiver.")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return N_("The mail server refuses the address that mails come from.")
    if isinstance(error, (ssl.SSLError, smtplib.SMTPNotSupportedError)):
        return N_("The mail server offers no encrypted connection that can be trusted.")
    if isinstance(error, smtplib.SMTPException):
        return N_("The mail server did not take the mail.")
    return N_("The mail server cannot be reached.")
