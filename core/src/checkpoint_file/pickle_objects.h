#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkpoint_file/pickle_reader.h"
#include "checkpoint_file/stored_value.h"
#include "pipeline/errors.h"

/// The objects on the stack of the pickle reader. Python shares objects by reference and fills containers after it has stored references to
/// them, so objects point to each other. copy_of() copies them into values at the end.
namespace pipeline::pickle {

/// Limit on objects; a model of 100,000 tensors needs a tenth of it.
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
/// The name of an allow-listed class or function, never code.
struct Global {
  std::string name;
};

/// A storage, as the flat tensor of all its numbers. Tensors are views of it.
struct Numbers {
  TensorRef all;
};

struct Object {
  using Content = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Dict, Global, Numbers, TensorRef>;
  template <class T>
  Object(T value) : content(std::move(value)) {}  // implicit, for values that are pushed
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

/// The name as an object; Error (training) when a checkpoint needs no such name.
[[nodiscard]] Object allowed_global(std::string name);

/// Makes tensors from storages, as torch's rebuild functions do.
class TensorBuilder {
 public:
  explicit TensorBuilder(const LoadStorage& load) : load_(load) {}
  /// The storage that a persistent id ("storage", class, key, location, count) names; loaded once.
  [[nodiscard]] Object storage(const Object& id);
  /// The result of an allowed function.
  [[nodiscard]] Object call(const Object& function, const Object& arguments);

 private:
  [[nodiscard]] TensorRef view(const Tuple& arguments);

  const LoadStorage& load_;
  std::map<std::string, TensorRef> loaded_;
  std::int64_t stored_ = 0, viewed_ = 0;  ///< numbers of the storages, and of the tensors that view them
};

/// Copies an object of a pickle of `pickle_size` bytes, and its content. Depth, number and length of texts are bounded by that size, as a
/// small pickle can describe a huge tree by references.
[[nodiscard]] StoredValue copy_of(const Object& object, std::size_t pickle_size);

}  // namespace pipeline::pickle
