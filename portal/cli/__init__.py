"""The `portal` command. Exit status: 0 done, 1 the work failed, 2 wrong usage; errors are one line."""

import sys

import click
from dotenv import find_dotenv, load_dotenv
from sqlalchemy.exc import DBAPIError

from portal import __version__
from portal.config import ConfigError
from portal.domain.errors import PortalError

from . import accounts, check, database, demo, exports, imports, jobs, serve, simulate, statements


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portal")
def cli() -> None:
    """Portal for charge point operators, their operators and drivers."""


for command in (
    demo.demo,
    serve.serve,
    jobs.jobs,
    simulate.simulate,
    database.db,
    accounts.account,
    imports.import_,
    exports.export,
    statements.statements,
    check.check,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; what went wrong is told in one line, never as a traceback."""
    load_dotenv(find_dotenv(usecwd=True))
    try:
        cli.main(prog_name="portal", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        _fail("stopped", 1)
    except click.UsageError as error:
        _fail(f"{error.format_message()} (see {error.ctx.command_path if error.ctx else 'portal'} --help)", 2)
    except click.ClickException as error:
        _fail(error.format_message(), 1)
    except (ConfigError, PortalError, OSError) as error:
        _fail(str(error), 1)
    except DBAPIError as error:
        _fail(f"the database does not do it: {str(error.orig).strip().splitlines()[0]}", 1)


def _fail(message: str, status: int) -> None:
    click.echo(f"portal: {message}", err=True)
    sys.exit(status)


__all__ = ["cli", "main"]
