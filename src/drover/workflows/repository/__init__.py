"""Every query of workflows."""
