#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

/// What a checkpoint is made of: plain data and tensors, as Python's dict, list and tuple hold them.
class PIPELINE_EXPORT State {
 public:
  using List = std::vector<State>;
  struct Tuple {
    List items;
  };
  using Map = std::vector<std::pair<std::string, State>>;  ///< keeps its order
  using IntMap = std::map<std::int64_t, State>;            ///< as an optimizer's `state`
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Map, IntMap, torch::Tensor>;

  State() = default;
  State(bool v) : data(v) {}
  State(int v) : data(std::int64_t{v}) {}
  State(std::int64_t v) : data(v) {}
  State(double v) : data(v) {}
  State(const char* v) : data(std::string(v)) {}
  State(std::string v) : data(std::move(v)) {}
  State(List v) : data(std::move(v)) {}
  State(Tuple v) : data(std::move(v)) {}
  State(Map v) : data(std::move(v)) {}
  State(IntMap v) : data(std::move(v)) {}
  State(torch::Tensor v) : data(std::move(v)) {}
  /// Plain data as state.
  explicit State(const Value& value);

  /// The member `key` of a map; nullptr when this is no map or has none.
  [[nodiscard]] const State* find(std::string_view key) const;
  /// The member `key`; Error (training) when it is missing.
  [[nodiscard]] const State& at(std::string_view key) const;
  /// The content as that type; Error (training) when it is another one. number() takes integers too.
  [[nodiscard]] const Map& map() const;
  [[nodiscard]] const List& list() const;  ///< of a list or a tuple
  [[nodiscard]] const torch::Tensor& tensor() const;
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] bool flag() const;
  /// The content without tensors as plain data (a tensor becomes null).
  [[nodiscard]] Value to_value() const;

  Data data;
};

}  // namespace pipeline
