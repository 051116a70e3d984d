"""The composition root: the only place that knows concrete drivers and adapters."""
