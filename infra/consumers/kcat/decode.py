"""Decodes what kcat writes with -f '%R%s': a length of four bytes, big-endian, and the value.

    kcat -C -b kafka-1:9092 -t audit.events -e -q -f '%R%s' | python decode.py ../../../schemas/avro
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../python"))
from podwitness_avro import Decoder  # noqa: E402

decoder = Decoder(*sys.argv[1:3])
while header := sys.stdin.buffer.read(4):
    value = sys.stdin.buffer.read(int.from_bytes(header, "big"))
    print(json.dumps(decoder.decode(value)["document"]))
