"""Screens that nobody knows yet: the queue that they wait in, what would identify them, and taking them in."""
