"""Trains a line reader until a given time of day or for a number of minutes.

    python3 train.py latin --minutes 90 --from ../models/latin-reader.onnx --out /tmp/latin.pt

One process makes lines, this one learns. The learning rate falls as a cosine to the end of the time, so the run ends well whenever it
ends. What is kept is the running average of the weights; it is written every few minutes, and the last one is the result: nothing is
chosen by looking at a measurement. The same seed gives the same lines in the same order; how many of them are seen depends on the machine.
"""
import argparse
import copy
import datetime
import math
import multiprocessing
import os
import pathlib
import random
import time

os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')  # the generator shares the processor: threads that wait must not burn it
os.environ.setdefault('GOMP_SPINCOUNT', '0')

import numpy as np
import torch
from torch.nn import functional as F

import alphabet
import net
from frames import distance, greedy, labels, normalise

BATCH = 32
POOL = 250          # batches kept to draw from when the generator is slower than the learner


class Task:
    """What differs between the two readers."""

    def __init__(self, name):
        if name == 'latin':
            import latin_lines as lines
            self.characters, self.make = alphabet.LATIN, net.latin
        else:
            import mrz_lines as lines
            self.characters, self.make = alphabet.MRZ, net.mrz
        self.lines, self.stride = lines.Lines, lines.STRIDE
        self.index = alphabet.index(self.characters)
        self.classes = len(self.characters) + 1


def batches(task, lines, count):
    """count batches of lines of like length, each cropped where its longest line ends: (pixels, texts, classes of frames)."""
    pixels, truths = lines.batch(BATCH * count)
    r, out = lines.r, []
    ends = np.array([at[-1] for _, at, _ in truths])
    order = np.argsort(ends, kind='stable')
    for part in np.split(order, count):
        width = min(pixels.shape[3], int(ends[part].max() + r.uniform(10, 32)) // 16 * 16 + 16)
        y = np.stack([labels(*truths[i], task.index, task.stride, width // task.stride) for i in part])
        out.append((np.ascontiguousarray(pixels[part, :, :, :width]), [truths[i][0] for i in part], y))
    return out


def generate(name, queue, seed):
    os.nice(4)  # steps matter more than fresh lines
    task = Task(name)
    lines = task.lines(seed)
    while True:
        for b in batches(task, lines, 8):
            queue.put(b)


def measure(model, held, characters):
    """Character error rate and share of lines without an error, in percent."""
    model.eval()
    wrong = letters = right = count = 0
    with torch.no_grad():
        for pixels, truths, _ in held:
            for got, want in zip(greedy(model(torch.from_numpy(normalise(pixels))), characters), truths):
                wrong, letters = wrong + distance(got, want), letters + len(want)
                right, count = right + (got == want), count + 1
    return 100 * wrong / letters, 100 * right / count


def average(ema, model, step, slow):
    keep = min(slow, (step + 1) / (step + 20))
    with torch.no_grad():
        for a, b in zip(ema.state_dict().values(), model.state_dict().values()):
            if a.dtype.is_floating_point:
                a.mul_(keep).add_(b, alpha=1 - keep)
            else:
                a.copy_(b)


def save(model, path):
    torch.save(model.state_dict(), str(path) + '.part')
    os.replace(str(path) + '.part', path)


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('reader', choices=['latin', 'mrz'])
    p.add_argument('--out', required=True, type=pathlib.Path)
    p.add_argument('--until', help='time of day, HH:MM, UTC')
    p.add_argument('--minutes', type=float, default=60)
    p.add_argument('--from', dest='start', help='an exported model to go on from')
    p.add_argument('--rate', type=float, default=2e-3)
    p.add_argument('--ctc-after', type=float, default=0.15, help='share of the time after which CTC joins the frames\' cross entropy')
    p.add_argument('--average', type=float, default=0.995, help='share of the running average that a step keeps')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--makers', type=int, default=1)
    p.add_argument('--reuse', type=int, default=2, help='steps for each new batch of lines: making them costs as much as learning')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--nice', type=int, default=0)
    a = p.parse_args()

    os.nice(a.nice)
    random.seed(a.seed)
    np.random.seed(a.seed)
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    end = time.time() + 60 * a.minutes
    if a.until:
        now = datetime.datetime.utcnow()
        clock = datetime.datetime.strptime(a.until, '%H:%M').replace(year=now.year, month=now.month, day=now.day)
        end = time.time() + (clock - now).total_seconds()

    task = Task(a.reader)
    queue = multiprocessing.Queue(10)
    makers = [multiprocessing.Process(target=generate, args=(a.reader, queue, 1000 * a.seed + i), daemon=True) for i in range(a.makers)]
    for m in makers:
        m.start()
    held = batches(task, task.lines(7, held_out=True), 12)

    model = task.make(task.classes)
    pool = [queue.get()]
    if a.start:
        net.load_onnx(model, a.start)
        while len(pool) < 8:
            pool.append(queue.get())
        widest = max(pool, key=lambda b: b[0].shape[3])
        net.calibrate(model, torch.from_numpy(normalise(widest[0])))
        print('start: error %.2f %%, lines %.1f %%' % measure(model, held, task.characters), flush=True)
    model = model.to(memory_format=torch.channels_last).train()
    ema = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=a.rate, weight_decay=1e-2)

    begin = said = time.time()
    step, made, losses = 0, BATCH * len(pool), []
    while time.time() < end:
        fresh = step % a.reuse == 0 and (not queue.empty() or len(pool) < 8)
        if fresh:
            pool.append(queue.get())
            made += BATCH
            if len(pool) > POOL:
                pool.pop(0)
        x, texts, y = pool[-1] if fresh else random.choice(pool)
        past = min(1, (time.time() - begin) / (end - begin))
        rate = a.rate * min(1, (step + 1) / 100) * (0.995 * 0.5 * (1 + math.cos(math.pi * past)) + 0.005)
        for g in optimiser.param_groups:
            g['lr'] = rate
        x = normalise(x)
        if random.random() < 0.25:
            x = x + np.random.standard_normal(x.shape).astype(np.float32) * np.float32(random.random() * 0.2)
        scores = model(torch.from_numpy(x))
        loss = F.cross_entropy(scores.reshape(-1, task.classes), torch.from_numpy(y).reshape(-1))
        if a.start or past > a.ctc_after:
            lengths = torch.tensor([len(t) for t in texts])
            target = torch.tensor([task.index[c] for t in texts for c in t])
            ctc = F.ctc_loss(scores.log_softmax(-1).permute(1, 0, 2), target, torch.full((len(texts),), scores.shape[1]), lengths, zero_infinity=True)
            loss = 0.5 * loss + 0.5 * ctc
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        losses.append(loss.item())
        average(ema, model, step, a.average)
        if time.time() - said > (60 if step < 500 else 240) or time.time() >= end:
            said = time.time()
            save(ema, a.out)
            error, lines = measure(ema, held, task.characters)
            print(f'{(said - begin) / 60:.1f} min, step {step}, made {made}, rate {rate:.1e}, loss {np.mean(losses):.4f}, '
                  f'held out: error {error:.2f} %, lines {lines:.1f} %', flush=True)
            losses = []
            model.train()
    save(ema, a.out)
    print(f'done: {step} steps, {made} lines, {(time.time() - begin) / 60:.1f} minutes', flush=True)
    for m in makers:
        m.terminate()


if __name__ == '__main__':
    main()
