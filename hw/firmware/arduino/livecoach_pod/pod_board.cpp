// The two boards. Pins come from hw/pins.toml through pod_pins.h.
// Never run on hardware; checked against stubs only (hw/README.md).
#include <Arduino.h>
#include <Wire.h>

#include "pod_board.h"
#include "pod_pins.h"

#if defined(ARDUINO_ARCH_NRF52)
#include <bluefruit.h>

void pod_board_begin() {
    pinMode(POD_LED, OUTPUT);
    pod_board_led(false);
    pinMode(POD_BATTERY_ENABLE, OUTPUT);
    digitalWrite(POD_BATTERY_ENABLE, LOW);  // high would put the cell's voltage on the input
    analogReference(AR_INTERNAL_3_0);
    analogReadResolution(12);
    Wire.setPins(POD_SDA, POD_SCL);
    Wire.begin();
    Wire.setClock(POD_I2C_HZ);
}

uint16_t pod_board_battery_mv() {
    uint32_t at_pin_mv = (uint32_t)analogRead(POD_BATTERY_ADC) * 3000u / 4096u;
    return (uint16_t)(at_pin_mv * POD_BATTERY_DIVIDER_PERCENT / 100u);
}

uint64_t pod_board_serial() {
    return (uint64_t)NRF_FICR->DEVICEID[1] << 32 | NRF_FICR->DEVICEID[0];
}

void pod_board_sleep() { sd_power_system_off(); }  // USB power or the reset button wakes it

#elif defined(ARDUINO_ARCH_ESP32)
#include <esp_sleep.h>

void pod_board_begin() {
    pinMode(POD_LED, OUTPUT);
    pod_board_led(false);
    Wire.begin(POD_SDA, POD_SCL, POD_I2C_HZ);
}

uint16_t pod_board_battery_mv() {
    return (uint16_t)(analogReadMilliVolts(POD_BATTERY_ADC) * POD_BATTERY_DIVIDER_PERCENT / 100u);
}

uint64_t pod_board_serial() { return ESP.getEfuseMac(); }

void pod_board_sleep() { esp_deep_sleep_start(); }  // the reset button wakes it

#endif

#if defined(ARDUINO_ARCH_NRF52) || defined(ARDUINO_ARCH_ESP32)
void pod_board_led(bool on) { digitalWrite(POD_LED, on == POD_LED_ON_IS_HIGH ? HIGH : LOW); }
#endif
