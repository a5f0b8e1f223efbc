"""Prints the documents of audit.events as JSON lines, each event once.

    pip install -r requirements.txt
    python read_events.py kafka-1:9092 --schemas ../../../schemas/avro
"""

import argparse
import collections
import json

from confluent_kafka import Consumer

from podwitness_avro import Decoder

# A sender may repeat an event: remember the last ids. Whoever must not count one twice even after
# a restart keeps them where its results are, under the same transaction or as their key.
REMEMBERED = 100_000


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("brokers")
    arguments.add_argument("--topic", default="audit.events")
    arguments.add_argument("--group", default="my-team.events")
    arguments.add_argument("--schemas", required=True)
    arguments.add_argument("--registry")
    arguments.add_argument("--count", type=int, help="stop after so many events")
    given = arguments.parse_args()

    decoder = Decoder(given.schemas, given.registry)
    consumer = Consumer(
        {
            "bootstrap.servers": given.brokers,
            "group.id": given.group,
            "auto.offset.reset": "earliest",
            # Records of transactions that were given up are not evidence.
            "isolation.level": "read_committed",
            # Committed below, after the event is done with.
            "enable.auto.commit": False,
            # A record may have 36 MiB.
            "fetch.message.max.bytes": 36 * 1024 * 1024,
        }
    )
    consumer.subscribe([given.topic])
    seen = collections.OrderedDict()
    printed = 0
    while given.count is None or printed < given.count:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise SystemExit(message.error())
        event = decoder.decode(message.value())
        if event["id"] not in seen:
            seen[event["id"]] = True
            if len(seen) > REMEMBERED:
                seen.popitem(last=False)
            print(json.dumps(event["document"]), flush=True)
            printed += 1
        consumer.commit(message, asynchronous=True)
    consumer.close()


main()
