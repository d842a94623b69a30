#!/usr/bin/env python3
"""make_golden.py SHARED_DATA: makes the golden files beside it, from real candles that are not part of this repository.

    python3 -m venv build/venv && build/venv/bin/pip install TA-Lib==0.6.8 numpy
    build/venv/bin/python tests/golden/make_golden.py ../shared/data

Two references a function: `definition` (definitions.py, held to 1e-9 by functions_test) and `wheel` (the PyPI TA-Lib
wheel, held to 1e-7). Kept are results at sampled bars only, never candles: every 29th bar, the first three that are
defined, the last, and where a signal is true. Where the wheel applies a rule that is not part of its published
definition (DEVIATIONS), its values are left out.
"""

import csv, hashlib, io, os, subprocess, sys
import numpy as np, talib as T
import definitions as D

LAST, EVERY = 2000, 29
INPUTS = {
    "btc-1h": "1h/BTC-USDT.1h.csv.zst",
    "thin-1m": "coinbase-and-others/UNITTEST-BTC.1m.bittrex.csv.zst",
    "goog-1d": "coinbase-and-others/GOOG.1d.stock.csv.zst",
}
C, H, L = (lambda c: c["close"]), (lambda c: c["high"]), (lambda c: c["low"])
HLC = lambda c: (c["high"], c["low"], c["close"])


def table():
    """expression: (definition, wheel or None), both functions of the candles."""
    out = {}

    def close(name, ours, theirs, *periods):  # functions of a series and a period
        for n in periods:
            out[f"{name}(close, {n})"] = (
                lambda c, n=n: ours(c["close"], n),
                theirs and (lambda c, n=n: theirs(c["close"], n)),
            )

    def candle(name, ours, theirs, *periods):  # functions of whole candles and a period
        for n in periods:
            out[f"{name}({n})"] = (lambda c, n=n: ours(c, n), theirs and (lambda c, n=n: theirs(c, n)))

    close("sma", D.sma, T.SMA, 2, 20, 200)
    close("ema", D.ema, T.EMA, 2, 12, 50)
    close("wma", D.wma, T.WMA, 2, 14)
    close("dema", D.dema, T.DEMA, 12)
    close("tema", D.tema, T.TEMA, 12)
    close("kama", D.kama, T.KAMA, 10)
    close("linreg", D.linreg, T.LINEARREG, 2, 14)
    close("wilder", D.wilder, None, 14)
    close("stddev", D.stddev, lambda x, n: T.STDDEV(x, n, 1), 2, 20)
    close("highest", D.highest, T.MAX, 7, 20)
    close("lowest", D.lowest, T.MIN, 7, 20)
    close("rsi", D.rsi, T.RSI, 2, 14)
    close("cmo", D.cmo, T.CMO, 14)
    close("roc", D.roc, T.ROC, 10)
    close("momentum", D.momentum, T.MOM, 10)
    close("trix", D.trix, T.TRIX, 15)
    close("window_sum", D.window_sum, T.SUM, 10)
    close("bars_since_highest", lambda x, n: D.since(max, x, n), None, 10)
    close("bars_since_lowest", lambda x, n: D.since(min, x, n), None, 10)
    candle("atr", D.atr, lambda c, n: T.ATR(*HLC(c), n), 2, 14)
    candle("adx", D.adx, lambda c, n: T.ADX(*HLC(c), n), 14)
    candle("dx", D.dx, lambda c, n: T.DX(*HLC(c), n), 14)
    candle("cci", D.cci, lambda c, n: T.CCI(*HLC(c), n), 20)
    candle("plus_di", lambda c, n: D.directional(c, n, +1), lambda c, n: T.PLUS_DI(*HLC(c), n), 14)
    candle("minus_di", lambda c, n: D.directional(c, n, -1), lambda c, n: T.MINUS_DI(*HLC(c), n), 14)
    candle("williams_r", D.williams_r, lambda c, n: T.WILLR(*HLC(c), n), 14)
    candle("stochastic_k", D.stochastic_k, lambda c, n: T.STOCHF(*HLC(c), n, 1)[0], 14)
    candle("mfi", D.mfi, lambda c, n: T.MFI(*HLC(c), c["volume"], n), 14)
    candle("vwap", D.vwap, None, 20)
    candle("cmf", D.cmf, None, 20)
    candle("volume_spread", D.volume_spread, None, 20)
    candle("point_of_control", D.point_of_control, None, 10, 100)
    candle("value_area_high", D.value_area_high, None, 10, 100)
    candle("value_area_low", D.value_area_low, None, 10, 100)
    candle("aroon_up", lambda c, n: D.aroon(max, c["high"], n), lambda c, n: T.AROON(c["high"], c["low"], n)[1], 25)
    candle("aroon_down", lambda c, n: D.aroon(min, c["low"], n), lambda c, n: T.AROON(c["high"], c["low"], n)[0], 25)
    band = lambda c, i: T.BBANDS(c["close"], 20, 2.5, 2.5)[i]
    out |= {
        "typical_price": (D.typical, lambda c: T.TYPPRICE(*HLC(c))),
        "median_price": (lambda c: D.each(lambda h, l: (h + l) / 2, H(c), L(c)), lambda c: T.MEDPRICE(H(c), L(c))),
        "bollinger_upper(close, 20, 2.5)": (lambda c: D.bollinger(C(c), 20, 2.5), lambda c: band(c, 0)),
        "bollinger_middle(close, 20)": (lambda c: D.sma(C(c), 20), lambda c: band(c, 1)),
        "bollinger_lower(close, 20, 2.5)": (lambda c: D.bollinger(C(c), 20, -2.5), lambda c: band(c, 2)),
        "macd(close, 12, 26)": (lambda c: D.macd(C(c), 12, 26), lambda c: T.MACD(C(c), 12, 26, 9)[0]),
        "macd_signal(close, 12, 26, 9)": (
            lambda c: D.macd_signal(C(c), 12, 26, 9),
            lambda c: T.MACD(C(c), 12, 26, 9)[1],
        ),
        "macd_histogram(close, 12, 26, 9)": (
            lambda c: D.macd_histogram(C(c), 12, 26, 9),
            lambda c: T.MACD(C(c), 12, 26, 9)[2],
        ),
        "stochastic_d(14, 3)": (lambda c: D.sma(D.stochastic_k(c, 14), 3), lambda c: T.STOCHF(*HLC(c), 14, 3)[1]),
        "true_range": (D.true_range, lambda c: T.TRANGE(*HLC(c))),
        "obv": (D.obv, lambda c: T.OBV(C(c), c["volume"])),
        "ad": (D.ad, lambda c: T.AD(*HLC(c), c["volume"])),
        "chaikin_oscillator(3, 10)": (
            lambda c: D.chaikin_oscillator(c, 3, 10),
            lambda c: T.ADOSC(*HLC(c), c["volume"], 3, 10),
        ),
        "chaikin_oscillator(20, 5)": (
            lambda c: D.chaikin_oscillator(c, 20, 5),
            lambda c: T.ADOSC(*HLC(c), c["volume"], 20, 5),
        ),
        "pvt": (D.pvt, None),
        "nvi": (D.nvi, None),
        "klinger_oscillator(34, 55)": (lambda c: D.klinger_oscillator(c, 34, 55), None),
        "vwma(close, 20)": (lambda c: D.vwma(c, C(c), 20), None),
        "vwema(close, 20)": (lambda c: D.vwema(c, C(c), 20), None),
        "vwmacd(close, 12, 26)": (lambda c: D.vwmacd(c, C(c), 12, 26), None),
        "min(close, sma(close, 20))": (
            lambda c: D.each(min, C(c), D.sma(C(c), 20)),
            lambda c: np.minimum(C(c), T.SMA(C(c), 20)),
        ),
        "max(close, sma(close, 20))": (
            lambda c: D.each(max, C(c), D.sma(C(c), 20)),
            lambda c: np.maximum(C(c), T.SMA(C(c), 20)),
        ),
        "abs(momentum(close, 10))": (lambda c: D.each(abs, D.momentum(C(c), 10)), lambda c: abs(T.MOM(C(c), 10))),
        "sqrt(momentum(close, 10))": (
            lambda c: D.each(lambda v: D.sqrt(v) if v >= 0 else D.nan, D.momentum(C(c), 10)),
            None,
        ),
        "sign(momentum(close, 1))": (lambda c: D.each(lambda v: float((v > 0) - (v < 0)), D.momentum(C(c), 1)), None),
        "ratio(close - low, high - low)": (
            lambda c: D.each(lambda p, h, l: D.quotient(p - l, h - l), C(c), H(c), L(c)),
            None,
        ),
        "(close - low) / (high - low)": (
            lambda c: D.each(lambda p, h, l: (p - l) / (h - l) if h > l else D.nan, C(c), H(c), L(c)),
            None,
        ),
        "crossed_up(ema(close, 9), ema(close, 30))": (lambda c: D.crossed(D.ema(C(c), 9), D.ema(C(c), 30), +1), None),
        "crossed_down(ema(close, 9), ema(close, 30))": (lambda c: D.crossed(D.ema(C(c), 9), D.ema(C(c), 30), -1), None),
        "rising(close, 3)": (lambda c: D.moved(C(c), 3, +1), None),
        "falling(close, 3)": (lambda c: D.moved(C(c), 3, -1), None),
    }
    return out | lines_and_oscillators() | states()


def states():
    """Functions that carry a state along: stops that reverse, bricks, swings, gaps."""
    out = {}

    def add(name, arguments, ours, theirs=None):
        call = f"{name}({', '.join(map(str, arguments))})" if arguments else name
        out[call] = (lambda c: ours(c, *arguments), theirs)

    sar = lambda first, more, most: lambda c: abs(
        T.SAREXT(H(c), L(c), 0, 0, *[first, more, most], *[first, more, most])
    )
    add("parabolic_sar", (0.02, 0.02, 0.2), D.parabolic_sar, lambda c: T.SAR(H(c), L(c), 0.02, 0.2))
    add("parabolic_sar", (0.01, 0.05, 0.3), D.parabolic_sar, sar(0.01, 0.05, 0.3))
    add("parabolic_sar", (0.3, 0.4, 0.2), D.parabolic_sar, sar(0.3, 0.4, 0.2))
    for n, k in (14, 2.5), (5, 0.7):
        add("atr_stop", (n, k), D.atr_stop)
        add("volatility_stop", (n, k), D.volatility_stop)
    for name, reference in ("renko", D.renko), ("range_bars", D.range_bars):
        out[f"{name}(close, 0.01 * close)"] = (lambda c, f=reference: f(C(c), [0.01 * v for v in C(c)]), None)
        out[f"{name}(close, atr(14))"] = (lambda c, f=reference: f(C(c), D.atr(c, 14)), None)
    for n in 2, 14:
        add("swing_high", (n,), lambda c, n: D.swing_price(c, n, +1))
        add("swing_low", (n,), lambda c, n: D.swing_price(c, n, -1))
        add("swing_direction", (n,), D.swing_direction)
        add("fibonacci_retracement", (n, 0.618), D.retracement)
        add("double_top", (n, 0.25), lambda c, n, k: D.neckline(c, n, k, +1))
        add("double_bottom", (n, 0.25), lambda c, n, k: D.neckline(c, n, k, -1))
    for name, reference in ("gap", D.gap), ("gap_support", D.gap_support):
        add(name, (), reference)
    add("heikin_ashi_close", (), D.heikin_ashi_close)
    add("heikin_ashi_open", (), D.heikin_ashi_open)
    for parameters in (8, 1, 1), (20, 0.5, 0.5), (5, 2, 0.9):
        add("frama", parameters, D.frama)
    return out


def lines_and_oscillators():
    before = lambda x: np.concatenate([[np.nan], x[:-1]])
    ppo = lambda fast, slow: (lambda c: D.ppo(C(c), fast, slow), lambda c: T.PPO(C(c), fast, slow, 1))
    out = {
        "linreg_slope(close, 2)": (lambda c: D.linreg_slope(C(c), 2), lambda c: T.LINEARREG_SLOPE(C(c), 2)),
        "linreg_slope(close, 14)": (lambda c: D.linreg_slope(C(c), 14), lambda c: T.LINEARREG_SLOPE(C(c), 14)),
        "linreg(close, 100)": (lambda c: D.linreg(C(c), 100), lambda c: T.LINEARREG(C(c), 100)),
        "linreg_deviation(close, 3)": (lambda c: D.linreg_deviation(C(c), 3), None),
        "linreg_deviation(close, 20)": (lambda c: D.linreg_deviation(C(c), 20), None),
        "zlema(close, 2)": (lambda c: D.zlema(C(c), 2), None),
        "zlema(close, 20)": (lambda c: D.zlema(C(c), 20), None),
        "keltner_upper(20, 10, 2)": (lambda c: D.keltner(c, 20, 10, 2), None),
        "keltner_middle(20)": (lambda c: D.ema(C(c), 20), lambda c: T.EMA(C(c), 20)),
        "keltner_lower(20, 40, 1.5)": (lambda c: D.keltner(c, 20, 40, -1.5), None),
        "donchian_upper(20)": (lambda c: D.lag(D.highest(H(c), 20), 1), lambda c: before(T.MAX(H(c), 20))),
        "donchian_middle(20)": (lambda c: D.lag(D.midprice(c, 20), 1), lambda c: before(T.MIDPRICE(H(c), L(c), 20))),
        "donchian_lower(20)": (lambda c: D.lag(D.lowest(L(c), 20), 1), lambda c: before(T.MIN(L(c), 20))),
        "midprice(14)": (lambda c: D.midprice(c, 14), lambda c: T.MIDPRICE(H(c), L(c), 14)),
        "ichimoku_tenkan(9)": (lambda c: D.midprice(c, 9), lambda c: T.MIDPRICE(H(c), L(c), 9)),
        "ichimoku_kijun(26)": (lambda c: D.midprice(c, 26), lambda c: T.MIDPRICE(H(c), L(c), 26)),
        "ichimoku_span_a(9, 26)": (lambda c: D.span_a(c, 9, 26), None),
        "ichimoku_span_b(52, 26)": (lambda c: D.lag(D.midprice(c, 52), 26), None),
        "ppo(close, 12, 26)": ppo(12, 26),
        "ppo(close, 26, 12)": (lambda c: D.ppo(C(c), 26, 12), None),
        "dpo(close, 20)": (lambda c: D.dpo(C(c), 20), None),
        "dpo(close, 5)": (lambda c: D.dpo(C(c), 5), None),
        "awesome_oscillator(5, 34)": (lambda c: D.awesome_oscillator(c, 5, 34), None),
        "kst(close, 10, 10, 10, 15)": (lambda c: D.kst(C(c), 10, 10, 10, 15), None),
        "rvi(10)": (lambda c: D.rvi(c, 10), None),
        "rvi_signal(10)": (lambda c: D.symmetric(D.rvi(c, 10)), None),
        "bull_power(13)": (lambda c: D.power(c, "high", 13), None),
        "bear_power(13)": (lambda c: D.power(c, "low", 13), None),
        "rainbow_oscillator(close, 10, 20, 50)": (lambda c: D.rainbow(C(c), 10, 20, 50), None),
        "mass_index(9, 25)": (lambda c: D.mass_index(c, 9, 25), None),
        "sma(close, floor(29 / 2))": (lambda c: D.sma(C(c), 14), lambda c: T.SMA(C(c), 14)),
    }
    for name, level in {"pivot": "p", "pivot_r1": "r1", "pivot_s1": "s1", "pivot_r2": "r2", "pivot_s2": "s2"}.items():
        out[f"{name}(20)"] = (lambda c, level=level: D.pivot(c, 20, level), None)
    return out


# What the wheel does that its definition does not say: function, where, why.
DEVIATIONS = [
    (
        "mfi",
        lambda c, n: [not x + y >= 1.0 for x, y in zip(*D.flows(c, n))],
        "answers 0 when the window's money flow is below 1.0",
    ),
    (
        "stddev",
        lambda c, n: [
            not (v * v >= 1e-6 * m * m and v * v >= 1e-12) for v, m in zip(D.stddev(C(c), n), D.sma(C(c), n))
        ],
        "running sums of squares drift where prices hardly move, and a variance below 1e-14 counts as 0",
    ),
]


def load(path):
    text = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))[-LAST:]
    return {k: [float(r[k]) for r in rows] for k in ("time", "open", "high", "low", "close", "volume")}


def wheel_values(expression, wheel, candles):
    values = [float(v) for v in wheel({k: np.array(v) for k, v in candles.items()})]
    for name, where, _ in DEVIATIONS:
        if expression.startswith(name):
            period = int(expression[:-1].replace("(", ",").split(",")[-1])
            values = [D.nan if bad else v for v, bad in zip(values, where(candles, period))]
    return values


def runs(x):
    """Where x is defined, as first-last ranges."""
    out, t = [], 0
    while t < len(x):
        end = t
        while end < len(x) and not D.isnan(x[end]):
            end += 1
        if end > t:
            out.append(f"{t}-{end - 1}")
        t = end + 1
    return " ".join(out) or "-"


def mean_size(x):
    known = [abs(v) for v in x if not D.isnan(v)]
    return D.fsum(known) / max(1, len(known))


def write_rows(f, kind, x, digits):
    first = D.start(x)
    chosen = {*range(0, len(x), EVERY), *range(first, first + 3), len(x) - 1}
    if set(x) <= {0.0, 1.0}:
        chosen |= {t for t, v in enumerate(x) if v}  # a signal: every bar where it is true
    sampled = [t for t in sorted(chosen) if t < len(x) and not D.isnan(x[t])]
    f.write(f"{kind} {mean_size(x):.6g}\n")
    if kind == "definition":
        f.write(f"defined {runs(x)}\n")
    for at in range(0, len(sampled), 6):
        f.write(" ".join(f"{t}:{x[t]:.{digits}g}" for t in sampled[at : at + 6]) + "\n")


def compare(name, ours, theirs):
    """The two references must agree, or one of them misreads the definition."""
    size = mean_size(ours)
    limit = lambda b: 1e-7 * max(abs(b), size)
    wrong = [(t, a, b) for t, (a, b) in enumerate(zip(ours, theirs)) if not D.isnan(b) and not abs(a - b) <= limit(b)]
    if wrong:
        print(f"{name}: {len(wrong)} bars differ, the first (bar, definition, wheel): {wrong[0]}", file=sys.stderr)


def main(shared):
    for name, source in INPUTS.items():
        path = os.path.join(shared, source)
        candles = load(path)
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".golden"), "w") as f:
            digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
            library = f"PyPI TA-Lib {T.__version__} (library {T.__ta_version__.decode().split()[0]})"
            f.write(f"# Made by tests/golden/make_golden.py; Python {sys.version.split()[0]}, {library}.\n")
            f.write(f"# {source}, the last {LAST} bars; sha256 of the file: {digest}\n")
            f.write(f"input {source}\nlast {LAST}\nbars {len(candles['close'])}\n")
            f.write(f"sum_of_closes {D.fsum(candles['close']):.17g}\n")
            for expression, (definition, wheel) in table().items():
                f.write(f"expression {expression}\n")
                ours = definition(candles)
                write_rows(f, "definition", ours, 17)
                if wheel:
                    write_rows(f, "wheel", wheel_values(expression, wheel, candles), 12)
                theirs = wheel_values(expression, wheel, candles) if wheel else ours
                compare(f"{name} {expression}", ours, theirs)


main(sys.argv[1])
