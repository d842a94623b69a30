"""Misbehaviour on order: a name and a number, which says how often (every so many) or how much.

    of REST         429 503 html empty(percent) truncated length huge hostile slow(seconds) trickle(in 40 pieces, over 2 s)
                    revise(every so manyth minute since the beginning: the first answer has twice its volume)
    of WebSockets   cut halfopen silence(seconds, every 100 messages) drip(bytes a second) storm(connections) drop duplicate reorder restate
                    nonsense deaf(connections)"""
import random

REST = ("429", "503", "html", "empty", "truncated", "length", "huge", "hostile", "slow", "trickle", "revise")
FEED = ("cut", "halfopen", "silence", "drip", "storm", "drop", "duplicate", "reorder", "restate", "nonsense", "deaf")

HOSTILE = [b"[" * 5000, b'{"candles":[{"start":"1e999"}]}', b'{"a":"\xff\xfe"}', b"[[1e999,1,1,1,1,1]]", b"\0\0\0\0",
           b'{"candles":[{"start":"0","low":"-1","high":"NaN","open":"0x10","close":"1,5","volume":""}]}',
           b'{"channel":"market_trades","events":[{"type":"update","trades":[{"trade_id":"99999999999999999999"}]}]}',
           b'{"candles":' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}", b'""', b"null"]


class Faults:
    def __init__(self, text="", seed=1):
        self.values, self.seen, self.done, self.draws = {}, {}, {}, random.Random(seed)
        self.set(dict(part.split("=") if "=" in part else (part, 1) for part in text.split(",") if part))

    def set(self, values):
        for name in values:
            if name not in REST + FEED:
                raise ValueError(f"{name}: no such fault")
        self.values = {name: float(value) for name, value in values.items()}

    def value(self, name):
        return self.values.get(name, 0)

    def every(self, name):
        """Whether it is this one's turn."""
        if not self.value(name):
            return False
        self.seen[name] = self.seen.get(name, 0) + 1
        turn = self.seen[name] % self.values[name] < 1
        self.done[name] = self.done.get(name, 0) + turn
        return turn

    def percent(self, name):
        turn = self.draws.random() * 100 < self.value(name)
        self.done[name] = self.done.get(name, 0) + turn
        return turn

    def first(self, name):
        """Whether this is one of the first so many."""
        self.seen[name] = self.seen.get(name, 0) + 1
        turn = self.seen[name] <= self.value(name)
        self.done[name] = self.done.get(name, 0) + turn
        return turn

    def hostile(self):
        return self.draws.choice(HOSTILE)
