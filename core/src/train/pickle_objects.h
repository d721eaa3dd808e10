#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/errors.h"
#include "train/pickle_reader.h"

/// What lies on the stack of the pickle reader. Python shares objects by reference and fills containers after they were named, so objects
/// point at each other; `to_state` copies them into values at the end.
namespace pipeline::pickle {

/// A model of 100,000 tensors needs a tenth of that.
inline constexpr std::size_t most_objects = 4'000'000;

struct Object;
struct List {
  std::vector<Object*> items;
};
struct Tuple {
  std::vector<Object*> items;
};
struct Dict {
  std::vector<std::pair<Object*, Object*>> items;
};
/// A class or function by name: a word of the allow-list, never code.
struct Global {
  std::string name;
};
/// Raw numbers that tensors are views of: one-dimensional.
struct Storage {
  torch::Tensor values;
};

struct Object {
  using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Dict, Global, Storage, torch::Tensor>;
  template <class T>
  Object(T value) : content(std::move(value)) {}  // implicit: what is pushed is wrapped
  Content content;
};

template <class T>
T& expect(Object& object, const char* otherwise) {
  if (T* content = std::get_if<T>(&object.content)) return *content;
  throw training_error(std::string("the file is damaged: its pickle has ") + otherwise);
}
template <class T>
const T& expect(const Object& object, const char* otherwise) {
  return expect<T>(const_cast<Object&>(object), otherwise);
}

/// The name as an object; Error (training) when it is none of those a checkpoint needs.
[[nodiscard]] Object allowed_global(std::string name);

/// "FloatStorage", the class of a type's raw numbers; Error (training) for a type that checkpoints don't hold.
[[nodiscard]] std::string storage_class(torch::ScalarType type);

/// Makes tensors from storages by torch's rebuild functions.
class TensorBuilder {
 public:
  explicit TensorBuilder(const LoadStorage& load) : load_(load) {}
  /// The storage that a persistent id ("storage", class, key, location, count) names; loaded once.
  [[nodiscard]] Object storage(const Object& id);
  /// The result of an allowed function.
  [[nodiscard]] static Object call(const Object& function, const Object& arguments);

 private:
  const LoadStorage& load_;
  std::map<std::string, torch::Tensor> loaded_;
};

/// Copies an object and all it holds; bounded in depth, number and length of texts, since references can make a small pickle mean a huge
/// tree.
[[nodiscard]] State to_state(const Object& object);

}  // namespace pipeline::pickle
