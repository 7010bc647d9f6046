// A model of the LSM6DSO32's registers and FIFO, as far as the sketch may see them.
#include <math.h>
#include <string.h>

#include "Wire.h"
#include "world.h"

TwoWire Wire;

namespace {

const unsigned DEPTH = 512;
const uint8_t ADDRESS = 0x6A, ID = 0x6C;
uint8_t reg[128], fifo[DEPTH][7];
unsigned first, level;
bool latched;
uint64_t next_index;
double ticks_zero_s;  // sensor time at which its tick counter was 0
uint32_t ticks_zero;
std::vector<uint8_t> sent, heard;
size_t heard_at;
uint8_t pointer;
bool gone_then;

bool present() { return !world.gone; }

double rate_hz() {
    switch (reg[0x10] >> 4) {
        case 4: return 104;
        case 5: return 208;
        case 6: return 416;
        default: return 0;
    }
}

uint32_t ticks_at(double sensor_s) {
    return ticks_zero + (uint32_t)(uint64_t)floor((sensor_s - ticks_zero_s) * 40000.0);
}

void push(uint8_t tag, unsigned slot, const void *data, size_t n) {
    if (level == DEPTH) {
        first = (first + 1) % DEPTH;
        level--;
        latched = true;
    }
    uint8_t *word = fifo[(first + level) % DEPTH];
    memset(word, 0, 7);
    word[0] = (uint8_t)(tag << 3 | slot << 1);
    memcpy(word + 1, data, n);
    level++;
}

int16_t clipped(double v) { return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v); }

// A foot: 1 g, and a thump a stride. The gyro's words carry the sample's number.
void sample(uint64_t index, double true_s, double sensor_s) {
    static const double range_g[] = {4, 32, 8, 16};
    double step_mg = 0.976 * range_g[reg[0x10] >> 2 & 3] / 32;
    double phase = fmod(true_s * world.per_minute / 60, 1.0);
    double thump = true_s < world.moves_from_s ? 0 : exp(-phase * 12) * 4000 - 300 * sin(6.28 * phase);
    int16_t acc[3] = {clipped(thump * 0.5 / step_mg), 0, clipped((1000 + thump) / step_mg)};
    int16_t gyr[3];
    for (int k = 0; k < 3; k++) gyr[k] = (int16_t)(index >> (15 * k) & 0x7FFF);
    uint32_t stamp = ticks_at(sensor_s);
    unsigned slot = (unsigned)(index & 3);
    if ((reg[0x0A] & 0xC0) == 0x40) push(4, slot, &stamp, 4);
    if (reg[0x09] >> 4) push(1, slot, gyr, 6);
    if (reg[0x09] & 15) push(2, slot, acc, 6);
}

double settled_rate;
double rate_zero_s;
uint64_t rate_zero_index;

// The oscillator that drives the ticks drives the rate too.
void catch_up() {
    double rate = rate_hz(), sensor_s = world_sensor_s(world.now_s);
    if (rate != settled_rate || !(reg[0x0A] & 6)) {
        settled_rate = (reg[0x0A] & 6) ? rate : 0;
        rate_zero_s = sensor_s;
        rate_zero_index = next_index;
        if (!(reg[0x0A] & 6)) level = 0;
    }
    if (settled_rate == 0) return;
    for (;;) {
        double due = rate_zero_s + (double)(next_index - rate_zero_index + 1) / settled_rate;
        if (due > sensor_s) return;
        // Back to true time: the swing is slow, one step of Newton is exact enough.
        double t = world.now_s - (sensor_s - due) / (1 + world.sensor_ppm * 1e-6);
        t -= (world_sensor_s(t) - due) / (1 + world.sensor_ppm * 1e-6);
        sample_times[next_index % SAMPLE_TIMES] = t;
        sample(next_index, t, due);
        next_index++;
    }
}

void reset() {
    memset(reg, 0, sizeof reg);
    level = 0;
    latched = false;
    settled_rate = 0;
}

uint8_t fetch(uint8_t at) {
    double sensor_s = world_sensor_s(world.now_s);
    switch (at) {
        case 0x0F: return ID;
        case 0x20: return 0;
        case 0x21: return 6;  // 6 x 256 steps above 25 degC
        case 0x3A: return (uint8_t)level;
        case 0x3B: {
            uint8_t v = (uint8_t)((level >> 8 & 3) | (latched ? 0x08 : 0) | (level == DEPTH ? 0x40 : 0));
            latched = false;
            return v;
        }
        case 0x40: case 0x41: case 0x42: case 0x43:
            return (uint8_t)(ticks_at(sensor_s) >> 8 * (at - 0x40));
        case 0x63: return (uint8_t)(int8_t)lround(world.sensor_ppm / 1500);
        default: return reg[at & 127];
    }
}

void store(uint8_t at, uint8_t value) {
    catch_up();
    if (at == 0x12 && value & 1) {
        reset();
        return;
    }
    if (at == 0x19 && value & 0x20 && !(reg[0x19] & 0x20)) {
        ticks_zero_s = world_sensor_s(world.now_s);
        ticks_zero = world.ticks;
    }
    reg[at & 127] = value;
    catch_up();
}

void pass(size_t bytes) { world.now_s += (double)(bytes + 1) * 9 / 400e3; }

}  // namespace

double sample_times[SAMPLE_TIMES];

void imu_brownout() { reset(); }

void TwoWire::beginTransmission(uint8_t address) {
    sent.clear();
    gone_then = address != ADDRESS || !present();
}

size_t TwoWire::write(uint8_t value) {
    sent.push_back(value);
    return 1;
}

uint8_t TwoWire::endTransmission(bool) {
    pass(sent.size());
    if (gone_then) return 2;
    if (!sent.empty()) pointer = sent[0];
    for (size_t k = 1; k < sent.size(); k++) store((uint8_t)(pointer + k - 1), sent[k]);
    return 0;
}

uint8_t TwoWire::requestFrom(uint8_t address, uint8_t n) {
    heard.clear();
    heard_at = 0;
    if (address != ADDRESS || !present() || n > 64) return 0;
    catch_up();
    for (uint8_t k = 0; k < n; k++) {
        if (pointer >= 0x78 && pointer <= 0x7E) {
            heard.push_back(level ? fifo[first][pointer - 0x78] : 0);
            if (pointer == 0x7E) {
                pointer = 0x78;
                if (level) {
                    first = (first + 1) % DEPTH;
                    level--;
                }
            } else {
                pointer++;
            }
        } else {
            heard.push_back(fetch(pointer++));
        }
    }
    pass(n);
    return n;
}

int TwoWire::read() { return heard_at < heard.size() ? heard[heard_at++] : -1; }
