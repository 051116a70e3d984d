"""The pages of the launcher and of Plaza, and the popups: pure functions from what is to be shown to a View."""
