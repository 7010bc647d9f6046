"""Doors out: speaker, voice, broker, recorder, console."""
