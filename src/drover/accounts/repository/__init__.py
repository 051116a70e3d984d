"""Every query of accounts: of `apps` and profiles, `accounts`, and what was last `seen` of them on phones."""
