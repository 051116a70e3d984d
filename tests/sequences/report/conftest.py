"""Chromium for the tests of reports."""

from tests.browser import chromium

__all__ = ["chromium"]
