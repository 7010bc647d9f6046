// What you may change before you build a pod.
#pragma once

#define POD_SIDE 1   // 0 not set, 1 left foot, 2 right foot, 3 trunk; SET changes it until power-off
#define POD_MOUNT 1  // 0 not set, 1 lace, 2 heel, 3 waist, 4 chest
#define POD_MODEL 2  // the sensor: 1 LSM6DSOX, 2 LSM6DSO32 (they cannot be told apart by their id)
#define POD_RATE_HZ 208
#define POD_ACC_G 32        // 16 at most for an LSM6DSOX
#define POD_GYR_125DPS 16   // 16 x 125 = 2000 deg/s
#define POD_SAMPLES 10      // a packet; 0: as many as fit
#define POD_BATTERY_LOW_MV 3500
