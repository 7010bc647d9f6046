#pragma once
extern "C" void esp_deep_sleep_start(void);
