/* The pod without its board: sensor words in, packets out. C99, no heap, no float, no libc calls
 * (freestanding compilers may still call memcpy and memset). hw/firmware/PROTOCOL.md is the
 * specification; tests/hw compares its tables with the constants below. */
#ifndef LCPOD_H
#define LCPOD_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/* Stream packet: where each field lies. */
#define LCPOD_FORMAT 0x11u
#define LCPOD_AT_FORMAT 0u
#define LCPOD_AT_FLAGS 1u
#define LCPOD_AT_COUNT 2u
#define LCPOD_AT_FIRST_US 4u
#define LCPOD_AT_PERIOD 8u
#define LCPOD_AT_N 10u
#define LCPOD_AT_ACC_G 11u
#define LCPOD_AT_GYR_125 12u
#define LCPOD_AT_DEGC 13u
#define LCPOD_AT_BATTERY_MV 14u
#define LCPOD_HEADER 16u
#define LCPOD_SAMPLE 12u
#define LCPOD_MOST_SAMPLES 19u
#define LCPOD_MOST_BYTES (LCPOD_HEADER + LCPOD_MOST_SAMPLES * LCPOD_SAMPLE)

#define LCPOD_FLAG_GYRO 0x01u
#define LCPOD_FLAG_OVERRUN 0x02u
#define LCPOD_FLAG_DROPPED 0x04u
#define LCPOD_FLAG_BATTERY_LOW 0x08u
#define LCPOD_SIDE_SHIFT 4u

/* Control point. */
#define LCPOD_OP_SET 0x01u
#define LCPOD_OP_SYNC 0x02u
#define LCPOD_OP_IDENTIFY 0x03u
#define LCPOD_OP_SLEEP 0x04u
#define LCPOD_OP_SELFTEST 0x05u
#define LCPOD_OP_RESET_COUNTERS 0x06u
#define LCPOD_OP_REPLY 0x80u
#define LCPOD_RESULT_OK 0x01u
#define LCPOD_RESULT_UNKNOWN_OP 0x02u
#define LCPOD_RESULT_BAD_PARAMETER 0x03u
#define LCPOD_RESULT_MTU_TOO_SMALL 0x04u
#define LCPOD_RESULT_SENSOR_FAULT 0x05u
#define LCPOD_MOST_REPLY 15u

/* SELFTEST: what is wrong. */
#define LCPOD_FAULT_CHIP 0x01u
#define LCPOD_FAULT_GRAVITY 0x02u
#define LCPOD_FAULT_SAMPLES 0x04u
#define LCPOD_FAULT_ORDER 0x08u

#define LCPOD_INFO_BYTES 20u
#define LCPOD_COUNTERS_BYTES 16u
#define LCPOD_MODEL_DSOX 1u
#define LCPOD_MODEL_DSO32 2u
#define LCPOD_MOST_RATE_HZ 416u

/* One motion sample; ticks are the sensor's own, nominally 25 us. */
typedef struct {
    int16_t acc[3];
    int16_t gyr[3];
    uint32_t ticks;
} lcpod_sample;

/* ---- FIFO of LSM6DSO, DSOX, DSO32: tagged 7-byte words ------------------------------------- */

#define LCPOD_WORD 7u

typedef struct {
    lcpod_sample part;
    uint8_t have;
    uint8_t slot;
    uint8_t known, time_last;
    uint32_t torn;
    uint32_t bad_words;
} lcpod_fifo;

/* The FIFO was emptied. Its first word then tells whether the stamp comes first, as the Linux
 * driver takes it to; if it does not, time_last is set and every time is a period late. */
void lcpod_fifo_reset(lcpod_fifo *f);

/* Read FIFO_STATUS1 and 2: words waiting. *overrun: the sensor threw words away. A sample of which
 * only a part was read is forgotten when its other words may be gone. */
uint16_t lcpod_fifo_level(lcpod_fifo *f, const uint8_t status[2], int *overrun);
/* Take one word; 1 when *out was completed by it. */
int lcpod_fifo_word(lcpod_fifo *f, const uint8_t word[LCPOD_WORD], lcpod_sample *out);

/* ---- Clock: sensor ticks -> microseconds of the board's crystal ---------------------------- */

#define LCPOD_MARKS 8u

/* The sensor's oscillator is off by per cents, hosts expect a crystal: its rate is measured
 * against the board's, over 1, 2, 4 ... 64 s, and the clock is led back gently, never set. */
typedef struct {
    uint64_t us_q24;
    uint32_t ticks;
    uint32_t tick_q24;
    uint32_t mark_ticks[LCPOD_MARKS];
    uint32_t mark_us[LCPOD_MARKS];
    uint8_t marks;
    uint8_t newest;
    uint32_t wait_us;
} lcpod_clock;

/* freq_fine: the sensor's INTERNAL_FREQ_FINE register, 0.15 % a step. */
void lcpod_clock_init(lcpod_clock *c, uint32_t ticks, uint32_t board_us, int8_t freq_fine);
/* Tell what both clocks show now; call about once a second, more often does no harm. */
void lcpod_clock_mark(lcpod_clock *c, uint32_t ticks, uint32_t board_us);
/* Device microseconds at a tick near the present; wraps at 2^32. */
uint32_t lcpod_clock_us(const lcpod_clock *c, uint32_t ticks);

/* ---- Packets ------------------------------------------------------------------------------- */

typedef struct {
    uint8_t buf[LCPOD_MOST_BYTES];
    uint8_t n, most, flags, side, acc_g, gyr_125;
    int8_t degc;
    uint8_t battery_low;
    uint16_t count, battery_mv, period_q2;
    uint32_t first_us;
    uint32_t last_ticks, block_ticks;
    uint16_t block_n;
    uint8_t begun;
} lcpod_packer;

/* Samples that fit a notification of att_payload bytes (MTU - 3), at most 19. */
uint8_t lcpod_fits(uint16_t att_payload);
/* Begin; the packet count goes on where it was (zero the struct once before the first use). */
void lcpod_pack_init(lcpod_packer *p, uint8_t most, uint16_t rate_hz, uint8_t acc_g,
                     uint8_t gyr_125, uint8_t side);
/* Samples were lost before the next one. */
void lcpod_pack_break(lcpod_packer *p);
/* Add a sample; length of the packet written to out, or 0. A gap in the ticks ends a packet. */
size_t lcpod_pack(lcpod_packer *p, const lcpod_clock *c, const lcpod_sample *s,
                  uint8_t out[LCPOD_MOST_BYTES]);

/* ---- Packets that wait for the radio: the oldest give way ---------------------------------- */

#define LCPOD_QUEUE 48u

typedef struct {
    uint8_t data[LCPOD_QUEUE][LCPOD_MOST_BYTES];
    uint8_t len[LCPOD_QUEUE];
    uint8_t head, used, lost;
} lcpod_queue;

/* Samples thrown away to make room. */
uint8_t lcpod_queue_put(lcpod_queue *q, const uint8_t *packet, size_t len);
/* Oldest packet or NULL. */
const uint8_t *lcpod_queue_head(lcpod_queue *q, size_t *len);
void lcpod_queue_pop(lcpod_queue *q);
void lcpod_queue_clear(lcpod_queue *q);

/* ---- Control point, Info, Counters, sensor registers --------------------------------------- */

typedef struct {
    uint16_t rate_hz;
    uint8_t acc_g, gyr_125, samples, side;
} lcpod_settings;

typedef struct {
    uint32_t samples, dropped, overruns, resets;
} lcpod_counters;

typedef struct {
    lcpod_settings settings;
    lcpod_counters counters;
    uint64_t serial;
    uint16_t att_payload;
    uint8_t firmware[3];
    uint8_t chip_id, model, mount, faults;
} lcpod_state;

/* Answer a request; length of the reply. *done is the op to carry out, 0 when nothing is. */
size_t lcpod_control(lcpod_state *st, const uint8_t *request, size_t len, uint32_t received_us,
                     uint32_t answered_us, uint8_t reply[LCPOD_MOST_REPLY], uint8_t *done);
void lcpod_info(const lcpod_state *st, uint8_t out[LCPOD_INFO_BYTES]);
void lcpod_count(const lcpod_counters *c, uint8_t out[LCPOD_COUNTERS_BYTES]);

#define LCPOD_SETUP 7u

typedef struct {
    uint8_t reg, value;
} lcpod_write;

/* Registers for these settings, after the reset; 0 when the sensor has no such range or rate. */
int lcpod_setup(const lcpod_settings *s, uint8_t model, lcpod_write out[LCPOD_SETUP]);
/* Whether a pod that lies still feels 1 g, within 10 %. */
int lcpod_gravity(const int16_t acc[3], uint8_t acc_g);
/* Charge of a lithium cell at rest. Percent; a rough table, not measured. */
uint8_t lcpod_battery_percent(uint16_t mv);

/* ---- Cadence for the standard service ------------------------------------------------------ */

#define LCPOD_RSC_WINDOW 256u
#define LCPOD_RSC_BYTES 4u

typedef struct {
    uint16_t ring[LCPOD_RSC_WINDOW];
    uint16_t at, filled;
    uint16_t rate_hz;
    uint32_t sum;
    uint8_t acc_g, part, every;
} lcpod_rsc;

void lcpod_rsc_init(lcpod_rsc *r, uint16_t rate_hz, uint8_t acc_g);
void lcpod_rsc_push(lcpod_rsc *r, const int16_t acc[3]);
/* Repetitions a minute of what the pod feels: strides on a foot, steps on the trunk; 0: none. */
uint8_t lcpod_rsc_cadence(const lcpod_rsc *r, uint16_t period_q2, uint8_t side);
/* Measurement 2A53: speed 0 (not estimated), no stride length. */
void lcpod_rsc_measurement(uint8_t cadence, uint8_t side, uint8_t out[LCPOD_RSC_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
