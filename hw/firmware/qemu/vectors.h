#ifndef VECTORS_H
#define VECTORS_H
#include <stddef.h>
#include <stdint.h>
void say(const char *text);
/* A counter that falls with time; 0 always where there is none. */
uint32_t clock_down(void);
void vectors(void);
#endif
