#include "train/autocast.h"

#include <ATen/autocast_mode.h>

namespace pipeline {

Autocast::Autocast(c10::DeviceType device, bool on) : device_(device), was_on_(at::autocast::is_autocast_enabled(device)) {
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device, on);
  if (on) at::autocast::set_autocast_dtype(device, at::kBFloat16);
}

Autocast::~Autocast() {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, was_on_);
}

}  // namespace pipeline
