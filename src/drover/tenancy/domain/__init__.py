"""Who may do what: roles, access, credentials and their limits as values. Pure."""
