"""The language's functions in plain Python, two passes a window, every sum exact (math.fsum): the reference of the
golden files.

Written from the definitions that TA-Lib publishes for the functions it has (ta-lib.org, "Functions" and the indicator
pages: seeding, lookback), and from the cited authors for the others. A row is a list of floats, NaN where undefined.
Columns hold no NaN; a row that a function makes has its NaN in front only, so `start` tells where its values
begin.
"""

from math import exp, floor, fsum, isnan, log, log2, nan, sqrt


def start(x):
    return next((t for t in range(len(x)) if not isnan(x[t])), len(x))


def each(f, *rows):
    """f bar by bar where all rows are defined."""
    return [nan if any(map(isnan, v)) else f(*v) for v in zip(*rows)]


def lag(x, n):
    return [nan] * min(n, len(x)) + x[: max(len(x) - n, 0)]


def window(f, x, n):
    first = start(x) + n - 1
    return [nan if t < first else f(x[t - n + 1 : t + 1]) for t in range(len(x))]


def quotient(a, b):
    return 0.0 if b == 0 else a / b


# ---- averages -----------------------------------------------------------------------------------------------------


def sma(x, n):
    return window(lambda w: fsum(w) / n, x, n)


def wma(x, n):
    return window(lambda w: fsum((i + 1) * v for i, v in enumerate(w)) / (n * (n + 1) / 2), x, n)


def carried(x, n, step):
    """Seeded with the mean of the first n values."""
    out, first = [nan] * len(x), start(x) + n - 1
    for t in range(first, len(x)):
        out[t] = fsum(x[t - n + 1 : t + 1]) / n if t == first else step(out[t - 1], x[t])
    return out


def ema(x, n):
    return carried(x, n, lambda last, v: last + 2 / (n + 1) * (v - last))


def wilder(x, n):
    return carried(x, n, lambda last, v: (last * (n - 1) + v) / n)


def dema(x, n):
    once = ema(x, n)
    return each(lambda a, b: 2 * a - b, once, ema(once, n))


def tema(x, n):
    once = ema(x, n)
    twice = ema(once, n)
    return each(lambda a, b, c: 3 * a - 3 * b + c, once, twice, ema(twice, n))


def kama(x, n):
    out = [nan] * len(x)
    for t in range(n, len(x)):
        total = fsum(abs(x[i] - x[i - 1]) for i in range(t - n + 1, t + 1))
        efficiency = abs(x[t] - x[t - n]) / total if total else 1.0
        pace = (efficiency * (2 / 3 - 2 / 31) + 2 / 31) ** 2
        last = x[t - 1] if t == n else out[t - 1]
        out[t] = last + pace * (x[t] - last)
    return out


def linreg(x, n):
    """The least-squares line through (0, w0) .. (n-1, wn-1), at its end."""

    def end(w):
        middle, mean = (n - 1) / 2, fsum(w) / n
        slope = fsum((i - middle) * (v - mean) for i, v in enumerate(w)) / fsum((i - middle) ** 2 for i in range(n))
        return mean + slope * middle

    return window(end, x, n)


# ---- bands and channels -------------------------------------------------------------------------------------------


def stddev(x, n):
    def spread(w):
        mean = fsum(w) / n
        return sqrt(fsum((v - mean) ** 2 for v in w) / n)

    return window(spread, x, n)


def bollinger(x, n, k):
    return each(lambda m, s: m + k * s, sma(x, n), stddev(x, n))


def highest(x, n):
    return window(max, x, n)


def lowest(x, n):
    return window(min, x, n)


def since(pick, x, n):
    return window(lambda w: float(w[::-1].index(pick(w))), x, n)


def window_sum(x, n):
    return window(fsum, x, n)


# ---- momentum -----------------------------------------------------------------------------------------------------


def momentum(x, n):
    return each(lambda a, b: a - b, x, lag(x, n))


def roc(x, n):
    return each(lambda a, b: quotient(100 * (a - b), b), x, lag(x, n))


def gains(x, n):
    moves = momentum(x, 1)
    return wilder(each(lambda d: max(d, 0.0), moves), n), wilder(each(lambda d: max(-d, 0.0), moves), n)


def rsi(x, n):
    return each(lambda g, l: quotient(100 * g, g + l), *gains(x, n))


def cmo(x, n):
    return each(lambda g, l: quotient(100 * (g - l), g + l), *gains(x, n))


def trix(x, n):
    return roc(ema(ema(ema(x, n), n), n), 1)


def macd(x, fast, slow):
    """Both averages begin at the bar where the slower one can."""
    late = max(fast, slow)
    begin = lambda n: ema([nan] * (late - n) + x[late - n :], n)
    return each(lambda a, b: a - b, begin(fast), begin(slow))


def macd_signal(x, fast, slow, n):
    return ema(macd(x, fast, slow), n)


def macd_histogram(x, fast, slow, n):
    return each(lambda a, b: a - b, macd(x, fast, slow), macd_signal(x, fast, slow, n))


def stochastic_k(c, n):
    return each(lambda p, h, l: quotient(100 * (p - l), h - l), c["close"], highest(c["high"], n), lowest(c["low"], n))


def williams_r(c, n):
    return each(lambda p, h, l: quotient(-100 * (h - p), h - l), c["close"], highest(c["high"], n), lowest(c["low"], n))


def typical(c):
    return each(lambda h, l, p: (h + l + p) / 3, c["high"], c["low"], c["close"])


def cci(c, n):
    def place(w):
        mean = fsum(w) / n
        return quotient(w[-1] - mean, 0.015 * fsum(abs(v - mean) for v in w) / n)

    return window(place, typical(c), n)


# ---- trend and volatility -----------------------------------------------------------------------------------------


def true_range(c):
    return each(lambda h, l, p: max(h - l, abs(h - p), abs(l - p)), c["high"], c["low"], lag(c["close"], 1))


def atr(c, n):
    return wilder(true_range(c), n)


def wilder_sum(x, n):
    """The first n - 1 values are added up; from then on sum - sum / n + value."""
    out, first = [nan] * len(x), start(x) + n - 1
    total = fsum(x[first - n + 1 : first])
    for t in range(first, len(x)):
        out[t] = total = total - total / n + x[t]
    return out


def directional(c, n, way):
    up, down = momentum(c["high"], 1), each(lambda d: -d, momentum(c["low"], 1))
    own, other = (up, down) if way > 0 else (down, up)
    moves = each(lambda a, b: a if a > b and a > 0 else 0.0, own, other)
    return each(lambda m, r: quotient(100 * m, r), wilder_sum(moves, n), wilder_sum(true_range(c), n))


def dx(c, n):
    return each(lambda p, m: quotient(100 * abs(p - m), p + m), directional(c, n, +1), directional(c, n, -1))


def adx(c, n):
    return wilder(dx(c, n), n)


def aroon(pick, x, n):
    return each(lambda age: 100 * (n - age) / n, since(pick, x, n + 1))


# ---- volume -------------------------------------------------------------------------------------------------------


def obv(c):
    out = [c["volume"][0]]
    for t in range(1, len(c["close"])):
        move = c["close"][t] - c["close"][t - 1]
        out.append(out[-1] + (c["volume"][t] if move > 0 else -c["volume"][t] if move < 0 else 0.0))
    return out


def vwap(c, n):
    money = window_sum(each(lambda p, v: p * v, typical(c), c["volume"]), n)
    return each(lambda m, v: m / v if v else nan, money, window_sum(c["volume"], n))


def flows(c, n):
    price, before = typical(c), lag(typical(c), 1)
    flow = lambda way: each(lambda p, b, v: p * v if (p - b) * way > 0 else 0.0, price, before, c["volume"])
    return window_sum(flow(+1), n), window_sum(flow(-1), n)


def mfi(c, n):
    return each(lambda i, o: quotient(100 * i, i + o), *flows(c, n))


# ---- lines, channels, levels, oscillators ---------------------------------------------------------------------------


def line(w):
    """The least-squares line through (0, w0) .. (n-1, wn-1): mean, slope, squared distances from it."""
    n, mean = len(w), fsum(w) / len(w)
    places = [i - (n - 1) / 2 for i in range(n)]
    slope = fsum(i * (v - mean) for i, v in zip(places, w)) / fsum(i * i for i in places)
    return mean, slope, fsum((v - mean - slope * i) ** 2 for i, v in zip(places, w))


def linreg_slope(x, n):
    return window(lambda w: line(w)[1], x, n)


def linreg_deviation(x, n):
    return window(lambda w: sqrt(line(w)[2] / (n - 1)), x, n)


def zlema(x, n):
    """Ehlers and Way: the EMA of x + (x - x[lag]), lag = (n - 1) / 2 rounded down."""
    return ema(each(lambda v, b: v + (v - b), x, lag(x, (n - 1) // 2)), n)


def keltner(c, n, m, k):
    return each(lambda e, r: e + k * r, ema(c["close"], n), atr(c, m))


def midprice(c, n):
    return each(lambda h, l: (h + l) / 2, highest(c["high"], n), lowest(c["low"], n))


def span_a(c, tenkan, kijun):
    """Drawn kijun bars ahead: what stands at this bar was computed that many bars ago."""
    return lag(each(lambda t, k: (t + k) / 2, midprice(c, tenkan), midprice(c, kijun)), kijun)


def pivot(c, n, level):
    """Of the n bars before: P = (H + L + C) / 3, R1 = 2 P - L, S1 = 2 P - H, R2 = P + (H - L), S2 = P - (H - L)."""
    levels = {
        "p": lambda h, l, p: p,
        "r1": lambda h, l, p: 2 * p - l,
        "s1": lambda h, l, p: 2 * p - h,
        "r2": lambda h, l, p: p + (h - l),
        "s2": lambda h, l, p: p - (h - l),
    }
    day = each(lambda h, l, v: levels[level](h, l, (h + l + v) / 3), highest(c["high"], n), lowest(c["low"], n), c["close"])
    return lag(day, 1)


def ppo(x, fast, slow):
    return each(lambda a, b: quotient(100 * (a - b), b), ema(x, fast), ema(x, slow))


def dpo(x, n):
    return each(lambda v, m: v - m, x, lag(sma(x, n), n // 2 + 1))


def awesome_oscillator(c, fast, slow):
    middle = each(lambda h, l: (h + l) / 2, c["high"], c["low"])
    return each(lambda a, b: a - b, sma(middle, fast), sma(middle, slow))


def kst(x, *means):
    parts = [sma(roc(x, n), m) for n, m in zip((10, 15, 20, 30), means)]
    return each(lambda *v: fsum((i + 1) * p for i, p in enumerate(v)), *parts)


def symmetric(x):
    return window(lambda w: (w[3] + 2 * w[2] + 2 * w[1] + w[0]) / 6, x, 4)


def rvi(c, n):
    """Ehlers: the sum of smoothed bodies over the sum of smoothed ranges."""
    bodies = window_sum(symmetric(each(lambda v, o: v - o, c["close"], c["open"])), n)
    return each(quotient, bodies, window_sum(symmetric(each(lambda h, l: h - l, c["high"], c["low"])), n))


def power(c, price, n):
    return each(lambda v, e: v - e, c[price], ema(c["close"], n))


def rainbow(x, *periods):
    """Widner: 100 (x - mean of the averages) / (highest - lowest of the longest period)."""
    mean = each(lambda *v: fsum(v) / 3, *(ema(x, n) for n in periods))
    place = lambda v, m, h, l: quotient(100 * (v - m), h - l)
    return each(place, x, mean, highest(x, periods[-1]), lowest(x, periods[-1]))


def mass_index(c, n, total):
    once = ema(each(lambda h, l: h - l, c["high"], c["low"]), n)
    return window_sum(each(quotient, once, ema(once, n)), total)


def money_flow(c):
    inside = lambda h, l, p, v: quotient((p - l) - (h - p), h - l) * v
    return each(inside, c["high"], c["low"], c["close"], c["volume"])


def running(x):
    return [fsum(x[: t + 1]) for t in range(len(x))]


def ad(c):
    return running(money_flow(c))


def begun_ema(x, n):
    """Seeded with the first value, as TA-Lib's ADOSC does; shown from the n-th on."""
    out = [x[0]]
    for v in x[1:]:
        out.append(out[-1] + 2 / (n + 1) * (v - out[-1]))
    return [nan] * (n - 1) + out[n - 1 :]


def chaikin_oscillator(c, fast, slow):
    return each(lambda a, b: a - b, begun_ema(ad(c), fast), begun_ema(ad(c), slow))


def cmf(c, n):
    return each(quotient, window_sum(money_flow(c), n), window_sum(c["volume"], n))


def pvt(c):
    return running([0.0] + [v * (p - b) / b for v, p, b in zip(c["volume"][1:], c["close"][1:], c["close"])])


def nvi(c):
    """Fosback: on bars of falling volume the index gains its own share of the close's relative change."""
    out, volume, close = [1000.0], c["volume"], c["close"]
    for t in range(1, len(close)):
        gain = out[-1] * (close[t] - close[t - 1]) / close[t - 1] if volume[t] < volume[t - 1] else 0.0
        out.append(out[-1] + gain)
    return out


def klinger_oscillator(c, fast, slow):
    """Trend +1 when H + L + C rose, else -1; DM = H - L; CM is CM + DM while the trend stays, else DM before + DM; VF =
    V |2 DM / CM - 1| trend 100."""
    key = each(lambda h, l, p: h + l + p, c["high"], c["low"], c["close"])
    dm = each(lambda h, l: h - l, c["high"], c["low"])
    force, before, cm = [nan], 0, 0.0
    for t in range(1, len(key)):
        trend = 1 if key[t] > key[t - 1] else -1
        cm = (cm if trend == before else dm[t - 1]) + dm[t]
        force.append(c["volume"][t] * abs(2 * dm[t] / cm - 1) * trend * 100 if cm else 0.0)
        before = trend
    return each(lambda a, b: a - b, ema(force, fast), ema(force, slow))


def vwma(c, x, n):
    money = window_sum(each(lambda p, v: p * v, x, c["volume"]), n)
    return each(lambda m, v: m / v if v else nan, money, window_sum(c["volume"], n))


def vwema(c, x, n):
    """EMA of x times volume over EMA of the volume, both from the first value on; the first x until something trades."""
    money = value = None
    out = []
    for p, v in zip(x, c["volume"]):
        money = p * v if money is None else money + 2 / (n + 1) * (p * v - money)
        value = v if value is None else value + 2 / (n + 1) * (v - value)
        out.append(money / value if value else x[0])
    return [nan] * (n - 1) + out[n - 1 :]


def vwmacd(c, x, fast, slow):
    return each(lambda a, b: a - b, vwema(c, x, fast), vwema(c, x, slow))


def volume_spread(c, n):
    spread = each(lambda h, l: h - l, c["high"], c["low"])
    place = each(lambda h, l, p: quotient((p - l) - (h - p), h - l), c["high"], c["low"], c["close"])
    over = lambda x: each(quotient, x, sma(x, n))
    return each(lambda v, s, p: v * s * p, over(c["volume"]), over(spread), place)


def profile(c, n):
    """At each bar the bins (a dict by number) and their width, of the n bars before; None where nothing traded."""
    price, out = typical(c), [None] * len(c["close"])
    for t in range(n, len(price)):
        traded = list(zip(price[t - n : t], c["volume"][t - n : t]))[::-1]
        width = 2.0 ** (floor(log2(price[t - 1])) - 13)
        while max(price[t - n : t]) // width - min(price[t - n : t]) // width > 31:
            width *= 2
        bins = {p // width: 0.0 for p, _ in traded}
        for k in bins:
            bins[k] = fsum(v for p, v in traded if p // width == k)
        out[t] = (bins, width) if sum(bins.values()) > 0 else None
    return out


def value_area(bins):
    """Dalton: from the fullest bin on, the fuller two above or below, until 70 % of the volume is inside."""
    bottom, top = min(bins), max(bins)
    low = high = min(k for k in bins if bins[k] == max(bins.values()))
    inside, total = bins[low], fsum(bins.values())
    while inside < 0.7 * total and (low > bottom or high < top):
        above, below = (sum(bins.get(k, 0.0) for k in two) for two in ((high + 1, high + 2), (low - 1, low - 2)))
        if high < top and (above >= below or low == bottom):
            inside, high = inside + above, min(high + 2, top)
        else:
            inside, low = inside + below, max(low - 2, bottom)
    return low, high


def point_of_control(c, n):
    fullest = lambda bins: min(k for k in bins if bins[k] == max(bins.values()))
    return [(fullest(known[0]) + 0.5) * known[1] if known else nan for known in profile(c, n)]


def value_area_high(c, n):
    return [(value_area(known[0])[1] + 1) * known[1] if known else nan for known in profile(c, n)]


def value_area_low(c, n):
    return [value_area(known[0])[0] * known[1] if known else nan for known in profile(c, n)]


# ---- signals: 1 and 0 ---------------------------------------------------------------------------------------------


def crossed(a, b, way):
    passed = lambda t: (a[t] - b[t]) * way > 0 and (a[t - 1] - b[t - 1]) * way <= 0
    return [float(t > 0 and passed(t)) for t in range(len(a))]


def moved(x, n, way):
    return [float(t >= n and all((x[t - i] - x[t - i - 1]) * way > 0 for i in range(n))) for t in range(len(x))]


# ---- stops that reverse, bricks, swings, gaps, Heikin-Ashi, FRAMA --------------------------------------------------


def parabolic_sar(c, start, increment, most):
    """Wilder 1978, in the words of TA-Lib's SAREXT: a stop for each bar, limited by the bars around it."""
    high, low, out = c["high"], c["low"], [nan]
    start, increment = min(start, most), min(increment, most)
    rising = not (low[0] > low[1] and high[1] - high[0] < low[0] - low[1])
    stop, extreme, factor = (low[0], high[1], start) if rising else (high[0], low[1], start)
    for t in range(1, len(high)):
        near = [max(t - 1, 1), t]
        top, bottom = max(high[i] for i in near), min(low[i] for i in near)
        if rising and low[t] <= stop:
            rising, stop, extreme, factor = False, max(extreme, top), low[t], start
        elif not rising and high[t] >= stop:
            rising, stop, extreme, factor = True, min(extreme, bottom), high[t], start
        elif rising and high[t] > extreme:
            extreme, factor = high[t], min(factor + increment, most)
        elif not rising and low[t] < extreme:
            extreme, factor = low[t], min(factor + increment, most)
        out.append(stop)
        stop += factor * (extreme - stop)
        stop = min(stop, bottom) if rising else max(stop, top)
    return out


def atr_stop(c, n, k):
    """Vervoort 2009: If(C > PREV and C[1] > PREV, Max(PREV, C - loss), ...)."""
    price, loss, out = c["close"], atr(c, n), [nan] * len(c["close"])
    for t in range(start(loss), len(price)):
        last, under, over = out[t - 1], price[t] - k * loss[t], price[t] + k * loss[t]
        if isnan(last):
            out[t] = under
        elif min(price[t - 1 : t + 1]) > last:
            out[t] = max(last, under)
        elif max(price[t - 1 : t + 1]) < last:
            out[t] = min(last, over)
        else:
            out[t] = under if price[t] > last else over
    return out


def volatility_stop(c, n, k):
    """Wilder 1978: SIC, the significant close, less or plus ARC; each close is held against the stop before."""
    price, arc, out = c["close"], atr(c, n), [nan] * len(c["close"])
    way, trade = 1, []  # trade: the closes since the reversal
    for t in range(start(arc), len(price)):
        if trade and (price[t] - out[t - 1]) * way < 0:
            way, trade = -way, []
        trade.append(price[t])
        out[t] = max(trade) - k * arc[t] if way > 0 else min(trade) + k * arc[t]
    return out


def renko(x, sizes):
    """One brick after the other, all that a bar completes of the size measured before."""
    out = [nan] * len(x)
    bricks, size = None, nan  # bricks: bottom and top of the last one
    for t in range(max(start(x), start(sizes)), len(x)):
        if bricks is None:
            if sizes[t] > 0:
                bricks, last, size = (x[t], x[t]), x[t], sizes[t]
        else:
            made = False
            while x[t] >= bricks[1] + size:
                bricks, last, made = (bricks[1], bricks[1] + size), bricks[1] + size, True
            while not made and x[t] <= bricks[0] - size or made and last == bricks[0] and x[t] <= last - size:
                bricks, last, made = (bricks[0] - size, bricks[0]), bricks[0] - size, True
            if made and sizes[t] > 0:
                size = sizes[t]
                bricks = (last - size, last) if last == bricks[1] else (last, last + size)
        out[t] = last if bricks else nan
    return out


def range_bars(x, sizes):
    """A bar ends a size above its low or below its high; the next begins there, on the way to x."""
    out = [nan] * len(x)
    bar, last, size = None, nan, nan  # bar: low and high so far
    for t in range(max(start(x), start(sizes)), len(x)):
        if bar is None:
            if sizes[t] > 0:
                bar, last, size = (x[t], x[t]), x[t], sizes[t]
        else:
            made = False
            while x[t] >= bar[0] + size or x[t] <= bar[1] - size:
                last = bar[0] + size if x[t] >= bar[0] + size else bar[1] - size
                bar, made = (last, last), True
            bar = (min(bar[0], x[t]), max(bar[1], x[t]))
            if made and sizes[t] > 0:
                size = sizes[t]
        out[t] = last
    return out


def swings(c, n):
    """The swing chart as it is known at each bar: a list of (+1 top or -1 bottom, price), by turns."""
    high, low, chart, known = c["high"], c["low"], [], []
    for t in range(len(high)):
        if t >= 2 * n:
            around = slice(t - 2 * n, t + 1)
            found = [(+1, high[t - n])] if high[t - n] == max(high[around]) else []
            found += [(-1, low[t - n])] if low[t - n] == min(low[around]) else []
            if chart and chart[-1][0] < 0:
                found.reverse()
            for kind, price in found:
                if chart and (price - chart[-1][1]) * kind <= 0:
                    continue
                chart = (chart[:-1] if chart and chart[-1][0] == kind else chart)[-3:] + [(kind, price)]
        known.append(chart)
    return known


def swing_price(c, n, kind):
    return [next((p for k, p in reversed(chart) if k == kind), nan) for chart in swings(c, n)]


def swing_direction(c, n):
    return [-float(chart[-1][0]) if chart else nan for chart in swings(c, n)]


def retracement(c, n, share):
    back = lambda begin, end: end[1] - share * (end[1] - begin[1])
    return [back(*chart[-2:]) if len(chart) > 1 else nan for chart in swings(c, n)]


def neckline(c, n, tolerance, kind):
    def of(chart):
        if len(chart) < 3 or chart[-1][0] != kind:
            return nan
        first, between, last = (price for _, price in chart[-3:])
        return between if abs(last - first) <= tolerance * abs(last - between) else nan

    return list(map(of, swings(c, n)))


def gap(c):
    return each(
        lambda o, h, l: o - h if o > h else o - l if o < l else 0.0, c["open"], lag(c["high"], 1), lag(c["low"], 1)
    )


def gap_support(c):
    out = [nan]
    for t, width in list(enumerate(gap(c)))[1:]:
        out.append(c["high"][t - 1] if width > 0 else out[-1])
    return out


def heikin_ashi_close(c):
    return each(lambda *prices: fsum(prices) / 4, c["open"], c["high"], c["low"], c["close"])


def heikin_ashi_open(c):
    close, out = heikin_ashi_close(c), [(c["open"][0] + c["close"][0]) / 2]
    for t in range(1, len(close)):
        out.append((out[-1] + close[t - 1]) / 2)
    return out


def frama(c, n, sc, alpha):
    """Ehlers 2005 with N = 2 n: Dimen = (Log(N1 + N2) - Log(N3)) / Log(2), Alpha = ExpValue(-4.6 * (Dimen - 1)), at most
    1; Dimen stays where it is while a half has no range, the fastest pace before there is one."""
    high, low, out = c["high"], c["low"], [nan] * len(c["high"])
    price = [(h + l) / 2 for h, l in zip(high, low)]
    slope = lambda first, end: (max(high[first:end]) - min(low[first:end])) / (end - first)
    dimension = 1.0
    for t in range(2 * n - 1, len(high)):
        end = t + 1
        n1, n2, n3 = slope(end - n, end), slope(end - 2 * n, end - n), slope(end - 2 * n, end)
        if n1 > 0 and n2 > 0 and n3 > 0:
            dimension = (log(n1 + n2) - log(n3)) / log(2)
        if t >= 2 * n:
            pace = min(alpha * exp(-4.6 * sc * (max(dimension, 1.0) - 1)), 1.0)
            last = price[t - 1] if isnan(out[t - 1]) else out[t - 1]
            out[t] = pace * price[t] + (1 - pace) * last
    return out
