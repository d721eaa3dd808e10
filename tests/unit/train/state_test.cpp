#include "pipeline/torch/state.h"

#include <doctest/doctest.h>
#include <torch/types.h>

#include "pipeline/errors.h"

using namespace pipeline;

TEST_CASE("plain data becomes state and comes back") {
  const Value value{Value::Map{{"a", Value::List{1, 2.5, "x", true, Value()}}, {"b", Value::Map{{"c", -3}}}}};
  const State state(value);
  CHECK(state.to_value() == value);
  CHECK(state.at("b").at("c").as_int() == -3);
  CHECK(state.at("a").as_list().at(1).as_double() == 2.5);
  CHECK(state.at("a").as_list().at(0).as_double() == 1.0);
  CHECK(state.at("a").as_list().at(3).as_bool());
}

TEST_CASE("a map keeps the order in which its entries were put") {
  const State state(State::Map{{"z", 1}, {"a", 2}});
  CHECK(state.as_map().front().first == "z");
}

TEST_CASE("state without tensors as plain data: a tuple is a list, a number a key, a tensor null") {
  const State state(State::Map{{"betas", State::Tuple{{0.9, 0.999}}}, {"state", State::IntMap{{7, torch::ones({2})}}}});
  CHECK(state.to_value() == Value(Value::Map{{"betas", Value::List{0.9, 0.999}}, {"state", Value::Map{{"7", Value()}}}}));
  CHECK(state.at("betas").as_list().size() == 2);
}

TEST_CASE("each form has its own word, and lists and tuples are read alike") {
  CHECK(State().is_null());
  CHECK(State(true).is_bool());
  CHECK((State(3).is_int() && State(3).is_number() && !State(3).is_double()));
  CHECK((State(2.5).is_double() && State(2.5).is_number()));
  CHECK(State("x").is_string());
  CHECK((State(State::List{1}).is_list() && !State(State::List{1}).is_tuple()));
  CHECK((State(State::Tuple{{1}}).is_list() && State(State::Tuple{{1}}).is_tuple()));
  CHECK((State(State::Map{}).is_map() && !State(State::Map{}).is_int_map()));
  CHECK((State(State::IntMap{}).is_int_map() && !State(State::IntMap{}).is_map()));
  CHECK((State(torch::ones({2})).is_tensor() && !State(torch::ones({2})).is_null()));
}

TEST_CASE("a member is changed in its place") {
  State state(State::Map{{"resume", State::Map{{"stopped", true}}}, {"betas", State::Tuple{{0.9, 0.999}}}});
  state.at("resume").at("stopped") = false;
  state.at("resume").as_map().emplace_back("notes", "none");
  state.at("betas").as_list().front() = 0.5;
  CHECK(state.to_value() ==
        Value(Value::Map{{"resume", Value::Map{{"stopped", false}, {"notes", "none"}}}, {"betas", Value::List{0.5, 0.999}}}));
  CHECK(state.find("loops") == nullptr);
}

TEST_CASE("a missing entry and a wrong type are errors in plain words") {
  const State state(State::Map{{"epoch", "three"}});
  CHECK(state.find("step") == nullptr);
  CHECK(State(3).find("step") == nullptr);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.at("step")), "the state has no entry 'step'", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.at("epoch").as_int()), "the state holds a string where an integer was expected", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.as_int_map()), "the state holds a table where a table by number was expected", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(state.as_tensor()), "the state holds a table where a tensor was expected", Error);
}
