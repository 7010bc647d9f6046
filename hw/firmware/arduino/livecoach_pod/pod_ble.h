// The radio under the pod. Every call is made from loop(); callbacks of the radio only fill the
// mailbox (pod_mail.h) and set flags.
#pragma once
#include <stddef.h>
#include <stdint.h>

void pod_ble_begin(const char *name, uint8_t rsc_location);
bool pod_ble_streaming();         // somebody is subscribed to Stream
uint16_t pod_ble_att_payload();   // MTU - 3 of the connection
bool pod_ble_notify(const uint8_t *data, size_t len);  // false: no room now, try again
// A request written to the control point, and when it came (micros()); its length, 0: none.
size_t pod_ble_request(uint8_t *to, size_t most, uint32_t *came_us);
void pod_ble_reply(const uint8_t *data, size_t len);
void pod_ble_info(const uint8_t *data, size_t len);
void pod_ble_counters(const uint8_t *data, size_t len);
void pod_ble_cadence(const uint8_t *data, size_t len);
void pod_ble_battery(uint8_t percent);
