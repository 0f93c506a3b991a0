"""`portal account`: logins."""

import sys

import click
from flask import Flask, current_app
from sqlalchemy import select

from portal import create_app
from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.viewer import command_line
from portal.models import Account, Driver, Operator, Role
from portal.services import accounts
from portal.web.transaction import transaction


@click.group()
def account() -> None:
    """Logins."""


@account.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--operator", "operator_code", metavar="CODE", help="The operator of an operator user.")
@click.option(
    "--driver",
    "driver_number",
    metavar="NUMBER",
    help="The driver of a driver login; else the one with EMAIL.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(
    email: str, role: str, operator_code: str | None, driver_number: str | None, password_stdin: bool
) -> None:
    """Make a login; without a password, print a single-use link that sets one."""
    if (role == Role.OPERATOR.value) != (operator_code is not None):
        raise click.UsageError("--operator CODE goes with --role operator, and only with it.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    app = create_app()
    with app.app_context():
        link = _create(email, Role(role), operator_code, driver_number, password)
        click.echo(f"Made the login {email.strip().lower()} ({role}).")
        if link:
            click.echo(f"Set its password with this link (it works once, for seven days): {_url(app, link)}")


def _create(
    email: str, role: Role, operator_code: str | None, driver_number: str | None, password: str | None
) -> str | None:
    with transaction() as session:
        operator = driver = None
        if operator_code is not None:
            operator = session.scalar(select(Operator).where(Operator.code == operator_code.strip().upper()))
            if operator is None:
                raise Invalid("operator", "There is no operator with the code %(code)s.", code=operator_code)
        if role is Role.DRIVER:
            by = (
                Driver.number == driver_number.strip().upper()
                if driver_number
                else Driver.email == email.strip().lower()
            )
            driver = session.scalar(select(Driver).where(by))
            if driver is None:
                raise Invalid("driver", "There is no such driver: name one with --driver NUMBER.")
        made: Account = accounts.create_account(
            session,
            email,
            role,
            actor=command_line(),
            at=now(),
            operator=operator,
            driver=driver,
            password=password,
        )
        return (
            None
            if password is not None
            else accounts.issue_link(session, made, actor=command_line(), at=now())
        )


def _url(app: Flask, secret: str) -> str:
    base = current_app.config["PORTAL"].base_url or "http://127.0.0.1:5000"
    with app.test_request_context(base_url=base):
        return app.url_for("auth.link", secret=secret, _external=True)
