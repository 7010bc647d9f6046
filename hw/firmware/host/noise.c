/* Any bytes at all through every door of the core; the sanitizers watch. */
#include <stdio.h>

#include "lcpod.h"

static uint32_t seed = 1;

static uint32_t any(void) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void fill(uint8_t *to, size_t n) {
    for (size_t k = 0; k < n; k++) {
        to[k] = (uint8_t)any();
    }
}

int main(void) {
    static lcpod_queue queue;
    static lcpod_state state;
    static lcpod_rsc rsc;
    lcpod_fifo fifo = {0};
    lcpod_packer packer = {0};
    lcpod_clock ticker;
    lcpod_write setup[LCPOD_SETUP];
    lcpod_sample s;
    uint8_t word[LCPOD_WORD], status[2], out[LCPOD_MOST_BYTES], request[20];
    uint8_t reply[LCPOD_MOST_REPLY], info[LCPOD_INFO_BYTES], done;
    unsigned long made = 0, answered = 0;
    size_t len;
    int overrun;
    lcpod_clock_init(&ticker, any(), any(), (int8_t)any());
    lcpod_rsc_init(&rsc, 208, 32);
    for (unsigned k = 0; k < 400000; k++) {
        fill(word, sizeof word);
        if (k % 3) {
            word[0] = (uint8_t)(1u << (3 + any() % 3));
        }
        if (lcpod_fifo_word(&fifo, word, &s)) {
            len = lcpod_pack(&packer, &ticker, &s, out);
            lcpod_rsc_push(&rsc, s.acc);
            if (len) {
                made++;
                lcpod_queue_put(&queue, out, len);
            }
        }
        if (k % 64 == 0) {
            fill(status, 2);
            lcpod_fifo_level(&fifo, status, &overrun);
            lcpod_clock_mark(&ticker, any(), any());
            fill(request, sizeof request);
            request[0] = (uint8_t)(any() % 9);
            state.model = (uint8_t)(any() % 4);
            state.att_payload = (uint16_t)(any() % 300);
            len = lcpod_control(&state, request, any() % 21, any(), any(), reply, &done);
            answered += len <= sizeof reply;
            lcpod_info(&state, info);
            lcpod_setup(&state.settings, state.model, setup);
            if (any() % 2 && lcpod_queue_head(&queue, &len)) {
                lcpod_queue_pop(&queue);
            }
        }
        if (k % 5000 == 0) {
            lcpod_pack_init(&packer, lcpod_fits((uint16_t)(any() % 300)), (uint16_t)any(),
                            (uint8_t)any(), (uint8_t)any(), (uint8_t)any());
            lcpod_clock_init(&ticker, any(), any(), (int8_t)any());
            lcpod_rsc_cadence(&rsc, (uint16_t)any(), (uint8_t)any());
            lcpod_fifo_reset(&fifo);
            lcpod_rsc_init(&rsc, (uint16_t)any(), (uint8_t)any());
        }
    }
    printf("packets %lu answers %lu\n", made, answered);
    return made == 0;
}
