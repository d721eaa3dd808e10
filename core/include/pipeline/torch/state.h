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

/// The content of checkpoints: plain data and tensors in the forms of Python's dict, list and tuple. Its interface is that of Value, with
/// three further forms, as Python's pickle distinguishes them: tuples, maps with integer keys, and tensors.
class PIPELINE_EXPORT State {
 public:
  using List = std::vector<State>;
  struct Tuple {
    List items;
  };
  using Map = std::vector<std::pair<std::string, State>>;  ///< keeps its order
  using IntMap = std::map<std::int64_t, State>;            ///< for an optimizer's `state`

  State() = default;
  State(bool v) : data_(v) {}
  State(int v) : data_(std::int64_t{v}) {}
  State(std::int64_t v) : data_(v) {}
  State(double v) : data_(v) {}
  State(const char* v) : data_(std::string(v)) {}
  State(std::string v) : data_(std::move(v)) {}
  State(List v) : data_(std::move(v)) {}
  State(Tuple v) : data_(std::move(v)) {}
  State(Map v) : data_(std::move(v)) {}
  State(IntMap v) : data_(std::move(v)) {}
  State(torch::Tensor v) : data_(std::move(v)) {}
  /// Plain data as state.
  explicit State(const Value& value);

  [[nodiscard]] bool is_null() const { return holds<std::monostate>(); }
  [[nodiscard]] bool is_bool() const { return holds<bool>(); }
  [[nodiscard]] bool is_int() const { return holds<std::int64_t>(); }
  [[nodiscard]] bool is_double() const { return holds<double>(); }
  [[nodiscard]] bool is_number() const { return is_int() || is_double(); }
  [[nodiscard]] bool is_string() const { return holds<std::string>(); }
  [[nodiscard]] bool is_list() const { return holds<List>() || is_tuple(); }  ///< true for a tuple too
  [[nodiscard]] bool is_tuple() const { return holds<Tuple>(); }
  [[nodiscard]] bool is_map() const { return holds<Map>(); }
  [[nodiscard]] bool is_int_map() const { return holds<IntMap>(); }
  [[nodiscard]] bool is_tensor() const { return holds<torch::Tensor>(); }

  /// The content as that type; Error (training) when it has another type. as_double() takes an integer too, as_list() a tuple.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const List& as_list() const;
  [[nodiscard]] const Map& as_map() const;
  [[nodiscard]] const IntMap& as_int_map() const;
  [[nodiscard]] const torch::Tensor& as_tensor() const;
  [[nodiscard]] List& as_list();
  [[nodiscard]] Map& as_map();

  /// The member `key` of a map; nullptr when the content is no map or has no such member.
  [[nodiscard]] const State* find(std::string_view key) const;
  [[nodiscard]] State* find(std::string_view key);
  /// The member `key` of a map; Error (training) when it is missing.
  [[nodiscard]] const State& at(std::string_view key) const;
  [[nodiscard]] State& at(std::string_view key);

  /// The content as plain data: a tuple becomes a list, an integer key becomes text, a tensor becomes null.
  [[nodiscard]] Value to_value() const;
  /// Calls `visitor` with the content in the form it has: std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Map, IntMap
  /// or torch::Tensor.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), data_);
  }

 private:
  template <class T>
  [[nodiscard]] bool holds() const {
    return std::holds_alternative<T>(data_);
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Tuple, Map, IntMap, torch::Tensor> data_;
};

}  // namespace pipeline
