"""Logs go to standard error, one event a line, with the phone and run in fields."""

import logging
import sys

import structlog


def configure_logging(*, debug: bool) -> None:
    """Show warnings, or everything with `debug`. Library loggers are silenced: users see Drover's words only."""
    level = logging.DEBUG if debug else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,  # loggers of modules would keep this configuration for ever
    )
    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(level if debug else logging.CRITICAL)  # not the loggers': some libraries set the levels of their own
    logging.basicConfig(level=level, handlers=[shown], force=True)
