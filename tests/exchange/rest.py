"""The REST interfaces: Coinbase's two, Binance's and Kraken's candles, products, times."""
import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

MINUTE = 60_000


def moment(text):
    """Milliseconds of a number of seconds, or of RFC 3339."""
    if re.fullmatch(r"\d+", text):
        return int(text) * 1000
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=timezone.utc).timestamp() * 1000)


def answer_json(value, status=200):
    return status, "application/json", json.dumps(value, separators=(",", ":")).encode()


class Rest:
    def __init__(self, market):
        self.market, self.ranges, self.prebuilt, self.kept_since, self.kept_until = market, [], {}, None, 0
        self.began_ms, self.told, self.headers = market.now_us() // 1000, set(), {}
        self.doors = [
            (r"/api/v3/brokerage/market/products/([^/]+)/candles", self.advanced),
            (r"/products/([^/]+)/candles", self.exchange),
            (r"/api/v3/klines", self.binance),
            (r"/0/public/OHLC", self.kraken),
            (r"/api/v3/brokerage/market/products", self.advanced_products),
            (r"/products", self.exchange_products),
            (r"/v1/cryptocurrency/listings/latest", self.listings),
            (r"/api/v3/brokerage/time|/time|/api/v3/time|/0/public/Time", self.time),
        ]

    def answer(self, target, headers):
        """(status, type, body) of a GET."""
        self.headers = headers
        url = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        for pattern, door in self.doors:
            match = re.fullmatch(pattern, url.path)
            if match:
                try:
                    return door(query, *match.groups())
                except (KeyError, ValueError) as why:
                    return answer_json({"message": f"bad request: {why}"}, 400)
        return answer_json({"message": "NotFound"}, 404)

    def rows(self, symbol, start, end):
        self.ranges.append((symbol, start, end))
        rows = self.market.tapes[symbol].closed(start, end, self.market.now_us())
        return [self.revised(symbol, *row) for row in rows] if self.market.faults.value("revise") else rows

    def revised(self, symbol, time, candle):
        """Told otherwise the first time, now and then."""
        faults = self.market.faults
        if time < self.began_ms or (symbol, time) in self.told or (time // MINUTE) % faults.value("revise"):
            return time, candle
        self.told.add((symbol, time))
        faults.done["revise"] = faults.done.get("revise", 0) + 1
        return time, (*candle[:4], str(2 * Decimal(candle[4])))

    def advanced(self, query, product):
        if product not in self.market.tapes:
            return answer_json({"error": "NOT_FOUND", "error_details": "valid product_id is required"}, 404)
        start, end = moment(query["start"]), moment(query["end"])
        if query["granularity"] != "ONE_MINUTE" or (end - start) // MINUTE > 350:
            return answer_json({"error": "INVALID_ARGUMENT", "message": "number of candles requested should be less than 350"}, 400)
        if self.kept_since is not None and self.kept_since <= start and end <= self.kept_until:
            return self.kept_page(product, start, end + 1)
        return self.page(self.rows(product, start, end + 1))

    def exchange(self, query, product):
        if product not in self.market.tapes:
            return answer_json({"message": "NotFound"}, 404)
        start, end = moment(query["start"]), moment(query["end"])
        if query["granularity"] != "60" or (end - start) // MINUTE > 300:
            return answer_json({"message": "granularity too small for the requested time range"}, 400)
        rows = self.rows(product, start - MINUTE, end + 1)  # some rows may come from before
        text = ",".join(f"[{time // 1000},{c[2]},{c[1]},{c[0]},{c[3]},{c[4]}]" for time, c in reversed(rows))
        return 200, "application/json", f"[{text}]".encode()

    def binance(self, query):
        symbol = next((name for name in self.market.tapes if name.replace("-", "") == query["symbol"]), None)
        if not symbol:
            return answer_json({"code": -1121, "msg": "Invalid symbol."}, 400)
        rows = self.rows(symbol, int(query["startTime"]), int(query["endTime"]) + 1)[:min(1000, int(query["limit"]))]
        return answer_json([[time, *c, time + MINUTE - 1, "0", 1, "0", "0", "0"] for time, c in rows])

    def kraken(self, query):
        old = {"XBT": "BTC", "XDG": "DOGE"}
        name = query["pair"]
        for code, new in old.items():
            name = name.replace(code, new)
        symbol = next((s for s in self.market.tapes if s.replace("-", "") == name), None)
        if not symbol:
            return answer_json({"error": ["EQuery:Unknown asset pair"]})
        now = self.market.now_us() // 1000
        rows = [row for row in self.rows(symbol, now - 10 * 86_400_000, now)][-720:]
        rows = [row for row in rows if row[0] >= int(query.get("since", 0)) * 1000] or rows[-1:]
        return answer_json({"error": [], "result": {query["pair"]: [
            [time // 1000, c[0], c[1], c[2], c[3], "0", c[4], 1] for time, c in rows], "last": rows[-1][0] // 1000 if rows else 0}})

    def listings(self, query):
        """CoinMarketCap's, as recorded."""
        if self.headers.get("x-cmc_pro_api_key") != self.market.cmc_key:
            return answer_json({"status": {"error_code": 1001, "error_message": "This API Key is invalid."}}, 401)
        said = json.loads(self.market.listings)
        if int(query["limit"]) < len(said["data"]):
            return answer_json({**said, "data": said["data"][:int(query["limit"])]})
        return 200, "application/json", self.market.listings

    def advanced_products(self, _query):
        if self.market.products:
            return 200, "application/json", self.market.products
        return answer_json({"products": [{"product_id": s, "base_currency_id": s.split("-")[0], "status": "online",
                                          "quote_currency_id": s.split("-")[1], "trading_disabled": False,
                                          "is_disabled": False} for s in self.market.tapes], "num_products": len(self.market.tapes)})

    def exchange_products(self, _query):
        return answer_json([{"id": s, "base_currency": s.split("-")[0], "quote_currency": s.split("-")[1], "status": "online",
                             "trading_disabled": False} for s in self.market.tapes])

    def time(self, _query):
        now = self.market.now_us() // 1000
        return answer_json({"epochSeconds": str(now // 1000), "epochMillis": str(now), "serverTime": now})

    def prebuild(self, since_ms):
        """From now on pages since then are made once: they name no product, and all products of a file share them."""
        self.kept_since, self.kept_until = since_ms, self.market.now_us() // 1000 - MINUTE

    def page(self, rows):
        """Advanced Trade's candles, newest first."""
        return answer_json({"candles": [{"start": str(time // 1000), "low": c[2], "high": c[1], "open": c[0], "close": c[3],
                                         "volume": c[4]} for time, c in reversed(rows)]})

    def kept_page(self, product, start, end):
        tape = self.market.tapes[product]
        key = (id(tape.candles), start, end)
        if key not in self.prebuilt:
            self.prebuilt[key] = self.page(tape.closed(start, end, self.market.now_us()))
        self.ranges.append((product, start, end))
        return self.prebuilt[key]
