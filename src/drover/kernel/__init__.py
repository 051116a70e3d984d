"""What everything stands on: errors, clock, ids, randomness. Standard library only."""
