"""Notes: a second, plainer app of the simulated phone. It shares nothing with Plaza but what every app has."""
