// Signatures as in NimBLE-Arduino 2's headers (NimBLECharacteristic.h, NimBLEServer.h and others).
#pragma once
#include "Arduino.h"
namespace NIMBLE_PROPERTY {
enum { READ = 0x02, WRITE = 0x08, NOTIFY = 0x10, INDICATE = 0x20 };
}
class NimBLEServer;
class NimBLECharacteristic;
struct NimBLEConnInfo { uint16_t getConnHandle() const; };
struct NimBLEAttValue {
    const uint8_t *data() const;
    uint16_t size() const;
};
struct NimBLEServerCallbacks {
    virtual ~NimBLEServerCallbacks() {}
    virtual void onConnect(NimBLEServer *, NimBLEConnInfo &);
    virtual void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int reason);
    virtual void onMTUChange(uint16_t mtu, NimBLEConnInfo &);
};
struct NimBLECharacteristicCallbacks {
    virtual ~NimBLECharacteristicCallbacks() {}
    virtual void onWrite(NimBLECharacteristic *, NimBLEConnInfo &);
    virtual void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t value);
};
class NimBLECharacteristic {
  public:
    void setCallbacks(NimBLECharacteristicCallbacks *callbacks);
    bool notify(uint16_t handle = 0xFFFF) const;
    bool notify(const uint8_t *value, size_t length, uint16_t handle = 0xFFFF) const;
    bool indicate(const uint8_t *value, size_t length, uint16_t handle = 0xFFFF) const;
    void setValue(const uint8_t *value, size_t length);
    NimBLEAttValue getValue(void *timestamp = nullptr) const;
};
struct NimBLEService {
    NimBLECharacteristic *createCharacteristic(const char *uuid, uint32_t properties,
                                               uint16_t most = 512);
};
class NimBLEServer {
  public:
    NimBLEService *createService(const char *uuid);
    void setCallbacks(NimBLEServerCallbacks *callbacks, bool deleteCallbacks = true);
    void start();
    void updateConnParams(uint16_t handle, uint16_t least, uint16_t most, uint16_t latency,
                          uint16_t timeout);
    void setDataLen(uint16_t handle, uint16_t octets);
};
struct NimBLEAdvertising {
    bool addServiceUUID(const char *uuid);
    void enableScanResponse(bool enable);
    bool setName(const char *name);
    bool start(uint32_t duration = 0);
};
struct NimBLEDevice {
    static bool init(const char *name);
    static bool setMTU(uint16_t mtu);
    static NimBLEServer *createServer();
    static NimBLEAdvertising *getAdvertising();
    static bool startAdvertising(uint32_t duration = 0);
};
