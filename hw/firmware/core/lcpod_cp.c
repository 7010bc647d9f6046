/* Control point, Info, Counters, and the sensor's registers for a setting. */
#include "lcpod.h"

#include "lcpod_bytes.h"

#define PROTOCOL 1u
#define SET_BYTES 8u
#define SYNC_BYTES 5u

static int rate_code(uint16_t rate_hz) {
    return rate_hz == 104 ? 4 : rate_hz == 208 ? 5 : rate_hz == 416 ? 6 : -1;
}

/* The same code means twice the range on a DSO32: 2, 16, 4, 8 g become 4, 32, 8, 16 g. */
static int acc_code(uint8_t acc_g, uint8_t model) {
    unsigned g = model == LCPOD_MODEL_DSO32 ? acc_g / 2u : acc_g;
    if (acc_g % 2u) {
        return -1;
    }
    return g == 2 ? 0 : g == 16 ? 1 : g == 4 ? 2 : g == 8 ? 3 : -1;
}

/* CTRL2_G bits 3..1: FS_G and FS_125. */
static int gyr_code(uint8_t gyr_125) {
    return gyr_125 == 1    ? 1
           : gyr_125 == 2  ? 0
           : gyr_125 == 4  ? 2
           : gyr_125 == 8  ? 4
           : gyr_125 == 16 ? 6
                           : -1;
}

int lcpod_setup(const lcpod_settings *s, uint8_t model, lcpod_write out[LCPOD_SETUP]) {
    int rate = rate_code(s->rate_hz);
    int acc = acc_code(s->acc_g, model);
    int gyr = gyr_code(s->gyr_125);
    if (rate < 0 || acc < 0 || gyr < 0) {
        return 0;
    }
    uint8_t odr = (uint8_t)((unsigned)rate << 4);
    const lcpod_write writes[LCPOD_SETUP] = {
        {0x0A, 0x00},                                   /* FIFO_CTRL4: empty the FIFO */
        {0x12, 0x44},                                   /* CTRL3_C: BDU, IF_INC */
        {0x19, 0x20},                                   /* CTRL10_C: TIMESTAMP_EN */
        {0x09, (uint8_t)(odr | (unsigned)rate)},        /* FIFO_CTRL3: batch gyro and acc */
        {0x10, (uint8_t)(odr | (unsigned)acc << 2)},    /* CTRL1_XL */
        {0x11, (uint8_t)(odr | (unsigned)gyr << 1)},    /* CTRL2_G */
        {0x0A, 0x46},                                   /* FIFO_CTRL4: continuous, every stamp */
    };
    for (unsigned k = 0; k < LCPOD_SETUP; k++) {
        out[k] = writes[k];
    }
    return 1;
}

static uint8_t set(lcpod_state *st, const uint8_t *d, size_t len) {
    lcpod_write unused[LCPOD_SETUP];
    if (len != SET_BYTES) {
        return LCPOD_RESULT_BAD_PARAMETER;
    }
    lcpod_settings to = {get16(d + 1), d[3], d[4], d[5], d[6]};
    uint8_t most = lcpod_fits(st->att_payload);
    if (st->faults & LCPOD_FAULT_CHIP) {
        return LCPOD_RESULT_SENSOR_FAULT;
    }
    if (most == 0) {
        return LCPOD_RESULT_MTU_TOO_SMALL;
    }
    if (!lcpod_setup(&to, st->model, unused) || to.samples > most || to.side > 3 || d[7] != 0) {
        return LCPOD_RESULT_BAD_PARAMETER;
    }
    if (to.side == 0) {
        to.side = st->settings.side; /* a listener who does not know leaves it as it was built */
    }
    st->settings = to;
    return LCPOD_RESULT_OK;
}

size_t lcpod_control(lcpod_state *st, const uint8_t *request, size_t len, uint32_t received_us,
                     uint32_t answered_us, uint8_t reply[LCPOD_MOST_REPLY], uint8_t *done) {
    uint8_t op = len ? request[0] : 0;
    uint8_t result = LCPOD_RESULT_OK;
    size_t more = 0;
    *done = 0;
    if (op == LCPOD_OP_SET) {
        result = set(st, request, len);
    } else if (op == 0 || op > LCPOD_OP_RESET_COUNTERS) {
        result = LCPOD_RESULT_UNKNOWN_OP;
    } else if (len != (op == LCPOD_OP_SYNC ? SYNC_BYTES : 1u)) {
        result = LCPOD_RESULT_BAD_PARAMETER;
    } else if (op == LCPOD_OP_SYNC) {
        put32(reply + 3, get32(request + 1));
        put32(reply + 7, received_us);
        put32(reply + 11, answered_us);
        more = 12;
    } else if (op == LCPOD_OP_SELFTEST) {
        reply[3] = st->faults;
        more = 1;
    } else if (op == LCPOD_OP_RESET_COUNTERS) {
        const lcpod_counters zero = {0, 0, 0, 0};
        st->counters = zero;
    }
    if (result == LCPOD_RESULT_OK) {
        *done = op;
    }
    reply[0] = LCPOD_OP_REPLY;
    reply[1] = op;
    reply[2] = result;
    return 3 + more;
}

void lcpod_info(const lcpod_state *st, uint8_t out[LCPOD_INFO_BYTES]) {
    out[0] = PROTOCOL;
    for (unsigned k = 0; k < 3; k++) {
        out[1 + k] = st->firmware[k];
    }
    out[4] = st->chip_id;
    out[5] = st->model;
    out[6] = st->settings.side;
    out[7] = st->mount;
    put32(out + 8, (uint32_t)(st->serial & 0xFFFFFFFFu));
    put32(out + 12, (uint32_t)(st->serial >> 32));
    put16(out + 16, LCPOD_MOST_RATE_HZ);
    put16(out + 18, (uint16_t)(LCPOD_QUEUE * (st->settings.samples ? st->settings.samples
                                                                   : LCPOD_MOST_SAMPLES)));
}

void lcpod_count(const lcpod_counters *c, uint8_t out[LCPOD_COUNTERS_BYTES]) {
    put32(out, c->samples);
    put32(out + 4, c->dropped);
    put32(out + 8, c->overruns);
    put32(out + 12, c->resets);
}

int lcpod_gravity(const int16_t acc[3], uint8_t acc_g) {
    uint64_t square = 0;
    for (unsigned k = 0; k < 3; k++) {
        square += (uint32_t)((int32_t)acc[k] * acc[k]);
    }
    /* 1 g is 1025 steps of 0.976 mg, the step at 32 g. */
    square = square * acc_g * acc_g / 1024u;
    return square > 922u * 922u && square < 1127u * 1127u;
}

uint8_t lcpod_battery_percent(uint16_t mv) {
    static const uint16_t volts[] = {3300, 3600, 3700, 3750, 3800, 3900, 4000, 4150};
    static const uint8_t percent[] = {0, 8, 20, 35, 50, 68, 84, 100};
    if (mv <= volts[0]) {
        return 0;
    }
    for (unsigned k = 1; k < sizeof percent; k++) {
        if (mv < volts[k]) {
            unsigned up = (unsigned)(percent[k] - percent[k - 1]) * (unsigned)(mv - volts[k - 1]);
            return (uint8_t)(percent[k - 1] + up / (unsigned)(volts[k] - volts[k - 1]));
        }
    }
    return 100;
}
