#pragma once
#include <stddef.h>
#include <stdint.h>
struct TwoWire {
    void setPins(uint8_t sda, uint8_t scl);
    void begin();
    bool begin(int sda, int scl, uint32_t hz);
    void setClock(uint32_t hz);
    void beginTransmission(uint8_t address);
    size_t write(uint8_t value);
    uint8_t endTransmission(bool stop = true);
    uint8_t requestFrom(uint8_t address, size_t n);
    int read();
};
extern TwoWire Wire;
