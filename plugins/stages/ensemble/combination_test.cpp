#include "combination.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "ensemble_record.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "pipeline/testing/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::ensemble;

TEST_CASE("values are joined by weight or by their middle, and a missing one leaves none") {
  const auto of = [](Method method, std::vector<double> values) {
    const std::vector<double> weights{0.5, 0.25, 0.25};
    return joined(method, weights, values);
  };
  CHECK(of(Method::greedy, {8, 4, 2}) == doctest::Approx(5.5));
  CHECK(of(Method::median, {8, 2, 4}) == 4);
  CHECK(of(Method::median, {8, 2, 4, 5}) == 4.5);
  CHECK(std::isnan(of(Method::mean, {8, std::nan(""), 4})));
}

TEST_CASE("the record of an ensemble leaves out members without a weight, and damage is told with the cure") {
  const testing::TempFolder folder;
  const auto error_of = [&] {
    try {
      static_cast<void>(read_record(folder.path()));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string cure = "; run that stage again (--from " + folder.path().filename().string() + " --force)";
  CHECK(error_of() == (folder.path() / "ensemble.json").string() + " is missing" + cure);
  write_text(folder.path() / "ensemble.json",
             R"({"method": "greedy", "levels": [0.1], "weights": {"a": 0.75, "b": 0, "c/D": 0.25}, "checkpoints": {"a": "/x.ckpt"}})");
  const EnsembleRecord record = read_record(folder.path());
  REQUIRE(record.members.size() == 2);
  CHECK(record.members[0].name == "a");
  CHECK(record.members[0].checkpoint == "/x.ckpt");
  CHECK(record.members[1].name == "c/D");
  CHECK(record.members[1].checkpoint.empty());
  CHECK(record.levels == std::vector<double>{0.1});
  write_text(folder.path() / "ensemble.json", R"({"method": "greedy", "levels": [], "weights": {"a": 0}, "checkpoints": {}})");
  CHECK(error_of().find("is damaged: no member has a weight" + cure) != std::string::npos);
}
