// The board under the pod: bus, light, battery, number, sleep.
#pragma once
#include <stdint.h>

void pod_board_begin();           // light, battery input, and Wire on its pins at 400 kHz
void pod_board_led(bool on);
uint16_t pod_board_battery_mv();  // 0: no way to know
uint64_t pod_board_serial();
void pod_board_sleep();           // does not return on a board
