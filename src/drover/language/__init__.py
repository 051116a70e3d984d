"""The one small language: texts with variables and choices, selectors, criteria. It cannot execute code.

Three phases, each usable without the next:

1. Parse. `parsing.parse_text`, `parse_selector` and `parse_criteria` return frozen trees (`text`, `selector`,
   `criteria`) or raise a LanguageError with the column, what was expected and a suggestion (`errors`).
   `text.references` lists what a text needs. `source.source_of(text)`, `str(selector)` and `str(criteria)` print back.
   `spintax.variants` lists what choices come to, `Text.variants` counts it.
2. Resolve. `resolving.resolve(text, providers, context)` asks the owners of the variables (`ports.Provider`, by
   category) for values, in batches, and reserves counters, media and drafts by run and position.
   `memory.memory_providers(document)` owns values that are given as they are.
3. Render. `rendering.render(text, values, seed)` is pure: the same tree, values and seed give the same text, and no
   value is ever parsed. Secrets in it are `sealed.Sealed`, stars as any string; `Rendered.opened(opener)` is for the
   moment of typing.

`selecting.select` says what a selector hits and why the rest is left out, `fitting.fits` whether criteria hold.
`pattern` is apart: regular expressions that always end.
"""
