#pragma once

#include <string>

namespace pipeline::sampler::tpe {

/// Moves an iterator of a map on to `name`, or to the first later name; returns whether the map has it. A walk in the order of names over
/// several maps compares far fewer names than find().
template <class Iterator>
bool move_to(Iterator& at, Iterator end, const std::string& name) {
  for (; at != end; ++at) {
    if (const int order = at->first.compare(name); order >= 0) return order == 0;
  }
  return false;
}

}  // namespace pipeline::sampler::tpe
