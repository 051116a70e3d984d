"""Drover runs racks of phones: record a flow once, replay it on any number of phones, every screen verified."""

__version__ = "0.1.0"
