"""Recording: what a person's hand does on a phone becomes a sequence."""
