"""The canonical text of JSON values and the ids of messages, as docs/messages.md describes them, written again: what the
program computes must be what somebody else computes from that page."""
import xxhash

DBL_MIN = 2.2250738585072014e-308
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
OF_EVALUATION = """bars_per_year definition_hash direction end engine_version exchange fee fill fingerprint interval load_from
parameters risk_free slippage start strategy symbol""".split()

OF_CANDLE = "close exchange high interval low open symbol time volume".split()


def number(value):
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    value = float(value)
    if value == 0:
        return "0"
    for digits in range(1 if abs(value) < DBL_MIN else 15, 18):
        text = f"{value:.{digits}g}"
        if float(text) == value:
            break
    return text


def text_of(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(text_of, value)) + "]"
    return "{" + ",".join(f"{text_of(name)}:{text_of(value[name])}" for name in sorted(value)) + "}"


def id_of(value):
    return xxhash.xxh3_128_hexdigest(text_of(value).encode())


def request_id(message):
    return id_of({name: value for name, value in message.items() if name not in ("request_id", "expires_at")})


def evaluation_id(result):
    content = {name: result[name] for name in OF_EVALUATION}
    if "walk_forward" in result:
        walk = result["walk_forward"]
        content["walk_forward"] = {"windows": walk["windows"],
                                   "parameters": [fold.get("parameters") for fold in walk["folds"]]}
    return id_of(content)


def result_id(message):
    asked = "request_id" if "request_id" in message else "run_id"
    return id_of({asked: message[asked], "evaluation_id": message["evaluation_id"]})


def candle_id(message):
    return id_of({name: message[name] for name in OF_CANDLE})


def ids_of(message):
    """The ids that the content of a message has."""
    if message["schema"] == "discovery-request/1":
        return {"request_id": request_id(message)}
    if message["schema"] == "candle/1":
        return {"candle_id": candle_id(message)}
    if message["schema"] == "discovered-strategy/1":
        evaluation = evaluation_id(message["result"])
        return {"evaluation_id": evaluation, "result_id": result_id({**message, "evaluation_id": evaluation})}
    return {}
