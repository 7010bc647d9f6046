/* Cadence by autocorrelation of the acceleration's size, at 52 Hz over 4.9 s, once a second. */
#include "lcpod.h"

#include "lcpod_bytes.h"

#define WINDOW_HZ 52u
/* 0.23 s to 1.62 s: 260 steps to 37 strides a minute. */
#define LAG_LEAST 12u
#define LAG_MOST 84u
#define PRODUCTS (LCPOD_RSC_WINDOW - LAG_MOST - 1u)
/* Spread of |a| below which nobody walks: (0.06 g)^2, in (0.976 mg)^2. */
#define STILL_SQUARE 3800
/* Below this a pattern does not repeat; and a shorter lag as good as this beats a longer one. */
#define REPEATS_Q10 205
#define AS_GOOD_PERCENT 85
#define TRUNK 3u
#define RUNNING_STRIDES 70u

void lcpod_rsc_init(lcpod_rsc *r, uint16_t rate_hz, uint8_t acc_g) {
    r->at = r->filled = 0;
    r->sum = 0;
    r->part = 0;
    r->rate_hz = rate_hz;
    r->acc_g = acc_g;
    r->every = (uint8_t)(rate_hz < WINDOW_HZ ? 1u : rate_hz / WINDOW_HZ);
}

static uint16_t root(uint32_t v) {
    uint32_t r = 0;
    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (v >= r + bit) {
            v -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
    }
    return (uint16_t)r;
}

void lcpod_rsc_push(lcpod_rsc *r, const int16_t acc[3]) {
    uint32_t square = 0;
    for (unsigned k = 0; k < 3; k++) {
        square += (uint32_t)((int32_t)acc[k] * acc[k]);
    }
    r->sum += root(square);
    if (++r->part < r->every) {
        return;
    }
    /* In steps of 0.976 mg, whatever the range. */
    uint32_t mean = r->sum * r->acc_g / (32u * r->every);
    r->ring[r->at] = (uint16_t)(mean > 0xFFFFu ? 0xFFFFu : mean);
    r->at = (uint16_t)((r->at + 1u) % LCPOD_RSC_WINDOW);
    r->filled = (uint16_t)(r->filled < LCPOD_RSC_WINDOW ? r->filled + 1u : r->filled);
    r->sum = 0;
    r->part = 0;
}

/* The value k places after the oldest, less the mean. */
static int32_t value(const lcpod_rsc *r, unsigned k, int32_t mean) {
    return (int32_t)r->ring[(r->at + k) % LCPOD_RSC_WINDOW] - mean;
}

/* How much the pattern repeats after a lag: 1024 is exactly. */
static int32_t repeats_q10(const lcpod_rsc *r, unsigned lag, int32_t mean) {
    int64_t both = 0;
    int64_t power = 0;
    for (unsigned k = 0; k < PRODUCTS; k++) {
        int64_t a = value(r, k, mean);
        int64_t b = value(r, k + lag, mean);
        both += a * b;
        power += a * a + b * b;
    }
    return power ? (int32_t)(both * 2048 / power) : 0;
}

/* Whether a repetition holds a second one, not quite alike: the other leg's step. */
static int halves(const int32_t *found, unsigned lag) {
    for (unsigned k = lag * 35u / 100u; k <= lag * 65u / 100u; k++) {
        if (k > LAG_LEAST && found[k] > REPEATS_Q10 && found[k] > found[k - 1] &&
            found[k] >= found[k + 1]) {
            return 1;
        }
    }
    return 0;
}

uint8_t lcpod_rsc_cadence(const lcpod_rsc *r, uint16_t period_q2, uint8_t side) {
    int32_t found[LAG_MOST + 2u];
    uint32_t sum = 0;
    int64_t square = 0;
    int32_t best = REPEATS_Q10;
    unsigned lag = 0;
    if (r->filled < LCPOD_RSC_WINDOW) {
        return 0;
    }
    for (unsigned k = 0; k < LCPOD_RSC_WINDOW; k++) {
        sum += r->ring[k];
    }
    int32_t mean = (int32_t)(sum / LCPOD_RSC_WINDOW);
    for (unsigned k = 0; k < LCPOD_RSC_WINDOW; k++) {
        square += (int64_t)value(r, k, mean) * value(r, k, mean);
    }
    if (square < (int64_t)STILL_SQUARE * (int64_t)LCPOD_RSC_WINDOW) {
        return 0;
    }
    for (unsigned k = LAG_LEAST - 1u; k <= LAG_MOST + 1u; k++) {
        found[k] = repeats_q10(r, k, mean);
    }
    for (unsigned k = LAG_LEAST; k <= LAG_MOST; k++) {
        if (found[k] > found[k - 1] && found[k] >= found[k + 1] &&
            (lag == 0 ? found[k] > best : found[k] * AS_GOOD_PERCENT > best * 100)) {
            best = found[k];
            lag = k;
        }
    }
    if (lag == 0 || period_q2 == 0) {
        return 0;
    }
    /* The top of the parabola through three lags, in 1/256 of a lag. */
    int32_t bend = found[lag - 1] - 2 * found[lag] + found[lag + 1];
    int32_t aside = bend ? 128 * (found[lag - 1] - found[lag + 1]) / bend : 0;
    uint64_t repeat_q2 = (uint64_t)((int32_t)lag * 256 + aside) * r->every * period_q2;
    uint64_t minute_q2 = (uint64_t)240000000u << 8;
    if (side == TRUNK && halves(found, lag)) {
        minute_q2 *= 2;
    }
    uint64_t cadence = (minute_q2 + repeat_q2 / 2) / repeat_q2;
    return cadence > 255 ? 255 : (uint8_t)cadence;
}

void lcpod_rsc_measurement(uint8_t cadence, uint8_t side, uint8_t out[LCPOD_RSC_BYTES]) {
    unsigned strides = side == TRUNK ? cadence / 2u : cadence;
    out[0] = strides >= RUNNING_STRIDES ? 0x04u : 0x00u;
    put16(out + 1, 0);
    out[3] = cadence;
}
