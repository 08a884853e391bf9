"""Runs the whole product on one machine: a broker, the sandbox generators, a worker, beat and the web server."""
