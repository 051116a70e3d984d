"""Telling which screen a frame is. Pure: no I/O, no clock; nothing here reaches a database or a web framework."""

from drover.screens.matching.matcher import Matcher

__all__ = ["Matcher"]
