"""The coach's side: what runners report over MQTT becomes the state of a fleet and a page."""
