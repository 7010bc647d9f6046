"""Tests: a folder per room; contracts over all of them; real rigs in loopback/."""
