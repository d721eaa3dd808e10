"""The models in PyTorch, as a user of the recipe would write them, with the attributes, order and arguments of the checkpoints.

x is [B, window, input_size]; every model gives [B, output_size], output_size = horizon x targets, step-major."""

import math

import torch
from torch import nn


class LSTMModel(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, output_size, dropout=0.0, bidirectional=False, proj_size=0):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout, bidirectional=bidirectional, proj_size=proj_size)
        self.fc = nn.Linear((proj_size or hidden_size) * (2 if bidirectional else 1), output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


class GRUModel(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, output_size, dropout=0.0, bidirectional=False):
        super().__init__()
        self.gru = nn.GRU(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout, bidirectional=bidirectional)
        self.fc = nn.Linear(hidden_size * (2 if bidirectional else 1), output_size)

    def forward(self, x):
        return self.fc(self.gru(x)[0][:, -1])


class CNNModel(nn.Module):
    def __init__(self, input_size, window, output_size, channels=64, num_layers=2, kernel_size=3, dropout=0.0):
        super().__init__()
        layers = []
        for layer in range(num_layers):
            layers += [nn.Conv1d(channels if layer else input_size, channels, kernel_size, padding="same"), nn.ReLU(), nn.Dropout(dropout)]
        self.conv = nn.Sequential(*layers)
        self.fc = nn.Linear(channels * window, output_size)

    def forward(self, x):
        return self.fc(self.conv(x.transpose(1, 2)).flatten(1))


class AttentionModel(nn.Module):
    """An LSTM; its subclasses weight its steps: attend() maps outputs [B, window, width] to context and weights."""

    def forward(self, x):
        return self.fc(self.attend(self.lstm(x)[0])[0])

    def weights(self, x):
        """[B, window]"""
        return self.attend(self.lstm(x)[0])[1]


class LSTMAttentionModel(AttentionModel):
    def __init__(self, input_size, hidden_size, num_layers, output_size, dropout=0.0, bidirectional=False, proj_size=0):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout, bidirectional=bidirectional, proj_size=proj_size)
        width = (proj_size or hidden_size) * (2 if bidirectional else 1)
        self.attention = nn.Linear(width, 1)
        self.fc = nn.Linear(width, output_size)

    def attend(self, outputs):
        weights = torch.softmax(self.attention(outputs).squeeze(2), dim=1)
        return torch.einsum("bw,bwd->bd", weights, outputs), weights


class AdditiveAttention(nn.Module):
    """Bahdanau, Cho and Bengio, 2015: v tanh(W query + U key)."""

    def __init__(self, width):
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.score = nn.Linear(width, 1, bias=False)

    def forward(self, query, keys):
        return torch.softmax(self.score(torch.tanh(self.query(query)[:, None] + self.key(keys))).squeeze(2), dim=1)


class LSTMAdditiveAttentionModel(AttentionModel):
    def __init__(self, input_size, hidden_size, num_layers, output_size, dropout=0.0, bidirectional=False, proj_size=0):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout, bidirectional=bidirectional, proj_size=proj_size)
        width = (proj_size or hidden_size) * (2 if bidirectional else 1)
        self.attention = AdditiveAttention(width)
        self.fc = nn.Linear(width, output_size)

    def attend(self, outputs):
        weights = self.attention(outputs[:, -1], outputs)
        return torch.einsum("bw,bwd->bd", weights, outputs), weights


class LSTMScaledDotAttentionModel(AttentionModel):
    """Vaswani et al., 2017, with one head."""

    def __init__(self, input_size, hidden_size, num_layers, output_size, dropout=0.0, bidirectional=False, proj_size=0):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=dropout, bidirectional=bidirectional, proj_size=proj_size)
        width = (proj_size or hidden_size) * (2 if bidirectional else 1)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.fc = nn.Linear(width, output_size)

    def attend(self, outputs):
        query, keys = self.query(outputs[:, -1]), self.key(outputs)
        weights = torch.softmax(torch.einsum("bd,bwd->bw", query, keys) / math.sqrt(keys.shape[-1]), dim=1)
        return torch.einsum("bw,bwd->bd", weights, self.value(outputs)), weights


class LinearModel(nn.Module):
    """For one feature, which is the target."""

    def __init__(self, window, horizon, bias=True):
        super().__init__()
        self.linear = nn.Linear(window, horizon, bias=bias)

    def forward(self, x):
        return self.linear(x[:, :, 0])


def window_layers(window, horizon, targets, individual):
    return nn.ModuleList(nn.Linear(window, horizon) for _ in range(targets)) if individual else nn.Linear(window, horizon)


def apply_layers(layers, past):
    """past [B, targets, window] to [B, targets, horizon]"""
    if isinstance(layers, nn.Linear):
        return layers(past)
    return torch.stack([layer(past[:, target]) for target, layer in enumerate(layers)], dim=1)


class NLinearModel(nn.Module):
    """Zeng et al., 2023, for features that are all targets, as are the next two."""

    def __init__(self, window, horizon, input_size, individual=False):
        super().__init__()
        self.Linear = window_layers(window, horizon, input_size, individual)

    def forward(self, x):
        past = x.transpose(1, 2)
        last = past[:, :, -1:]
        return (apply_layers(self.Linear, past - last) + last).transpose(1, 2).flatten(1)


class DLinearModel(nn.Module):
    """Zeng et al., 2023: the trend is the mean of kernel_size values; the first and the last value go on beyond the ends."""

    def __init__(self, window, horizon, input_size, kernel_size=25, individual=False):
        super().__init__()
        self.kernel_size = kernel_size
        self.Linear_Seasonal = window_layers(window, horizon, input_size, individual)
        self.Linear_Trend = window_layers(window, horizon, input_size, individual)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.endswith("weight"):
                    parameter.fill_(1 / window)

    def forward(self, x):
        past, beyond = x.transpose(1, 2), self.kernel_size // 2
        longer = torch.cat([past[:, :, :1]] * beyond + [past] + [past[:, :, -1:]] * beyond, dim=2)
        trend = longer.unfold(2, self.kernel_size, 1).mean(dim=3)
        return (apply_layers(self.Linear_Seasonal, past - trend) + apply_layers(self.Linear_Trend, trend)).transpose(1, 2).flatten(1)


class RevIN(nn.Module):
    """Kim et al., 2022, with its learned parameters."""

    def __init__(self, columns):
        super().__init__()
        self.affine_weight = nn.Parameter(torch.ones(columns))
        self.affine_bias = nn.Parameter(torch.zeros(columns))

    def within(self, x, inner):
        """What `inner` makes of the normalised x, on the scale of x."""
        mean, deviation = x.mean(dim=1, keepdim=True), (x.var(dim=1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        forecast = inner((x - mean) / deviation * self.affine_weight + self.affine_bias)
        return (forecast - self.affine_bias) / (self.affine_weight + 1e-10) * deviation + mean


class RLinearModel(nn.Module):
    """Li et al., 2023."""

    def __init__(self, window, horizon, input_size, individual=False):
        super().__init__()
        self.Linear = window_layers(window, horizon, input_size, individual)
        self.revin_layer = RevIN(input_size)

    def forward(self, x):
        return self.revin_layer.within(x, lambda seen: apply_layers(self.Linear, seen.transpose(1, 2)).transpose(1, 2)).flatten(1)


def build(name, hyper_parameters):
    """A model from a checkpoint's hyper_parameters; its constructor gets those that it has parameters for."""
    cls = globals()[name]
    names = cls.__init__.__code__.co_varnames[1 : cls.__init__.__code__.co_argcount]
    return cls(**{k: hyper_parameters[k] for k in names if k in hyper_parameters})
