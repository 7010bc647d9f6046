"""The coach's side over MQTT: address, connection, outbox and reports."""
