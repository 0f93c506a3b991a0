"""Files between their dry run and the decision to take them in."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select

from portal.domain.viewer import Viewer
from portal.models import Upload

UPLOADS_LAST = timedelta(days=1)


def own_upload(viewer: Viewer, upload_id: str, purpose: str, at: datetime) -> Select[Upload]:
    """One that this account uploaded for that purpose within the last day."""
    return select(Upload).where(
        Upload.id == upload_id,
        Upload.account_id == viewer.account_id,
        Upload.purpose == purpose,
        Upload.created_at > at - UPLOADS_LAST,
    )
