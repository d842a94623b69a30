#!/usr/bin/env python3
"""make_functions.py: makes functions.golden beside it: exp, log, the normal distribution and its quantile by mpmath.

    python3 -m venv build/venv && build/venv/bin/pip install mpmath==1.3.0
    build/venv/bin/python tests/golden/make_functions.py

A line is: function, argument, the value as the nearest double, what that double lacks; all as hexadecimal reals.
"""

import math, os, platform, random
import mpmath as M

assert M.__version__ == "1.3.0", M.__version__
M.mp.prec = 2400  # the quantile of 1e-300 and 1 - 1e-300 alike


def quantile(p):
    p = M.mpf(p)
    if p == 0.5:
        return M.mpf(0)
    tail = p if p < 0.5 else 1 - p
    t = M.sqrt(-2 * M.log(tail))
    x = -t + M.log(2 * M.pi * t * t + 1) / (2 * t + 1)
    M.mp.prec = 400
    for _ in range(60):  # Newton on log P(Z <= x), which is concave
        value, density = M.ncdf(x), M.npdf(x)
        step = (M.log(value) - M.log(tail)) * value / density
        x -= step
        if abs(step) < abs(x) * M.mpf(2) ** -200:
            break
    M.mp.prec = 2400
    return x if p < 0.5 else -x


def arguments():
    draw = random.Random(1)
    exps = [draw.uniform(-745, 709.7) for _ in range(60)] + [draw.uniform(-2, 2) for _ in range(60)]
    yield "exp", M.exp, exps + [0.0, 1.0, -1.0, 1e-300, -1e-17, 709.78, -708.5, -740.25, 0.34657359, -0.34657359]
    logs = [math.ldexp(draw.uniform(1, 2), draw.randint(-1070, 1023)) for _ in range(60)]
    logs += [draw.uniform(0.5, 2) for _ in range(60)] + [1 + s * 2.0**-k for k in range(1, 53, 4) for s in (1, -1)]
    yield "log", M.log, logs + [1.0, 5e-324, 1.7976931348623157e308, 1 - 2.0**-53]
    cdfs = [draw.uniform(-38.4, 8.2) for _ in range(100)] + [draw.uniform(-5, 5) for _ in range(80)]
    yield "normal_cdf", M.ncdf, cdfs + [0.0, 1e-200, -1e-17, -4.0, -4.000001, 4.0, 4.000001, -38.4, -37.5, 8.2, 2.5]
    quantiles = [10 ** draw.uniform(-307, -1) for _ in range(60)] + [draw.uniform(0, 1) for _ in range(80)]
    quantiles += [1 - 10 ** draw.uniform(-15, -1) for _ in range(30)]
    quantiles += [0.5 + s * 2.0**-k for k in range(3, 53, 5) for s in (1, -1)] + [5e-324, 1 - 2.0**-53, 0.5 - 2.0**-54]
    yield "normal_quantile", quantile, quantiles


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "functions.golden")
    with open(path, "w") as out:
        python = platform.python_version()
        out.write(f"# Made by tests/golden/make_functions.py; Python {python}, PyPI mpmath {M.__version__}.\n")
        for name, function, xs in arguments():
            for x in xs:
                value = function(M.mpf(x))
                nearest = float(value)
                rest = float(value - M.mpf(nearest))
                out.write(f"{name} {x.hex()} {nearest.hex()} {rest.hex()}\n")


main()
