"""A file of records that are hard to read, and what becomes of each by the rules of Watchfold.

`write(path)` makes the file: several thousand records that are right but written in all the ways that JSON allows,
and a few that are wrong in most of the ways that Watchfold has a name for. `fold(path)` reads such a file with Python's
own JSON parser and judges each line. The two share nothing but the file, so neither can hide a mistake of the other.

Python's parser is used for this file and not DuckDB's, which is too lax: where a BIGINT is asked for, it takes 2.5 for 2
and true for 1.
"""

import json
import random
import re
from collections import Counter
from decimal import Decimal

CONTRACTS = [
    "SGH000001", "qad014541", "PAYTV", "NONFPT", "113.182.209.48", "00", "0 ", " 0", "12345", "-7", "null",
    "a,b", 'say "hi"', '"', ",", "line\nbreak", "carriage\rreturn", "tab\tstop", "back\\slash", "sl/ash", "a\u0000b",
    " leading", "trailing ", "hợp đồng", "e\u0301", "\u00e9", "契約", "\U0001f4fa", "\uffff", "\U00010000", "\u2028",
    "x" * 12, "x" * 13, "x" * 300, "=1+1", "'", "#",
]
APPS = [
    "CHANNEL", "DSHD", "KPLUS", "KPlus", "VOD", "FIMS_RES", "CHILD", "RELAX", "SPORT", "channel", "KARAOKE", "", 'ké,"',
]
# All of them are integers, and not negative.
DURATIONS = [
    "0", "-0", "7", "254", "254.0", "254.000", "2.54e2", "25400E-2", "1e3", "1E+3", "0.5e1", "0e999999999", "-0.0",
    "86400", "9000000000000",
]
# Each is a whole line, and all but one (a contract that is 1e3) are rejected; why, is for `fold` to find out.
WRONG = [
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1}} x',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1}},',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":01}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":+1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":.5e1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1.}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":NaN}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":Infinity}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1,}}',
    b"{'_source':{'Contract':'W','AppName':'VOD','TotalDuration':1}}",
    b'{"_source":{"Contract":"W\t","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W\\x","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"\\ud800","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W\xff","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W\xc0\x80","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W\xed\xa0\x80","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1},"other":[1,2}',
    b'5', b'"text"', b'null', b'true', b'nul', b'}',
    b'{}', b'{"_source":{}}', b'{"_source":{"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W","TotalDuration":1}}', b'{"_source":{"Contract":"W","AppName":null,"TotalDuration":1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD"}}', b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":null}}',
    b'{"_source":{"Contract":true,"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":1.5,"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":1e3,"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":["W"],"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"W","AppName":7,"TotalDuration":1}}',
    b'{"_source":{"Contract":"W","AppName":{"x":1},"TotalDuration":1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":2.5}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1e-1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":1e400}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":9223372036854775808}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":true}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":[1]}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":""}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":" 5"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"5s"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"0x10"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"05"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"1_000"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"\xd9\xa1"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":-1}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":"-889575165"}}',
    b'{"_source":{"Contract":"W","AppName":"VOD","TotalDuration":-9223372036854775808}}',
]
IGNORED = [
    b'{"_source":{"Contract":null,"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"0","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":"\\u0030","AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":0,"AppName":"VOD","TotalDuration":1}}',
    b'{"_source":{"Contract":null}}',
    b'{"Contract":"0"}',
]


def write(path, records=4000, seed=20220401):
    """Writes the file: a byte order mark, lines that end in LF or CR LF, blank lines."""
    rng = random.Random(seed)
    lines = [_right(rng) for _ in range(records)] + WRONG + IGNORED
    rng.shuffle(lines)
    with open(path, "wb") as file:
        file.write(b"\xef\xbb\xbf")
        for line in lines:
            if rng.random() < 0.05:
                file.write(rng.choice([b"\n", b"\r\n", b"  \t\n"]))
            file.write(line + rng.choice([b"\n", b"\n", b"\r\n", b" \n"]))


def _right(rng):
    """A record that is folded, written in some unusual way."""
    contract = rng.choice(CONTRACTS)
    text = rng.choice(DURATIONS)
    is_number = contract in ("12345", "-7") and rng.random() < 0.5
    fields = [
        (_string(rng, "Contract"), contract if is_number else _string(rng, contract)),
        (_string(rng, "AppName"), _string(rng, rng.choice(APPS))),
        (_string(rng, "TotalDuration"), _string(rng, text) if rng.random() < 0.3 else text),
    ]
    if rng.random() < 0.2:
        # Of duplicate keys the last wins: the true one is put behind one that is false.
        fields = [(_string(rng, "TotalDuration"), rng.choice(['"no"', "-5", "null", "{}"]))] + fields
    else:
        rng.shuffle(fields)
    for _ in range(rng.randrange(3)):
        fields.insert(0, (_string(rng, rng.choice(["Mac", "contract", "Contract ", "x", ""])), _junk(rng, 0)))
    record = _object(rng, fields)
    if rng.random() < 0.2:
        return record.encode()
    around = [('"_source"', record)]
    if rng.random() < 0.5:
        # Only _source is looked at when there is one.
        around += [('"Contract"', '"outside"'), ('"TotalDuration"', "99"), ('"_id"', '"AX_mod8fa1FFivsGq-wr"')]
    rng.shuffle(around)
    return _object(rng, around).encode()


def _object(rng, fields):
    def gap():
        return rng.choice(["", "", "", " ", "\t", "  "])

    return "{" + ",".join(f"{gap()}{key}{gap()}:{gap()}{value}{gap()}" for key, value in fields) + "}"


def _string(rng, text):
    """A JSON string, each character plain or escaped."""
    short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    escaped = rng.random() < 0.3
    out = []
    for character in text:
        if escaped and rng.random() < 0.5:
            units = character.encode("utf-16-be")
            out += [f"\\u{units[i]:02{rng.choice('xX')}}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
        elif character in short and (character != "/" or escaped):
            out.append(short[character])
        elif character < " ":
            out.append(f"\\u{ord(character):04x}")
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def _junk(rng, depth):
    """Any JSON value; Watchfold skips it, but must walk over it."""
    kind = rng.randrange(7 if depth < 4 else 5)
    if kind < 4:
        return ["null", "false", "-1.5e-7", '"\\\\"'][kind]
    if kind == 4:
        return _string(rng, '}]{["\\')
    if kind == 5:
        return "[" + ",".join(_junk(rng, depth + 1) for _ in range(rng.randrange(4))) + "]"
    return _object(rng, [(_string(rng, "TotalDuration"), _junk(rng, depth + 1)) for _ in range(rng.randrange(3))])


JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class Number(str):
    """A JSON number as it is written."""


def _refuse(word):
    raise ValueError(f"{word} is no JSON")


def fold(path):
    """Judges every line.

    Returns the folded records as (contract, app, seconds); how many records ended how: `folded`, `ignored`, or the
    name of a reason to reject; and how many of the folded had a field taken from another type.
    """
    folded = []
    outcomes = Counter()
    coerced = 0
    for line in open(path, "rb").read().removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = line.strip(b" \t\r")
        if not line:
            continue
        outcome = _judge(line)
        if isinstance(outcome, tuple):
            contract, app, duration = outcome
            folded.append((str(contract), app, int(Decimal(duration))))
            is_plain = isinstance(duration, Number) and re.fullmatch("-?[0-9]+", duration)
            coerced += isinstance(contract, Number) or not is_plain
            outcome = "folded"
        outcomes[outcome] += 1
    return folded, outcomes, coerced


def _judge(line):
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "invalid-utf8"
    try:
        record = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=_refuse)
        # Python lets half of a surrogate pair pass; it is no character.
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    except ValueError:
        return "malformed-json"
    if not isinstance(record, dict):
        return "not-an-object"
    fields = record.get("_source", record)
    contract, app, duration = (fields.get(name) for name in ("Contract", "AppName", "TotalDuration"))

    if contract is None:
        return "ignored" if "Contract" in fields else "missing-contract"
    if not isinstance(contract, str):
        return "bad-contract"
    if isinstance(contract, Number) and not re.fullmatch("-?[0-9]+", contract):
        # With a point or an exponent it is the whole number that it says, if it is one.
        value = Decimal(contract)
        if value != value.to_integral_value():
            return "bad-contract"
        contract = Number(int(value))
    if contract in ("", "0"):
        return "ignored"
    if app is None:
        return "missing-app"
    if not isinstance(app, str) or isinstance(app, Number):
        return "bad-app"
    if duration is None:
        return "missing-duration"
    if not isinstance(duration, str) or not JSON_NUMBER.fullmatch(duration):
        return "bad-duration"
    value = Decimal(duration)
    if not -(2**63) <= value < 2**63 or value != value.to_integral_value():
        return "bad-duration"
    return "negative-duration" if value < 0 else (contract, app, duration)
