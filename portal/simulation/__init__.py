"""Chargers that are not there: they know the portal by its ingest endpoints only, as real ones do."""
