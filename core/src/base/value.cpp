#include "pipeline/value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

template <class T>
const T& get_as(const auto& data, const Value& value, const char* wanted) {
  if (const T* found = std::get_if<T>(&data)) return *found;
  throw usage_error(std::string("expected ") + wanted + ", got " + type_name(value));
}

nlohmann::json json_of(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_double()) {
    const double number = value.as_double();
    return std::isfinite(number) ? nlohmann::json(number) : nlohmann::json(nullptr);
  }
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    auto list = nlohmann::json::array();
    for (const Value& item : value.as_list()) list.push_back(json_of(item));
    return list;
  }
  if (value.is_map()) {
    auto map = nlohmann::json::object();
    for (const auto& [key, item] : value.as_map()) map[key] = json_of(item);
    return map;
  }
  return nullptr;
}

Value value_of(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    Value::List list;
    for (const auto& item : json) list.push_back(value_of(item));
    return list;
  }
  if (json.is_object()) {
    Value::Map map;
    for (const auto& [key, item] : json.items()) map[key] = value_of(item);
    return map;
  }
  return {};
}

/// The levels of lists and maps in JSON text. The parser's own callback tells them too, but with it reading takes quadratic time.
int depth_of(std::string_view text) {
  int depth = 0, most = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      ++i;  // the next character ends no text
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      most = std::max(most, ++depth);
    } else if (!quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return most;
}

/// A key as TOML writes it: bare where it can be.
std::string toml_key(const std::string& key) {
  const bool bare =
      !key.empty() && key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string::npos;
  return bare ? key : to_json(Value(key));
}

std::string toml_number(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::string text = format_number(number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

bool Value::as_bool() const { return get_as<bool>(data_, *this, "true or false"); }
std::int64_t Value::as_int() const { return get_as<std::int64_t>(data_, *this, "an integer"); }
double Value::as_double() const { return is_int() ? static_cast<double>(as_int()) : get_as<double>(data_, *this, "a number"); }
const std::string& Value::as_string() const { return get_as<std::string>(data_, *this, "a string"); }
const Value::List& Value::as_list() const { return get_as<List>(data_, *this, "a list"); }
const Value::Map& Value::as_map() const { return get_as<Map>(data_, *this, "a table"); }
Value::List& Value::as_list() { return const_cast<List&>(std::as_const(*this).as_list()); }
Value::Map& Value::as_map() { return const_cast<Map&>(std::as_const(*this).as_map()); }

const Value* Value::find(std::string_view key) const {
  const Map* map = std::get_if<Map>(&data_);
  if (!map) return nullptr;
  const auto found = map->find(key);
  return found == map->end() ? nullptr : &found->second;
}

const Value& Value::at(std::string_view key) const {
  if (const Value* found = find(key)) return *found;
  throw usage_error("\"" + std::string(key) + "\" is missing");
}

Value& Value::operator[](std::string_view key) {
  if (is_null()) data_ = Map{};
  Map& map = as_map();
  const auto found = map.find(key);
  return found != map.end() ? found->second : map[std::string(key)];
}

std::string type_name(const Value& value) {
  if (value.is_bool()) return "a boolean";
  if (value.is_int()) return "an integer";
  if (value.is_double()) return "a float";
  if (value.is_string()) return "a string";
  if (value.is_list()) return "a list";
  if (value.is_map()) return "a table";
  return "nothing";
}

std::string to_json(const Value& value, int indent) {
  return json_of(value).dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

Value from_json(std::string_view text, std::string_view origin) {
  constexpr int most_depth = 200;  // copying recurses once a level: a file must not exhaust the stack
  if (depth_of(text) > most_depth) throw Error(ExitStatus::unexpected, std::string(origin) + ": damaged JSON (nested too deeply)");
  try {
    return value_of(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ExitStatus::unexpected, std::string(origin) + ": damaged JSON (" + error.what() + ")");
  }
}

std::string to_toml(const Value& value) {
  if (value.is_double()) return toml_number(value.as_double());
  if (value.is_list()) {
    return "[" + join(value.as_list(), to_toml) + "]";
  }
  if (value.is_map()) {
    const std::string text = join(value.as_map(), [](const auto& entry) { return toml_key(entry.first) + " = " + to_toml(entry.second); });
    return text.empty() ? "{}" : "{ " + text + " }";
  }
  return value.is_null() ? "\"\"" : to_json(value);
}

}  // namespace pipeline
