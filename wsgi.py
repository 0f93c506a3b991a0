"""The app for WSGI servers: `gunicorn wsgi:app` with the PORTAL_… settings in the environment."""

from portal import create_app

app = create_app()
