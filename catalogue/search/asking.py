"""Words by which people ask for something rather than name it: "ny bog af …", "film om …", "bind 2"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tantivy import Query

from catalogue.search.query_text import Field, Typed, Word

_MATERIALS = {
    "BOOK": "bog bogen bøger bøgerne bok boken böcker böckerna bøker kirja kirjan kirjat kirjoja book books roman"
    " romanen romaner romaani romaanit novel novels krimi krimier deckare dekkari",
    "E_BOOK": "ebog ebøger ebok eböcker ebook ebooks ekirja ekirjat",
    "AUDIOBOOK": "lydbog lydbogen lydbøger ljudbok ljudboken ljudböcker lydbok äänikirja äänikirjat audiobook",
    "FILM": "film filmen filmene filmer filmerna elokuva elokuvat elokuvan dvd bluray movie movies",
    "GAME": "spil spillet spel spelet peli pelit game games",
    "MUSIC": "cd musik musikken musiikki music",
}
_KINDS = {word: material for material, words in _MATERIALS.items() for word in words.split()}
_NEW = frozenset(
    "ny nye nyt nyeste seneste nya nytt nyaste senaste uusi uudet uusin uusimmat new newest latest".split()
)
_BY = frozenset("af av by fra från".split())
_VOLUME = frozenset("bind bog bok book del osa nro nr numero nummer no number vol volume part".split())


@dataclass(frozen=True)
class Asked:
    """What somebody asks for.

    :ivar typed: what's left to be searched for
    :ivar materials: the kinds of material that were named; they come first
    :ivar newest: whether new titles were asked for; they come first
    :ivar instead: what will do as well as what's typed
    """

    typed: Typed
    materials: tuple[str, ...] = ()
    newest: bool = False
    instead: tuple[Query, ...] = ()

    @property
    def anywhere(self) -> Typed:
        """What's left, wherever it stands."""
        return replace(self.typed, words=tuple(replace(word, field=Field.ANYWHERE) for word in self.typed.words))


def by_whom(typed: Typed) -> Asked | None:
    """Return what's asked for by words such as "ny bog af" and a name; None for any other text.

    These words say so plainly that they're never looked for in titles, if there's such a name.
    """
    words = typed.words
    asking = next((place for place, word in enumerate(words) if not _asks(word)), len(words))
    if not 0 < asking < len(words) - 1 or words[asking].text not in _BY or any(word.field for word in words):
        return None
    names = tuple(replace(word, field=Field.AUTHOR) for word in words[asking + 1 :])
    return _asked(replace(typed, words=names), words[:asking])


def without_asking(typed: Typed) -> Asked | None:
    """Return what's left without words that only ask; None if there are none, or nothing else."""
    kept: list[Word] = []
    dropped: list[Word] = []
    for place, word in enumerate(typed.words):
        following = typed.words[place + 1].text if place + 1 < len(typed.words) else ""
        is_asking = _asks(word) or (word.text in _VOLUME and following.isdecimal())
        (dropped if is_asking else kept).append(word)
    if not dropped or not any(not word.is_small for word in kept):
        return None
    return _asked(replace(typed, words=tuple(kept)), dropped)


def _asks(word: Word) -> bool:
    return (word.text in _KINDS or word.text in _NEW) and not word.field and not word.is_beginning


def _asked(typed: Typed, dropped: Sequence[Word]) -> Asked:
    materials = dict.fromkeys(_KINDS[word.text] for word in dropped if word.text in _KINDS)
    # "Book" is what people say for whatever is to be read.
    named = tuple(material for material in materials if material != "BOOK")
    return Asked(typed, named, any(word.text in _NEW for word in dropped))
