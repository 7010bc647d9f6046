// Made from hw/pins.toml by hw/generate.py: change it there.
#pragma once
#define POD_IMU_ADDRESS 0x6a
#define POD_I2C_HZ 400000
#if defined(ARDUINO_ARCH_NRF52)
#define POD_SDA 4
#define POD_SCL 5
#define POD_LED 12
#define POD_LED_ON_IS_HIGH false
#define POD_BATTERY_ADC 32
#define POD_BATTERY_DIVIDER_PERCENT 296
#define POD_BATTERY_ENABLE 14
#elif defined(ARDUINO_ARCH_ESP32)
#define POD_SDA 6
#define POD_SCL 7
#define POD_LED 10
#define POD_LED_ON_IS_HIGH true
#define POD_BATTERY_ADC 2
#define POD_BATTERY_DIVIDER_PERCENT 200
#endif
