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
  return state.visit(Overloaded{[](std::monostate) { return "nothing"; }, [](bool) { return "a truth value"; },
                                [](std::int64_t) { return "an integer"; }, [](double) { return "a number"; },
                                [](const std::string&) { return "a string"; }, [](const State::List&) { return "a list"; },
                                [](const State::Tuple&) { return "a tuple"; }, [](const State::Map&) { return "a table"; },
                                [](const State::IntMap&) { return "a table by number"; }, [](const torch::Tensor&) { return "a tensor"; }});
}

template <class T>
const T& content_as(const State& state, const char* wanted) {
  const T* found = state.visit(Overloaded{[](const T& content) { return &content; }, [](const auto&) -> const T* { return nullptr; }});
  if (found) return *found;
  throw training_error(std::string("the state holds ") + kind_of(state) + " where " + wanted + " was expected");
}

State from_value(const Value& value) {
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
  return {};
}

Value to_list(const State::List& items) {
  Value::List out;
  for (const State& item : items) out.push_back(item.to_value());
  return out;
}

}  // namespace

State::State(const Value& value) : State(from_value(value)) {}

bool State::as_bool() const { return content_as<bool>(*this, "a truth value"); }
std::int64_t State::as_int() const { return content_as<std::int64_t>(*this, "an integer"); }
const std::string& State::as_string() const { return content_as<std::string>(*this, "a string"); }
const State::Map& State::as_map() const { return content_as<Map>(*this, "a table"); }
const State::IntMap& State::as_int_map() const { return content_as<IntMap>(*this, "a table by number"); }
const torch::Tensor& State::as_tensor() const { return content_as<torch::Tensor>(*this, "a tensor"); }

double State::as_double() const { return is_int() ? static_cast<double>(as_int()) : content_as<double>(*this, "a number"); }

const State::List& State::as_list() const {
  return is_tuple() ? content_as<Tuple>(*this, "a tuple").items : content_as<List>(*this, "a list");
}

State::List& State::as_list() { return const_cast<List&>(std::as_const(*this).as_list()); }
State::Map& State::as_map() { return const_cast<Map&>(std::as_const(*this).as_map()); }

const State* State::find(std::string_view key) const {
  if (!is_map()) return nullptr;
  const Map& items = as_map();
  const auto found = std::ranges::find(items, key, &Map::value_type::first);
  return found == items.end() ? nullptr : &found->second;
}

const State& State::at(std::string_view key) const {
  if (const State* member = find(key)) return *member;
  throw training_error("the state has no entry '" + std::string(key) + "'");
}

State* State::find(std::string_view key) { return const_cast<State*>(std::as_const(*this).find(key)); }
State& State::at(std::string_view key) { return const_cast<State&>(std::as_const(*this).at(key)); }

Value State::to_value() const {
  return visit(Overloaded{[](std::monostate) { return Value(); }, [](const torch::Tensor&) { return Value(); },
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
                          [](const auto& plain) { return Value(plain); }});
}

}  // namespace pipeline
