// The world the sketch runs in: one clock, one sensor, one radio, and what befalls them.
#pragma once
#include <stdint.h>

#include <string>
#include <vector>

struct Request {
    double at_s;
    std::vector<uint8_t> data;
};

struct World {
    double now_s = 0;
    double seconds = 10;
    // Clocks. The board's is true; the sensor's is off by a constant and swings slowly.
    uint32_t board_us = 0;
    uint32_t micros_step = 1;
    uint32_t ticks = 0;
    double sensor_ppm = 0;
    double swing_ppm = 0;
    double swing_s = 3600;
    // What befalls them: every so often, for so long (seconds; 0: never).
    double stall_every_s = 0, stall_s = 0;
    double mute_every_s = 0, mute_s = 0;
    double brownout_s = 0;
    double subscribe_s = 0.5, unsubscribe_s = 1e12;
    // Who wears it.
    double per_minute = 84;
    double moves_from_s = 0;
    bool gone = false;
    int mtu = 247;
    double mtu_from_s = 0;  // 100 until it is agreed on
    int battery_mv = 3900;
    std::vector<Request> requests;
};

extern World world;

double world_sensor_s(double t);                      // the sensor's own time at a true time
// True times of the newest samples, by number.
const unsigned SAMPLE_TIMES = 65536;
extern double sample_times[SAMPLE_TIMES];
void world_emit(char kind, const void *data, uint16_t len);
void imu_brownout();
