"""Phones as the rack sees them: who is there, and one frame broker for each."""
