"""Organizations, clients, users, their access and credentials, and the kill switch."""
