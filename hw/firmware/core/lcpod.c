/* FIFO words -> samples -> packets, and the queue they wait in. */
#include "lcpod.h"

#include "lcpod_bytes.h"

enum { TAG_GYR = 1, TAG_ACC = 2, TAG_TIME = 4 };
enum { HAVE_GYR = 1, HAVE_ACC = 2, HAVE_TIME = 4, HAVE_ALL = 7 };

/* Nearly full: words may go between reading the level and reading the words. */
#define NEARLY_FULL 480u
#define BLOCK 256u

uint16_t lcpod_fifo_level(lcpod_fifo *f, const uint8_t status[2], int *overrun) {
    uint16_t level = (uint16_t)(status[0] | (uint16_t)((status[1] & 0x03u) << 8));
    *overrun = (status[1] & 0x48u) != 0;
    if (*overrun || level >= NEARLY_FULL) {
        f->have = 0;
    }
    return level;
}

void lcpod_fifo_reset(lcpod_fifo *f) {
    f->have = 0;
    f->known = 0;
    f->time_last = 0;
}

/* A time stamp opens a sample; words without one belong to a stamp that was lost. To let the next
 * stamp complete them would shift all that follows by a period, for good. */
int lcpod_fifo_word(lcpod_fifo *f, const uint8_t word[LCPOD_WORD], lcpod_sample *out) {
    uint8_t tag = (uint8_t)(word[0] >> 3);
    uint8_t slot = (uint8_t)((word[0] >> 1) & 0x03u);
    if (tag != TAG_TIME && tag != TAG_GYR && tag != TAG_ACC) {
        f->bad_words++;
        return 0;
    }
    if (!f->known) {
        f->known = 1;
        f->time_last = tag != TAG_TIME;
    }
    if (tag == TAG_TIME) {
        f->torn += f->have != 0;
        f->part.ticks = get32(word + 1);
        f->have = HAVE_TIME;
        return 0;
    }
    uint8_t bit = tag == TAG_GYR ? HAVE_GYR : HAVE_ACC;
    int16_t *to = tag == TAG_GYR ? f->part.gyr : f->part.acc;
    int other_slot = (f->have & (HAVE_GYR | HAVE_ACC)) && slot != f->slot;
    if (!(f->have & HAVE_TIME) || (f->have & bit) || other_slot) {
        f->torn++;
        f->have = 0;
        return 0;
    }
    for (unsigned k = 0; k < 3; k++) {
        to[k] = (int16_t)get16(word + 1 + 2 * k);
    }
    f->slot = slot;
    f->have |= bit;
    if (f->have != HAVE_ALL) {
        return 0;
    }
    f->have = 0;
    *out = f->part;
    return 1;
}

uint8_t lcpod_fits(uint16_t att_payload) {
    if (att_payload >= LCPOD_MOST_BYTES) {
        return LCPOD_MOST_SAMPLES;
    }
    return att_payload < LCPOD_HEADER ? 0 : (uint8_t)((att_payload - LCPOD_HEADER) / LCPOD_SAMPLE);
}

void lcpod_pack_init(lcpod_packer *p, uint8_t most, uint16_t rate_hz, uint8_t acc_g,
                     uint8_t gyr_125, uint8_t side) {
    p->n = 0;
    p->most = most > LCPOD_MOST_SAMPLES ? LCPOD_MOST_SAMPLES : most;
    p->flags = LCPOD_FLAG_OVERRUN;
    p->side = side;
    p->acc_g = acc_g;
    p->gyr_125 = gyr_125;
    p->period_q2 = (uint16_t)(rate_hz ? (4000000u + rate_hz / 2u) / rate_hz : 0u);
    p->begun = 0;
    p->block_n = 0;
}

void lcpod_pack_break(lcpod_packer *p) { p->begun = 0; }

/* The period in ticks by a running block of samples without a gap. */
static void measure(lcpod_packer *p, const lcpod_clock *c, uint32_t ticks) {
    if (p->block_n == 0) {
        p->block_ticks = ticks;
    } else if (p->block_n == BLOCK) {
        uint64_t us_q24 = (uint64_t)(ticks - p->block_ticks) * c->tick_q24;
        uint64_t period_q2 = ((us_q24 >> 22) + BLOCK / 2) / BLOCK;
        p->period_q2 = period_q2 > 0xFFFFu ? 0xFFFFu : (uint16_t)period_q2;
        p->block_ticks = ticks;
        p->block_n = 0;
    }
    p->block_n++;
}

static size_t finish(lcpod_packer *p, uint8_t out[LCPOD_MOST_BYTES]) {
    uint8_t *h = p->buf;
    size_t len = LCPOD_HEADER + (size_t)LCPOD_SAMPLE * p->n;
    h[LCPOD_AT_FORMAT] = LCPOD_FORMAT;
    h[LCPOD_AT_FLAGS] = (uint8_t)(p->flags | LCPOD_FLAG_GYRO |
                                  (p->battery_low ? LCPOD_FLAG_BATTERY_LOW : 0u) |
                                  (unsigned)(p->side & 3u) << LCPOD_SIDE_SHIFT);
    put16(h + LCPOD_AT_COUNT, p->count);
    put32(h + LCPOD_AT_FIRST_US, p->first_us);
    put16(h + LCPOD_AT_PERIOD, p->period_q2);
    h[LCPOD_AT_N] = p->n;
    h[LCPOD_AT_ACC_G] = p->acc_g;
    h[LCPOD_AT_GYR_125] = p->gyr_125;
    h[LCPOD_AT_DEGC] = (uint8_t)p->degc;
    put16(h + LCPOD_AT_BATTERY_MV, p->battery_mv);
    for (size_t k = 0; k < len; k++) {
        out[k] = h[k];
    }
    p->count++;
    p->n = 0;
    p->flags = 0;
    return len;
}

/* Half a period more or less than one since the sample before. */
static int gap(const lcpod_packer *p, const lcpod_clock *c, uint32_t ticks) {
    uint64_t passed_q2 = ((uint64_t)(ticks - p->last_ticks) * c->tick_q24) >> 22;
    uint64_t period_q2 = p->period_q2;
    return passed_q2 * 2 > period_q2 * 3 || passed_q2 * 2 < period_q2;
}

size_t lcpod_pack(lcpod_packer *p, const lcpod_clock *c, const lcpod_sample *s,
                  uint8_t out[LCPOD_MOST_BYTES]) {
    size_t len = 0;
    if (p->most == 0) {
        return 0;
    }
    if (!p->begun || gap(p, c, s->ticks)) {
        if (p->n) {
            len = finish(p, out);
        }
        p->flags |= LCPOD_FLAG_OVERRUN;
        p->block_n = 0;
        p->begun = 1;
    }
    p->last_ticks = s->ticks;
    measure(p, c, s->ticks);
    if (p->n == 0) {
        p->first_us = lcpod_clock_us(c, s->ticks);
    }
    uint8_t *to = p->buf + LCPOD_HEADER + (size_t)LCPOD_SAMPLE * p->n;
    for (unsigned k = 0; k < 3; k++) {
        put16(to + 2 * k, (uint16_t)s->acc[k]);
        put16(to + 6 + 2 * k, (uint16_t)s->gyr[k]);
    }
    p->n++;
    /* With one sample a packet none is ever left over, so a gap never makes two at once. */
    return p->n < p->most ? len : finish(p, out);
}

uint8_t lcpod_queue_put(lcpod_queue *q, const uint8_t *packet, size_t len) {
    uint8_t gone = 0;
    if (q->used == LCPOD_QUEUE) {
        gone = q->data[q->head][LCPOD_AT_N];
        lcpod_queue_pop(q);
        q->lost = 1;
    }
    uint8_t at = (uint8_t)((q->head + q->used) % LCPOD_QUEUE);
    q->len[at] = (uint8_t)len;
    for (size_t k = 0; k < len; k++) {
        q->data[at][k] = packet[k];
    }
    q->used++;
    return gone;
}

const uint8_t *lcpod_queue_head(lcpod_queue *q, size_t *len) {
    if (q->used == 0) {
        return NULL;
    }
    if (q->lost) {
        q->data[q->head][LCPOD_AT_FLAGS] |= LCPOD_FLAG_DROPPED;
        q->lost = 0;
    }
    *len = q->len[q->head];
    return q->data[q->head];
}

void lcpod_queue_pop(lcpod_queue *q) {
    q->head = (uint8_t)((q->head + 1u) % LCPOD_QUEUE);
    q->used--;
}

void lcpod_queue_clear(lcpod_queue *q) { q->used = q->lost = 0; }
