"""The commission report as a file: the lines of the page with their explanation."""

from collections.abc import Iterable, Sequence

from werkzeug.datastructures import MultiDict

from portal.domain.clock import now
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Role
from portal.web.report import lines_of, valid
from portal.web.report_form import read
from portal.web.report_lines import ReportView
from portal.web.site import current_site


def report_file(asked: dict[str, str | None]) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    """Header and rows; `asked` are parameters as in the page's address. Raises Invalid for what it would refuse."""
    given = MultiDict((name, value) for name, value in asked.items() if value)
    reader = Viewer(role=Role.ADMIN, zone=current_site().timezone)
    return lines_of(ReportView(db.session(), valid(read(db.session(), given, reader, now()))))
