"""What stays: one SQLite file per session, and the runner's profile.

Import the parts by name (`livecoach.store.writer`, `.reader`, `.header`, `.profile`, `.places`):
nothing is loaded here, so that ``--help`` need not wait for SQLite.
"""
