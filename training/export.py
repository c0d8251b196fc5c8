"""Exports trained weights as the program loads them, and compares their answers with PyTorch's.

    python3 export.py latin /tmp/latin.pt ../models/latin-reader.onnx

The comparison reads the written file back into a second network, so it covers the folding of the batch norms too. (Debian 12 has no
onnxruntime for Python; the program's own runtime is compared by the tests in Go.)
"""
import argparse
import hashlib
import pathlib
import sys

import torch

import alphabet
import net

SHAPES = {'latin': (40, 'p', True), 'mrz': (32, 'logits', False)}
WORST = 1e-3  # largest difference of logits that rounding explains


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('reader', choices=sorted(SHAPES))
    p.add_argument('weights', type=pathlib.Path)
    p.add_argument('out', type=pathlib.Path)
    a = p.parse_args()
    characters, make = (alphabet.LATIN, net.latin) if a.reader == 'latin' else (alphabet.MRZ, net.mrz)
    height, output, softmax = SHAPES[a.reader]
    model = make(len(characters) + 1)
    model.load_state_dict(torch.load(a.weights, map_location='cpu'))
    model.eval()
    net.export(model, str(a.out), height, output, softmax)

    again = make(len(characters) + 1)
    net.load_onnx(again, str(a.out))
    again.eval()
    torch.manual_seed(1)
    x = torch.randn(3, 1, height, 400)
    with torch.no_grad():
        worst = float((model(x) - again(x)).abs().max())
    data = a.out.read_bytes()
    print(f'{a.out}: {len(data)} bytes, {sum(v.numel() for v in model.parameters())} parameters, sha256 {hashlib.sha256(data).hexdigest()}, '
          f'largest difference {worst:.1e}')
    if worst > WORST:
        sys.exit('the exported weights answer differently')


if __name__ == '__main__':
    main()
