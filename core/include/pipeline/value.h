#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/export.h"

namespace pipeline {

/// Plain data that crosses the plugin boundary: options, states, manifests. Maps are sorted by key, so equal values have equal text.
class PIPELINE_EXPORT Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  Value() = default;
  Value(bool v) : data_(v) {}
  Value(int v) : data_(std::int64_t{v}) {}
  Value(std::int64_t v) : data_(v) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(List v) : data_(std::move(v)) {}
  Value(Map v) : data_(std::move(v)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_int() const { return std::holds_alternative<std::int64_t>(data_); }
  [[nodiscard]] bool is_double() const { return std::holds_alternative<double>(data_); }
  [[nodiscard]] bool is_number() const { return is_int() || is_double(); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<std::string>(data_); }
  [[nodiscard]] bool is_list() const { return std::holds_alternative<List>(data_); }
  [[nodiscard]] bool is_map() const { return std::holds_alternative<Map>(data_); }

  /// The value as that type; Error (usage) when it has another type. as_double() takes an integer too.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const List& as_list() const;
  [[nodiscard]] const Map& as_map() const;
  [[nodiscard]] List& as_list();
  [[nodiscard]] Map& as_map();

  /// The member `key` of a map; nullptr when the value is no map or has no such member.
  [[nodiscard]] const Value* find(std::string_view key) const;
  /// The member `key` of a map; Error (usage) when it is missing.
  [[nodiscard]] const Value& at(std::string_view key) const;
  /// The member `key`, added as null when missing; a null value becomes a map.
  Value& operator[](std::string_view key);

  friend bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> data_;
};

/// The user's name for a value's type: "a string", "an integer", "a table", ...
[[nodiscard]] PIPELINE_EXPORT std::string type_name(const Value& value);
/// JSON text; NaN and infinity, which JSON does not know, become null. `indent` < 0 keeps it on one line.
[[nodiscard]] PIPELINE_EXPORT std::string to_json(const Value& value, int indent = -1);
/// Reads JSON text. The Error (unexpected) names `origin`, the file's path.
[[nodiscard]] PIPELINE_EXPORT Value from_json(std::string_view text, std::string_view origin);
/// A value in TOML on one line: "a", 0.001, ["x", "y"], { a = 1 }.
[[nodiscard]] PIPELINE_EXPORT std::string to_toml(const Value& value);

}  // namespace pipeline
