#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/value.h"

/// Reads parts of an artifact's JSON that may be missing or of another type, as in a file from a stage of another plugin.
namespace pipeline {

/// The cure where an artifact is damaged: its stage has the name of its folder.
[[nodiscard]] inline std::string damage_cure(const std::filesystem::path& file) {
  return "run the stage that writes it again (--from " + file.parent_path().filename().string() + " --force)";
}

/// Null if it is missing.
[[nodiscard]] inline Value value_in(const Value& table, std::string_view key) {
  const Value* value = table.find(key);
  return value ? *value : Value();
}

/// Empty if it is no text.
[[nodiscard]] inline std::string text_in(const Value& table, std::string_view key) {
  const Value* value = table.find(key);
  return value && value->is_string() ? value->as_string() : std::string();
}

[[nodiscard]] inline std::optional<double> number_in(const Value& table, std::string_view key) {
  const Value* value = table.find(key);
  return value && value->is_number() ? std::optional(value->as_double()) : std::nullopt;
}

[[nodiscard]] inline std::int64_t integer_in(const Value& table, std::string_view key, std::int64_t otherwise = 0) {
  const Value* value = table.find(key);
  return value && value->is_int() ? value->as_int() : otherwise;
}

/// Empty if it is no map.
[[nodiscard]] inline Value::Map map_in(const Value& table, std::string_view key) {
  const Value* value = table.find(key);
  return value && value->is_map() ? value->as_map() : Value::Map();
}

}  // namespace pipeline
