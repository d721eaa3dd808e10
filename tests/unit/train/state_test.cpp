#include "pipeline/torch/state.h"

#include <doctest/doctest.h>
#include <torch/types.h>

#include "pipeline/errors.h"

using namespace pipeline;

TEST_CASE("plain data becomes state and comes back") {
  const Value value{Value::Map{{"a", Value::List{1, 2.5, "x", true, Value()}}, {"b", Value::Map{{"c", -3}}}}};
  const State state(value);
  CHECK(state.to_value() == value);
  CHECK(state.at("b").at("c").integer() == -3);
  CHECK(state.at("a").list().at(1).number() == 2.5);
  CHECK(state.at("a").list().at(0).number() == 1.0);
  CHECK(state.at("a").list().at(3).flag());
}

TEST_CASE("a map keeps the order in which its entries were put") {
  const State state(State::Map{{"z", 1}, {"a", 2}});
  CHECK(state.map().front().first == "z");
}

TEST_CASE("state without tensors as plain data: a tuple is a list, a number a key, a tensor null") {
  const State state(State::Map{{"betas", State::Tuple{{0.9, 0.999}}}, {"state", State::IntMap{{7, torch::ones({2})}}}});
  CHECK(state.to_value() == Value(Value::Map{{"betas", Value::List{0.9, 0.999}}, {"state", Value::Map{{"7", Value()}}}}));
  CHECK(state.at("betas").list().size() == 2);
}

TEST_CASE("a missing entry and a wrong type are said in words") {
  const State state(State::Map{{"epoch", "three"}});
  CHECK(state.find("step") == nullptr);
  CHECK(State(3).find("step") == nullptr);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.at("step")), "the state has no entry 'step'", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.at("epoch").integer()), "the state holds a string where an integer was expected", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.tensor()), "the state holds a table where a tensor was expected", Error);
}
