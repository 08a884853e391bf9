"""Whether a broker is there, asked once and quickly."""

import redis
from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE_SECONDS = 0.4


def broker_answers(url: str) -> bool:
    """One try of at most `PATIENCE_SECONDS`: neither redis-py's retries nor those of kombu (0.6 s on a dead broker)."""
    try:
        return _redis_answers(url) if url.startswith("redis") else _connects(url)
    except (redis.RedisError, OperationalError, OSError):
        return False


def _redis_answers(url: str) -> bool:
    plain = url.replace("redis+socket://", "unix://", 1)
    limits = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
    with redis.Redis.from_url(plain, retry=Retry(NoBackoff(), 0), **limits) as client:
        return bool(client.ping())


def _connects(url: str) -> bool:
    connection: Connection = current_app.connection_for_read(url, connect_timeout=PATIENCE_SECONDS)
    transport = connection.transport
    transport.close_connection(transport.establish_connection())
    return True
