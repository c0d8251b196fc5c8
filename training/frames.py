"""From the centres of letters to a class for every frame of output, and from frames back to text."""
import numpy as np

IGNORE = -100  # torch's cross entropy skips it


def labels(text, centres, gaps, index, stride, count):
    """Class of each of `count` frames of `stride` pixels: a letter in the frame of its centre, blank elsewhere. The neighbour nearer to
    the centre may say either. A blank space's frame counts only where the gap is narrow: in a wide one the net cannot see where the
    middle is, so all of the gap may say either, and CTC places it. `gaps` are (left, right) in pixels of each space, None for letters."""
    y = np.zeros(count, np.int64)
    places = []
    for centre in centres:
        k = int(np.clip(centre / stride, 0, count - 1))
        near = k - 1 if centre / stride - k < 0.5 else k + 1
        if 0 <= near < count:
            y[near] = IGNORE
        places.append(k)
    for c, k, gap in zip(text, places, gaps):
        if gap is not None and gap[1] - gap[0] > 10 * stride:
            a, b = max(0, int(gap[0] / stride)), min(count, int(gap[1] / stride) + 1)
            y[a:b] = IGNORE
    for c, k, gap in zip(text, places, gaps):
        if gap is None or gap[1] - gap[0] <= 10 * stride:
            y[k] = index[c]
    return y


def greedy(scores, characters):
    """CTC's best path: the strongest class of each frame, repeats merged, blanks dropped. scores: N×T×classes."""
    out = []
    for row in scores.argmax(-1).tolist():
        text, last = [], 0
        for k in row:
            if k and k != last:
                text.append(characters[k - 1])
            last = k
        out.append(''.join(text))
    return out


def distance(a, b):
    """Edits between two texts."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, diagonal + (x != y))
    return row[-1]


def normalise(pixels):
    """uint8 N×1×H×W to the nets' input: (value - mean)/(deviation + 8) over each line."""
    x = pixels.astype(np.float32)
    return (x - x.mean((2, 3), keepdims=True)) / (x.std((2, 3), keepdims=True) + 8)
