"""The WebSocket feeds: Advanced Trade's market_trades and heartbeats, Exchange's matches and heartbeat."""
import asyncio
import base64
import hashlib
import json
import struct
from datetime import datetime, timezone

TICK = 0.05


def frame(payload, opcode=1):
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return head + bytes([126]) + struct.pack(">H", len(payload)) + payload
    return head + bytes([127]) + struct.pack(">Q", len(payload)) + payload


def unframe(data):
    """(opcode, payload, bytes used) of a client's frame, None while it is not whole."""
    if len(data) < 2:
        return None
    size, at = data[1] & 127, 2
    if size > 125:
        width = 2 if size == 126 else 8
        if len(data) < at + width:
            return None
        size, at = int.from_bytes(data[at:at + width], "big"), at + width
    if len(data) < at + 4 + size:
        return None
    mask, payload = data[at:at + 4], data[at + 4:at + 4 + size]
    return data[0] & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)), at + 4 + size


def handshake(key):
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode()


def stamp(time_us):
    return datetime.fromtimestamp(time_us / 1e6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time_us % 1_000_000:06d}Z"


class Session:
    """One connection; `market` has tapes, clock, faults and counts."""

    def __init__(self, market, transport):
        self.market, self.transport, self.data = market, transport, b""
        self.sequence, self.products, self.exchange, self.task = 0, [], False, None
        self.sent_us, self.stopped, self.held, self.counter, self.dripping = 0, False, None, 0, b""
        self.replaying = False

    def received(self, data):
        self.data += data
        while not self.stopped and (got := unframe(self.data)):
            opcode, payload, used = got
            self.data = self.data[used:]
            if opcode == 9:
                self.transport.write(frame(payload, 10))
            elif opcode == 8:
                self.transport.close()
            elif opcode == 1:
                self.subscribe(json.loads(payload))

    def subscribe(self, message):
        self.exchange = "channels" in message
        channel = message.get("channel")
        if self.market.faults.first("storm"):
            self.transport.close()
            return
        if self.market.faults.first("deaf"):
            return
        if self.exchange or channel == "market_trades":
            self.products = [name for name in message["product_ids"] if name in self.market.tapes]
            self.begin()
        if not self.exchange and channel == "heartbeats" and not self.replaying:
            self.put_event("subscriptions", {"subscriptions": {"heartbeats": ["heartbeats"], "market_trades": self.products}})

    def begin(self):
        if self.market.replay:
            self.replaying = True
            self.task = asyncio.get_running_loop().create_task(self.repeat())
            return
        now = self.market.now_us()
        self.sent_us = now
        if self.exchange:
            channels = [{"name": name, "product_ids": self.products} for name in ("matches", "heartbeat")]
            self.put({"type": "subscriptions", "channels": channels})
        else:
            self.put_event("subscriptions", {"subscriptions": {"market_trades": self.products}})
        for product in self.products:
            last = self.market.tapes[product].last(1 if self.exchange else 100, now)
            if last:
                self.put_trades(product, last, True)
        if not self.task:
            self.task = asyncio.get_running_loop().create_task(self.stream())

    def put(self, message):
        self.put_bytes(json.dumps(message, separators=(",", ":")).encode())

    def put_event(self, channel, event):
        self.put({"channel": channel, "client_id": "", "timestamp": stamp(self.market.now_us()),
                  "sequence_num": self.sequence, "events": [event]})
        self.sequence += 1

    def put_trades(self, product, trades, snapshot=False):
        if self.exchange:
            for trade_id, time, price, size, side in trades:
                self.put({"type": "last_match" if snapshot else "match", "trade_id": trade_id, "maker_order_id": "",
                          "taker_order_id": "", "side": side.lower(), "size": format(size, "f"), "price": format(price, "f"),
                          "product_id": product, "sequence": trade_id * 7, "time": stamp(time)})
            return
        self.put_event("market_trades", {"type": "snapshot" if snapshot else "update", "trades": [
            {"trade_id": str(trade_id), "product_id": product, "price": format(price, "f"), "size": format(size, "f"), "side": side,
             "time": stamp(time)} for trade_id, time, price, size, side in reversed(trades)]})

    def put_bytes(self, payload):
        """A message, unless something happens to it."""
        faults, transport = self.market.faults, self.transport
        if self.stopped or transport.is_closing():
            return
        if b"trade" in payload and b"subscriptions" not in payload:
            if faults.every("drop"):
                return
            if faults.every("nonsense"):
                payload = faults.hostile()
            if faults.every("reorder"):
                self.held = payload
                return
        self.market.counts["messages"] += 1
        if faults.every("cut"):
            transport.write(frame(payload)[:len(payload) // 2])
            transport.close()
            return
        if faults.every("halfopen"):
            self.stopped = True
            return
        self.write(frame(payload))
        if b'"price":"' in payload and faults.every("restate"):
            self.write(frame(payload.replace(b'"price":"', b'"price":"1', 1)))
        if faults.every("duplicate"):
            self.write(frame(payload))
        if self.held:
            held, self.held = self.held, None
            self.write(frame(held))

    def write(self, data):
        """At once, or a few bytes at a time."""
        if self.market.faults.value("drip"):
            self.dripping += data
        else:
            self.transport.write(self.dripping + data)
            self.dripping = b""

    def drip(self):
        count = int(self.market.faults.value("drip") * TICK)
        if count and self.dripping:
            self.transport.write(self.dripping[:count])
            self.dripping = self.dripping[count:]

    def heartbeat(self):
        if not self.exchange:
            self.counter += 1
            self.put_event("heartbeats", {"current_time": stamp(self.market.now_us()), "heartbeat_counter": self.counter})
            return
        for product in self.products:
            last = self.market.tapes[product].last(1, self.sent_us)
            self.put({"type": "heartbeat", "last_trade_id": last[0][0] if last else 0, "product_id": product,
                      "sequence": self.counter, "time": stamp(self.market.now_us())})

    async def repeat(self):
        """What was recorded, byte for byte and in its time, and 5 s of nothing; the connections after it are as usual."""
        market, messages = self.market, self.market.replay
        market.replay = None
        market.set_clock(messages[0][0], market.replay_speed)
        for time_us, message in messages:
            await asyncio.sleep(max(0, (time_us - market.now_us()) / 1e6 / market.speed))
            self.put_bytes(message)
        market.counts["replayed"] += 1
        await asyncio.sleep(5)
        self.transport.close()

    async def stream(self):
        beats, silent_until, messages = self.market.mono(), 0, self.market.counts["messages"]
        while not self.transport.is_closing():
            await asyncio.sleep(TICK)
            self.drip()
            if self.market.faults.value("silence") and self.market.counts["messages"] - messages > 100:
                messages = self.market.counts["messages"]
                silent_until = self.market.mono() + self.market.faults.value("silence")
            if self.market.mono() < silent_until:
                continue
            now = self.market.now_us()
            for product in self.products:
                trades = self.market.tapes[product].between(self.sent_us, now)
                if trades:
                    self.put_trades(product, trades)
            self.sent_us = now
            if self.market.mono() - beats >= min(1, 10 / self.market.speed):
                beats = self.market.mono()
                self.heartbeat()
