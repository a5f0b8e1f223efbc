import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints the documents of audit.events as JSON lines, each event once. No schema registry. */
public final class ReadEvents {
  private static final int REMEMBERED = 100_000;

  private ReadEvents() {}

  /** Reads every version that is in the folder, and gives it in the shape of the newest. */
  static BinaryMessageDecoder<GenericRecord> decoder(Path versions) throws IOException {
    Schema newest = null;
    int number = 1;
    while (Files.exists(versions.resolve("v" + number + ".avsc"))) {
      newest = parse(versions, number++);
    }
    BinaryMessageDecoder<GenericRecord> decoder =
        new BinaryMessageDecoder<>(GenericData.get(), newest);
    for (int old = 1; old < number; old++) decoder.addSchema(parse(versions, old));
    return decoder;
  }

  private static Schema parse(Path versions, int number) throws IOException {
    return new Schema.Parser().parse(versions.resolve("v" + number + ".avsc").toFile());
  }

  private static Properties settings(String brokers, String group) {
    Properties settings = new Properties();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    // Java's consumer reads records of transactions that were given up, unless it is told not to.
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return settings;
  }

  /** Arguments: brokers, topic, group, the folder schemas/avro/audit-event, and how many (0: all). */
  public static void main(String[] arguments) throws IOException {
    BinaryMessageDecoder<GenericRecord> decoder = decoder(Path.of(arguments[3]));
    long left = Long.parseLong(arguments[4]);
    if (left == 0) left = Long.MAX_VALUE;
    Map<String, Boolean> seen =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
          }
        };
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(settings(arguments[0], arguments[2]))) {
      consumer.subscribe(List.of(arguments[1]));
      while (left > 0) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          GenericRecord event = decoder.decode(ByteBuffer.wrap(record.value()));
          if (seen.put(event.get("id").toString(), true) != null) continue;
          ByteBuffer document = (ByteBuffer) event.get("document");
          System.out.println(StandardCharsets.UTF_8.decode(document));
          if (--left == 0) break;
        }
        consumer.commitSync();
      }
    }
  }
}
