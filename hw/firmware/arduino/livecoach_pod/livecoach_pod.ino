// The open foot or trunk pod. Everything that can be decided without the board is in core/;
// here is only the order of things. hw/firmware/PROTOCOL.md says what goes over the air.
#include <Arduino.h>
#include <Wire.h>

#include "lcpod.h"
#include "pod_ble.h"
#include "pod_board.h"
#include "pod_config.h"
#include "pod_pins.h"

static const uint32_t SECOND_MS = 1000, IDENTIFY_MS = 3000;
static const uint8_t WORDS_AT_ONCE = 9;  // 63 bytes: the smallest Wire buffer holds 64

static lcpod_state state;
static lcpod_fifo fifo;
static lcpod_clock ticker;
static lcpod_packer packer;
static lcpod_queue waiting;
static lcpod_rsc rsc;
static int16_t last_acc[3];
static uint32_t second_ms, sampled_ms, identify_ms;
static bool streaming, identifying;

static bool imu_write(uint8_t reg, uint8_t value) {
    Wire.beginTransmission((uint8_t)POD_IMU_ADDRESS);
    Wire.write(reg);
    Wire.write(value);
    return Wire.endTransmission() == 0;
}

static bool imu_read(uint8_t reg, uint8_t *to, uint8_t n) {
    Wire.beginTransmission((uint8_t)POD_IMU_ADDRESS);
    Wire.write(reg);
    if (Wire.endTransmission(false) != 0) return false;
    if (Wire.requestFrom((uint8_t)POD_IMU_ADDRESS, n) != n) return false;
    for (uint8_t k = 0; k < n; k++) to[k] = (uint8_t)Wire.read();
    return true;
}

// The sensor's clock, and the board's at the same moment.
static bool imu_ticks(uint32_t *ticks, uint32_t *board_us) {
    uint8_t b[4];
    if (!imu_read(0x40, b, 4)) return false;
    *board_us = micros();
    *ticks = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return true;
}

static void start_packets() {
    const lcpod_settings &s = state.settings;
    uint8_t most = lcpod_fits(state.att_payload);
    if (s.samples && s.samples < most) most = s.samples;
    lcpod_pack_init(&packer, most, s.rate_hz, s.acc_g, s.gyr_125, s.side);
}

static bool imu_begin() {
    lcpod_write setup[LCPOD_SETUP];
    uint8_t id = 0, fine = 0;
    uint32_t ticks, board_us;
    state.faults = LCPOD_FAULT_CHIP;
    sampled_ms = millis();
    if (!imu_read(0x0F, &id, 1) || id != 0x6C) return false;
    state.chip_id = id;
    if (!imu_write(0x12, 0x01)) return false;  // SW_RESET
    delay(10);
    if (!lcpod_setup(&state.settings, state.model, setup)) return false;
    for (const lcpod_write &w : setup) {
        if (!imu_write(w.reg, w.value)) return false;
    }
    if (!imu_read(0x63, &fine, 1) || !imu_ticks(&ticks, &board_us)) return false;
    lcpod_clock_init(&ticker, ticks, board_us, (int8_t)fine);
    lcpod_fifo_reset(&fifo);
    lcpod_rsc_init(&rsc, state.settings.rate_hz, state.settings.acc_g);
    start_packets();
    state.faults = 0;
    return true;
}

static void take(const lcpod_sample &s) {
    uint8_t packet[LCPOD_MOST_BYTES];
    state.counters.samples++;
    sampled_ms = millis();
    for (int k = 0; k < 3; k++) last_acc[k] = s.acc[k];
    lcpod_rsc_push(&rsc, s.acc);
    if (!streaming) return;
    size_t len = lcpod_pack(&packer, &ticker, &s, packet);
    if (len) state.counters.dropped += lcpod_queue_put(&waiting, packet, len);
}

static void drain() {
    uint8_t status[2], words[WORDS_AT_ONCE * LCPOD_WORD];
    int overrun;
    lcpod_sample sample;
    if (!imu_read(0x3A, status, 2)) return;
    uint16_t level = lcpod_fifo_level(&fifo, status, &overrun);
    if (overrun) {
        state.counters.overruns++;
        lcpod_pack_break(&packer);
    }
    while (level) {
        uint8_t n = level < WORDS_AT_ONCE ? (uint8_t)level : WORDS_AT_ONCE;
        if (!imu_read(0x78, words, (uint8_t)(n * LCPOD_WORD))) return;
        for (uint8_t k = 0; k < n; k++) {
            if (lcpod_fifo_word(&fifo, words + k * LCPOD_WORD, &sample)) take(sample);
        }
        level = (uint16_t)(level - n);
    }
}

static void show_info() {
    uint8_t info[LCPOD_INFO_BYTES];
    lcpod_info(&state, info);
    pod_ble_info(info, sizeof info);
}

static void sleep_now() {
    delay(100);  // the answer goes out
    imu_write(0x10, 0);
    imu_write(0x11, 0);
    pod_board_led(false);
    pod_board_sleep();
}

static void answer() {
    uint8_t request[20], reply[LCPOD_MOST_REPLY], done;
    uint32_t came_us, ticks, now_us;
    size_t len = pod_ble_request(request, sizeof request, &came_us);
    if (!len) return;
    state.att_payload = pod_ble_att_payload();
    uint8_t faults = state.faults;
    if (!lcpod_gravity(last_acc, state.settings.acc_g)) state.faults |= LCPOD_FAULT_GRAVITY;
    if (fifo.time_last) state.faults |= LCPOD_FAULT_ORDER;
    // Both times on the stream's clock: the sensor's ticks now, less what the board counted since.
    uint32_t heard_us = 0;
    if (imu_ticks(&ticks, &now_us)) {
        heard_us = lcpod_clock_us(&ticker, ticks) - (now_us - came_us);
        now_us = lcpod_clock_us(&ticker, ticks);
    }
    len = lcpod_control(&state, request, len, heard_us, now_us, reply, &done);
    state.faults = faults;
    pod_ble_reply(reply, len);
    if (done == LCPOD_OP_SET) {
        imu_begin();
        show_info();
    } else if (done == LCPOD_OP_IDENTIFY) {
        identifying = true;
        identify_ms = millis();
    } else if (done == LCPOD_OP_SLEEP) {
        sleep_now();
    }
}

static void send() {
    size_t len;
    bool wanted = pod_ble_streaming();
    if (wanted && !streaming) lcpod_queue_clear(&waiting);  // what the last listener left
    if (wanted && (!streaming || state.att_payload != pod_ble_att_payload())) {
        state.att_payload = pod_ble_att_payload();
        start_packets();
    }
    streaming = wanted;
    if (!streaming) return;
    while (const uint8_t *packet = lcpod_queue_head(&waiting, &len)) {
        if (!pod_ble_notify(packet, len)) return;
        lcpod_queue_pop(&waiting);
    }
}

static void once_a_second() {
    uint8_t b[2], counters[LCPOD_COUNTERS_BYTES], cadence[LCPOD_RSC_BYTES];
    uint32_t ticks, board_us;
    if (imu_ticks(&ticks, &board_us)) lcpod_clock_mark(&ticker, ticks, board_us);
    if (imu_read(0x20, b, 2)) packer.degc = (int8_t)((int16_t)(b[0] | b[1] << 8) / 256 + 25);
    packer.battery_mv = pod_board_battery_mv();
    packer.battery_low = packer.battery_mv && packer.battery_mv < POD_BATTERY_LOW_MV;
    if (packer.battery_mv) pod_ble_battery(lcpod_battery_percent(packer.battery_mv));
    lcpod_count(&state.counters, counters);
    pod_ble_counters(counters, sizeof counters);
    uint8_t side = state.settings.side;
    lcpod_rsc_measurement(lcpod_rsc_cadence(&rsc, packer.period_q2, side), side, cadence);
    pod_ble_cadence(cadence, sizeof cadence);
    if (millis() - sampled_ms > SECOND_MS) {
        // Silent for a second: it lost its settings, or its power. Begin anew and say so.
        state.counters.resets++;
        if (imu_begin()) state.faults = LCPOD_FAULT_SAMPLES;
    } else {
        state.faults &= (uint8_t)~LCPOD_FAULT_SAMPLES;
    }
}

void setup() {
    static const char letters[] = "?LRT";
    char name[] = "LCPOD-?-0000";
    pod_board_begin();
    const lcpod_settings defaults = {POD_RATE_HZ, POD_ACC_G, POD_GYR_125DPS, POD_SAMPLES, POD_SIDE};
    state.settings = defaults;
    state.model = POD_MODEL;
    state.mount = POD_MOUNT;
    state.firmware[0] = 1;
    state.serial = pod_board_serial();
    state.att_payload = 20;
    name[6] = letters[POD_SIDE & 3];
    for (int k = 0; k < 4; k++) {
        name[8 + k] = "0123456789ABCDEF"[(state.serial >> (12 - 4 * k)) & 15];
    }
    pod_ble_begin(name, POD_MOUNT == 4 ? 14 : POD_MOUNT == 3 ? 3 : 1);
    imu_begin();
    show_info();
    second_ms = millis();
}

void loop() {
    drain();
    answer();
    send();
    if (millis() - second_ms >= SECOND_MS) {
        second_ms += SECOND_MS;
        once_a_second();
    }
    if (identifying) {
        identifying = millis() - identify_ms < IDENTIFY_MS;
        pod_board_led(identifying && (millis() >> 7 & 1));
    }
    delay(20);
}
