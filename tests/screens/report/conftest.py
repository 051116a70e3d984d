"""Chromium for the tests of contact sheets."""

from tests.browser import chromium

__all__ = ["chromium"]
