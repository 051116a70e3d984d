"""Screens: the registry of what an app can show, and telling which of them a frame is."""
