"""What happened on the exchange: candles of a file, and the trades that make each of them."""
import bisect
import copy
import csv
import functools
import io
import json
import random
import subprocess
from decimal import Decimal

MINUTE, WEEK = 60_000, 7 * 86_400_000


def read_rows(path):
    if path.endswith(".zst"):
        text = subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
    else:
        text = open(path, "rb").read()
    return csv.DictReader(io.StringIO(text.decode()))


def time_of(text):
    """Milliseconds, from a number of seconds or milliseconds or RFC 3339."""
    if text.lstrip("-").isdigit():
        return int(text) * (1 if len(text) > 11 else 1000)
    from datetime import datetime, timezone
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=timezone.utc).timestamp() * 1000)


class Tape:
    """One product. Candles without volume are left out: where nobody trades there is no candle."""

    def __init__(self, symbol, path, seed=1, trades=(5, 20), since=None, until=None, shift_to=None, differ=0):
        self.symbol, self.seed, self.trades, self.differ = symbol, seed, trades, differ
        self.candles = {}
        for row in read_rows(path):
            time = time_of(next(row[name] for name in ("time", "timestamp", "open_time") if name in row))
            if (since is None or time >= since) and (until is None or time < until) and Decimal(row["volume"]) > 0:
                self.candles[time] = tuple(row[name] for name in ("open", "high", "low", "close", "volume"))
        if shift_to is not None and self.candles:
            self.shift(shift_to)
        self.times = sorted(self.candles)
        self.number()

    def shift(self, now):
        """By whole weeks: a tape that has candles of this hour of the week ends with them, another one within a week of now."""
        beyond = -((max(self.candles) - now) // WEEK)
        for weeks in (beyond, (now - max(self.candles)) // WEEK):
            moved = ((time + weeks * WEEK, candle) for time, candle in self.candles.items())
            kept = {time: candle for time, candle in moved if time <= now}
            if kept and max(kept) > now - 60 * MINUTE:
                break
        self.candles = kept

    def number(self):
        """Ids of trades: consecutive, the same each time."""
        self.first_id, before = {}, 1000
        for time in self.times:
            self.first_id[time] = before
            before += self.count(time)
        self.minute = functools.lru_cache(maxsize=64)(self.make_minute)

    def named(self, symbol):
        """The same candles as another product, with trades of its own."""
        other = copy.copy(self)
        other.symbol = symbol
        other.number()
        return other

    def draws(self, time):
        return random.Random(f"{self.seed} {self.symbol} {time}")

    def count(self, time):
        return self.draws(time).randint(*self.trades) + self.differs(time)

    def differs(self, time):
        """Whether the trades of this minute are told otherwise than its candle."""
        return int(bool(self.differ) and (time // MINUTE) % self.differ == 0)

    def make_minute(self, time):
        """The trades of a minute, oldest first: (id, time in microseconds, price, size, side)."""
        draws = self.draws(time)
        count = draws.randint(*self.trades)
        start, high, low, close, volume = (Decimal(text) for text in self.candles[time])
        step = Decimal(1).scaleb(min(value.as_tuple().exponent for value in (start, high, low, close)))
        inner = [low + step * draws.randint(0, int((high - low) / step)) for _ in range(count)]
        prices = [start, *inner[:count - 2], close] if count > 1 else [close]
        for extreme in (high, low):
            if extreme not in prices:
                prices[draws.randint(1, len(prices) - 2)] = extreme
        if high not in prices or low not in prices:  # one took the other's place
            prices[1], prices[2] = high, low
        sizes = self.split(volume, count, draws)
        offsets = sorted(draws.randrange(60_000_000) for _ in range(count))
        if self.differs(time):
            prices.append(close), sizes.append(volume), offsets.append(59_999_999)
        return [(self.first_id[time] + i, time * 1000 + offsets[i], prices[i], sizes[i], draws.choice(("BUY", "SELL")))
                for i in range(len(prices))]

    @staticmethod
    def split(volume, count, draws):
        """Positive sizes with exactly this sum."""
        unit = Decimal(1).scaleb(min(volume.as_tuple().exponent, -8))
        units = int(volume / unit)
        if units < count:
            unit, units = unit.scaleb(-4), units * 10_000
        cuts = sorted(draws.sample(range(1, units), count - 1)) if units < 10**15 else \
            sorted({units * i // count for i in range(1, count)})
        return [(b - a) * unit for a, b in zip([0, *cuts], [*cuts, units])]

    def between(self, after_us, until_us):
        """Trades with a time in (after, until]."""
        found = []
        index = bisect.bisect_left(self.times, after_us // 1000 // MINUTE * MINUTE)
        while index < len(self.times) and self.times[index] * 1000 <= until_us:
            found += [trade for trade in self.minute(self.times[index]) if after_us < trade[1] <= until_us]
            index += 1
        return found

    def last(self, count, until_us):
        found, index = [], bisect.bisect_right(self.times, until_us // 1000)
        while index > 0 and len(found) < count:
            index -= 1
            found = [trade for trade in self.minute(self.times[index]) if trade[1] <= until_us] + found
        return found[-count:]

    def partial(self, time, now_us):
        """The candle of a minute that is not over, as it is told meanwhile; None before its first trade."""
        trades = [trade for trade in self.minute(time) if trade[1] <= now_us] if time in self.candles else []
        if not trades:
            return None
        prices = [trade[2] for trade in trades]
        return tuple(format(value, "f") for value in
                     (prices[0], max(prices), min(prices), prices[-1], sum(trade[3] for trade in trades)))

    def closed(self, start, end, now_us):
        """[(time, candle)] of [start, end) in milliseconds as they are known at this time, the unfinished one with them."""
        found = []
        index = bisect.bisect_left(self.times, start)
        while index < len(self.times) and self.times[index] < end and self.times[index] * 1000 <= now_us:
            time = self.times[index]
            over = (time + MINUTE) * 1000 <= now_us
            candle = self.candles[time] if over else self.partial(time, now_us)
            if candle:
                found.append((time, candle))
            index += 1
        return found


class Recording(Tape):
    """One product of a recording: the trades are those of the recording, the candles theirs."""

    def __init__(self, symbol, trades):
        self.symbol, self.differ, self.minutes = symbol, 0, {}
        for trade in sorted(trades):
            self.minutes.setdefault(trade[1] // 1000 // MINUTE * MINUTE, []).append(trade)
        self.times, self.candles = sorted(self.minutes), {}
        for time in self.times:
            self.candles[time] = self.partial(time, (time + MINUTE) * 1000)

    def minute(self, time):
        return self.minutes[time]

    def partial(self, time, now_us):
        self.candles.setdefault(time, ())
        return super().partial(time, now_us)


def received(path, words=(b"",)):
    """[(microseconds, message)] of a recording of either feed, in cryptofeed's forms: {"t":"recv","ts":...,"data":...}
    and SECONDS: MESSAGE; those with one of the words in them."""
    found = []
    for line in subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout.split(b"\n"):
        if not any(word in line for word in words):
            continue
        if line.startswith(b"{"):
            entry = json.loads(line)
            if entry["t"] == "recv":
                found.append((int(entry["ts"] * 1e6), entry["data"].encode()))
        elif line[:1].isdigit():
            time, _, message = line.partition(b": ")
            found.append((int(float(time) * 1e6), message))
    return found


def trades_in(message):
    """Trades as the feeds tell them; those of l2_data and others are none."""
    if b'"market_trades"' in message:
        said = json.loads(message)
        return [trade for event in said.get("events", []) for trade in event.get("trades", [])]
    return [json.loads(message)] if b'"match"' in message or b'"last_match"' in message else []


def recordings(path):
    """{symbol: tape} of a recording."""
    trades = {}
    for _, message in received(path, (b"market_trades", b'match"')):
        for each in trades_in(message):
            number = int(each["trade_id"])
            trades.setdefault(each["product_id"], {})[number] = (
                number, moment_us(each["time"]), Decimal(each["price"]), Decimal(each["size"]), each["side"].upper())
    return {symbol: Recording(symbol, found.values()) for symbol, found in trades.items()}


def products_in(path):
    """The REST interface's list of products, where the recording holds it."""
    for line in subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout.split(b"\n"):
        if b'"t":"http"' in line[:99]:
            return json.loads(line)["data"].encode()
    return None


def moment_us(text):
    """Microseconds of RFC 3339 in UTC, of any number of decimals; finer digits are cut."""
    whole, _, part = text.rstrip("Z").partition(".")
    return time_of(whole + "Z") * 1000 + int((part + "000000")[:6])
