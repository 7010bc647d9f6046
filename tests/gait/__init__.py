"""Tests of the gait room."""
