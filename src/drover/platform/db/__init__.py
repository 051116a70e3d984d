"""The database: one door to SQLite and PostgreSQL, and what keeps the rows of one client from another's.

`database` opens it, `whose` says in whose name, `tables` is what models are made of, `upgrading` brings the schema up
to date, `migrating` is for revisions, `errors` what can go wrong.
"""
