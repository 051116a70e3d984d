"""The window system of a simulated phone: views, transitions, fields, keyboard, popups, and the apps they serve."""
