"""Live pictures on their way from agents to browsers, and persons' acts on their way back."""
