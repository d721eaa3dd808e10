#pragma once

namespace pipeline::recurrent {

/// The order in which one direction of a layer goes through the window.
struct Order {
  long first = 0, step = 1, count = 0;
};

/// `last_only`: only the window's last step is needed of this layer; of the backward direction that is the first step.
inline Order order_of(long direction, long steps, bool last_only) {
  if (direction == 0) return {.first = 0, .step = 1, .count = steps};
  return {.first = steps - 1, .step = -1, .count = last_only ? 1 : steps};
}

}  // namespace pipeline::recurrent
