"""Django's cache on Redis, with one client for all requests.

Django makes a new client for each key that's read, and that takes longer than reading it. A client holds no connection
of its own: it takes one from the pool for each command, and may be shared by threads.
"""

from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _Client(RedisCacheClient):
    # Django has these, and its types leave them out.
    _client: Any
    _get_connection_pool: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        client = self._clients.get(pool)
        if client is None:
            client = self._clients[pool] = self._client(connection_pool=pool)
        return client


class CacheServer(RedisCache):
    """The cache that all processes share."""

    _servers: Any
    _options: Any

    @cached_property
    def _cache(self) -> _Client:
        return _Client(self._servers, **self._options)
