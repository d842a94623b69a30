"""A fake exchange with real candles, candle_ingestor against it, and what the store should hold afterwards."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from datetime import datetime, timezone

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("TRADESTREAM_SHARED_DATA", os.path.join(ROOT, "..", "shared", "data"))
DATA = os.path.join(SHARED, "coinbase-and-others")
RECORDING = os.path.join(SHARED, "messages", "coinbase-advanced-trade-2026-08-09.jsonl.zst")
RECORDING_EXCHANGE = os.path.join(SHARED, "messages", "coinbase-pro-ws-2021-04-17.cryptofeed.txt.zst")
SYMBOLS = ("BTC-USD", "LTC-USD")
MINUTE = 60_000
sys.path.insert(0, os.path.join(ROOT, "tests", "exchange"))
from tape import Tape, received, recordings, time_of, trades_in  # noqa: E402


def files():
    """SYMBOL=FILE of the real candles; ends with 77 when they are not there."""
    pairs = [f"{symbol}={DATA}/{symbol}.1m.coinbase.csv.zst" for symbol in SYMBOLS]
    if not all(os.path.exists(pair.partition("=")[2]) for pair in pairs):
        print(f"skipped: no real candles in {DATA}")
        sys.exit(77)
    return pairs


def check(holds, *what):
    if not holds:
        raise AssertionError(" ".join(map(str, what)))


def wait_until(condition, what, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


def rfc(time_ms):
    return datetime.fromtimestamp(time_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Exchange:
    def __init__(self, folder, since, until, clock, speed, faults="", *more):
        os.makedirs(folder, exist_ok=True)
        self.port_file = os.path.join(folder, "port")
        if os.path.exists(self.port_file):
            os.remove(self.port_file)
        self.log = open(os.path.join(folder, "exchange.log"), "wb")
        candles = [word for pair in files() for word in ("--candles", pair)] if "--messages" not in more else []
        self.process = subprocess.Popen(
            [os.path.join(ROOT, "tests", "exchange", "exchange"), "--port-file", self.port_file, *candles, "--from", since,
             "--to", until, "--clock", clock, "--speed", str(speed), "--faults", faults, *more],
            stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        wait_until(lambda: os.path.exists(self.port_file) or self.process.poll() is not None, "the exchange listens")
        self.port = int(open(self.port_file, encoding="ascii").read())
        self.plain = "--tls" not in more

    def control(self, **said):
        body = json.dumps(said).encode() if said else None
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/control", body, timeout=30) as answer:
            return json.load(answer)

    def now(self):
        return self.control()["now_ms"]

    def urls(self):
        safe = "" if self.plain else "s"
        host = "127.0.0.1" if self.plain else "localhost"
        return ["--rest-url", f"http{safe}://{host}:{self.port}", "--feed-url", f"ws{safe}://{host}:{self.port}"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Stack:
    """A server of tests/stack; ends with 77 when it cannot be had."""

    def __init__(self, name, folder, variable):
        self.script, self.folder = os.path.join(ROOT, "tests", "stack", name), folder
        done = subprocess.run([self.script, "up", folder], capture_output=True, text=True)
        if done.returncode:
            print(f"skipped: no {name}: {done.stderr.strip()}")
            sys.exit(77)
        with open(os.path.join(folder, f"env.{name}"), encoding="ascii") as env:
            self.address = dict(line.strip().split("=", 1) for line in env)[variable]

    def do(self, action):
        subprocess.run([self.script, action, self.folder], check=action != "down", capture_output=True)

    def query(self, text, database="", post=False):
        """A query of InfluxDB."""
        words = urllib.parse.urlencode({"q": text, "db": database})
        with urllib.request.urlopen(f"{self.address}/query?{words}", b"" if post else None, timeout=30) as answer:
            return json.load(answer)

    def points(self, symbol, database="candles", since=0):
        """How many InfluxDB holds."""
        words = f"SELECT count(close) FROM candles WHERE symbol='{symbol}' AND time >= {since}ms"
        return self.query(words, database)["results"][0].get("series", [{"values": [[0, 0]]}])[0]["values"][0][1]


class Outlets:
    """InfluxDB and Kafka, with a database without a retention (or with one) and the topics."""

    def __init__(self, tradestream, folder, database="candles", retention=""):
        self.influx = Stack("influx", folder, "INFLUX_URL")
        self.kafka = Stack("kafka", folder, "KAFKA_BOOTSTRAP_SERVERS")
        make = [tradestream, "migrate", "topics", "--kafka", f"bootstrap.servers={self.kafka.address}"]
        wait_until(lambda: subprocess.run(make, capture_output=True).returncode == 0, "the topics are made")
        self.influx.query(f"CREATE DATABASE {database} {retention}", post=True)
        self.words = ("--influxdb-url", self.influx.address, "--influxdb-database", database,
                      "--kafka", f"bootstrap.servers={self.kafka.address}")

    @staticmethod
    def value(ingestor, name, outlet):
        return ingestor.metrics().get(f'tradestream_outlet_{name}{{outlet="{outlet}"}}')

    def are_done(self, ingestor, outlets=("influxdb", "kafka")):
        return all(self.value(ingestor, "waiting", each) == 0 and self.value(ingestor, "series_behind", each) == 0 and
                   self.value(ingestor, "candles_sent_total", each) for each in outlets)

    def down(self):
        self.influx.do("down"), self.kafka.do("down")


class Ingestor:
    """candle_ingestor as a process; `words` are its flags beside those that every test wants."""

    def __init__(self, program, folder, exchange, *words, env=None):
        os.makedirs(folder, exist_ok=True)
        self.admin, self.log = os.path.join(folder, "admin"), open(os.path.join(folder, "ingestor.log"), "ab")
        if os.path.exists(self.admin):
            os.remove(self.admin)
        self.process = subprocess.Popen(
            [program, "--store", os.path.join(folder, "store"), *([] if "--symbols" in words else ["--symbols", ",".join(SYMBOLS)]),
             *exchange.urls(), "--rate", "1000",
             "--backfill-days", "3", "--reconnect-seconds", "1", "--admin", "127.0.0.1:0", "--admin-port-file", self.admin, *map(str, words)],
            stdout=self.log, stderr=self.log, env={**os.environ, **(env or {})})

    def text(self):
        """Its metrics as Prometheus reads them, "" while it does not listen."""
        try:
            port = open(self.admin, encoding="ascii").read().strip()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                return answer.read().decode()
        except (OSError, ValueError):
            return ""

    def metrics(self):
        """{name or name{labels}: value}"""
        lines = (line.rpartition(" ") for line in self.text().split("\n") if line and line[0] != "#")
        return {name: float(value) for name, _, value in lines}

    def end(self, how=signal.SIGTERM, seconds=30):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"candle_ingestor did not end within {seconds} s of signal {how}") from None
        finally:
            self.log.close()

    def wait(self, seconds=120):
        try:
            return self.process.wait(seconds)
        finally:
            self.process.kill()
            self.log.close()


def stored(tradestream, folder, symbol):
    done = subprocess.run([tradestream, "data", "export", "--store", os.path.join(folder, "store"), "--exchange", "coinbase",
                           "--symbol", symbol, "--interval", "1m", "--format", "csv"], capture_output=True, text=True)
    if done.returncode:
        check("no candles" in done.stderr, done.stderr)
        return {}
    rows = (line.split(",") for line in done.stdout.split("\n")[1:] if line)
    return {int(row[0]) * 1000: tuple(map(float, row[1:])) for row in rows}


def expected(since, until):
    """{symbol: {time: candle}} of what the exchange has."""
    tapes = (Tape(*pair.split("="), since=since, until=until) for pair in files())
    return {tape.symbol: numbers(tape) for tape in tapes}


def recorded(path=RECORDING):
    return {symbol: numbers(tape) for symbol, tape in recordings(path).items()}


def recorded_trades(path):
    """How many the messages of a recording tell, those told twice with them."""
    return sum(len(trades_in(message)) for _, message in received(path, (b"market_trades", b'match"')))


def numbers(tape):
    return {time: tuple(map(float, candle)) for time, candle in tape.candles.items()}


def absent(folder, symbol):
    """Minutes that the store says the exchange does not have."""
    path = os.path.join(folder, "store", "coinbase", symbol, "1m", "absent.csv")
    minutes = set()
    if os.path.exists(path):
        for line in open(path, encoding="ascii"):
            first, last = (time_of(text) for text in line.strip().split(","))
            minutes.update(range(first, last, MINUTE))
    return minutes


def compare(tradestream, folder, since, until, has=None):
    """The store holds exactly what the exchange has of [since, until), and lists what it does not have."""
    for symbol, wanted in (has or expected(since, until)).items():
        got = {time: row for time, row in stored(tradestream, folder, symbol).items() if since <= time < until}
        missing, more = sorted(set(wanted) - set(got)), sorted(set(got) - set(wanted))
        other = [time for time in wanted if time in got and got[time] != wanted[time]]
        check(not missing, folder, symbol, len(missing), "candles are missing, such as", rfc(missing[0]) if missing else "")
        check(not more, folder, symbol, len(more), "candles too many, such as", rfc(more[0]) if more else "")
        check(not other, folder, symbol, len(other), "candles differ, such as", rfc(other[0]) if other else "",
              got.get(other[0]) if other else "", wanted[other[0]] if other else "")
        gaps = set(range(since, until, MINUTE)) - set(wanted)
        listed = {time for time in absent(folder, symbol) if since <= time < until}
        check(gaps <= listed, folder, symbol, len(gaps - listed), "gaps are not listed, such as", rfc(min(gaps - listed, default=0)))
        check(listed <= gaps, folder, symbol, len(listed - gaps), "candles are listed as gaps", rfc(min(listed - gaps, default=0)))


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder
