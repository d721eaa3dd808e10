#pragma once

#include <chrono>
#include <thread>

/// Whether `happens` comes true; asked again and again, for so long that only what never happens is given up, however busy the machine is.
template <class Happens>
[[nodiscard]] bool eventually(const Happens& happens) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  while (!happens()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}
