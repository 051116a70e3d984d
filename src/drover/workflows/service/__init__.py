"""The use cases of workflows, and the only door for other capabilities."""
