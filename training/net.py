"""The line readers' network, and its way out of and back into ONNX."""
import copy

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, cin, cout, size, stride=1, padding=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, size, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)), inplace=True)


class Context(nn.Module):
    """Residual convolution along the line: what stands beside a letter helps to tell it."""

    def __init__(self, channels, dilation):
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x):
        return x + F.relu(self.norm(self.conv(x)))


class LineNet(nn.Module):
    """N×1×H×W → N×T×classes logits. Every position of stride 4 gives `split` frames of output.

    No recurrence, so a net trained on short crops reads lines of any length.
    """

    def __init__(self, channels, fold, dilations, classes, split=1, hidden=0):
        super().__init__()
        c = channels
        self.stem = nn.ModuleList([
            Conv(1, c[0], 3, 2), Conv(c[0], c[1], 3), Conv(c[1], c[2], 3), Conv(c[2], c[3], 3), Conv(c[3], c[4], 3),
            Conv(c[4], c[5], (fold, 3), 1, (0, 1)),  # folds what is left of the height into one row
        ])
        self.context = nn.Sequential(*[Context(c[5], d) for d in dilations])
        self.split, self.hidden, self.classes = split, hidden, classes
        if hidden:
            self.spread = nn.Conv1d(c[5], split * hidden, 1)
            self.out = nn.Conv1d(hidden, classes, 1)
        else:
            self.out = nn.Conv1d(c[5], classes, 1)

    def forward(self, x):
        s = self.stem
        x = F.max_pool2d(s[1](s[0](x)), 2)
        x = F.max_pool2d(s[3](s[2](x)), (2, 1))
        x = self.context(s[5](s[4](x)).squeeze(2))
        if self.hidden:
            y = F.relu(self.spread(x))
            n, _, w = y.shape
            x = y.reshape(n, self.hidden, self.split, w).permute(0, 1, 3, 2).reshape(n, self.hidden, w * self.split)
        return self.out(x).permute(0, 2, 1)


def latin(classes, dilations=(1, 2, 4, 8, 4, 1)):
    return LineNet((16, 32, 48, 64, 112, 160), 5, dilations, classes, split=2, hidden=128)


def mrz(classes, dilations=(1, 2, 4)):
    return LineNet((16, 32, 48, 64, 96, 128), 4, dilations, classes)


def read_onnx(path):
    """The initialisers of an exported model in the order in which its convolutions use them: [(weight, bias)]."""
    graph = onnx.load(path).graph
    values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    return [tuple(values[n] for n in node.input[1:3]) for node in graph.node if node.op_type == 'Conv']


def load_onnx(net, path):
    """Fill net with an exported model's weights, whose batch norms were folded into the convolutions. Blocks of context that the
    file does not have start near zero, so that they change little before they learn. Returns how many blocks the file had."""
    folded = read_onnx(path)
    heads = 2 if net.hidden else 1
    blocks = [m for m in net.modules() if isinstance(m, (Conv, Context))]
    have = len(folded) - heads
    for block, (weight, bias) in zip(blocks[:have], folded):
        block.conv.weight.data.copy_(weight)
        norm = block.norm
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        norm.weight.data.fill_(1)
        norm.bias.data.copy_(bias)
    for block in blocks[have:]:
        block.norm.weight.data.fill_(0.1)
    for layer, (weight, bias) in zip([net.spread, net.out] if net.hidden else [net.out], folded[have:]):
        layer.weight.data.copy_(weight)
        layer.bias.data.copy_(bias)
    return have


def calibrate(net, x):
    """Give batch norms that were folded away the statistics of x without changing what the net computes in eval mode: training
    mode normalises by the batch, and would otherwise start from noise."""
    blocks = [m for m in net.modules() if isinstance(m, (Conv, Context))]
    stats = {}

    def hook(block):
        def keep(_, __, out):
            dims = [d for d in range(out.dim()) if d != 1]
            stats[block] = out.mean(dims), out.var(dims, unbiased=False)
        return keep

    hooks = [b.conv.register_forward_hook(hook(b)) for b in blocks]
    net.eval()
    with torch.no_grad():
        net(x)
    for h in hooks:
        h.remove()
    for block in blocks:
        mean, var = stats[block]
        norm = block.norm
        scale = norm.weight.data / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias.data - norm.running_mean * scale
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)
        norm.weight.data.copy_(scale * torch.sqrt(var + norm.eps))
        norm.bias.data.copy_(shift + mean * scale)


class Probabilities(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x).softmax(-1)


def export(net, path, height, output, softmax):
    """Write net as ONNX with any number of lines of any width."""
    module = copy.deepcopy(net).eval()
    if softmax:
        module = Probabilities(module).eval()
    torch.onnx.export(module, torch.zeros(2, 1, height, 320), path, opset_version=13, input_names=['x'], output_names=[output],
                      dynamic_axes={'x': {0: 'n', 3: 'w'}, output: {0: 'n', 1: 't'}})
