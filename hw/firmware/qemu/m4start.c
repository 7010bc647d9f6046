/* Cortex-M4 start, semihosting output and a clock for vectors.c: no libc. qemu's memory starts as
 * zeros and nothing has an initial value, so there is nothing to copy. */
#include "vectors.h"

#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)
#define CPACR (*(volatile uint32_t *)0xE000ED88u)

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
void reset(void);

void *memcpy(void *to, const void *from, size_t n) {
    unsigned char *t = to;
    const unsigned char *f = from;
    while (n--) {
        *t++ = *f++;
        __asm volatile("");
    }
    return to;
}

void *memset(void *to, int value, size_t n) {
    unsigned char *t = to;
    while (n--) {
        *t++ = (unsigned char)value;
        __asm volatile("");
    }
    return to;
}

static uint32_t semihost(uint32_t op, const void *what) {
    register uint32_t r0 __asm("r0") = op;
    register const void *r1 __asm("r1") = what;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void say(const char *text) { semihost(0x04, text); }

uint32_t clock_down(void) { return SYST_CVR; }

void reset(void) {
    CPACR |= 0xFu << 20;
    SYST_RVR = 0xFFFFFFu;
    SYST_CVR = 0;
    SYST_CSR = 5;
    vectors();
    semihost(0x18, (const void *)0x20026u);
    for (;;) {
    }
}

typedef void (*entry)(void);
__attribute__((section(".vectors"), used)) static const entry table[] = {(entry)0x20070000, reset};
