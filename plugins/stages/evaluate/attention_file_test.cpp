#include "attention_file.h"

#include <doctest/doctest.h>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "small_series_fixture.h"

using namespace pipeline;
using namespace pipeline::stage::evaluate;
using pipeline::test::SmallSeries;

TEST_CASE("attention.csv names its columns by their distance from the origin") {
  const SmallSeries data;
  const auto path = data.folder() / "attention.csv";
  const auto windows = data.windows();
  AttentionFile file(path, *windows);
  const std::vector<std::int64_t> first{3, 4}, last{5};
  file.add(first, torch::tensor({{0.25F, 0.5F, 0.25F}, {0.0F, 1.0F, 0.0F}}));
  file.add(last, torch::tensor({{1.0F / 3, 1.0F / 3, 1.0F / 3}}));
  CHECK(file.finish());
  CHECK(
      read_text(path) ==
      "origin,-2,-1,0\n1970-01-04,0.25,0.5,0.25\n1970-01-05,0,1,0\n1970-01-06,0.3333333432674408,0.3333333432674408,0.3333333432674408\n");
}

TEST_CASE("without weights there is no file, and weights of another shape are the model's mistake") {
  const SmallSeries data;
  const auto path = data.folder() / "attention.csv";
  const auto windows = data.windows();
  AttentionFile file(path, *windows);
  const std::vector<std::int64_t> origins{3, 4};
  CHECK_THROWS_AS(file.add(origins, torch::zeros({2, 4})), Error);
  CHECK_FALSE(file.finish());
  CHECK_FALSE(std::filesystem::exists(path));
}
