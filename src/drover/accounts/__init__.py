"""Apps, profiles, accounts and slots of a client, and which account is active on which phone."""
