"""What pages are made of: a list and a trace as one component each, panels, and questions before acts."""
