/* Little-endian bytes. */
#ifndef LCPOD_BYTES_H
#define LCPOD_BYTES_H
#include <stdint.h>

static inline void put16(uint8_t *b, uint16_t v) {
    b[0] = (uint8_t)(v & 0xFFu);
    b[1] = (uint8_t)(v >> 8);
}

static inline void put32(uint8_t *b, uint32_t v) {
    put16(b, (uint16_t)(v & 0xFFFFu));
    put16(b + 2, (uint16_t)(v >> 16));
}

static inline uint16_t get16(const uint8_t *b) {
    return (uint16_t)(b[0] | (uint16_t)(b[1] << 8));
}

static inline uint32_t get32(const uint8_t *b) {
    return get16(b) | (uint32_t)get16(b + 2) << 16;
}

#endif
