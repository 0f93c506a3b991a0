"""The settings of the site: one row, changed as a whole."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.images import picture_type
from portal.domain.site_values import Raw, check_site
from portal.domain.viewer import Actor
from portal.models import SiteSettings

from .audit import changes, record
from .versions import check_version


@dataclass(frozen=True, slots=True)
class Logo:
    """What becomes of the logo: a new picture, none at all, or (neither) the present one."""

    content: bytes | None = None
    remove: bool = False


def update_site(
    session: Session,
    settings: SiteSettings,
    raw: Raw,
    *,
    logo: Logo,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Change the settings as they were typed. Raises Invalid, and Conflict when somebody else was faster."""
    values = check_site(raw).accepted()
    check_version(settings, version, values)
    for field, value in values.items():
        if getattr(settings, field) != value:
            setattr(settings, field, value)
    before, after = changes(settings)
    if logo.content is not None:
        settings.logo_type = picture_type("logo", logo.content)
        settings.logo = logo.content
        before["logo"], after["logo"] = None, picture_digest(logo.content)
    elif logo.remove and settings.logo_type:
        before["logo"], after["logo"] = settings.logo_type, None
        settings.logo = settings.logo_type = None
    if before or after:
        settings.updated_at = at
        name = settings.name
        record(session, actor, "site.update", settings, at=at, before=before, after=after, name=name)


def picture_digest(content: bytes) -> str:
    """By which a picture is told from another in the trail and by browsers."""
    return hashlib.sha256(content).hexdigest()[:16]
