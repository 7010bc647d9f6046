// A bus with one LSM6DSO32 on it. As on the nRF52, its buffer holds 64 bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct TwoWire {
    void beginTransmission(uint8_t address);
    size_t write(uint8_t value);
    uint8_t endTransmission(bool stop = true);
    uint8_t requestFrom(uint8_t address, uint8_t n);
    int read();
};
extern TwoWire Wire;
