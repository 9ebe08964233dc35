"""Forms that stemmers leave apart: bog and bøger, hand and händer, nainen and naiset, kaupunki and kaupungit."""

import re

# singular: plural. A compound is found by its end: håndbog, håndbøger.
_DANISH = {
    "bog": "bøger",
    "barn": "børn",
    "mand": "mænd",
    "hånd": "hænder",
    "tand": "tænder",
    "nat": "nætter",
    "fod": "fødder",
    "rod": "rødder",
    "bonde": "bønder",
    "bror": "brødre",
    "far": "fædre",
    "mor": "mødre",
    "datter": "døtre",
    "gås": "gæs",
    "stang": "stænger",
    "tang": "tænger",
    "kraft": "kræfter",
    "stad": "stæder",
    "øje": "øjne",
    "klo": "kløer",
    "tå": "tæer",
}
_NORWEGIAN = {
    "bok": "bøker",
    "mann": "menn",
    "hånd": "hender",
    "tann": "tenner",
    "natt": "netter",
    "fot": "føtter",
    "rot": "røtter",
    "bonde": "bønder",
    "bror": "brødre",
    "far": "fedre",
    "mor": "mødre",
    "datter": "døtre",
    "dotter": "døtrer",
    "gås": "gjess",
    "stang": "stenger",
    "tang": "tenger",
    "kraft": "krefter",
    "strand": "strender",
    "øye": "øyne",
    "tre": "trær",
    "kne": "knær",
}
_SWEDISH = {
    "bok": "böcker",
    "man": "män",
    "hand": "händer",
    "tand": "tänder",
    "natt": "nätter",
    "fot": "fötter",
    "rot": "rötter",
    "bonde": "bönder",
    "bror": "bröder",
    "far": "fäder",
    "mor": "mödrar",
    "dotter": "döttrar",
    "gås": "gäss",
    "mus": "möss",
    "lus": "löss",
    "stad": "städer",
    "land": "länder",
    "strand": "stränder",
    "rand": "ränder",
    "stång": "stänger",
    "tång": "tänger",
    "son": "söner",
    "ledamot": "ledamöter",
    "öga": "ögon",
    "öra": "öron",
}
_ENGLISH = {
    "man": "men",
    "child": "children",
    "mouse": "mice",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "wife": "wives",
    "wolf": "wolves",
    "knife": "knives",
}
# Stems of Finnish words that change beyond what the rules below know.
_FINNISH = {
    "vesi": "ves",
    "vet": "ves",
    "käsi": "käs",
    "kät": "käs",
    "lap": "laps",
    "last": "laps",
    "mieh": "mies",
    "miest": "mies",
    "poj": "poik",
    "leiv": "leip",
}
_ARTICLES = {
    "danish": (("ne", "nes"), ("ene", "enes")),
    "norwegian": (("ne", "nes"), ("ene", "enes")),
    "swedish": (("na", "nas"), ("en", "ens")),
}
_SHORTEST_FIRST_PART = 3
_DOUBLED = re.compile(r"([kpt])\1")


def _forms(plural: str, language: str) -> list[str]:
    if language not in _ARTICLES:
        return [plural]
    after_vowel, after_consonant = _ARTICLES[language]
    articles = after_vowel if plural[-1] in "re" else after_consonant
    stem = plural
    if language == "norwegian" and plural.endswith("er"):
        # bøker, bøkene
        stem, articles = plural[:-1], after_vowel
    elif plural.endswith("s") and not plural.endswith("ss"):
        # gæs, gæssene
        stem = plural + "s"
    elif language == "swedish" and plural.endswith("n") and not plural.endswith("on"):
        # män, männen
        stem = plural + "n"
    return [plural, plural + "s", *(stem + article for article in articles)]


_SINGULAR = {
    language: {form: singular for singular, plural in table.items() for form in _forms(plural, language)}
    for language, table in (
        ("danish", _DANISH),
        ("norwegian", _NORWEGIAN),
        ("swedish", _SWEDISH),
        ("english", _ENGLISH),
    )
}
_SINGULAR["swedish"] |= {"mannen": "man", "mannens": "man"}
_LENGTHS = {language: sorted({len(form) for form in forms}, reverse=True) for language, forms in _SINGULAR.items()}
# Too short or too common an ending to be looked for inside longer words.
_WHOLE_WORDS_ONLY = {"tre", "kne", "tå", "far", "klo", "mor", "øje", "öra", "rand", "men"}


def singular(word: str, language: str) -> str:
    """Return the singular of a word whose plural changes its vowel, of a compound too; any other word as it is."""
    forms = _SINGULAR.get(language)
    if forms is None:
        return word
    for length in _LENGTHS[language]:
        base = forms.get(word[-length:]) if len(word) >= length else None
        if base is None:
            continue
        if len(word) == length:
            return base
        if base not in _WHOLE_WORDS_ONLY and len(word) - length >= _SHORTEST_FIRST_PART:
            return word[:-length] + base
    return word


def finnish_base(word: str) -> str:
    """Return a Finnish noun in -nen in the form that its other cases are built on: nainen as naise."""
    return word[:-3] + "se" if len(word) > 5 and word.endswith("nen") else word


def finnish_stem(stem: str) -> str:
    """Return what Snowball's stems of one Finnish word have in common, in spite of consonant gradation.

    Both a title's and a search's words pass through here, so the result needn't be a word.
    """
    if stem in _FINNISH:
        return _FINNISH[stem]
    stem = stem.replace("d", "t").replace("ng", "nk")
    stem = _DOUBLED.sub(r"\1", stem)
    if len(stem) > 3 and stem.endswith("st") and stem[-3] == "i":
        stem = stem[:-1]
    if len(stem) > 4 and stem.endswith("ks"):
        # jänis, jäniksen; veljes, veljekset
        stem = stem[:-2] + "s"
    if len(stem) > 3 and (stem[-1] in "aäe" or (len(stem) > 4 and stem[-1] == "i")):
        # muumi, muumeista
        stem = stem[:-1]
    if len(stem) > 4 and stem[-1] == "j" and stem[-2] in "aeiouyäö":
        stem = stem[:-1]
    return _FINNISH.get(stem, stem)
