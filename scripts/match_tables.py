#!/usr/bin/env python3
"""Writes the two tables of internal/match from pinned sources of Debian 12. Run it from the repository root; it changes nothing else.

han.txt         Unihan_Readings and Unihan_Variants of package unicode-data 15.0.0-1 (Unicode License V3): Mandarin readings of the
                modern dictionaries, Cantonese, and the simplified form.
confusables.txt UTS #39 skeletons as ICU 72.1 computes them (package libicu72): characters that look like one of A-Z, a-z, 0-9.
"""
import bz2, ctypes, re, unicodedata, pathlib

out = pathlib.Path("internal/match")
mandarin = {"kMandarin": {}, "kTGHZ2013": {}, "kXHC1983": {}, "kHanyuPinlu": {}}
cantonese, simple = {}, {}


def plain(s):
    """A syllable without its tone, in capitals; ü stays."""
    d = unicodedata.normalize("NFD", s)
    return unicodedata.normalize("NFC", "".join(c for c in d if c not in "\u0300\u0301\u0304\u030c")).upper()


def each(name):
    for line in bz2.open(f"/usr/share/unicode/{name}.txt.bz2", "rt", encoding="utf-8"):
        if line.startswith("U+"):
            code, field, value = line.rstrip("\n").split("\t")
            if 0x4E00 <= int(code[2:], 16) <= 0x9FFF:
                yield chr(int(code[2:], 16)), field, value


for c, field, value in each("Unihan_Readings"):
    if field == "kMandarin":
        mandarin[field][c] = value.split()
    elif field in mandarin:
        mandarin[field][c] = [r for part in value.split() for r in re.sub(r"^[\d.,]*:|\(\d+\)$", "", part).split(",")]
    elif field == "kCantonese":
        cantonese[c] = re.sub(r"\d", "", value).upper().split()
for c, field, value in each("Unihan_Variants"):
    if field == "kSimplifiedVariant":
        simple[c] = chr(int(value.split()[0][2:], 16))

unique = lambda values: list(dict.fromkeys(values))
lines = []
for c in sorted(mandarin["kMandarin"].keys()):
    readings = unique(plain(r) for field in mandarin for r in mandarin[field].get(c, []))
    row = [c, " ".join(readings), " ".join(unique(cantonese.get(c, []))), simple.get(c, "")]
    # Characters that only the largest dictionaries know are in no name list of any state; they would double the table.
    if any(c in mandarin[f] for f in ("kTGHZ2013", "kXHC1983", "kHanyuPinlu")) or c in simple:
        lines.append("\t".join(row).rstrip("\t") + "\n")
(out / "han.txt").write_text("".join(lines), encoding="utf-8")

icu, uc = ctypes.CDLL("libicui18n.so.72"), ctypes.CDLL("libicuuc.so.72")
status = ctypes.c_int(0)
icu.uspoof_open_72.restype = ctypes.c_void_p
checker = ctypes.c_void_p(icu.uspoof_open_72(ctypes.byref(status)))
buffer = ctypes.create_string_buffer(256)
lines = []
for code in range(0x80, 0x1F000):
    c = chr(code)
    if 0xD800 <= code <= 0xDFFF or unicodedata.category(c)[0] not in "LN":
        continue
    status.value = 0
    raw = c.encode()
    n = icu.uspoof_getSkeletonUTF8_72(checker, ctypes.c_uint32(0), raw, len(raw), buffer, 256, ctypes.byref(status))
    skeleton = buffer.raw[:n].decode()
    if status.value <= 0 and len(skeleton) == 1 and skeleton.isascii() and skeleton.isalnum():
        lines.append(f"{c}\t{skeleton}\n")
(out / "confusables.txt").write_text("".join(sorted(lines, key=lambda l: ord(l[0]))), encoding="utf-8")
