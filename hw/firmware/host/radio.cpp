// The board and the radio of the virtual pod: what it sends goes to stdout, framed.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "Arduino.h"
#include "lcpod.h"
#include "pod_ble.h"
#include "pod_board.h"
#include "pod_mail.h"
#include "world.h"

static PodMail mail;
static size_t next_request;

// Frame: kind, u16 length, f64 true time, data.
void world_emit(char kind, const void *data, uint16_t len) {
    fputc(kind, stdout);
    fwrite(&len, 2, 1, stdout);
    fwrite(&world.now_s, 8, 1, stdout);
    fwrite(data, 1, len, stdout);
}

static bool muted(double every_s, double for_s) {
    return every_s > 0 && world.now_s > every_s && fmod(world.now_s, every_s) < for_s;
}

uint32_t millis() { return (uint32_t)(uint64_t)(world.board_us * 1e-3 + world.now_s * 1e3); }

uint32_t micros() {
    uint64_t us = world.board_us + (uint64_t)(world.now_s * 1e6);
    return (uint32_t)(us - us % world.micros_step);
}

void delay(uint32_t ms) {
    static double next_stall_s = world.stall_every_s;
    world.now_s += ms * 1e-3;
    if (world.stall_every_s > 0 && world.now_s >= next_stall_s) {
        world.now_s += world.stall_s;
        next_stall_s += world.stall_every_s;
    }
    if (world.brownout_s > 0 && world.now_s >= world.brownout_s) {
        imu_brownout();
        world.brownout_s = 0;
    }
    while (next_request < world.requests.size() &&
           world.now_s >= world.requests[next_request].at_s) {
        const Request &r = world.requests[next_request++];
        mail.put(r.data.data(), r.data.size(), micros());
        world_emit('>', r.data.data(), (uint16_t)r.data.size());
    }
}

void pod_ble_begin(const char *name, uint8_t location) {
    world_emit('n', name, (uint16_t)strlen(name));
    world_emit('l', &location, 1);
}
bool pod_ble_streaming() {
    return world.now_s >= world.subscribe_s && world.now_s < world.unsubscribe_s;
}
uint16_t pod_ble_att_payload() {
    return (uint16_t)((world.now_s < world.mtu_from_s ? 100 : world.mtu) - 3);
}

// A packet, and the true times of its samples, found by the numbers the gyro carries.
bool pod_ble_notify(const uint8_t *data, size_t len) {
    double times[LCPOD_MOST_SAMPLES];
    if (muted(world.mute_every_s, world.mute_s)) return false;
    unsigned n = data[LCPOD_AT_N];
    for (unsigned k = 0; k < n; k++) {
        const uint8_t *gyr = data + LCPOD_HEADER + LCPOD_SAMPLE * k + 6;
        unsigned index = (unsigned)(gyr[0] | gyr[1] << 8) | (unsigned)(gyr[2] & 1) << 15;
        times[k] = sample_times[index % SAMPLE_TIMES];
    }
    world_emit('s', data, (uint16_t)len);
    world_emit('t', times, (uint16_t)(8 * n));
    return true;
}

size_t pod_ble_request(uint8_t *to, size_t most, uint32_t *came_us) {
    size_t n = 0;
    return mail.take(to, most, &n, came_us) ? n : 0;
}
void pod_ble_reply(const uint8_t *data, size_t len) { world_emit('<', data, (uint16_t)len); }
void pod_ble_info(const uint8_t *data, size_t len) { world_emit('i', data, (uint16_t)len); }
void pod_ble_counters(const uint8_t *data, size_t len) { world_emit('c', data, (uint16_t)len); }
void pod_ble_cadence(const uint8_t *data, size_t len) { world_emit('r', data, (uint16_t)len); }
void pod_ble_battery(uint8_t percent) { world_emit('b', &percent, 1); }

void pod_board_begin() {}
void pod_board_led(bool on) {
    static bool lit;
    if (on != lit) world_emit('o', &on, 1);
    lit = on;
}
uint16_t pod_board_battery_mv() { return (uint16_t)world.battery_mv; }
uint64_t pod_board_serial() { return 0x0123456789ABCDEFull; }
void pod_board_sleep() {
    world_emit('z', "", 0);
    world.seconds = 0;
}
