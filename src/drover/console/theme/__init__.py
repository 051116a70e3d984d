"""How the console looks: tokens, style sheet and script of every page."""
