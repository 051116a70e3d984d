"""Checking a registry before it is used: overlaps, screens that nothing leads to, frames that change their screen."""
