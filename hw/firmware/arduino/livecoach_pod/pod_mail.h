// One control-point request on its way from the radio's task to loop().
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct PodMail {
    uint8_t data[20];
    uint8_t len;
    uint32_t came_us;
    uint8_t full;  // released by the radio, acquired by loop()

    // A second request before the first was answered is dropped: a central waits for the answer.
    void put(const uint8_t *from, size_t n, uint32_t now_us) {
        if (__atomic_load_n(&full, __ATOMIC_ACQUIRE)) return;
        len = (uint8_t)(n < sizeof data ? n : sizeof data);
        memcpy(data, from, len);
        came_us = now_us;
        __atomic_store_n(&full, (uint8_t)1, __ATOMIC_RELEASE);
    }

    bool take(uint8_t *to, size_t most, size_t *n, uint32_t *at_us) {
        if (!__atomic_load_n(&full, __ATOMIC_ACQUIRE)) return false;
        *n = len < most ? len : most;
        memcpy(to, data, *n);
        *at_us = came_us;
        __atomic_store_n(&full, (uint8_t)0, __ATOMIC_RELEASE);
        return true;
    }
};
