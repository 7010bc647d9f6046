// Bluefruit (Adafruit and Seeed nRF52 boards).
// Never run on hardware; checked against stubs only (hw/README.md).
#if defined(ARDUINO_ARCH_NRF52)
#include <Arduino.h>
#include <bluefruit.h>

#include "lcpod.h"
#include "pod_ble.h"
#include "pod_mail.h"
#include "pod_uuids.h"

static const uint8_t POD_ID[] = POD_UUID_BYTES(0x01), STREAM_ID[] = POD_UUID_BYTES(0x02),
                     CONTROL_ID[] = POD_UUID_BYTES(0x03), INFO_ID[] = POD_UUID_BYTES(0x04),
                     COUNTERS_ID[] = POD_UUID_BYTES(0x05);
static BLEService pod(POD_ID), running(0x1814);
static BLECharacteristic stream(STREAM_ID), control(CONTROL_ID), info(INFO_ID),
    counters(COUNTERS_ID), measurement(0x2A53), feature(0x2A54), location(0x2A5D);
static BLEDis about;
static BLEBas battery;
static PodMail mail;

static void connected(uint16_t handle) {
    BLEConnection *link = Bluefruit.Connection(handle);
    link->requestPHY();
    link->requestDataLengthUpdate();
    link->requestMtuExchange(247);
    link->requestConnectionParameter(12, 0, 200);  // 15 ms, no latency, 2 s
}

static void written(uint16_t, BLECharacteristic *, uint8_t *data, uint16_t len) {
    mail.put(data, len, micros());
}

static void add(BLECharacteristic &c, uint8_t properties, uint16_t most, SecureMode_t write) {
    c.setProperties(properties);
    c.setPermission(SECMODE_OPEN, write);
    c.setMaxLen(most);
    c.begin();
}

void pod_ble_begin(const char *name, uint8_t rsc_location) {
    const uint8_t features[] = {0x04, 0x00};  // walking or running
    Bluefruit.configPrphBandwidth(BANDWIDTH_MAX);
    Bluefruit.begin();
    Bluefruit.setName(name);
    Bluefruit.Periph.setConnectCallback(connected);
    about.setManufacturer("livecoach");
    about.setModel("open pod");
    about.begin();
    battery.begin();
    pod.begin();
    add(stream, CHR_PROPS_NOTIFY, LCPOD_MOST_BYTES, SECMODE_NO_ACCESS);
    control.setWriteCallback(written);
    add(control, CHR_PROPS_WRITE | CHR_PROPS_INDICATE, 20, SECMODE_OPEN);
    add(info, CHR_PROPS_READ, LCPOD_INFO_BYTES, SECMODE_NO_ACCESS);
    add(counters, CHR_PROPS_READ | CHR_PROPS_NOTIFY, LCPOD_COUNTERS_BYTES, SECMODE_NO_ACCESS);
    running.begin();
    add(measurement, CHR_PROPS_NOTIFY, LCPOD_RSC_BYTES, SECMODE_NO_ACCESS);
    add(feature, CHR_PROPS_READ, 2, SECMODE_NO_ACCESS);
    feature.write(features, 2);
    add(location, CHR_PROPS_READ, 1, SECMODE_NO_ACCESS);
    location.write8(rsc_location);
    Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
    Bluefruit.Advertising.addService(pod);
    Bluefruit.ScanResponse.addService(running);
    Bluefruit.ScanResponse.addName();
    Bluefruit.Advertising.restartOnDisconnect(true);
    Bluefruit.Advertising.start(0);
}

bool pod_ble_streaming() { return Bluefruit.connected() && stream.notifyEnabled(); }

uint16_t pod_ble_att_payload() {
    BLEConnection *link = Bluefruit.Connection(Bluefruit.connHandle());
    return link ? (uint16_t)(link->getMtu() - 3) : 20;
}

bool pod_ble_notify(const uint8_t *data, size_t len) { return stream.notify(data, (uint16_t)len); }

size_t pod_ble_request(uint8_t *to, size_t most, uint32_t *came_us) {
    size_t n = 0;
    return mail.take(to, most, &n, came_us) ? n : 0;
}

void pod_ble_reply(const uint8_t *data, size_t len) { control.indicate(data, (uint16_t)len); }
void pod_ble_info(const uint8_t *data, size_t len) { info.write(data, (uint16_t)len); }

void pod_ble_counters(const uint8_t *data, size_t len) {
    counters.write(data, (uint16_t)len);
    counters.notify(data, (uint16_t)len);
}

void pod_ble_cadence(const uint8_t *data, size_t len) { measurement.notify(data, (uint16_t)len); }
void pod_ble_battery(uint8_t percent) { battery.notify(percent); }
#endif
