"""The shell of a simulated phone: a small parser, an interpreter, and tables of commands."""
