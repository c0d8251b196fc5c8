"""Makes lines of machine-readable zones (ICAO Doc 9303; ISO/IEC 18013-1 for licences), photographed, cropped as internal/document crops."""
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import camera
import fonts
from alphabet import MRZ
from camera import chance
from fonts import CAP

HEIGHT, WIDTH, STRIDE = 32, 416, 4
NET_CAP, NET_PITCH = 20.0, 16.0    # geometry of the net's input: capital height, distance of characters
PITCH = 1.06                       # OCR-B's, in cap heights
CELL_H, CELL_W = int(CAP * 1.7), int(CAP * 1.5)
STROKES = (-2, -1, 0, 1, 2, 3, 4)  # pixels at a cap height of 40
LETTERS, DIGITS = MRZ[10:36], MRZ[:10]
CONFUSABLE = '0O1I8B5S2Z6GDQ7T4AUV'
FACES = '''OCRB 5;OCRBS 4;OCRBL .3;LiberationMono-Regular .5;LiberationMono-Bold .4;DejaVuSansMono .35;DejaVuSansMono-Bold .2;FreeMono .2
FreeMonoBold .25;LiberationSans-Regular .15;LiberationSerif-Regular .06;Courier Prime .1;NotoSansMono-Regular .15'''
HELD_OUT_FACES = ['Inconsolata', 'Hack-Regular', 'NimbusMonoPS-Bold']   # beside OCR-B itself, of which there is one
OTHER_PRINT = ['LiberationSans-Regular', 'DejaVuSans', 'LiberationSerif-Italic']
STATES = '''D<< FRA GBR USA CZE POL ESP ITA NLD BEL CHE AUT UKR RUS CHN JPN KOR IND BRA ARG MEX CAN AUS NZL ZAF EGY MAR TUN TUR GRC BGR ROU HUN SVK
SVN HRV SRB BIH MKD ALB MNE RKS UTO XXA XXB XXC UNO EUE LVA LTU EST FIN SWE NOR DNK ISL IRL PRT LUX MLT CYP KAZ UZB GEO ARM AZE MDA BLR THA VNM PHL IDN
MYS SGP HKG MAC TWN QAT KWT ARE OMN YEM IRQ IRN ISR JOR LBN SYR LBY DZA NGA GHA SEN CIV CMR COD KEN UGA TZA ETH SOM GRD LIE MCO AND SMR VAT'''.split()


class Glyphs:
    """A face's characters in every stroke width, each in a cell of its own."""

    def __init__(self, name, path):
        self.ocr_b = name.startswith('OCRB')
        font, base = fonts.Face(name, path, MRZ).at()
        self.pitch = CAP * PITCH if self.ocr_b else font.getlength('0')
        self.strokes = []
        for stroke in STROKES:
            cells = {}
            for c in MRZ:
                cell = Image.new('L', (CELL_W, CELL_H))
                at = (CELL_W - font.getlength(c)) / 2, (CELL_H + CAP) // 2 - base
                ImageDraw.Draw(cell).text(at, c, font=font, fill=255, stroke_width=max(stroke, 0))
                cell = np.asarray(cell)
                if stroke < 0:
                    cell = cv2.erode(cell, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (1 - stroke, 1 - stroke)))
                cells[c] = cell
            self.strokes.append(cells)


class Lines:
    def __init__(self, seed, held_out=False):
        """held_out: OCR-B and faces that training does not use; for text, the seed does it: it is drawn at random."""
        self.r = np.random.default_rng(seed)
        files = fonts.files()
        entries = [e.rpartition(' ') for e in FACES.replace('\n', ';').split(';')]
        if held_out:
            entries = [('OCRB', '', 5), ('OCRBS', '', 4)] + [(n, '', 1) for n in HELD_OUT_FACES]
        entries = [e for e in entries if e[0] in files]
        self.faces = [Glyphs(n, files[n]) for n, _, _ in entries]
        weights = np.array([float(w) for _, _, w in entries])
        self.weights = weights / weights.sum()
        self.print = [ImageFont.truetype(files[n], size) for n in OTHER_PRINT for size in (26, 34, 46)]
        self.grounds = camera.Grounds(self.r)

    def some(self, characters, n):
        return ''.join(characters[int(i)] for i in self.r.integers(0, len(characters), n))

    def name(self):
        r, n = self.r, int(self.r.integers(2, 11))
        if chance(r, 0.25):
            return self.some(LETTERS, n)
        pick = ('AEIOUY', 'BCDFGHJKLMNPRSTVWXZ')
        start = int(r.integers(2))
        return ''.join(self.some(pick[(i + start) % 2] if chance(r, 0.85) else LETTERS, 1) for i in range(n))

    def state(self):
        return STATES[int(self.r.integers(len(STATES)))] if chance(self.r, 0.85) else self.some(LETTERS, 3)

    def number(self, n):
        r, q = self.r, self.r.random()
        if q < 0.45:
            return self.some(DIGITS, n)
        if q < 0.7:
            k = min(n, int(r.integers(1, 4)))
            return self.some(LETTERS, k) + self.some(DIGITS, n - k)
        return self.some(CONFUSABLE if q < 0.85 else MRZ[:36], n)

    def names(self, n):
        r = self.r
        s = self.name() + ('<' + self.name() if chance(r, 0.2) else '') + '<<' + self.name()
        for _ in range(r.integers(0, 3)):
            s += '<' + self.name()
        return (s + '<' * n)[:n]

    def optional(self, n):
        k = int(self.r.integers(0, n + 1)) if chance(self.r, 0.6) else 0
        return (self.number(k) + '<' * n)[:n]

    def text(self):
        r, q = self.r, self.r.random()
        document = self.number(9) if chance(r, 0.7) else (self.number(int(r.integers(5, 9))) + '<' * 9)[:9]
        d = lambda n: self.some(DIGITS, n)
        born, sex = d(7), 'MF<'[r.integers(3)]
        if q < 0.13:
            return 'P' + ('<' if chance(r, 0.7) else self.some('ADSOMC', 1)) + self.state() + self.names(39)
        if q < 0.27:
            return document + d(1) + self.state() + born + sex + d(7) + self.optional(14) + (d(1) if chance(r, 0.6) else '<') + d(1)
        if q < 0.33:
            return ['I<', 'ID', 'IP', 'C<', 'C1', 'A<', 'AC', 'V<', 'IR', 'AR'][r.integers(10)] + self.state() + document + d(1) + self.optional(15)
        if q < 0.39:
            return born + sex + d(7) + self.state() + self.optional(11) + d(1)
        if q < 0.45:
            return self.names(30)
        if q < 0.50:
            return 'ID' + self.state() + self.names(31)
        if q < 0.55:
            return document + d(1) + self.state() + born + sex + d(7) + self.optional(7) + d(1)
        if q < 0.59:
            return 'V' + self.some('<NRBCIW', 1) + self.state() + self.names(39 if chance(r, 0.6) else 31)
        if q < 0.63:
            return 'IDFRA' + (self.name() + '<' * 25)[:25] + self.number(6)
        if q < 0.67:
            return d(13) + (self.name() + '<<' + self.name() + '<' * 14)[:14] + d(7) + sex + d(1)
        if q < 0.72:   # ISO/IEC 18013-1 Annex: one line of 30, "D1" or "D<", state, number, filler
            return 'D' + self.some('1234P<', 1) + self.state()[:3] + self.optional(24).ljust(24, '<') + d(1)
        if q < 0.91:
            return ''.join('<' if chance(r, 0.12) else self.some(MRZ[:36], 1) for _ in range(44))
        s = ''
        while len(s) < 44:
            s += '<' * int(r.integers(1, 12)) + (self.name() if chance(r, 0.5) else self.number(int(r.integers(1, 5))))
        return s[:44]

    def draw(self, text, glyphs, stroke, pitch, jitter=0.0, lift=0.0, room=0.0):
        """Ink and centres; jitter and lift: unevenness along and across the line, in cap heights."""
        r, n, cells = self.r, len(text), glyphs.strokes[stroke]
        ink = np.zeros((CELL_H, int(n * pitch + 2 * CELL_W + room)), np.uint8)
        across = np.clip(np.rint(r.normal(0, lift, n) * CAP), -8, 8).astype(int)
        at = CELL_W + (np.arange(n) + 0.5) * pitch + r.normal(0, jitter, n) * CAP
        for c, x, dy in zip(text, at, across):
            left = int(round(x - CELL_W / 2))
            cell = np.roll(cells[c], dy, 0) if dy else cells[c]
            np.maximum(ink[:, left:left + CELL_W], cell, out=ink[:, left:left + CELL_W])
        return ink, at

    def neighbours(self, sheet, glyphs, stroke, pitch, n, room):
        r, (h, w) = self.r, sheet.shape
        for side in (-1, 1):
            if not chance(r, 0.4):
                continue
            if chance(r, 0.7):
                other, _ = self.draw(self.text()[:n].ljust(n, '<'), glyphs, stroke, pitch, room=room)
            else:
                layer = Image.new('L', (w, CELL_H))
                words = ' '.join(self.name().capitalize() if chance(r, 0.5) else self.number(6) for _ in range(6))
                ImageDraw.Draw(layer).text((r.uniform(0, w / 2), r.uniform(0, 20)), words, font=self.print[r.integers(len(self.print))], fill=255)
                other = np.asarray(layer)
            y = h // 2 - CELL_H // 2 + side * int(CAP * r.uniform(1.35, 2.6))
            a, b = max(0, y), min(h, y + CELL_H)
            if b > a:
                sheet[a:b] = np.maximum(sheet[a:b], other[a - y:b - y])
        if chance(r, 0.06):
            y = int(h / 2 + CAP * r.choice([-1, 1]) * r.uniform(0.72, 1.3))
            cv2.line(sheet, (0, y), (w, y + int(r.integers(-6, 7))), 255, int(r.integers(1, 6)))
        return sheet

    def sample(self):
        """One line: HEIGHT×WIDTH uint8, its text, the characters' centres in columns, no gaps."""
        r = self.r
        glyphs = self.faces[int(r.choice(len(self.faces), p=self.weights))]
        stroke = int(r.choice(7, p=[0.06, 0.14, 0.26, 0.24, 0.15, 0.10, 0.05]))
        if not glyphs.ocr_b and chance(r, 0.7):
            stroke = min(max(stroke, 1), 3)
        net_pitch = float(np.clip(r.normal(NET_PITCH, 1.7), 11.5, 22))
        net_cap = float(np.clip(r.normal(NET_CAP, 1.9), 14, 26))
        pitch = glyphs.pitch * float(np.clip(r.normal(1, 0.07), 0.84, 1.25))
        n = int((WIDTH - r.uniform(6, 40)) / net_pitch)
        if chance(r, 0.12):
            n = max(3, int(n * r.uniform(0.2, 1)))
        text = self.text()
        spare = max(0, len(text) - n)
        start = int(r.integers(0, spare + 1)) if chance(r, 0.7) else 0 if chance(r, 0.5) else spare
        text = text[start:start + n]
        n = len(text)
        room = max(0.0, WIDTH / net_pitch - n - 1.5) * pitch
        jitter = abs(r.normal(0, 0.012)) if chance(r, 0.6) else 0.0
        lift = abs(r.normal(0, 0.02)) if chance(r, 0.25) else 0.0
        ink, centres = self.draw(text, glyphs, stroke, pitch, jitter, lift, room)
        sheet = np.zeros((CELL_H * 5 // 2, ink.shape[1]), np.uint8)
        top = sheet.shape[0] // 2 - CELL_H // 2
        sheet[top:top + CELL_H] = ink
        h, w = self.neighbours(sheet, glyphs, stroke, pitch, n, room).shape

        # From 4 px a character on: the pitch is about 1.06 cap heights.
        cap = float(np.exp(r.uniform(np.log(4.5), np.log(34)))) if chance(r, 0.85) else 30.0
        w1, h1 = max(16, int(w * cap / CAP * r.uniform(0.88, 1.12))), max(8, int(h * cap / CAP))
        small = cv2.resize(sheet, (w1, h1), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        image, contrast = camera.expose(r, self.grounds, small, cap)
        pixels = camera.capture(r, image, contrast, cap, blur=0.045, worst=0.16 if cap > 7 else 0.07)

        bend = camera.Bend(r, WIDTH, strong=0.35)
        kx, ky = net_pitch / pitch, net_cap / CAP
        left = r.uniform(3, max(4, min(36, WIDTH - n * net_pitch - 3)))
        tx = left + net_pitch / 2 - centres[0] * kx
        out = bend.crop(pixels, kx * w / w1, ky * h / h1, tx, h1 / 2 - 0.5, HEIGHT, r.normal(0, 1.6), chance(r, 0.5))
        at = bend.columns(centres * kx + tx)
        if chance(r, 0.12):
            out = self.binarise(out)
        inside = (at > net_pitch * 0.45) & (at < WIDTH - net_pitch * 0.45)
        if inside.sum() < 2:
            return self.sample()
        if not inside[-1]:  # no half character at the rim
            last = at[inside][-1]
            edge = int(last + net_pitch * 0.52)
            out[:, edge:] = out[:, edge - 1:edge]
        text = ''.join(c for c, k in zip(text, inside) if k)
        return out, text, at[inside], [None] * len(text)

    def binarise(self, image):
        """As scanners and other people's preprocessing leave lines: black and white."""
        r = self.r
        big = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        if chance(r, 0.6):
            big = cv2.adaptiveThreshold(big, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, int(r.choice([15, 21, 31, 41])), float(r.uniform(4, 16)))
        else:
            big = cv2.threshold(big, 0, 255, cv2.THRESH_OTSU)[1]
        if chance(r, 0.5):
            big = cv2.morphologyEx(big, int(r.choice([cv2.MORPH_ERODE, cv2.MORPH_DILATE, cv2.MORPH_OPEN])), np.ones((2, 2), np.uint8))
        return cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)

    def batch(self, size):
        lines = [self.sample() for _ in range(size)]
        return np.stack([l[0] for l in lines])[:, None], [l[1:] for l in lines]
