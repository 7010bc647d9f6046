// NimBLE-Arduino 2 (ESP32).
// Never run on hardware; checked against stubs only (hw/README.md).
#if defined(ARDUINO_ARCH_ESP32)
#include <Arduino.h>
#include <NimBLEDevice.h>

#include "lcpod.h"
#include "pod_ble.h"
#include "pod_mail.h"
#include "pod_uuids.h"

static NimBLECharacteristic *stream, *control, *info, *counters, *measurement, *level;
static PodMail mail;
static uint16_t mtu = 23;
static uint8_t subscribed;

class Link : public NimBLEServerCallbacks {
    void onConnect(NimBLEServer *server, NimBLEConnInfo &link) override {
        server->updateConnParams(link.getConnHandle(), 12, 24, 0, 200);  // 15-30 ms, 2 s
        server->setDataLen(link.getConnHandle(), 251);
    }
    void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int) override {
        __atomic_store_n(&subscribed, (uint8_t)0, __ATOMIC_RELEASE);
        mtu = 23;
        NimBLEDevice::startAdvertising();
    }
    void onMTUChange(uint16_t to, NimBLEConnInfo &) override { mtu = to; }
};

class Stream : public NimBLECharacteristicCallbacks {
    void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t what) override {
        __atomic_store_n(&subscribed, (uint8_t)(what & 1), __ATOMIC_RELEASE);
    }
};

class Control : public NimBLECharacteristicCallbacks {
    void onWrite(NimBLECharacteristic *c, NimBLEConnInfo &) override {
        NimBLEAttValue value = c->getValue();
        mail.put(value.data(), value.size(), micros());
    }
};

static Link on_link;
static Stream on_stream;
static Control on_control;

void pod_ble_begin(const char *name, uint8_t rsc_location) {
    const uint8_t features[] = {0x04, 0x00};  // walking or running
    NimBLEDevice::init(name);
    NimBLEDevice::setMTU(247);
    NimBLEServer *server = NimBLEDevice::createServer();
    server->setCallbacks(&on_link, false);  // not its to delete
    NimBLEService *pod = server->createService(POD_UUID("0001"));
    stream = pod->createCharacteristic(POD_UUID("0002"), NIMBLE_PROPERTY::NOTIFY);
    stream->setCallbacks(&on_stream);
    control = pod->createCharacteristic(POD_UUID("0003"),
                                        NIMBLE_PROPERTY::WRITE | NIMBLE_PROPERTY::INDICATE);
    control->setCallbacks(&on_control);
    info = pod->createCharacteristic(POD_UUID("0004"), NIMBLE_PROPERTY::READ);
    counters = pod->createCharacteristic(POD_UUID("0005"),
                                         NIMBLE_PROPERTY::READ | NIMBLE_PROPERTY::NOTIFY);
    NimBLEService *running = server->createService("1814");
    measurement = running->createCharacteristic("2A53", NIMBLE_PROPERTY::NOTIFY);
    running->createCharacteristic("2A54", NIMBLE_PROPERTY::READ)->setValue(features, 2);
    running->createCharacteristic("2A5D", NIMBLE_PROPERTY::READ)->setValue(&rsc_location, 1);
    NimBLEService *battery = server->createService("180F");
    level = battery->createCharacteristic("2A19", NIMBLE_PROPERTY::READ | NIMBLE_PROPERTY::NOTIFY);
    NimBLEService *about = server->createService("180A");
    about->createCharacteristic("2A29", NIMBLE_PROPERTY::READ)
        ->setValue((const uint8_t *)"livecoach", 9);
    server->start();
    NimBLEAdvertising *advertising = NimBLEDevice::getAdvertising();
    advertising->addServiceUUID(POD_UUID("0001"));
    advertising->enableScanResponse(true);
    advertising->setName(name);
    advertising->start();
}

bool pod_ble_streaming() { return __atomic_load_n(&subscribed, __ATOMIC_ACQUIRE) != 0; }
uint16_t pod_ble_att_payload() { return (uint16_t)(mtu - 3); }
bool pod_ble_notify(const uint8_t *data, size_t len) { return stream->notify(data, len); }

size_t pod_ble_request(uint8_t *to, size_t most, uint32_t *came_us) {
    size_t n = 0;
    return mail.take(to, most, &n, came_us) ? n : 0;
}

void pod_ble_reply(const uint8_t *data, size_t len) { control->indicate(data, len); }
void pod_ble_info(const uint8_t *data, size_t len) { info->setValue(data, len); }

void pod_ble_counters(const uint8_t *data, size_t len) {
    counters->setValue(data, len);
    counters->notify();
}

void pod_ble_cadence(const uint8_t *data, size_t len) {
    measurement->setValue(data, len);
    measurement->notify();
}

void pod_ble_battery(uint8_t percent) {
    level->setValue(&percent, 1);
    level->notify();
}
#endif
