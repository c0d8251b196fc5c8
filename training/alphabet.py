"""What the readers can say. Class 0 is CTC's blank; class k is the k-th character."""
import pathlib
import unicodedata

MODELS = pathlib.Path(__file__).resolve().parent.parent / 'models'
LATIN = tuple((MODELS / 'latin-reader.charset.txt').read_text(encoding='utf-8').split('\n')[:-1])
MRZ = tuple('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<')

# Characters of one shape are one class (models/latin-reader.md).
SAME = str.maketrans({'Ð': 'Đ', 'ţ': 'ț', 'Ţ': 'Ț', '’': "'", '‘': "'", '´': "'", '`': "'", '"': "''", '”': "''", '“': "''",
                      '–': '-', '—': '-', '«': '<', '»': '>'})


def index(characters):
    return {c: i + 1 for i, c in enumerate(characters)}


def fold(text):
    """Text as the Latin reader says it: composed, one character for one shape, single spaces."""
    return ' '.join(unicodedata.normalize('NFC', text).translate(SAME).split())
