"""The library's words go to our log at debug: users read Drover's only."""

import logging

import structlog

_LIBRARY = "dbos"


class _IntoOurs(logging.Handler):
    """Hands every record on as one debug event."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger("durable").debug(
            "engine", level_name=record.levelname.lower(), says=record.getMessage().partition("\n")[0]
        )


def quiet_library() -> None:
    """Take the place of the library's console handler, which it adds only where it finds none."""
    logger = logging.getLogger(_LIBRARY)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.addHandler(_IntoOurs())
    logger.propagate = False
