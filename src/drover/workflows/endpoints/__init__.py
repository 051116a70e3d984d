"""The HTTP routes of workflows: each parses, calls one service, and serialises."""
