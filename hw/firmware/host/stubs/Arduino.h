// Signatures of the Arduino calls the board files make: for -fsyntax-only, never linked.
#pragma once
#include <stddef.h>
#include <stdint.h>
enum { LOW, HIGH, INPUT, OUTPUT, AR_INTERNAL_3_0 };
uint32_t millis();
uint32_t micros();
void delay(uint32_t ms);
void pinMode(uint32_t pin, uint32_t mode);
void digitalWrite(uint32_t pin, uint32_t value);
int analogRead(uint32_t pin);
void analogReference(int what);
void analogReadResolution(int bits);
uint32_t analogReadMilliVolts(uint8_t pin);
struct EspClass { uint64_t getEfuseMac(); };
extern EspClass ESP;
struct Ficr { uint32_t DEVICEID[2]; };
extern Ficr *NRF_FICR;
