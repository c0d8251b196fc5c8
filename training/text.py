"""Text as identity documents print it, in the letters and letter statistics of its languages.

Words come from the word lists and spelling dictionaries of Debian, from names.txt and labels.txt; none from any real document. One word
in twenty is kept for measuring (held_out).
"""
import gettext
import glob
import json
import os
import pathlib
import unicodedata
import zlib

from babel import dates

from alphabet import LATIN, fold

HERE = pathlib.Path(__file__).resolve().parent
DICT, HUNSPELL = '/usr/share/dict/', '/usr/share/hunspell/'
LISTS = {  # language: files
    'fr': [DICT + 'french'], 'de': [DICT + 'ngerman', DICT + 'swiss'], 'es': [DICT + 'spanish'], 'pt': [DICT + 'portuguese', DICT + 'brazilian'],
    'pl': [HUNSPELL + 'pl_PL.dic'], 'it': [DICT + 'italian'], 'nl': [DICT + 'dutch'], 'sv': [DICT + 'swedish'], 'da': [DICT + 'danish'],
    'no': [DICT + 'bokmaal'], 'ca': [DICT + 'catalan'], 'ga': [DICT + 'irish'], 'fo': [DICT + 'faroese'], 'en': [DICT + 'american-english'],
    'cs': [HUNSPELL + 'cs_CZ.dic'], 'sk': [HUNSPELL + 'sk_SK.dic'], 'hu': [HUNSPELL + 'hu_HU.dic'], 'ro': [HUNSPELL + 'ro_RO.dic'],
    'hr': [HUNSPELL + 'hr_HR.dic', HUNSPELL + 'bs_BA.dic'], 'sl': [HUNSPELL + 'sl_SI.dic'], 'lt': [HUNSPELL + 'lt_LT.dic'],
    'lv': [HUNSPELL + 'lv_LV.dic'], 'vi': [HUNSPELL + 'vi_VN.dic'], 'tr': [HUNSPELL + 'tr_TR.dic'], 'is': [HUNSPELL + 'is_IS.dic', HUNSPELL + 'is.dic'],
    'et': [HUNSPELL + 'et_EE.dic'], 'eu': [HUNSPELL + 'eu_ES.dic'], 'gl': [HUNSPELL + 'gl_ES.dic'], 'id': [HUNSPELL + 'id_ID.dic'],
}
PER_LIST = 15000
# Words without letters beyond a-z teach no accents; a list keeps at most this share of them.
PLAIN_SHARE = 0.45
UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
VI_TONES = ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323']
ONSETS = 'b c d f g h j k l m n p r s t v w z br ch cz dr f fr g gr h k kl kr l m n p pr r s sch sh st str sz t th tr v z zh qu x'.split()
VOWELS = 'a e i o u a e i o a e y ai au ei ou ie oo ea ia'.split()
MARKED = [c for c in LATIN if c.isalpha() and ord(c) > 127 and c.islower()]
BASES = {c: unicodedata.normalize('NFD', c)[0] for c in MARKED}


def encoding(path):
    if path.endswith('.dic'):
        with open(path[:-3] + 'aff', 'rb') as f:
            for line in f:
                if line.startswith(b'SET') or line.startswith(b'\xef\xbb\xbfSET'):
                    return line.split()[1].decode().replace('ISO8859', 'iso8859')
        return 'latin-1'
    with open(path, 'rb') as f:
        try:
            f.read(4 << 20).rsplit(b'\n', 1)[0].decode('utf-8')
            return 'utf-8'
        except UnicodeDecodeError:
            return 'latin-1'


def kept(word, held_out):
    return (zlib.crc32(word.lower().encode()) % 20 == 0) == held_out


def read_list(path, r, held_out):
    """Up to PER_LIST words of a list, drawn evenly: (capitalised ones, others)."""
    if not os.path.exists(path):
        return [], []
    with open(path, encoding=encoding(path), errors='ignore') as f:
        raw = f.read().split('\n')
    want = PER_LIST * (20 if held_out else 2)
    picks = range(len(raw)) if len(raw) <= want else r.integers(0, len(raw), want)
    marked, plain = [], []
    for i in picks:
        word = fold(raw[int(i)].split('/')[0].split('\t')[0])
        if 2 <= len(word) <= 16 and all(c in CLASSES for c in word) and word[:1].isalpha() and kept(word, held_out):
            (plain if word.isascii() else marked).append(word)
    plain = plain[:int(len(marked) * PLAIN_SHARE / (1 - PLAIN_SHARE))] if len(marked) > 500 else plain
    words = (marked + plain)[:PER_LIST]
    return [w for w in words if w[0].isupper()], [w for w in words if not w[0].isupper()]


CLASSES = set(LATIN)


def tagged(name):
    for line in (HERE / name).read_text(encoding='utf-8').split('\n'):
        if line and not line.startswith('#'):
            yield line


def months():
    out = set()
    for language in 'en fr de es pt it nl pl cs sk hu ro hr sl lt lv et fi sv da nb is tr az vi mt sq ga ca'.split():
        for width in ('abbreviated', 'wide'):
            for context in ('format', 'stand-alone'):
                for name in dates.get_month_names(width, context, locale=language).values():
                    name = fold(name).strip('.')
                    if name and all(c in CLASSES for c in name) and len(name) < 12:
                        out.add((language, name))
    return sorted(out)


def upper(text, language=None):
    """Capitals; a letter without a capital of one character keeps its form."""
    if language in ('tr', 'az'):
        text = text.replace('i', 'İ')
    capitals = {c: fold(c.upper()) for c in set(text) if c != ' '}
    return ''.join(capitals[c] if len(capitals.get(c, '')) == 1 and capitals[c] in CLASSES else c for c in text)


class Text:
    def __init__(self, r, held_out=False):
        self.r = r
        self.words, self.capitals = {}, {}
        for language, paths in LISTS.items():
            capitals, words = [], []
            for p in paths:
                a, b = read_list(p, r, held_out)
                capitals += a
                words += b
            self.words[language], self.capitals[language] = words, capitals
        self.names = {}
        for line in tagged('names.txt'):
            language, *names = line.split(' ')
            self.names[language] = [fold(n) for n in names]
        self.languages = sorted(set(self.names) | {k for k, v in self.words.items() if v})
        self.labels = [[fold(w) for w in line.split('|')] for line in tagged('labels.txt')]
        self.months = months()
        with open('/usr/share/iso-codes/json/iso_3166-2.json', encoding='utf-8') as f:
            places = [fold(e['name']) for e in json.load(f)['3166-2']]
        self.places = [p for p in places if all(c in CLASSES for c in p) and len(p) < 30]
        with open('/usr/share/iso-codes/json/iso_3166-1.json', encoding='utf-8') as f:
            countries = [e['name'] for e in json.load(f)['3166-1']]
        self.countries = []
        for mo in sorted(glob.glob('/usr/share/locale/*/LC_MESSAGES/iso_3166-1.mo')):
            with open(mo, 'rb') as f:
                table = gettext.GNUTranslations(f)
            translated = [fold(table.gettext(c)) for c in countries]
            translated = [t for t in translated if all(c in CLASSES for c in t)]
            if len(translated) > 150:
                self.countries += translated

    def of(self, choices):
        return choices[int(self.r.integers(len(choices)))]

    def digits(self, n):
        return ''.join(str(x) for x in self.r.integers(0, 10, n))

    def made_up(self, marks):
        """Syllables of no language, some letters with any mark: what no list has."""
        r, out = self.r, ''
        for _ in range(int(r.integers(1, 4))):
            out += (self.of(ONSETS) if r.random() < 0.85 else '') + self.of(VOWELS) + (self.of(ONSETS)[0] if r.random() < 0.3 else '')
        if not marks:
            return out
        share = r.choice([0.1, 0.25, 0.45])
        return ''.join(self.marked(c) if r.random() < share else c for c in out)

    def marked(self, c):
        same = [m for m in MARKED if BASES[m] == c]
        return self.of(same) if same and self.r.random() < 0.85 else self.of(MARKED)

    def vietnamese(self):
        vowel = unicodedata.normalize('NFC', self.of('aăâeêioôơuưy') + self.of(VI_TONES))
        onset = self.of('b c ch d đ g gh h k kh l m n ng nh ph qu r s t th tr v x'.split())
        return onset + vowel + self.of(['', '', '', 'n', 'ng', 'nh', 'm', 'p', 't', 'c', 'ch', 'i', 'o', 'u'])

    def word(self, language):
        q = self.r.random()
        if q < 0.36 and language in self.names:
            return self.of(self.names[language])
        if q < 0.6 and len(self.capitals.get(language, ())) > 50:
            return self.of(self.capitals[language])
        if q < 0.88 and self.words.get(language):
            return self.of(self.words[language])
        return self.vietnamese() if language == 'vi' else self.made_up(language != 'en' and self.r.random() < 0.4)

    def cased(self, word, language, case):
        if case == 'upper':
            if 'ß' in word and self.r.random() < 0.6:
                word = word.replace('ß', self.of(['SS', 'ẞ']))
            return upper(word, language)
        return upper(word[:1], language) + word[1:] if case == 'title' else word.lower() if case == 'lower' else word

    def name(self, words=None):
        r, language = self.r, self.of(self.languages)
        if r.random() < 0.02:
            language = 'vi'
        case = r.choice(['upper', 'title', 'lower', 'as is'], p=[0.48, 0.37, 0.06, 0.09])
        n = words or int(r.choice([1, 2, 3, 4, 5], p=[0.36, 0.33, 0.18, 0.09, 0.04]))
        out = ''
        for i in range(n):
            out += self.cased(self.word(language), language, case)
            if i < n - 1:
                out += ' ' if r.random() < 0.84 else self.of(['-', '-', "'", ', ', ',', '/', ' / ', '. '])
        return '(' + out + ')' if r.random() < 0.03 else out

    def number(self):
        r, q, n = self.r, self.r.random(), int(self.r.integers(4, 13))
        if q < 0.38:
            return self.digits(n)
        if q < 0.45:  # many zeros, which samples have
            return self.of(['', 'AB', 'L', 'SPEC', 'C0', 'T']) + '0' * int(r.integers(2, 7)) + self.digits(int(r.integers(0, 4)))
        if q < 0.66:
            k = int(r.integers(1, 4))
            return ''.join(r.choice(list(UPPER), k)) + (' ' if r.random() < 0.2 else '') + self.digits(max(1, n - k))
        if q < 0.78:
            return ''.join(r.choice(list(UPPER + '0123456789'), n))
        if q < 0.95:
            return self.of(['-', '/', ' ', '.', ' ', ' ']).join(self.digits(int(r.integers(1, 5))) for _ in range(int(r.integers(2, 5))))
        return ''.join(r.choice(list('0O1Il8B5S2Z6GDQ7T4A'), n))

    def month(self):
        r = self.r
        language, m = self.of(self.months)
        if r.random() < 0.75 and len(m) > 5:
            m = m[:3]
        if r.random() < 0.62:
            m = upper(m, language)
        elif r.random() < 0.6:
            m = upper(m[:1], language) + m[1:]
        return m

    def date(self):
        r, q = self.r, self.r.random()
        d, m, y = int(r.integers(1, 32)), int(r.integers(1, 13)), str(int(r.integers(1925, 2040)))
        y = y if r.random() < 0.82 else y[2:]
        if q < 0.48:
            month = self.month()
            if r.random() < 0.35:
                month += self.of(['/', ' /', ' / ', ' ']) + self.month()
            return f'{d:02d}' + self.of([' ', ' ', ' ', '. ', '-', '/', '.']) + month + self.of([' ', ' ', '. ', '-', '/', '.']) + y
        if q < 0.85:
            return self.of('../- .').join([f'{d:02d}', f'{m:02d}', y]) if r.random() < 0.88 else f'{d}. {m}. {y}'
        if q < 0.9:
            return f'{d:02d}.{m:02d}.{y[-2:]}-{d:02d}.{m:02d}.{int(r.integers(2000, 2040))}'
        return self.of('-/.').join([y, f'{m:02d}', f'{d:02d}'])

    def label(self, parts=None):
        r, group = self.r, self.of(self.labels)
        k = parts or int(r.choice([1, 2, 3], p=[0.42, 0.42, 0.16]))
        out = self.of(['/', '/', ' / ', ' / ', ' - ', ' ', ' ∙ '.replace('∙', '-')]).join(self.of(group) for _ in range(k))
        if r.random() < 0.2:
            out = self.of(['%d. ', '%d.', '%d ', '%02d ', '(%d) ', '%da. ', '%db. ']) % int(r.integers(1, 20)) + out
        elif r.random() < 0.06:
            out += ' (%d)' % int(r.integers(1, 20))
        if r.random() < 0.36:
            out = upper(out)
        elif r.random() < 0.06:
            out = out.lower()
        if r.random() < 0.1:
            out += self.of([':', ' :', '.'])
        return out

    def even(self):
        """Characters drawn evenly, so that each gets its share."""
        words = [''.join(self.of(LATIN[1:]) for _ in range(int(self.r.integers(2, 8)))) for _ in range(int(self.r.integers(1, 4)))]
        out = ' '.join(words)
        return upper(out) if self.r.random() < 0.5 else out

    def licence(self):
        """A label and value of a North American licence."""
        r, date = self.r, '/'.join(f'{n:02d}' for n in (self.r.integers(1, 13), self.r.integers(1, 32))) + '/' + str(int(self.r.integers(1930, 2035)))
        out = self.of([
            'DOB ' + date, 'EXP ' + date, 'ISS ' + date, '4a ISS ' + date, '4b EXP ' + date, '3 DOB ' + date, 'LN ' + upper(self.name(1)),
            'FN ' + upper(self.name(1)), '1 ' + upper(self.name(1)), '2 ' + upper(self.name(2)), '8 ' + upper(self.name(2)),
            "HGT 5'-%02d\"" % r.integers(0, 12), '16 HGT %d\'-%02d"' % (r.integers(4, 7), r.integers(0, 12)), 'WGT %d lb' % r.integers(90, 300),
            'SEX ' + self.of('MFX'), '15 SEX ' + self.of('MFX'), 'EYES ' + self.of(['BRN', 'BLU', 'GRN', 'HAZ', 'BLK']), 'HAIR ' + self.of(['BRN', 'BLK', 'BLN', 'GRY']),
            'RSTR ' + self.of(['NONE', 'A', 'B', 'CORR LENS']), 'END ' + self.of(['NONE', 'M', 'H']), 'CLASS ' + self.of('ABCDM'), '9 CLASS ' + self.of('ABCDM'),
            'DL ' + self.number(), '4d LIC# ' + self.number(), 'DD ' + self.number(), 'DUPS ' + self.digits(3), 'REV ' + date, 'DONOR', 'VETERAN', 'DRIVER LICENSE'])
        return out if r.random() < 0.9 else out.replace(' ', ': ', 1)

    def line(self):
        r, q = self.r, self.r.random()
        if q < 0.29:
            out = self.name()
        elif q < 0.38:
            out = self.number()
        elif q < 0.47:
            out = self.date()
        elif q < 0.69:
            out = self.label()
        elif q < 0.73:
            out = self.label(1) + self.of([': ', ' ', '  ']) + self.of([self.number, self.date, self.name])()
        elif q < 0.76:
            out = self.licence()
        elif q < 0.78:
            out = self.name(1) + self.of([', ', ' ', ' - ', ' / ']) + self.of([self.number, self.date])()
        elif q < 0.81:
            out = self.name(int(r.integers(1, 3))) + ' ' + str(int(r.integers(1, 400))) + self.of(['', ', ', '/A ', '-', ' ']) + self.digits(5) + ' ' + self.name(1)
        elif q < 0.85:
            out = self.of(self.places)
            out = upper(out) if r.random() < 0.6 else out
        elif q < 0.88:
            out = self.of(self.countries)
            out = upper(out) if r.random() < 0.6 else out
        elif q < 0.90:
            out = self.of(['1,%d m', '%dcm', '1.%d m', '%d cm', "5'-%d", '1,%d', '%d kg']) % int(r.integers(50, 99)) + self.of(['', ' M', ' F', ' M/M', ' K/F', ' M / M'])
        elif q < 0.955:  # running text
            language = self.of(self.languages)
            out = ' '.join(self.word(language) for _ in range(int(r.integers(2, 6)))).lower()
            out = out[:1].upper() + out[1:] if r.random() < 0.6 else out
        elif q < 0.985:
            out = self.even()
        else:
            out = ''.join(r.choice(list(UPPER + '<<<<<<0123456789'), int(r.integers(6, 25))))
        out = ''.join(c for c in fold(out) if c in CLASSES)
        return out.strip() or 'X'
