#include "pipeline/torch/state.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string kind_of(const State& state) {
  return std::visit(Overloaded{[](std::monostate) { return "nothing"; }, [](bool) { return "a truth value"; },
                               [](std::int64_t) { return "an integer"; }, [](double) { return "a number"; },
                               [](const std::string&) { return "a string"; }, [](const State::List&) { return "a list"; },
                               [](const State::Tuple&) { return "a tuple"; }, [](const State::Map&) { return "a table"; },
                               [](const State::IntMap&) { return "a table by number"; }, [](const torch::Tensor&) { return "a tensor"; }},
                    state.data);
}

Error wrong_kind(const State& state, const char* wanted) {
  return training_error(std::string("the state holds ") + kind_of(state) + " where " + wanted + " was expected");
}

template <class T>
const T& get(const State& state, const char* wanted) {
  if (const T* content = std::get_if<T>(&state.data)) return *content;
  throw wrong_kind(state, wanted);
}

State::Data from_value(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    State::List items;
    for (const Value& item : value.as_list()) items.emplace_back(item);
    return items;
  }
  if (value.is_map()) {
    State::Map items;
    for (const auto& [key, item] : value.as_map()) items.emplace_back(key, State(item));
    return items;
  }
  return std::monostate{};
}

Value to_list(const State::List& items) {
  Value::List out;
  for (const State& item : items) out.push_back(item.to_value());
  return out;
}

}  // namespace

State::State(const Value& value) : data(from_value(value)) {}

const State* State::find(std::string_view key) const {
  const Map* items = std::get_if<Map>(&data);
  if (!items) return nullptr;
  const auto found = std::ranges::find(*items, key, &Map::value_type::first);
  return found == items->end() ? nullptr : &found->second;
}

const State& State::at(std::string_view key) const {
  if (const State* member = find(key)) return *member;
  throw training_error("the state has no entry '" + std::string(key) + "'");
}

const State::Map& State::map() const { return get<Map>(*this, "a table"); }
const torch::Tensor& State::tensor() const { return get<torch::Tensor>(*this, "a tensor"); }
const std::string& State::text() const { return get<std::string>(*this, "a string"); }
std::int64_t State::integer() const { return get<std::int64_t>(*this, "an integer"); }
bool State::flag() const { return get<bool>(*this, "a truth value"); }

const State::List& State::list() const {
  if (const Tuple* tuple = std::get_if<Tuple>(&data)) return tuple->items;
  return get<List>(*this, "a list");
}

double State::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&data)) return static_cast<double>(*whole);
  return get<double>(*this, "a number");
}

Value State::to_value() const {
  return std::visit(Overloaded{[](std::monostate) { return Value(); }, [](const torch::Tensor&) { return Value(); },
                               [](const List& items) { return to_list(items); }, [](const Tuple& tuple) { return to_list(tuple.items); },
                               [](const Map& items) {
                                 Value::Map out;
                                 for (const auto& [key, item] : items) out.insert_or_assign(key, item.to_value());
                                 return Value(std::move(out));
                               },
                               [](const IntMap& items) {
                                 Value::Map out;
                                 for (const auto& [key, item] : items) out.insert_or_assign(std::to_string(key), item.to_value());
                                 return Value(std::move(out));
                               },
                               [](const auto& plain) { return Value(plain); }},
                    data);
}

}  // namespace pipeline
