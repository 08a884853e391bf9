"""Logs: one JSON object a line, so that nothing a stranger sends can begin a line of its own."""

import structlog


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """For `LOGGING`: every record of every library, with its time (UTC), level, logger and traceback.

    JSON in ASCII escapes each line break and control character that a message may carry (ASVS 5.0, 16.4.1).
    """

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(allow=["status_code"]),  # others carry whole requests, cookies included
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.format_exc_info,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(),
            ],
        )
