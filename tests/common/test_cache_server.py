from django.core.cache import cache

from common.cache_server import CacheServer


def test_asks_the_server_with_one_client():
    server = CacheServer("redis://localhost", {})

    assert server._cache.get_client("a") is server._cache.get_client("b", write=True)


def test_keeps_what_it_is_given(alpha):
    cache.set("shelf", [3, 4])

    assert cache.get("shelf") == [3, 4]
