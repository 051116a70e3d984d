"""The rules of accounts, pure: their life (`lifecycle`), their place on a phone (`placing`), and `apps`."""
