"""The definition of "present" in docs/semantics.md, written a second time: folds a JSON list of texts from stdin."""

import json
import sys
import unicodedata

LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ς": "σ"})
# The property White_Space of Unicode; str.isspace() holds for U+001C to U+001F as well.
SPACES = {0x20, *range(0x09, 0x0E), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
HYPHENS = {0x2D, *range(0x2010, 0x2016), 0x2212}
APOSTROPHES = {0x27, 0x2018, 0x2019, 0x02BC, 0xB4, 0x60}
SEPARATORS = {chr(code) for code in SPACES | HYPHENS | APOSTROPHES | {0x5F}}


def fold(text):
    lowered = unicodedata.normalize("NFKD", text).lower()
    kept = (c for c in lowered if unicodedata.category(c)[0] != "M" and unicodedata.category(c) != "Cf")
    folded = []
    for letter in "".join(kept).translate(LETTERS):
        separates = letter in SEPARATORS
        if not (separates and folded and folded[-1] == " "):
            folded.append(" " if separates else letter)
    return "".join(folded)


def is_known(text):
    return all(unicodedata.category(c) != "Cn" for c in text)


if __name__ == "__main__":
    texts = json.load(sys.stdin)
    json.dump([fold(text) if is_known(text) else None for text in texts], sys.stdout)
