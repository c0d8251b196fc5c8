"""Typefaces: which are trained with, which are kept for measuring, and how a line is set in one."""
import os
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CAP = 40          # height of a capital in the drawing, pixels
HEIGHT = 104      # rows of the drawing
CAP_TOP = 36      # row of the cap line; the baseline is CAP below

# weight of a family's files; a name ends in * for every file that begins so
TRAIN = '''
LiberationSans-Regular 3;LiberationSans-Bold 3;LiberationSans-Italic 1.4;LiberationSans-BoldItalic .6
LiberationSansNarrow-Regular 1.6;LiberationSansNarrow-Bold 1.3;LiberationSansNarrow-Italic .8;LiberationSansNarrow-BoldItalic .3
LiberationSerif-Regular .8;LiberationSerif-Bold .7;LiberationSerif-Italic .5;LiberationMono-Regular .5;LiberationMono-Bold .6
DejaVuSans .8;DejaVuSans-Bold .8;DejaVuSans-Oblique .4;DejaVuSansCondensed .9;DejaVuSansCondensed-Bold .9;DejaVuSansCondensed-Oblique .4
DejaVuSerif .3;DejaVuSerif-Bold .3;DejaVuSerifCondensed-Italic .2;DejaVuSansMono .4;DejaVuSansMono-Bold .3
NotoSans-Regular 1.4;NotoSans-Bold 1.2;NotoSans-Medium .6;NotoSans-SemiBold .5;NotoSans-Light .4;NotoSans-Italic .7;NotoSans-BoldItalic .3
NotoSans-Condensed 1;NotoSans-CondensedBold .7;NotoSans-CondensedItalic .5;NotoSans-CondensedMedium .5;NotoSans-SemiCondensed .7
NotoSans-SemiCondensedBold .5;NotoSans-SemiCondensedItalic .4;NotoSans-ExtraCondensed .6;NotoSans-ExtraCondensedBold .4
NotoSans-CondensedLight .3;NotoSerif-Regular .5;NotoSerif-Bold .5;NotoSerif-Italic .3;NotoSerif-Condensed .2;NotoSansMono-Regular .3
NotoSansDisplay-Regular .4;NotoSansDisplay-Bold .3;NotoSansDisplay-Italic .2
OpenSans-Regular .9;OpenSans-Bold .8;OpenSans-Semibold .5;OpenSans-Light .3;OpenSans-Italic .4;OpenSans-CondBold .6;OpenSans-CondLight .4
OpenSans-CondLightItalic .3;Roboto-Regular 1.2;Roboto-Bold 1.1;Roboto-Medium .7;Roboto-Light .4;Roboto-Italic .5
RobotoCondensed-Regular .9;RobotoCondensed-Bold .8;RobotoCondensed-Italic .5;RobotoCondensed-Light .3;RobotoSlab-Regular .2;RobotoSlab-Bold .2
Lato-Regular .6;Lato-Bold .6;Lato-Heavy .2;Lato-Italic .3;Carlito-Regular .8;Carlito-Bold .7;Carlito-Italic .5
Caladea-Regular .3;Caladea-Bold .2;Caladea-Italic .2;FreeSans .7;FreeSansBold .7;FreeSansOblique .5;FreeSerif .3;FreeSerifBold .3
FreeSerifItalic .2;FreeMono .2;FreeMonoBold .3;NimbusSans-Regular .4;NimbusSans-Bold .4;NimbusSans-Italic .3;NimbusSansNarrow-Regular .4
NimbusSansNarrow-Bold .4;NimbusSansNarrow-Oblique .3;NimbusRoman-Regular .2;OCRB 1.4;OCRBS .7;Courier Prime .2;Courier Prime Bold .3
Inconsolata .2;EBGaramond12-Regular .2;P052-Roman .2;P052-Bold .2;URWGothic-Book .2;URWGothic-Demi .3;Dosis-Medium .2;Dosis-Bold .2
Play-Regular .3;Play-Bold .3;Hack-Regular .2;Andika-Regular .4;Andika-Italic .2;CharisSIL-Regular .3;CharisSIL-Italic .2
B612-Regular .3;B612-Bold .3;ClearSans-Regular .4;ClearSans-Medium .3;ClearSans-Bold .3;ClearSans-Italic .3;GilliusADF-Regular .3
GilliusADF-Cond .3;GilliusADF-BoldCond .3;GilliusADF-Italic .2;Karla-Regular .2;Karla-Bold .2;UniversalisADFStd-Regular .3
UniversalisADFStd-Cond .3;UniversalisADFStd-BoldCond .3;UniversalisADFStd-Italic .2;Vollkorn-Regular .2
YanoneKaffeesatz-Regular .2;NotoSansDisplay-Condensed .3;NotoSansDisplay-SemiCondensed .2;JetBrainsMono-Regular .2;LeagueSpartan-Medium .2
'''
# Families that no training line is set in.
HELD_OUT = '''Inter-Regular Inter-Medium Inter-Bold Inter-Italic InterDisplay-Regular InterDisplay-SemiBold Gentium-R Gentium-I Cabin-Regular
Cabin-SemiBold Cabin-Bold Cabin-Italic LinBiolinum_R LinBiolinum_RB LinBiolinum_RI LinLibertine_R LinLibertine_RB Cantarell-Regular
Cantarell-Bold C059-Roman C059-Bold C059-Italic URWBookman-Light'''.split()


def files():
    found = {}
    for folder, _, names in os.walk('/usr/share/fonts'):
        for name in sorted(names):
            stem, ext = os.path.splitext(name)
            if ext in ('.ttf', '.otf'):
                found.setdefault(stem, os.path.join(folder, name))
    return found


class Face:
    """A font file at the size where its capitals are CAP high, and the characters it has (not its sign for 'missing')."""

    def __init__(self, name, path, characters):
        self.name, self.path = name, path
        probe = ImageFont.truetype(path, 100, layout_engine=ImageFont.Layout.BASIC)
        box = probe.getbbox('H')
        self.size = 100 * CAP / (box[3] - box[1])
        self.sizes = {}
        missing = probe.getmask('\uffff')
        missing = missing.size, bytes(missing)
        self.has = set()
        for c in characters:
            mask = probe.getmask(c)
            if c == ' ' or mask.getbbox() and (mask.size, bytes(mask)) != missing:
                self.has.add(c)
        self.narrow = any(k in name for k in ('Narrow', 'Cond', 'cn-', 'Yanone'))

    def at(self, share=1.0):
        """The font at a share of the size, and where its baseline lies below the drawing position."""
        if share not in self.sizes:
            # BASIC layout: with Raqm, letters join into ligatures, and their centres are lost.
            f = ImageFont.truetype(self.path, max(8, round(self.size * share)), layout_engine=ImageFont.Layout.BASIC)
            self.sizes[share] = f, f.getbbox('H')[3]
        return self.sizes[share]


def load(names, characters):
    """Faces and their weights (1 without one). Says on stderr what is not installed."""
    have, faces, weights = files(), [], []
    for entry in names:
        name, _, weight = entry.rpartition(' ') if entry[-1].isdigit() and ' ' in entry else (entry, '', '1')
        if name not in have:
            print('font not installed:', name, file=sys.stderr)
            continue
        faces.append(Face(name, have[name], characters))
        weights.append(float(weight))
    return faces, np.array(weights) / sum(weights)


def training(characters):
    return load([e for e in TRAIN.replace('\n', ';').split(';') if e], characters)


def held_out(characters):
    return load(HELD_OUT, characters)


def set_line(face, text, spacing=0.0, small=0.0, wide=(), label=0.0):
    """Draw text; returns the ink (HEIGHT rows, uint8), and for each character its centre and advance in pixels.

    spacing: extra room after each letter, in cap heights. small: size of letters that do not begin a word (small capitals), 0 for none.
    wide: {position of a space: extra room in cap heights}. label: size of the first word, 0 where it is as the others.
    """
    font, base = face.at()
    x = CAP * 0.8
    if not spacing and not small and not wide and not label:
        before = [font.getlength(text[:i]) for i in range(len(text) + 1)]
        ink = Image.new('L', (int(2 * x + before[-1]) + 4, HEIGHT))
        ImageDraw.Draw(ink).text((x, CAP_TOP + CAP - base), text, font=font, fill=255)
        advances = np.array([font.getlength(c) for c in text])
        return np.asarray(ink), x + np.array(before[:-1]) + advances / 2, advances
    placed, first = [], True
    for i, c in enumerate(text):
        f, b = face.at(small) if small and not first and c.isalpha() else (font, base)
        if label and i < text.find(' '):
            f, b = face.at(label)
        advance = f.getlength(c) + spacing * CAP + (wide[i] * CAP if i in wide else 0)
        placed.append((x, f, b, advance))
        x += advance
        first = c in " -/'"
    ink = Image.new('L', (int(x + CAP * 0.8) + 4, HEIGHT))
    draw = ImageDraw.Draw(ink)
    for c, (left, f, b, _) in zip(text, placed):
        draw.text((left, CAP_TOP + CAP - b), c, font=f, fill=255)
    return np.asarray(ink), np.array([p[0] + (p[3] - spacing * CAP) / 2 for p in placed]), np.array([p[3] for p in placed])
