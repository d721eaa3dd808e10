#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "pipeline/errors.h"

namespace pipeline {

/// Changes bytes of checkpoints at random; the same seed makes the same changes.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutate(std::string bytes) {
    for (std::size_t i = 1 + below(6); i > 0; --i) mutate_once(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  char any_byte() { return static_cast<char>(below(256)); }

  void mutate_once(std::string& bytes) {
    if (bytes.empty()) {
      bytes += any_byte();
      return;
    }
    const std::size_t at = below(bytes.size()), length = 1 + below(std::min<std::size_t>(16, bytes.size() - at));
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = any_byte();
        break;
      case 2:  // an operation where one may be expected
        bytes.insert(at, 1, operations[below(operations.size())]);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(below(bytes.size()), bytes.substr(at, length));
        break;
      case 5:  // a length or an offset at its largest
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(length, 8), '\xff');
        break;
      default:
        bytes.resize(at);
    }
  }

  static constexpr std::string_view operations =
      "NJKMGXU(}])t\x85\x86\x87"
      "aesuqrhjcQRb.\x80\x88\x89\x8a\x8c";
  std::mt19937 random_;
};

/// Runs `read`; returns whether it gave content. Anything but an Error (training) fails the test.
template <class Read>
bool survives(Read&& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    CHECK(std::string_view(error.what()).size() > 10);
    return false;
  }
}

}  // namespace pipeline
