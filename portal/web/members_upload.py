"""Members from a file: upload, a dry run that shows what each line does, then the decision."""

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid
from portal.domain.records import MemberLine
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Operator, Upload
from portal.queries.uploads import own_upload
from portal.services import throttle
from portal.services.member_upload import Checked, Effect, check_members, keep_upload, take_members

from .auth import actor, viewer
from .errors import translated
from .filters import number as in_figures
from .forms import Form, attach
from .htmx import go, page
from .lookup import found
from .members import Network
from .transaction import transaction

MAX_BYTES = 5 * 1024 * 1024
MAX_BODY = MAX_BYTES + 1024 * 1024  # a file that is too large by little is told so beside its field
PER_PAGE = 100
FILES_AN_HOUR = 20
EMPTY = N_("Choose a file that is not empty.")


class UploadForm(Form):
    file = FileField(lazy_gettext("File"), render_kw={"accept": ".csv,.xlsx,text/csv"})


def take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the request: files of members may be larger than other things that are sent."""
    if endpoint and endpoint.endswith(".members_import") and request.method == "POST":
        request.max_content_length = MAX_BODY


def upload_page(network: Network) -> BaseResponse:
    """The form that takes a file, and what its columns are."""
    operator, form = network.operator(), UploadForm()
    if not form.validate_on_submit():
        return page("shared/members_upload.html", form=form, **network.context(operator))
    try:
        kept = _keep(network, operator)
    except Invalid as error:
        attach(form, error)
        return page("shared/members_upload.html", http_status=422, form=form, **network.context(operator))
    return go(network.link("members_import_check", upload_id=kept))


def check_page(network: Network, upload_id: str) -> BaseResponse:
    """What each line would do, with the button that takes the file in; the file is read anew each time."""
    operator = network.operator()
    upload = found(db.session.scalar(_own(operator, upload_id)))
    try:
        checked = _check(db.session(), operator, _lines(network, operator, upload))
    except Invalid as error:
        flash(translated(error), "danger")
        return go(network.link("members_import"))
    return _shown(network, operator, upload, checked)


def take_in(network: Network, upload_id: str) -> BaseResponse:
    """Take the file in as it was shown, in one transaction; the file goes."""
    form = request.form
    try:
        with transaction() as session:
            operator = network.operator()
            upload = found(session.scalar(_own(operator, upload_id).with_for_update()))
            checked, _event = take_members(
                session, operator, _lines(network, operator, upload),
                seen=form.get("seen", ""), partly=form.get("partly") == "yes",
                actor=actor(), at=now(), knows_all=viewer().is_admin,
            )  # fmt: skip
            session.delete(upload)
    except Conflict as error:
        return _changed_since(network, upload_id, error)
    flash(_result(checked), "success")
    return go(network.home())


def _keep(network: Network, operator: Operator) -> str:
    """The id under which the file is kept, once it can be read. Raises Invalid, TooMany."""
    who, (name, content) = viewer(), _sent()
    if len(content) > MAX_BYTES:
        raise Invalid("file", N_("The file is larger than 5 MB. Split it."))
    if not who.is_admin:
        with transaction() as session:
            throttle.hit(
                session, f"members.import:{who.account_id}", at=now(), limit=FILES_AN_HOUR, seconds=3600
            )
    content = network.plain(content)
    lines = network.read(content, operator_code=operator.code, zone=operator.timezone)
    if not lines:
        raise Invalid("file", N_("The file has a header and nothing else."))
    with transaction() as session:
        operator = network.operator()
        _check(session, operator, lines)
        return keep_upload(session, who.account_id or 0, _purpose(operator), name, content, at=now()).id


def _sent() -> tuple[str, bytes]:
    """Name and bytes of the file, one byte more than allowed at most. Raises Invalid when there is none."""
    file = request.files.get("file")
    if file is None:
        raise Invalid("file", EMPTY)
    with file.stream as stream:
        content = stream.read(MAX_BYTES + 1)
    if not content:
        raise Invalid("file", EMPTY)
    return "".join(letter for letter in file.filename or "" if letter.isprintable()), content


def _lines(network: Network, operator: Operator, upload: Upload) -> list[MemberLine]:
    return network.read(upload.content, operator_code=operator.code, zone=operator.timezone)


def _check(session: Session, operator: Operator, lines: list[MemberLine]) -> Checked:
    admin = viewer().is_admin
    return check_members(session, operator, lines, actor=actor(), at=now(), knows_all=admin)


def _own(operator: Operator, upload_id: str) -> Any:
    return own_upload(viewer(), upload_id, _purpose(operator), now())


def _purpose(operator: Operator) -> str:
    return f"members:{operator.code}"


def _shown(
    network: Network,
    operator: Operator,
    upload: Upload,
    checked: Checked,
    *,
    clash: str = "",
    status: int = 200,
) -> Response:
    effect = request.args.get("effect", "")
    lines = [each for each in checked.lines if not effect or each.effect == effect]
    asked = request.args.get("page", "1")
    last = max(1, -(-len(lines) // PER_PAGE))
    number = min(int(asked), last) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 7 else 1
    return page(
        "shared/members_check.html", "lines", status,
        upload=upload, checked=checked, effects=list(Effect), effect=effect, clash=clash, number=max(1, number),
        last=last, lines=lines[(max(1, number) - 1) * PER_PAGE :][:PER_PAGE], **network.context(operator),
    )  # fmt: skip


def _changed_since(network: Network, upload_id: str, error: Conflict) -> Response:
    operator = network.operator()
    upload = found(db.session.scalar(_own(operator, upload_id)))
    checked = _check(db.session(), operator, _lines(network, operator, upload))
    return _shown(network, operator, upload, checked, clash=translated(error), status=409)


def _result(checked: Checked) -> str:
    done = {each: in_figures(checked.counts[each]) for each in Effect}
    return str(
        _(
            "The file is taken in: %(granted)s granted, %(changed)s changed, %(revoked)s revoked, "
            "%(rejected)s left out.",
            granted=done[Effect.GRANTED],
            changed=done[Effect.CHANGED],
            revoked=done[Effect.REVOKED],
            rejected=done[Effect.REJECTED],
        )
    )
