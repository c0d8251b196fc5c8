"""Makes lines of print for the Latin reader: text in a typeface, photographed, cropped as internal/ocr crops."""
import cv2
import numpy as np
from PIL import Image, ImageDraw

import camera
import fonts
from alphabet import LATIN
from camera import chance
from fonts import CAP, CAP_TOP
from text import Text

HEIGHT, WIDTH, STRIDE = 40, 384, 2
NET_CAP, STRETCH = 19.0, 1.15   # internal/ocr/frame.go: netCap, netStretch
SHEET = 160                     # rows of the drawing with its neighbours


class Lines:
    def __init__(self, seed, faces=None, held_out=False):
        """held_out: text of words, and faces, that training never uses."""
        self.r = np.random.default_rng(seed)
        self.text = Text(self.r, held_out)
        if faces is None:
            faces = fonts.held_out(LATIN) if held_out else fonts.training(LATIN)
        self.faces, self.weights = faces
        self.grounds = camera.Grounds(self.r)

    def face_for(self, text):
        """A face that has all of the text's characters, or None."""
        for _ in range(8):
            f = self.faces[int(self.r.choice(len(self.faces), p=self.weights))]
            if f.has.issuperset(text):
                return f
        return None

    def pick(self):
        while True:
            text = self.text.line()
            face = self.face_for(text)
            if face:
                return face, text

    def drawing(self, face, text):
        """Ink, centres, advances, with one character for each of text's."""
        r = self.r
        spacing = float(np.clip(r.exponential(0.10), 0.02, 0.6)) if chance(r, 0.18) else -0.04 if chance(r, 0.05) else 0.0
        small = 0.8 if chance(r, 0.05) and text.upper() == text else 0.0
        label = r.uniform(0.55, 0.85) if ' ' in text and chance(r, 0.06) else 0.0
        wide = {}
        if chance(r, 0.14):
            wide = {i: r.uniform(0.15, 2.2) for i, c in enumerate(text) if c == ' ' and chance(r, 0.5)}
        ink, centres, advances = fonts.set_line(face, text, spacing, small, wide, label)
        return camera.thicken(r, ink), centres, advances

    def part(self, text, ink, centres, advances, room):
        """Cut the drawing where it is longer than room: the net sees beginnings, middles and ends alike."""
        r, n = self.r, len(text)
        rights = centres - centres[0] + advances[0] / 2 + advances / 2
        keep = max(1, int(np.searchsorted(rights, room, side='right')))
        if keep >= n:
            return text, ink, centres, advances
        first = 0 if chance(r, 0.5) else int(r.integers(0, n - keep + 1))
        while first > 0 and text[first] == ' ':
            first -= 1
        last = first + keep
        while last - first > 1 and text[last - 1] == ' ':
            last -= 1
        left, right = int(centres[first] - advances[first] / 2), int(centres[last - 1] + advances[last - 1] / 2)
        start = max(0, int(left - CAP * 0.8)) if first else 0
        ink = ink[:, :right + 1].copy()
        if first:
            ink[:, :left] = 0
        ink = np.pad(ink[:, start:], ((0, 0), (0, int(CAP * 0.8))))
        return text[first:last], ink, centres[first:last] - start, advances[first:last]

    def neighbours(self, sheet, face, x0, advance):
        """Lines above and below, rules, frames."""
        r, (h, w) = self.r, sheet.shape
        mid = h / 2
        if chance(r, 0.5):
            for side in (-1, 1):
                if chance(r, 0.6):
                    other = face if chance(r, 0.5) else self.faces[int(r.integers(len(self.faces)))]
                    share = float(r.choice([0.55, 0.7, 1.0, 1.0, 1.15]))
                    at = mid + side * CAP * (0.5 + share * 0.5 + r.uniform(0.5, 1.4))
                    font, base = other.at(share)
                    layer = Image.new('L', (w, h))
                    ImageDraw.Draw(layer).text((r.uniform(-60, w * 0.5), at + CAP * share / 2 - base), self.text.line(), font=font, fill=255)
                    sheet = np.maximum(sheet, np.asarray(layer))
        if chance(r, 0.07):
            y = int(mid + CAP * r.choice([-1, 1]) * r.uniform(0.85, 1.4))
            cv2.line(sheet, (0, y), (w, y + int(r.integers(-6, 7))), 255, int(r.integers(1, 6)))
        if chance(r, 0.03):
            x = int(x0 - advance / 2 - CAP * r.uniform(0.15, 0.6))
            cv2.line(sheet, (x, 0), (x, h), 255, int(r.integers(1, 5)))
        return sheet

    def sample(self):
        """One line: HEIGHT×WIDTH uint8, its text, the letters' centres and the spaces' gaps in columns."""
        r = self.r
        face, text = self.pick()
        ink, centres, advances = self.drawing(face, text)
        # The crop's scale: framing is estimated from the ink, so it is off by a tenth as a rule and by more where there are no capitals.
        cap = float(np.clip(r.normal(NET_CAP, 1.8 if chance(r, 0.75) else 3.6), 12.5, 27))
        aspect = float(np.clip(r.normal(STRETCH, 0.15), 0.72, 1.7))
        if face.narrow:
            aspect *= r.uniform(0.9, 1.25)
        elif chance(r, 0.2):  # condensed by the printer
            aspect *= r.uniform(0.68, 0.9)
        kx, ky = cap / CAP * aspect, cap / CAP
        left = r.uniform(3, 24)
        text, ink, centres, advances = self.part(text, ink, centres, advances, (WIDTH - left - 5) / kx)
        w = max(ink.shape[1], int(WIDTH / kx) + 8)
        sheet = np.zeros((SHEET, w), np.uint8)
        top = SHEET // 2 - CAP_TOP - CAP // 2
        sheet[top:top + ink.shape[0], :ink.shape[1]] = ink
        sheet = self.neighbours(sheet, face, centres[0], advances[0])

        # Labels are small: in a picture 1,300 px wide a passport's have capitals of 7 to 9 px.
        low, high = (6.5, 13) if chance(r, 0.45) else (9, 34)
        size = float(np.exp(r.uniform(np.log(low), np.log(high))))
        scale = size / CAP
        w1, h1 = max(16, int(w * scale * r.uniform(0.9, 1.1))), int(SHEET * scale)
        small = cv2.resize(sheet, (w1, h1), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        image, contrast = camera.expose(r, self.grounds, small, size)
        pixels = camera.capture(r, image, contrast, size, blur=0.032, worst=0.11 if size > 10 else 0.085)

        # Italics lean by up to 15°, and any face may be slanted by the printer.
        bend = camera.Bend(r, WIDTH, slant=0.08)
        if chance(r, 0.08):
            bend.slant += r.uniform(0.1, 0.25)
        sx, sy = w1 / w, h1 / SHEET
        tx = left - (centres[0] - advances[0] / 2) * kx
        out = bend.crop(pixels, kx / sx, ky / sy, tx, h1 / 2 - 0.5, HEIGHT, r.normal(0, 1.7), chance(r, 0.5))
        at = bend.columns(centres * kx + tx)
        gaps = [tuple(bend.columns(np.array([c - a / 2, c + a / 2]) * kx + tx)) if t == ' ' else None
                for t, c, a in zip(text, centres, advances)]
        if at[0] < 1 or at[-1] > WIDTH - 2:  # perspective moved a letter out of the crop
            return self.sample()
        return out, text, at, gaps

    def batch(self, size):
        lines = [self.sample() for _ in range(size)]
        return np.stack([l[0] for l in lines])[:, None], [l[1:] for l in lines]
