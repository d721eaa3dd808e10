#pragma once

#include <chrono>
#include <thread>

/// Whether `happens` becomes true within ten minutes, long enough for any busy machine. Asks every few milliseconds.
template <class Happens>
[[nodiscard]] bool eventually(const Happens& happens) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  while (!happens()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}
