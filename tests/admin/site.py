"""Settings of the site, as an admin sends them and as they are stored."""

import io
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import SiteSettings
from tests.support.factories import post

URL = "/admin/settings"


def row(session: Session) -> SiteSettings:
    session.rollback()
    session.expire_all()
    return session.get_one(SiteSettings, 1)


def save(client: FlaskClient, logo: bytes | None = None, **changes: str) -> Any:
    """What is not named stays as it is."""
    data: dict[str, Any] = {**changes}
    if logo is not None:
        data["logo"] = (io.BytesIO(logo), "logo.png")
    return post(client, URL, data, content_type="multipart/form-data")
