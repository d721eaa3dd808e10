#include "train/batch.h"

#include <doctest/doctest.h>

#include "pipeline/train/forecaster.h"
#include "unit/train/fit_fixture.h"
#include "unit/train/known_fixture.h"

using namespace pipeline;
using test::KnownFixture;

namespace {

const std::vector<std::int64_t> indices{0, 3};  // windows of rows 0 to 3 and 3 to 6, with horizons 4 to 5 and 7 to 8

torch::Tensor floats(std::vector<float> values, std::vector<std::int64_t> sizes) { return torch::tensor(std::move(values)).view(sizes); }
torch::Tensor codes(std::vector<std::int64_t> values, std::vector<std::int64_t> sizes) {
  return torch::tensor(std::move(values), torch::kInt64).view(sizes);
}

std::vector<torch::Tensor> optional_parts(const Batch& batch) {
  return {batch.past_codes,    batch.past_mask,    batch.target_history, batch.future, batch.future_codes,
          batch.static_values, batch.static_codes, batch.series,         batch.naive,  batch.time_index};
}

}  // namespace

TEST_CASE("a batch holds every part that is wanted and that the windows have") {
  const KnownFixture data;
  const Batch batch = collect_batch(data.windows(), Split::train, indices, all_inputs);
  CHECK(batch.x.sizes() == std::vector<std::int64_t>{2, 4, 2});
  CHECK(batch.x[1][3][1].item<float>() == KnownFixture::price(6));
  CHECK(torch::equal(batch.target_history, batch.x.slice(2, 0, 1)));
  CHECK(torch::equal(batch.past_codes, codes({0, 1, 2, 0, 0, 1, 2, 0}, {2, 4, 1})));
  CHECK(torch::equal(batch.future, floats({0.5F, 0, 0.625F, 0, 0.875F, 1, 1, 0}, {2, 2, 2})));  // price, promo
  CHECK(torch::equal(batch.future_codes, codes({0, 1, 3, 0}, {2, 2, 1})));
  CHECK(torch::equal(batch.static_values, floats({1.5F, 1.5F}, {2, 1})));
  CHECK(torch::equal(batch.static_codes, codes({2, 2}, {2, 1})));
  CHECK(torch::equal(batch.series, codes({0, 0}, {2})));
  CHECK(torch::equal(batch.time_index, codes({3, 6}, {2})));
  CHECK(torch::equal(batch.origin, codes({3, 6}, {2})));
  CHECK_FALSE(batch.past_mask.defined());
}

TEST_CASE("a batch holds no part that is not wanted, and none that the windows lack") {
  const KnownFixture data;
  for (const torch::Tensor& part : optional_parts(collect_batch(data.windows(), Split::train, indices, {Input::past})))
    CHECK_FALSE(part.defined());
  const Batch words = collect_batch(data.windows(), Split::train, indices, {Input::future_codes});
  CHECK(words.future_codes.defined());
  CHECK_FALSE(words.future.defined());

  const test::WindowsFixture plain;
  const Batch all = collect_batch(plain.windows(), Split::train, indices, all_inputs);
  for (const torch::Tensor& part : {all.past_codes, all.future, all.future_codes, all.static_values, all.static_codes})
    CHECK_FALSE(part.defined());
  CHECK(all.naive.defined());
}

TEST_CASE("a batch of padded windows holds their mask, if it is wanted") {
  const KnownFixture data(WindowNorm::none, 2);
  const std::vector<std::int64_t> two{0, 3};  // windows of rows -2 to 1 and 1 to 4
  const Batch batch = collect_batch(data.windows(), Split::train, two, all_inputs);
  CHECK(torch::equal(batch.past_mask, floats({0, 0, 1, 1, 1, 1, 1, 1}, {2, 4})));
  CHECK(torch::equal(batch.past_codes, codes({0, 0, 0, 1, 1, 2, 0, 1}, {2, 4, 1})));
  CHECK(batch.x[0][1][1].item<float>() == 0);
  CHECK(batch.x[0][3][1].item<float>() == KnownFixture::price(1));
  CHECK(torch::equal(batch.target_history, batch.x.slice(2, 0, 1)));
  CHECK(torch::equal(batch.future, floats({0.25F, 0, 0.375F, 0, 0.625F, 0, 0.75F, 0}, {2, 2, 2})));
  CHECK(torch::equal(batch.origin, codes({1, 4}, {2})));
  CHECK(torch::equal(batch.time_index, codes({1, 4}, {2})));
  CHECK_FALSE(collect_batch(data.windows(), Split::train, two, {Input::past}).past_mask.defined());
}

TEST_CASE("the naive forecast is the last value of a target, and a difference of 0 where it is differenced") {
  const test::WindowsFixture plain(true);
  const Batch levels = collect_batch(plain.windows(), Split::train, indices, {Input::naive, Input::target_history});
  CHECK(torch::equal(levels.naive, levels.target_history.select(1, 3)));
  const KnownFixture differenced;
  const Batch differences = collect_batch(differenced.windows(), Split::train, indices, {Input::naive});
  CHECK(torch::equal(differences.naive, floats({-0.125F, -0.125F}, {2, 1})));
}

TEST_CASE("the model's shape names the columns known ahead, the static ones and the numbers of codes") {
  const KnownFixture data;
  const ModelShape shape = shape_of(data.windows());
  CHECK(shape.feature_names == std::vector<std::string>{"a", "price"});
  CHECK(shape.future_names == std::vector<std::string>{"price", "promo"});
  CHECK(shape.future_columns == std::vector<std::int64_t>{1, -1});
  CHECK(shape.static_names == std::vector<std::string>{"size"});
  CHECK(shape.past_code_counts == std::vector<std::int64_t>{3});
  CHECK(shape.future_code_counts == std::vector<std::int64_t>{4});
  CHECK(shape.static_code_counts == std::vector<std::int64_t>{3});
  CHECK(shape.series == 1);
}
