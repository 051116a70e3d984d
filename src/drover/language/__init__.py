"""Variables and selectors: one grammar, one parser, exact positions. Nothing else parses `${`."""
