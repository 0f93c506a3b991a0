"""What machines speak with: JSON in, JSON out, problem+json when refused. No cookies, no CSRF tokens."""

from . import ingest as ingest
from .blueprint import bp as bp
