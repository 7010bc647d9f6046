// Signatures as in Adafruit_nRF52_Arduino's Bluefruit52Lib headers (BLECharacteristic.h and others).
#pragma once
#include "Arduino.h"
#define CHR_PROPS_READ 0x02
#define CHR_PROPS_WRITE 0x08
#define CHR_PROPS_NOTIFY 0x10
#define CHR_PROPS_INDICATE 0x20
#define BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE 0x06
enum SecureMode_t { SECMODE_NO_ACCESS, SECMODE_OPEN };
enum { BANDWIDTH_MAX = 4 };
typedef uint32_t err_t;
extern "C" uint32_t sd_power_system_off();
struct BLEUuid {
    BLEUuid(uint16_t uuid16);
    BLEUuid(uint8_t const uuid128[]);
};
struct BLEService {
    BLEService(BLEUuid uuid);
    virtual err_t begin();
};
struct BLECharacteristic {
    typedef void (*write_cb_t)(uint16_t, BLECharacteristic *, uint8_t *, uint16_t);
    BLECharacteristic(BLEUuid uuid);
    void setProperties(uint8_t properties);
    void setPermission(SecureMode_t read, SecureMode_t write);
    void setMaxLen(uint16_t most);
    void setWriteCallback(write_cb_t fp, bool useAdaCallback = true);
    virtual err_t begin();
    uint16_t write(const void *data, uint16_t len);
    uint16_t write8(uint8_t value);
    bool notifyEnabled();
    bool notify(const void *data, uint16_t len);
    bool indicate(const void *data, uint16_t len);
};
struct BLEDis : BLEService {
    BLEDis();
    void setManufacturer(const char *name);
    void setModel(const char *model);
    err_t begin() override;
};
struct BLEBas : BLEService {
    BLEBas();
    err_t begin() override;
    bool notify(uint8_t level);
};
struct BLEConnection {
    uint16_t getMtu();
    bool requestPHY(uint8_t phy = 0);
    bool requestDataLengthUpdate(void const *params = nullptr, void *limits = nullptr);
    bool requestMtuExchange(uint16_t mtu);
    bool requestConnectionParameter(uint16_t interval, uint16_t latency = 0, uint16_t timeout = 200);
};
struct BLEAdvertisingData {
    bool addFlags(uint8_t flags);
    bool addService(BLEService &service);
    bool addName();
};
struct BLEAdvertising : BLEAdvertisingData {
    void restartOnDisconnect(bool enable);
    bool start(uint16_t timeout = 0);
};
struct BLEPeriph { void setConnectCallback(void (*fp)(uint16_t)); };
struct AdafruitBluefruit {
    BLEPeriph Periph;
    BLEAdvertising Advertising;
    BLEAdvertisingData ScanResponse;
    void configPrphBandwidth(uint8_t bandwidth);
    bool begin(uint8_t peripherals = 1, uint8_t centrals = 0);
    void setName(const char *name);
    bool connected();
    uint16_t connHandle();
    BLEConnection *Connection(uint16_t handle);
};
extern AdafruitBluefruit Bluefruit;
