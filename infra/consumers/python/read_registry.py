"""Prints the documents of audit.events with Confluent's own deserializer and a schema registry.

    pip install -r requirements.txt
    python read_registry.py kafka-1:9092 http://schema-registry:8081

Reads Confluent's wire format alone: of a topic that is older than the registry, read_events.py reads
all. Where the registry wants a login, `basic.auth.user.info` is `name:password`.
"""

import argparse
import json

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("brokers")
    arguments.add_argument("registry")
    arguments.add_argument("--topic", default="audit.events")
    arguments.add_argument("--group", default="my-team.events")
    arguments.add_argument("--count", type=int, help="stop after so many events")
    given = arguments.parse_args()

    deserialize = AvroDeserializer(SchemaRegistryClient({"url": given.registry}))
    context = SerializationContext(given.topic, MessageField.VALUE)
    consumer = Consumer(
        {
            "bootstrap.servers": given.brokers,
            "group.id": given.group,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([given.topic])
    printed = 0
    while given.count is None or printed < given.count:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise SystemExit(message.error())
        event = deserialize(message.value(), context)
        print(json.dumps(json.loads(event["document"])), flush=True)
        printed += 1
    consumer.close()


main()
