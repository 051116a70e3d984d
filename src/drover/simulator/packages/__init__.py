"""App packages on a simulated phone: reading them, installing them in one piece or in sessions, refusing bad ones."""
