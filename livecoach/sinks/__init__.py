"""Doors out: speaker, voice, recorder, console."""
