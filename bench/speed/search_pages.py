"""The portal's search page with facets, for words as people type them: common, not so common, rare, and two at once."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from bench.speed.clients import Request
from bench.speed.figures import Figures, MeasurementBroke
from bench.speed.loops import LoopResult
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from catalogue.models import BibliographicRecord
from tenants.models import Municipality

_CPU, _WALL = 25.0, None
_WARM_UP = 20
_SAMPLE = 20_000
# In how large a part of the titles a word stands.
_COMMON, _RARE = 0.01, 0.0005


def measure(setting: Setting) -> Figures:
    """Measure each kind of query by itself, and all together."""
    loop = setting.loop([setting.client(), setting.client()])
    chance = random.Random(1)
    total: LoopResult | None = None
    parts = []
    for name, texts in queries(setting.municipality).items():
        requests = [_page(chance.choice(texts)) for _ in range(_WARM_UP + setting.requests // 4)]
        loop.warm_up(requests[:_WARM_UP])
        settle()
        result = loop.run(requests[_WARM_UP:])
        parts.append(result.cpu_figure(f"Search page, {name}", None))
        total = total + result if total else result
    if total is None:
        raise MeasurementBroke("There was nothing to search for.")
    yield total.cpu_figure("Search page", _CPU)
    yield total.wall_figure("Search page", _WALL, len(loop.clients))
    yield from parts


def queries(municipality: Municipality) -> Mapping[str, list[str]]:
    """Return words of the municipality's titles by how common they are.

    :raises bench.speed.figures.MeasurementBroke: if the titles have no such words
    """
    titles = list(_titles(municipality))
    in_titles = Counter(word for words in titles for word in set(words))
    count = len(titles)
    kinds = {
        "common words": [word for word, times in in_titles.items() if times >= count * _COMMON],
        "medium words": [word for word, times in in_titles.items() if count * _RARE <= times < count * _COMMON],
        "rare words": [word for word, times in in_titles.items() if times < count * _RARE or times == 1],
        "two words": [" ".join(sorted(words, key=len)[-2:]) for words in titles[:1000] if len(words) > 1],
    }
    if missing := [name for name, texts in kinds.items() if not texts]:
        raise MeasurementBroke(f"The titles have no {', '.join(missing)}.")
    return {name: sorted(set(texts)) for name, texts in kinds.items()}


def _titles(municipality: Municipality) -> Iterator[list[str]]:
    held = BibliographicRecord.objects.filter(holdings__municipality=municipality, deleted_at=None).distinct()
    for title in held.order_by("pk").values_list("title", flat=True)[:_SAMPLE]:
        words = [word.strip(".,:;!?()\"'«»“”").lower() for word in title.split()]
        yield [word for word in words if len(word) > 2 and word.isalpha()]


def _page(text: str) -> Request:
    return Request("/?" + urlencode({"q": text}), contains=b'class="hits"')
