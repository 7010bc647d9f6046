"""Tests of the coach's page."""
