// Runs the sketch in virtual time: pod_host [--option value]... [--at SECONDS HEX]...
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

World world;
void setup();
void loop();

double world_sensor_s(double t) {
    double turn = 2 * M_PI / world.swing_s;
    return t * (1 + world.sensor_ppm * 1e-6) +
           world.swing_ppm * 1e-6 / turn * (1 - cos(turn * t));
}

static void request(const char *at, const char *hex) {
    Request r{atof(at), {}};
    for (; hex[0] && hex[1]; hex += 2) {
        char two[3] = {hex[0], hex[1], 0};
        r.data.push_back((uint8_t)strtoul(two, nullptr, 16));
    }
    world.requests.push_back(r);
}

int main(int n, char **words) {
    struct { const char *name; double *to; } numbers[] = {
        {"--seconds", &world.seconds},         {"--sensor-ppm", &world.sensor_ppm},
        {"--swing-ppm", &world.swing_ppm},     {"--swing-s", &world.swing_s},
        {"--stall-every", &world.stall_every_s}, {"--stall", &world.stall_s},
        {"--mute-every", &world.mute_every_s}, {"--mute", &world.mute_s},
        {"--brownout", &world.brownout_s},     {"--subscribe", &world.subscribe_s},
        {"--unsubscribe", &world.unsubscribe_s}, {"--per-minute", &world.per_minute},
        {"--moves-from", &world.moves_from_s}, {"--mtu-from", &world.mtu_from_s},
    };
    for (int k = 1; k + 1 < n; k += 2) {
        bool known = false;
        for (auto &number : numbers) {
            if (!strcmp(words[k], number.name)) *number.to = atof(words[k + 1]), known = true;
        }
        if (!strcmp(words[k], "--board-us")) world.board_us = (uint32_t)strtoul(words[k + 1], nullptr, 0);
        else if (!strcmp(words[k], "--ticks")) world.ticks = (uint32_t)strtoul(words[k + 1], nullptr, 0);
        else if (!strcmp(words[k], "--micros-step")) world.micros_step = (uint32_t)atoi(words[k + 1]);
        else if (!strcmp(words[k], "--mtu")) world.mtu = atoi(words[k + 1]);
        else if (!strcmp(words[k], "--gone")) world.gone = atoi(words[k + 1]) != 0;
        else if (!strcmp(words[k], "--battery-mv")) world.battery_mv = atoi(words[k + 1]);
        else if (!strcmp(words[k], "--at") && k + 2 < n) request(words[k + 1], words[k + 2]), k++;
        else if (!known) return fprintf(stderr, "no such option: %s\n", words[k]), 2;
    }
    for (setup(); world.now_s < world.seconds;) loop();
    return 0;
}
