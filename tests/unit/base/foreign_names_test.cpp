#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/foreign_names.h"

namespace pipeline {

TEST_CASE("the name that other programs have for a component leads to ours, and never to one that only looks like it") {
  const std::vector<std::string> losses{"HuberLoss", "L1Loss", "MSELoss", "QuantileLoss"};
  CHECK(suggest_component("loss", "MAELoss", losses) == "; did you mean \"L1Loss\"?");
  CHECK(suggest_component("loss", "mqloss", losses) == "; did you mean \"QuantileLoss\"?");
  CHECK(suggest_component("loss", "HuberMQLoss", losses) == "; there are HuberLoss, L1Loss, MSELoss and QuantileLoss");
  CHECK(suggest_component("loss", "MQLoss", {"L1Loss"}) == "; there is only L1Loss");  // whose plugin is not there
  CHECK(suggest_component("loss", "MSELos", losses) == "; did you mean \"MSELoss\"?");
  CHECK(suggest_component("model", "MAELoss", {"GRUModel"}) == "; there is only GRUModel");
}

TEST_CASE("of any kind") {
  CHECK(suggest_component("", "NaiveSeasonal", {"Naive", "SeasonalNaive"}) == "; did you mean \"SeasonalNaive\"?");
  CHECK(suggest_component("", "NAdam", {"Adam", "AdamW"}).empty());
}

}  // namespace pipeline
