"""What if an operator had other terms: the last twelve months beside what they were."""

from flask import Response, request, url_for

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.extensions import db
from portal.web.auth import viewer
from portal.web.exports import stream
from portal.web.htmx import page
from portal.web.report import note_export
from portal.web.report_what_if import LABELS, WhatIf, month_now, proposal_rows, what_if

from .blueprint import bp


@bp.get("/report/what-if")
def report_what_if() -> Response:
    tried = _tried()
    running = month_now(tried.operator.timezone, tried.at) if tried.operator else None
    template = "admin/report_what_if.html"
    # While somebody types, what is wrong is said beside the fields: no error of the request.
    return page(template, "result", tried=tried, labels=LABELS, running=running, file_url=_file_url)


@bp.get("/report/what-if/export.<any(csv,xlsx,pdf):kind>")
def report_what_if_export(kind: str) -> Response:
    tried = _tried()
    for name, text in tried.errors.items():
        raise Invalid(name, text)
    if tried.operator is None:
        raise NotFound
    note_export(kind, "what-if", dict(tried.state))
    name = f"proposal-{tried.operator.code}-{tried.at:%Y-%m-%d}"
    if kind == "pdf":
        return _paper(tried, name)
    header, rows = proposal_rows(tried)
    return stream(kind, name, header, rows, zone=None)


def _paper(tried: WhatIf, name: str) -> Response:
    """What draws it is loaded with the first one."""
    from portal.web.report_pdf import proposal_document

    return proposal_document(tried).answer(name)


def _tried() -> WhatIf:
    return what_if(db.session(), request.args, viewer(), now())


def _file_url(tried: WhatIf, kind: str) -> str:
    return url_for(".report_what_if_export", kind=kind, **tried.state)
