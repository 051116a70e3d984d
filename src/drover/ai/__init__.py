"""Asking an AI: one port, adapters for two protocols, and what stands between a caller and the network.

`ports.Ai` is asked with an `Ask` and gives a `Completion`. `remote.RemoteAi` is the one adapter; what differs between
makers is data (`dialects`), and every byte goes through `transport.Post`, which reaches only the host that is in the
settings. `guarded.GuardedAi` stands in front of it: it masks what must not leave (`masking`), refuses beyond the budget
of the day (`budgets`), and puts masked values back. `drafting.Drafting` asks for captions, responses and hashtags, once
for each place in a run, and keeps them (`drafts`). `configuration.configured_ai` makes it from the settings; without
settings it gives an Ai that says which ones are missing.
"""
