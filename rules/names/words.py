"""Words of names and addresses, compared by their stems; the lists stand in names.toml."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("russian")
OF_A_TOWN = 2048  # texts and names kept taken apart: no other town's are asked for beside them
WORDS = tomllib.loads(files("rules.names").joinpath("names.toml").read_text("utf-8"))
_ABBREVIATIONS = frozenset(WORDS["legal_forms"].split())  # «ДОУ» is not «ДО» in a case


# Few words make up all names of a town; the stemmer is plain Python.
@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The stem without a final vowel: «музей» and «музея» both give «муз»; «ДОУ» stays whole."""
    if word in _ABBREVIATIONS:
        return word
    stemmed = str(_STEMMER.stemWord(word))
    plain = re.sub(r"[аеиоуыэюяйь]+$", "", stemmed)
    # «мая» is more than «м», «УО» more than «у»
    return next((one for one in (plain, stemmed) if len(one) > 1), word)
