"""Tests of what stays."""
