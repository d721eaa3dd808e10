#include "train/loader.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "unit/train/fit_fixture.h"

using namespace pipeline;

namespace {

std::vector<std::int64_t> origins(const Loader& loader, std::int64_t limit = 1000) {
  std::vector<std::int64_t> seen;
  const auto pass = loader.begin(limit);
  while (const auto batch = pass->next()) {
    for (std::int64_t i = 0; i < batch->origin.size(0); ++i) seen.push_back(batch->origin[i].item<std::int64_t>());
    seen.push_back(-1);
  }
  return seen;
}

Loader loader_of(const Windows& windows, Split split, LoaderOptions options) {
  return {windows, split, options, {}, torch::Device(torch::kCPU)};
}

}  // namespace

TEST_CASE("a shuffled order is PyTorch's, and so are later draws") {
  // From torch 2.13: DataLoader(range(10), shuffle=True) and DataLoader(range(10)) iterated in turn three times after manual_seed(3407).
  const std::vector<std::vector<std::int64_t>> expected{
      {7, 0, 2, 5, 6, 9, 8, 3, 4, 1}, {7, 9, 0, 1, 2, 6, 8, 4, 3, 5}, {0, 6, 4, 3, 7, 5, 8, 2, 1, 9}};
  torch::manual_seed(3407);
  for (const auto& order : expected) {
    draw_seed();  // the training iterator's base seed
    const torch::Tensor shuffled = shuffled_order(10, draw_seed());
    CHECK(torch::equal(shuffled, torch::tensor(order, torch::kInt64)));
    draw_seed();  // the validation iterator's
  }
  CHECK(draw_seed() == 9194161118119803481);
}

TEST_CASE("a pass draws a base seed, and one more when it shuffles") {
  const test::WindowsFixture data;
  for (const bool shuffle : {false, true}) {
    torch::manual_seed(1);
    const auto pass = loader_of(data.windows(), Split::train, {.shuffle = shuffle}).begin(1);
    const std::int64_t after = draw_seed();
    torch::manual_seed(1);
    for (int i = 0; i < (shuffle ? 2 : 1); ++i) draw_seed();
    CHECK(after == draw_seed());
  }
}

TEST_CASE("a pass is continued from its seed and its place, with and without workers, and draws nothing") {
  const test::WindowsFixture data;
  for (const std::int64_t workers : {0, 3}) {
    const Loader loader = loader_of(data.windows(), Split::train, {.batch_size = 8, .shuffle = true, .num_workers = workers});
    const auto whole = loader.begin(1000);
    static_cast<void>(whole->next());
    torch::manual_seed(4);
    const auto rest = loader.continue_pass(1000, whole->seed(), 1);
    const std::int64_t drawn = draw_seed();
    while (const auto expected = whole->next()) {
      const auto batch = rest->next();
      REQUIRE(batch);
      CHECK(torch::equal(batch->origin, expected->origin));
    }
    CHECK_FALSE(rest->next());
    torch::manual_seed(4);
    CHECK(drawn == draw_seed());
  }
}

TEST_CASE("a pass that is continued after its end is over") {
  const test::WindowsFixture data;
  for (const std::int64_t workers : {0, 2}) {
    const Loader loader = loader_of(data.windows(), Split::train, {.batch_size = 8, .shuffle = true, .num_workers = workers});
    CHECK_FALSE(loader.continue_pass(2, 5, 3)->next());
  }
}

TEST_CASE("batches cover a split in order, the last one smaller unless it is dropped") {
  const test::WindowsFixture data;
  const auto val = origins(loader_of(data.windows(), Split::val, {.batch_size = 8, .shuffle = true, .drop_last = true}));
  CHECK(val == std::vector<std::int64_t>{33, 34, 35, 36, 37, 38, 39, 40, -1, 41, 42, 43, 44, -1});  // only training is shuffled or dropped
  const Loader dropped = loader_of(data.windows(), Split::train, {.batch_size = 8, .shuffle = false, .drop_last = true});
  CHECK(dropped.batches() == 3);
  CHECK(origins(dropped).size() == 3 * 9);
  CHECK(origins(dropped, 2).size() == 2 * 9);
}

TEST_CASE("a batch holds the windows' rows, their past, truth and weights") {
  const test::WindowsFixture data(true, true);
  const std::vector<std::int64_t> indices{8};
  const Batch batch = collect_batch(data.windows(), Split::train, indices, {Input::target_history});
  CHECK(batch.x.sizes() == std::vector<std::int64_t>{1, 4, 2});
  CHECK(batch.x[0][3][1].item<float>() == static_cast<float>(std::sin(0.3 * 11)));
  CHECK(batch.target_history[0][0][1].item<float>() == -static_cast<float>(std::sin(0.3 * 8)));
  CHECK(batch.y[0][1][0].item<float>() == static_cast<float>(std::sin(0.3 * 13)));
  CHECK(batch.origin[0].item<std::int64_t>() == 11);
  CHECK_FALSE(batch.weight.defined());  // a filled feature is no filled target
  const test::WindowsFixture filled(false, true);
  const Batch weighted = collect_batch(filled.windows(), Split::train, std::vector<std::int64_t>{5}, {});
  CHECK(torch::equal(weighted.weight, torch::tensor({1.0F, 0.0F}).view({1, 2, 1})));
}

TEST_CASE("rows read for a forecast become the same batch as those of a series, without a truth") {
  const test::WindowsFixture data(true, true);
  const Series& series = *data.windows().series();
  const PreparedInput input{.time = {series.time().begin(), series.time().end()},
                            .values = {series.values().begin(), series.values().end()},
                            .targets = {series.targets().begin(), series.targets().end()},
                            .observed = {series.observed().begin(), series.observed().end()},
                            .segments = {}};
  const auto source = input_source(input, series.info(), data.windows().info().window, 1);
  const std::vector<std::int64_t> indices{0, 8, 29};
  const Batch of_series = gather_batch(data.windows(), Split::train, indices, all_inputs, torch::kCPU);
  const Batch of_input = gather_batch(*source, data.windows().first_rows(Split::train, indices), all_inputs, torch::kCPU);
  CHECK(torch::equal(of_input.x, of_series.x));
  CHECK(torch::equal(of_input.target_history, of_series.target_history));
  CHECK(torch::equal(of_input.origin, of_series.origin));
  CHECK_FALSE(of_input.y.defined());
  CHECK_FALSE(of_input.weight.defined());
  CHECK(source->first_rows() == series.rows() - 3);  // a window may end in the last row
}

TEST_CASE("workers give the same batches in the same order") {
  const test::WindowsFixture data;
  torch::manual_seed(5);
  const auto alone = origins(loader_of(data.windows(), Split::train, {.batch_size = 3}));
  for (const std::int64_t workers : {1, 2, 7, 40}) {
    torch::manual_seed(5);
    CHECK(origins(loader_of(data.windows(), Split::train, {.batch_size = 3, .num_workers = workers, .prefetch_factor = 1})) == alone);
  }
}

TEST_CASE("the ranks' training batches together are those of one process, a window that is repeated for equal sizes has no weight") {
  const test::WindowsFixture data;  // 30 windows
  for (const std::int64_t world : {2, 3, 4}) {
    const Loader alone = loader_of(data.windows(), Split::train, {.batch_size = 4 * world});
    const auto expected = alone.continue_pass(1000, 7, 0);
    std::vector<Loader> loaders;
    std::vector<std::unique_ptr<Loader::Pass>> ranks;
    for (std::int64_t rank = 0; rank < world; ++rank)
      loaders.emplace_back(data.windows(), Split::train, LoaderOptions{.batch_size = 4, .num_workers = rank}, Inputs{},
                           torch::Device(torch::kCPU), Shard{.rank = rank, .world = world});
    for (const Loader& loader : loaders) ranks.push_back(loader.continue_pass(1000, 7, 0));
    for (std::int64_t number = 0; number < alone.batches(); ++number) {
      const auto whole = expected->next();
      REQUIRE(whole);
      std::vector<Batch> parts;
      for (const auto& rank : ranks) parts.push_back(rank->next().value());
      const std::int64_t windows = whole->origin.size(0);
      CHECK(loaders[0].windows_in(number) == windows);
      for (std::int64_t rank = 0; rank < world; ++rank) {
        const Batch& part = parts[static_cast<std::size_t>(rank)];
        CHECK(part.origin.size(0) == (windows + world - 1) / world);
        CHECK(part.weight.defined() == (windows % world != 0));
        for (std::int64_t i = 0; i < part.origin.size(0); ++i) {
          const std::int64_t place = i * world + rank;
          if (part.weight.defined()) CHECK(part.weight[i].sum().item<double>() == (place < windows ? part.y[i].numel() : 0));
          if (place < windows) CHECK(torch::equal(part.origin[i], whole->origin[place]));
        }
      }
    }
    for (const auto& rank : ranks) CHECK_FALSE(rank->next());
  }
}

TEST_CASE("the ranks' validation batches hold each window once") {
  const test::WindowsFixture data;  // 12 windows, from row 33 on
  const auto part = [&](std::int64_t rank, std::int64_t world, std::int64_t size) {
    return origins({data.windows(), Split::val, {.batch_size = size}, {}, torch::Device(torch::kCPU), {.rank = rank, .world = world}});
  };
  CHECK(part(0, 2, 4) == std::vector<std::int64_t>{33, 35, 37, 39, -1, 41, 43, -1});
  CHECK(part(1, 2, 4) == std::vector<std::int64_t>{34, 36, 38, 40, -1, 42, 44, -1});
  CHECK(part(0, 11, 1) == std::vector<std::int64_t>{33, -1, 44, -1});
  CHECK(part(1, 11, 1) == std::vector<std::int64_t>{34, -1});  // it has no window of the last batch
}

TEST_CASE("a pass with workers may be left at any batch") {
  const test::WindowsFixture data;
  const Loader loader = loader_of(data.windows(), Split::train, {.batch_size = 1, .num_workers = 3, .prefetch_factor = 1});
  for (int taken = 0; taken < 4; ++taken) {
    const auto pass = loader.begin(30);
    for (int i = 0; i < taken; ++i) CHECK(pass->next().has_value());
  }
}

TEST_CASE("a worker's exception reaches the consumer at that batch, not before") {
  Prefetcher prefetcher(
      [](std::int64_t index, std::vector<std::int64_t>&) -> Batch {
        if (index == 2) throw std::runtime_error("damaged");
        return {};
      },
      {.first = 0, .batches = 5, .workers = 2, .capacity = 4});
  CHECK(prefetcher.next().has_value());
  CHECK(prefetcher.next().has_value());
  CHECK_THROWS_WITH(static_cast<void>(prefetcher.next()), "damaged");
}
