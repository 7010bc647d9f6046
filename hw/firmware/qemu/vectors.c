/* The same motion through the same core on every machine: what comes out is hashed. On the
 * emulated target the time of each part is counted as well, in ticks of a clock that runs with
 * the instructions; a loop of known length says how many instructions a tick is. */
#include "vectors.h"

#include "lcpod.h"

#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <stdio.h>
void say(const char *text) { fputs(text, stdout); }
uint32_t clock_down(void) { return 0; }
int main(void) {
    vectors();
    return 0;
}
#endif

#define SAMPLES 4096u
#define LOOPS 100000u

static lcpod_packer packer;
static lcpod_fifo fifo;
static lcpod_clock ticker;
static lcpod_queue queue;
static lcpod_rsc rsc;
static lcpod_state state;
static uint32_t hash = 2166136261u;

static void mix(const uint8_t *data, size_t n) {
    for (size_t k = 0; k < n; k++) {
        hash = (hash ^ data[k]) * 16777619u;
    }
}

static void print(const char *name, uint32_t value) {
    char text[12];
    unsigned at = sizeof text;
    text[--at] = 0;
    do {
        text[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value);
    say(name);
    say(" ");
    say(text + at);
    say("\n");
}

static uint32_t since(uint32_t then) { return (then - clock_down()) & 0xFFFFFFu; }

/* The loop is ten instructions long: eight, and the count. */
static uint32_t instructions(uint32_t ticks, uint32_t loop) {
    return (uint32_t)((uint64_t)ticks * 10u * LOOPS / loop);
}

/* Words of sample k: a stride every 148 samples, with gaps and a wrap of the ticks. */
static void words(uint32_t k, uint8_t w[3][LCPOD_WORD]) {
    uint32_t ticks = 0xFFFF0000u + k * 193u + (k > 2000u ? 5000u : 0u);
    uint32_t place = k % 148u;
    int32_t thump = place < 20u ? 3000 - 150 * (int32_t)place : -200;
    int32_t values[6] = {thump / 3, (int32_t)(k % 7u), 1000 + thump, thump / 5, 100, -thump / 7};
    for (unsigned i = 0; i < 3; i++) {
        w[i][0] = (uint8_t)((i == 0 ? 4u : i) << 3 | (k & 3u) << 1);
    }
    for (unsigned i = 0; i < 4; i++) {
        w[0][1 + i] = (uint8_t)(ticks >> (8 * i));
    }
    w[0][5] = w[0][6] = 0;
    for (unsigned i = 0; i < 3; i++) {
        w[1][1 + 2 * i] = (uint8_t)values[3 + i];
        w[1][2 + 2 * i] = (uint8_t)((uint32_t)values[3 + i] >> 8);
        w[2][1 + 2 * i] = (uint8_t)values[i];
        w[2][2 + 2 * i] = (uint8_t)((uint32_t)values[i] >> 8);
    }
}

static void control(void) {
    static const uint8_t requests[][8] = {
        {1, 208, 0, 32, 16, 10, 1, 0}, {1, 160, 1, 16, 16, 0, 2, 0}, {1, 1, 0, 32, 16, 10, 1, 0},
        {2, 1, 2, 3, 4, 0, 0, 0},      {5, 0, 0, 0, 0, 0, 0, 0},     {9, 0, 0, 0, 0, 0, 0, 0},
    };
    static const uint8_t lengths[] = {8, 8, 8, 5, 1, 1};
    uint8_t reply[LCPOD_MOST_REPLY], info[LCPOD_INFO_BYTES], done;
    state.model = LCPOD_MODEL_DSO32;
    state.att_payload = 244;
    state.serial = 0x0123456789ABCDEFull;
    for (unsigned k = 0; k < sizeof lengths; k++) {
        size_t n = lcpod_control(&state, requests[k], lengths[k], 1000u * k, 1000u * k + 7u,
                                 reply, &done);
        mix(reply, n);
        mix(&done, 1);
    }
    lcpod_info(&state, info);
    mix(info, sizeof info);
}

void vectors(void) {
    uint8_t w[3][LCPOD_WORD], out[LCPOD_MOST_BYTES], measured[LCPOD_RSC_BYTES];
    uint32_t parsed = 0, packed = 0, felt = 0, cadence = 0, packets = 0, samples = 0, loop;
    lcpod_sample s;
    size_t len;
    lcpod_clock_init(&ticker, 0xFFFF0000u, 0xFFF00000u, -7);
    lcpod_pack_init(&packer, 10, 208, 32, 16, 1);
    lcpod_rsc_init(&rsc, 208, 32);
    for (uint32_t k = 0; k < SAMPLES; k++) {
        words(k, w);
        for (unsigned i = 0; i < 3; i++) {
            uint32_t then = clock_down();
            int ready = lcpod_fifo_word(&fifo, w[i], &s);
            parsed += since(then);
            if (!ready) {
                continue;
            }
            samples++;
            then = clock_down();
            len = lcpod_pack(&packer, &ticker, &s, out);
            if (len) {
                lcpod_queue_put(&queue, out, len);
            }
            packed += since(then);
            then = clock_down();
            lcpod_rsc_push(&rsc, s.acc);
            felt += since(then);
        }
        if (k % 208u == 207u) {
            lcpod_clock_mark(&ticker, s.ticks, 0xFFF00000u + (k + 1u) * 4850u);
        }
        const uint8_t *head = lcpod_queue_head(&queue, &len);
        if (head) {
            mix(head, len);
            packets++;
            lcpod_queue_pop(&queue);
        }
    }
    uint32_t then = clock_down();
    uint8_t strides = lcpod_rsc_cadence(&rsc, packer.period_q2, 1);
    cadence = since(then);
    lcpod_rsc_measurement(strides, 1, measured);
    mix(measured, sizeof measured);
    control();
    print("samples", samples);
    print("packets", packets);
    print("cadence", strides);
    print("hash", hash);
    if (clock_down() == 0) {
        return;
    }
    then = clock_down();
    for (uint32_t k = 0; k < LOOPS; k++) {
        __asm volatile("nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop");
    }
    loop = since(then);
    print("instructions_parse", instructions(parsed, loop) / SAMPLES);
    print("instructions_pack", instructions(packed, loop) / SAMPLES);
    print("instructions_feel", instructions(felt, loop) / SAMPLES);
    print("instructions_cadence", instructions(cadence, loop));
}
