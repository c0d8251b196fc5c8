"""From ink on paper to what a camera or scanner makes of it, cropped as the readers crop lines. Shared by both readers' generators."""
import cv2
import numpy as np

cv2.setNumThreads(1)
GROUND_H, GROUND_W = 72, 1000


def chance(r, p):
    return r.random() < p


def ground(r, h=GROUND_H, w=GROUND_W):
    """A security print's background, within -1..1: warped gratings, curves, clouds, grain."""
    def cloud(gh, gw):
        return cv2.resize(r.standard_normal((gh, gw)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)

    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    out = np.zeros((h, w), np.float32)
    kind = r.random()
    if kind < 0.55:
        for _ in range(r.integers(1, 5)):
            angle, period = r.uniform(0, np.pi), r.uniform(3, 22)
            phase = cloud(3, 8) * r.uniform(0, 6) + np.sin(x / r.uniform(10, 60)) * r.uniform(0, 6)
            wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period + phase)
            if chance(r, 0.5):
                wave = (wave > r.uniform(0.2, 0.9)).astype(np.float32) * 2 - 0.3
            out += wave * r.uniform(0.2, 1)
    elif kind < 0.75:
        lines = np.zeros((h, w), np.uint8)
        for _ in range(r.integers(5, 60)):
            cv2.ellipse(lines, tuple(int(v) for v in r.uniform([0, 0], [w, h])), tuple(int(v) for v in r.uniform(5, 200, 2)),
                        float(r.uniform(0, 360)), 0, float(r.uniform(40, 360)), int(r.integers(60, 255)), int(r.integers(1, 4)), cv2.LINE_AA)
        out -= lines.astype(np.float32) / 128
    out += cloud(3, 10) * r.uniform(0, 1.2) + cloud(h // 4, w // 4) * r.uniform(0, 0.5)
    if chance(r, 0.3):
        out += cloud(h // 2, w // 2) * r.uniform(0, 0.6)
    return (out / (np.abs(out).max() + 1e-3)).astype(np.float32)


class Grounds:
    """A pool of backgrounds, renewed bit by bit: making one costs as much as ten lines."""

    def __init__(self, r, size=100):
        self.r, self.pool, self.used = r, [ground(r) for _ in range(size)], 0

    def piece(self, h, w):
        r = self.r
        self.used += 1
        if self.used % 100 == 0:
            self.pool[int(r.integers(len(self.pool)))] = ground(r)
        g = self.pool[int(r.integers(len(self.pool)))]
        zoom = r.uniform(0.5, 1.6)
        gh, gw = min(GROUND_H, max(8, int(h * zoom))), min(GROUND_W, max(16, int(w * zoom)))
        y, x = r.integers(0, GROUND_H - gh + 1), r.integers(0, GROUND_W - gw + 1)
        b = cv2.resize(g[y:y + gh, x:x + gw], (w, h))
        return b[:, ::-1] if chance(r, 0.5) else b


def thicken(r, ink, weights=(0.08, 0.5, 0.24, 0.13, 0.05)):
    """Printing gains or loses ink: stroke -1, 0, +1 (two kinds), +2 pixels."""
    kind = r.choice(5, p=weights)
    if kind == 0:
        return cv2.erode(ink, np.ones((2, 2), np.uint8))
    if kind == 2:
        return cv2.dilate(ink, np.ones((2, 2), np.uint8))
    if kind == 3:
        return cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
    if kind == 4:
        return cv2.dilate(ink, np.ones((3, 3), np.uint8))
    return ink


def expose(r, grounds, ink, cap):
    """Ink coverage 0..1 → brightness 0..1 (float32): ground, contrast, light, shadows. cap: capital height in pixels."""
    h, w = ink.shape
    if chance(r, 0.3):
        ink = ink * (1 - cv2.resize(r.uniform(0, 1, (3, max(2, w // 20))).astype(np.float32), (w, h)) * r.uniform(0, 0.55))
    if chance(r, 0.12):
        ink = ink * (1 - (r.random((h, w), dtype=np.float32) < r.uniform(0.02, 0.22)) * np.float32(r.uniform(0.3, 1)))
    paper = r.uniform(0.35, 1)
    contrast = r.uniform(0.2, 1) if chance(r, 0.88) else r.uniform(0.1, 0.25)
    dark = paper * (1 - contrast)
    depth = min(0.65 * contrast, r.exponential(0.13)) if chance(r, 0.8) else 0
    back = grounds.piece(h, w) * np.float32(depth * paper) if depth else np.float32(0)
    out = (paper + back) * (1 - ink) + ink * (dark + 0.3 * back)
    if chance(r, 0.06):  # light print on a dark field
        out = paper + dark - out
    light = 1 + np.linspace(-1, 1, w, dtype=np.float32)[None] * np.float32(r.normal(0, 0.12))
    if chance(r, 0.22):  # edge of a shadow, or of the document
        edge = np.ones((1, w), np.float32)
        edge[:, r.integers(0, w):] = 1 - r.uniform(0.1, 0.5)
        if chance(r, 0.5):
            edge = edge[:, ::-1]
        light = light * cv2.GaussianBlur(np.ascontiguousarray(edge), (0, 0), float(r.uniform(0.5, 10)))
    out = out * light
    if chance(r, 0.05):  # stroke of a signature or stamp across the line
        stroke = np.zeros((h, w), np.float32)
        ends = [(int(r.integers(0, w)), int(r.integers(0, h))) for _ in range(2)]
        cv2.line(stroke, *ends, float(r.uniform(0.1, 0.4) * contrast), max(1, int(cap / 40 * r.uniform(2, 7))), cv2.LINE_AA)
        out = out - stroke * np.float32(paper)
    if chance(r, 0.04):  # reflection
        x, y = r.uniform(0, w), r.uniform(0, h)
        xs, ys = np.arange(w, dtype=np.float32)[None], np.arange(h, dtype=np.float32)[:, None]
        spot = np.exp(-((xs - x) / (cap * r.uniform(1, 6))) ** 2 - ((ys - y) / (cap * r.uniform(0.7, 3))) ** 2)
        out = out + (1 - out) * spot * np.float32(r.uniform(0.2, 0.8))
    return out.astype(np.float32), contrast


def capture(r, image, contrast, cap, blur=0.04, worst=0.13):
    """Lens, motion, sensor, sharpening, JPEG: float 0..1 → uint8."""
    if chance(r, 0.6):
        sigma = min(abs(r.normal(0, blur)) * cap + r.uniform(0, 0.5), worst * cap)
        image = cv2.GaussianBlur(image, (0, 0), float(max(0.15, sigma)))
    if cap > 10 and chance(r, 0.1):
        n = int(max(2, min(cap * r.uniform(0.05, 0.22), 8)))
        kernel = np.zeros((n, n), np.float32)
        direction = r.integers(3)
        if direction == 0:
            kernel[n // 2] = 1
        elif direction == 1:
            kernel[:, n // 2] = 1
        else:
            np.fill_diagonal(kernel, 1)
        image = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    if chance(r, 0.5):
        image = image + r.standard_normal(image.shape, dtype=np.float32) * np.float32(r.exponential(0.02) * min(1, contrast * 2))
    if chance(r, 0.1):
        image = image + (image - cv2.GaussianBlur(image, (0, 0), 1.2)) * np.float32(r.uniform(0.4, 1.6))
    out = np.clip(image * 255, 0, 255).astype(np.uint8)
    if chance(r, 0.5):
        out = cv2.imdecode(cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, int(r.uniform(18, 95))])[1], 0)
    return out


class Bend:
    """How a crop that took the line for straight shows it: turned, slanted, in perspective, curved. All in the crop's own pixels."""

    def __init__(self, r, width, slant=0.06, strong=0.25):
        bent = chance(r, strong)
        self.width = width
        self.tilt = r.normal(0, 0.010) * width / 2                   # rise at the ends
        self.curve = r.normal(0, 1.3) if bent else 0.0               # depth of an arc, pixels
        self.keystone = r.normal(0, 0.07) if bent else 0.0           # letters grow towards one end
        self.shorten = float(np.clip(r.normal(0, 0.05), -0.12, 0.12)) if bent else 0.0  # and stand wider apart there
        self.slant = r.normal(0, slant) if chance(r, 0.4) else 0.0

    def along(self, u):
        """Where the straight line's x is that the crop shows at column u."""
        t = 2 * u / self.width - 1
        return u + self.shorten * self.width / 2 * (t * t - 1)

    def columns(self, x):
        """The crop's columns of points x of the straight line."""
        u = np.arange(-20, self.width + 20, 2.0)
        return np.interp(x, self.along(u), u, left=-1e3, right=1e4)

    def crop(self, image, kx, ky, tx, middle, height, shift, cubic):
        """Sample image (kx, ky: crop pixels for one of its pixels; tx: column of its x = 0; middle: its row on the line) as the crop."""
        if min(kx, ky) < 0.75:
            image = cv2.GaussianBlur(image, (0, 0), sigmaX=max(0.3, 0.42 / kx), sigmaY=max(0.3, 0.42 / ky))
        u = np.arange(self.width, dtype=np.float32)[None]
        v = np.arange(height, dtype=np.float32)[:, None] - (height / 2 - 0.5) - shift
        t = 2 * u / self.width - 1
        y = v * (1 + self.keystone * t) + self.tilt * t + self.curve * (t * t - 0.4)
        x = self.along(u + 0.5) - 0.5 + self.slant * v
        mapx = ((x - tx) / kx).astype(np.float32)
        mapy = (middle + y / ky).astype(np.float32)
        return cv2.remap(image, mapx, mapy, cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
