"""Values of podwitness' topics as dictionaries, whichever way they name their schema.

C3 01 and a fingerprint: Avro's single-object encoding; the schema is a file in schemas/avro.
00 and a number: Confluent's wire format; the schema is in the schema registry.
"""

import glob
import io
import json
import os
import urllib.request

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form


class Decoder:
    def __init__(self, schemas, registry=None):
        """`schemas`: the folder schemas/avro; `registry`: its URL, where there is one."""
        self.registry = registry
        self.by_fingerprint = {}
        self.by_id = {}
        for path in glob.glob(os.path.join(schemas, "*", "v*.avsc")):
            with open(path, encoding="utf-8") as file:
                schema = json.load(file)
            crc = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
            self.by_fingerprint[bytes.fromhex(crc)] = fastavro.parse_schema(schema)

    def _registered(self, number):
        if number not in self.by_id:
            with urllib.request.urlopen(f"{self.registry}/schemas/ids/{number}") as reply:
                schema = json.loads(json.load(reply)["schema"])
            self.by_id[number] = fastavro.parse_schema(schema)
        return self.by_id[number]

    def decode(self, value):
        if value[:2] == b"\xc3\x01":
            schema, start = self.by_fingerprint[value[2:10]], 10
        elif value[:1] == b"\x00" and self.registry:
            schema, start = self._registered(int.from_bytes(value[1:5], "big")), 5
        else:
            raise ValueError("neither single-object encoding nor a registry's wire format")
        record = fastavro.schemaless_reader(io.BytesIO(value[start:]), schema, None)
        if "document" in record:
            record["document"] = json.loads(record["document"])
        return record
