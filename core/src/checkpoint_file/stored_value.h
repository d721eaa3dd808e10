#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint_file/element_type.h"

namespace pipeline {

/// Numbers as a file holds them: little-endian, one after the other.
struct Storage {
  ElementType type = ElementType::float32;
  std::int64_t count = 0;                ///< of numbers
  std::span<const unsigned char> bytes;  ///< `count` times the type's size
  std::shared_ptr<const void> owner;     ///< keeps the bytes alive
};
using StorageRef = std::shared_ptr<const Storage>;

/// A view of a storage. It stays within the storage, and it has no more elements than the storage has numbers.
struct StoredTensor {
  StorageRef storage;
  std::int64_t offset = 0;                   ///< of the first element, in numbers
  std::vector<std::int64_t> shape, strides;  ///< strides in numbers, none below 0
};
/// Shared, since a file may name one tensor in many places.
using TensorRef = std::shared_ptr<const StoredTensor>;

/// The content of a checkpoint's file: State without torch.
struct StoredValue {
  using List = std::vector<StoredValue>;
  struct Tuple {
    List items;
  };
  using Map = std::vector<std::pair<std::string, StoredValue>>;  ///< keeps its order
  using IntMap = std::map<std::int64_t, StoredValue>;
  using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Map, IntMap, TensorRef>;

  StoredValue() = default;
  StoredValue(Content value) : content(std::move(value)) {}  // implicit: a value in one of its forms

  Content content;
};

}  // namespace pipeline
