"""Pages of screens for people: one self-contained HTML file with the frames and every region drawn where it was."""
