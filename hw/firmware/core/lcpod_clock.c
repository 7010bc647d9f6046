/* Sensor ticks to microseconds of the board's crystal. */
#include "lcpod.h"

#define NOMINAL_Q24 ((uint32_t)25 << 24)
#define FIRST_WAIT_US 1000000u
#define MOST_WAIT_US 8000000u
#define LEAD_US 32000000

void lcpod_clock_init(lcpod_clock *c, uint32_t ticks, uint32_t board_us, int8_t freq_fine) {
    /* 25 us / (1 + 0.0015 fine), in whole numbers. */
    c->tick_q24 = (uint32_t)((uint64_t)NOMINAL_Q24 * 10000u / (uint32_t)(10000 + 15 * freq_fine));
    c->us_q24 = (uint64_t)board_us << 24;
    c->ticks = ticks;
    c->marks = 1;
    c->newest = 0;
    c->mark_ticks[0] = ticks;
    c->mark_us[0] = board_us;
    c->wait_us = FIRST_WAIT_US;
}

uint32_t lcpod_clock_us(const lcpod_clock *c, uint32_t ticks) {
    int64_t passed = (int32_t)(ticks - c->ticks);
    return (uint32_t)((c->us_q24 + (uint64_t)(passed * (int64_t)c->tick_q24)) >> 24);
}

void lcpod_clock_mark(lcpod_clock *c, uint32_t ticks, uint32_t board_us) {
    if (board_us - c->mark_us[c->newest] < c->wait_us) {
        return;
    }
    c->us_q24 += (uint64_t)(ticks - c->ticks) * c->tick_q24;
    c->ticks = ticks;
    uint8_t oldest = c->marks < LCPOD_MARKS ? 0 : (uint8_t)((c->newest + 1u) % LCPOD_MARKS);
    uint32_t us = board_us - c->mark_us[oldest];
    uint32_t passed = ticks - c->mark_ticks[oldest];
    /* Back to the board's time within half a minute: at most 500 millionths off while it is. */
    int32_t late_us = (int32_t)(board_us - (uint32_t)(c->us_q24 >> 24));
    int32_t most = 16000;
    late_us = late_us > most ? most : late_us < -most ? -most : late_us;
    if (passed) {
        uint64_t rate_q24 = ((uint64_t)us << 24) / passed;
        int64_t lead = (int64_t)rate_q24 * late_us / LEAD_US;
        c->tick_q24 = (uint32_t)((int64_t)rate_q24 + lead);
    }
    c->newest = (uint8_t)((c->newest + 1u) % LCPOD_MARKS);
    c->mark_ticks[c->newest] = ticks;
    c->mark_us[c->newest] = board_us;
    if (c->marks < LCPOD_MARKS) {
        c->marks++;
    }
    c->wait_us = c->wait_us < MOST_WAIT_US ? c->wait_us * 2 : MOST_WAIT_US;
}
