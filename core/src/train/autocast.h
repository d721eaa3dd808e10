#pragma once

#include <c10/core/DeviceType.h>

namespace pipeline {

/// Switches torch's autocast to bfloat16 on or off for one kind of device, and restores it at the end. Casts of weights are kept until the
/// outermost one ends.
class Autocast {
 public:
  Autocast(c10::DeviceType device, bool on);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool was_on_;
};

}  // namespace pipeline
