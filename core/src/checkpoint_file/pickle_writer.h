#pragma once

#include <string>
#include <vector>

#include "checkpoint_file/stored_value.h"

namespace pipeline {

/// A pickle (protocol 2) in the form of torch.save, and the storages whose bytes follow as records data/0, data/1, ...
struct Pickle {
  std::string bytes;
  std::vector<StorageRef> storages;  ///< one for each tensor
};

/// Writes only plain dicts, lists, tuples and tensors, so that Python's torch.load(weights_only=True) accepts it. Equal values give equal
/// bytes.
[[nodiscard]] Pickle write_pickle(const StoredValue& value);

}  // namespace pipeline
