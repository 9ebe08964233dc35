"""The services of `make demo` and `make test`: PostgreSQL, broker, web, worker and beat, started and stopped together.

Nothing here knows Django: it runs before settings can load, and gives every process the environment that they need.
"""
