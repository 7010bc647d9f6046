// Just enough of Arduino to run the sketch on a computer, in virtual time.
#pragma once
#include <stddef.h>
#include <stdint.h>

uint32_t millis();
uint32_t micros();
void delay(uint32_t ms);
