"""Plaza, the demo app of the simulated phone, with the launcher and the popups around it."""
