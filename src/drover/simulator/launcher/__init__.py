"""The launcher: the home screen, from which apps are opened."""
