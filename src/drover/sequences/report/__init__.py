"""The report of a play: one self-contained HTML file that shows what went wrong, where, and what it looked like."""
