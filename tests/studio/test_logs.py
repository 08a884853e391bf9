import json
import logging
import sys

from studio.logs import JsonFormatter


def record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("studio.tests", logging.WARNING, __file__, 1, message, arguments, None)
    made.__dict__.update(more)
    return made


def test_it_writes_one_object_a_line_whatever_a_stranger_sends() -> None:
    line = JsonFormatter().format(record("name %s", 'x"\n{"level": "critical"}\r\u2028\x1b[2J'))
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert json.loads(line)["message"] == 'name x"\n{"level": "critical"}\r\u2028\x1b[2J'
    assert json.loads(line)["level"] == "warning"
    assert json.loads(line)["logger"] == "studio.tests"


def test_it_keeps_the_traceback_in_the_same_line() -> None:
    failing = record("it broke")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        failing.exc_info = sys.exc_info()
    line = JsonFormatter().format(failing)
    assert len(line.splitlines()) == 1
    assert "ZeroDivisionError" in json.loads(line)["exception"]


def test_it_writes_the_status_but_never_the_request() -> None:
    entry = json.loads(JsonFormatter().format(record("Not Found", status_code=404, request={"cookie": "secret"})))
    assert entry["status_code"] == 404
    assert "secret" not in str(entry)
