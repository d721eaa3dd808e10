#include <doctest/doctest.h>

#include "pipeline/search/importance.h"

using namespace pipeline;

namespace {

Trial complete(std::int64_t number, double x, double y, double value) {
  Trial trial;
  trial.number = number;
  trial.state = TrialState::complete;
  trial.value = value;
  trial.parameters = {{"x", x}, {"y", y}};
  trial.distributions = {{"x", Distribution::real(0, 1)}, {"y", Distribution::real(0, 1)}};
  return trial;
}

}  // namespace

TEST_CASE("the parameter that decides the value is the important one") {
  StudyState study{.name = "s", .minimize = true, .trials = {}};
  for (int i = 0; i < 100; ++i) {
    const double x = i / 100.0, y = (i * 37 % 100) / 100.0;
    study.trials.push_back(complete(i, x, y, x));
  }
  const auto importances = parameter_importances(study);
  CHECK(importances.at("x") > 0.9);
  CHECK(importances.at("x") + importances.at("y") == doctest::Approx(1));
}

TEST_CASE("without enough trials all are equal") {
  CHECK(parameter_importances({}).empty());
  const StudyState one{.name = "s", .minimize = true, .trials = {complete(0, 0.1, 0.2, 1)}};
  CHECK(parameter_importances(one) == std::map<std::string, double>{{"x", 0.5}, {"y", 0.5}});
}
