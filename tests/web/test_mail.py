"""Mails over a real connection to a real server: what arrives, and what is said when nothing does."""

import socket
from pathlib import Path

import pytest

from portal.models import MailSecurity
from portal.web.mail import Letter, MailFailed, Sender
from portal.web.site import MailServer
from tests.support.smtp import authority_file, mail_server

LETTER = Letter(
    "ana@example.com", "Guten Tag", "Grüße, und ein Link:\nhttps://portal.example/" + "x" * 90 + "\n"
)
PASSWORD = "the server's password"


def sender(port: int, security: MailSecurity = MailSecurity.NONE, user: str | None = None) -> Sender:
    server = MailServer("localhost", port, security, user, "portal@example.com")
    return Sender("Küste & Co", "portal@example.com", server=server, password=PASSWORD)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The authority of the server's certificate counts as one of those that the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file(tmp_path)))


def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as mailbox:
        assert sender(mailbox.port).send(LETTER) is None
    [mail] = mailbox.received
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Guten Tag")
    assert mail["From"] == "Küste & Co <portal@example.com>"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content().replace("\r\n", "\n") == LETTER.text
    assert "ana@example.com" in mailbox.envelopes[0][1]


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_user_and_password_travel_encrypted(trusted: None, security: MailSecurity) -> None:
    tls = security is MailSecurity.TLS
    with mail_server(users={"me": PASSWORD}, tls=tls, starttls=not tls) as mailbox:
        sender(mailbox.port, security, "me").send(LETTER)
    assert (mailbox.signed_in, mailbox.encrypted) == (["me"], [True])


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_server_that_nobody_vouches_for_gets_nothing(security: MailSecurity) -> None:
    tls = security is MailSecurity.TLS
    said = pytest.raises(MailFailed, match="no encrypted connection that can be trusted")
    with mail_server(users={"me": PASSWORD}, tls=tls, starttls=not tls) as mailbox, said:
        sender(mailbox.port, security, "me").send(LETTER)
    assert (mailbox.signed_in, mailbox.received) == ([], [])


def test_a_server_that_only_talks_in_clear_gets_nothing(trusted: None) -> None:
    with (
        mail_server(users={"me": PASSWORD}) as mailbox,
        pytest.raises(MailFailed, match="no encrypted connection"),
    ):
        sender(mailbox.port, MailSecurity.STARTTLS, "me").send(LETTER)
    assert (mailbox.signed_in, mailbox.received) == ([], [])


@pytest.mark.parametrize(
    ("refuse", "said"),
    [("MAIL", "that mails come from"), ("RCPT", "of the receiver"), ("DATA", "did not take the mail")],
)
def test_what_the_server_refuses_is_said(refuse: str, said: str) -> None:
    with mail_server(refuse=(refuse,)) as mailbox, pytest.raises(MailFailed, match=said):
        sender(mailbox.port).send(LETTER)
    assert mailbox.received == []


def test_a_wrong_password_is_said_and_not_shown(trusted: None) -> None:
    with mail_server(users={"me": "another"}, tls=True) as mailbox, pytest.raises(MailFailed) as failed:
        sender(mailbox.port, MailSecurity.TLS, "me").send(LETTER)
    assert "user or the password" in failed.value.reason
    assert PASSWORD not in failed.value.reason


def test_a_server_that_is_away_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(MailFailed, match="cannot be reached"):
        sender(port).send(LETTER)


@pytest.mark.parametrize("where", ["to", "subject", "name"])
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_no_header_comes_in_from_outside(where: str, ending: str, tmp_path: Path) -> None:
    """Checked values hold no line breaks; a letter that does all the same is not sent."""
    evil = f"x{ending}Bcc: all@example.com"
    letter = Letter(
        f"a{ending}Bcc: b@example.com" if where == "to" else "ana@example.com",
        evil if where == "subject" else "Subject",
        "text\n",
    )
    name = evil if where == "name" else "Portal"
    with mail_server() as mailbox:
        server = sender(mailbox.port).server
        for way in (
            Sender(name, "p@example.com", server=server),
            Sender(name, "p@example.com", folder=tmp_path),
        ):
            with pytest.raises(MailFailed):
                way.send(letter)
    assert mailbox.received == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_gets_one_whole_file_a_mail(tmp_path: Path) -> None:
    way = Sender("Portal", "portal@localhost", folder=tmp_path / "mail")
    files = [way.send(LETTER) for _ in range(3)]
    assert sorted((tmp_path / "mail").iterdir()) == sorted(file for file in files if file)
    assert files[0] is not None
    assert LETTER.text.splitlines()[1].encode() in files[0].read_bytes(), "links can be copied"
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MailFailed, match="cannot be written to"):
        Sender("Portal", "portal@localhost", folder=tmp_path / "file").send(LETTER)


def test_addresses_of_all_scripts() -> None:
    with mail_server() as mailbox:
        sender(mailbox.port).send(Letter("ana@bücher.example", "x", "x\n"))
        with pytest.raises(MailFailed):  # this server cannot take a name that is not ASCII
            sender(mailbox.port).send(Letter("añá@example.com", "x", "x\n"))
    assert "ana@xn--bcher-kva.example" in mailbox.envelopes[0][1]
