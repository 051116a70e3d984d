"""The database: one door to SQLite and PostgreSQL, and what keeps the rows of one client from another's.

`database` opens it, `tables` is what models are made of, `whose` says in whose name, `upgrading` brings the schema up to
date, `migrating` is for revisions.
"""
