#include "train/window_choice.h"

#include <doctest/doctest.h>

#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/data/prepare.h"
#include "pipeline/data/slicing.h"
#include "pipeline/errors.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"
#include "train/loader.h"

using namespace pipeline;
using pipeline::test::RecordingLog;

namespace {

/// Three series with 10, 2 and 20 training windows.
class SmallPanel {
 public:
  SmallPanel() {
    std::string csv = "id,y\n";
    for (const auto& [id, rows] : {std::pair{"a", 20}, {"b", 12}, {"c", 30}}) {
      for (int row = 0; row < rows; ++row) csv += std::string(id) + "," + std::to_string(row % 7) + "\n";
    }
    write_text(folder_.path() / "panel.csv", csv);
    PrepareOptions options;
    options.source = {(folder_.path() / "panel.csv").string()};
    options.features = options.target = {"y"};
    options.series_column = {"id"};
    make_folder(folder_.path() / "series");
    make_folder(folder_.path() / "windows");
    RecordingLog log;
    prepare_series(options, Value::Map{{"val", 3}, {"test", 3}}, folder_.path() / "series", log);
    static_cast<void>(slice_series({.window = 3, .horizon = 2}, folder_.path() / "series", "../series", folder_.path() / "windows", log));
  }
  [[nodiscard]] std::shared_ptr<const Windows> windows() const { return Windows::open(folder_.path() / "windows"); }

 private:
  TempFolder folder_;
};

std::vector<std::int64_t> numbers(const torch::Tensor& tensor) {
  const auto* first = tensor.const_data_ptr<std::int64_t>();
  return {first, first + tensor.numel()};
}

}  // namespace

TEST_CASE("an epoch takes every window once, or draws series first") {
  const SmallPanel panel;
  const auto windows = panel.windows();
  REQUIRE(windows->series_starts(Split::train) == std::vector<std::int64_t>{0, 10, 12, 32});
  const WindowChoice all(*windows, Split::train, {}, 32);
  CHECK(all.count() == 32);
  CHECK_FALSE(all.order(7, false).defined());
  CHECK(numbers(all.order(7, true)) == numbers(shuffled_order(32, 7)));

  // From torch 2.13: with a generator seeded with 7, first + floor(rand(12, float64) * counts) of series randint(3, (12,)).
  const WindowChoice drawn(*windows, Split::train, {.sampling = Sampling::series, .steps_per_epoch = 3}, 4);
  CHECK(drawn.draws());
  CHECK(numbers(drawn.order(7, false)) == std::vector<std::int64_t>{2, 11, 11, 27, 10, 0, 15, 12, 10, 28, 10, 11});
  const WindowChoice newest(*windows, Split::train, {.sampling = Sampling::series, .max_windows_per_series = 4, .steps_per_epoch = 3}, 4);
  CHECK(numbers(newest.order(7, true)) == std::vector<std::int64_t>{7, 11, 11, 31, 10, 6, 28, 28, 10, 31, 10, 11});
  CHECK(WindowChoice(*windows, Split::train, {.sampling = Sampling::series}, 4).count() == 32);
}

TEST_CASE("the newest windows of each series") {
  const SmallPanel panel;
  const auto windows = panel.windows();
  const WindowChoice newest(*windows, Split::train, {.max_windows_per_series = 4}, 32);
  CHECK(newest.count() == 10);
  CHECK(numbers(newest.order(7, false)) == std::vector<std::int64_t>{6, 7, 8, 9, 10, 11, 28, 29, 30, 31});
  CHECK(numbers(newest.order(7, true)) == std::vector<std::int64_t>{11, 6, 9, 10, 7, 29, 31, 28, 30, 8});
  CHECK(WindowChoice(*windows, Split::val, {.max_windows_per_series = 1}, 32).count() == windows->count(Split::val));
}

TEST_CASE("a loader gives the drawn windows, also when a pass goes on in its middle") {
  const SmallPanel panel;
  const auto windows = panel.windows();
  const LoaderOptions options{.batch_size = 4, .sampling = Sampling::series, .steps_per_epoch = 3};
  const Loader loader(*windows, Split::train, options, {}, torch::kCPU);
  CHECK(loader.batches() == 3);
  std::vector<std::int64_t> origins;
  const auto take = [&](Loader::Pass& pass) {
    while (const auto batch = pass.next()) {
      for (const std::int64_t origin : numbers(batch->origin)) origins.push_back(origin);
    }
  };
  take(*loader.continue_pass(100, 7, 0));
  std::vector<std::int64_t> expected;
  for (const std::int64_t window : numbers(WindowChoice(*windows, Split::train, options, 4).order(7, false)))
    expected.push_back(windows->first_row(Split::train, window) + 2);
  CHECK(origins == expected);
  origins.clear();
  take(*loader.continue_pass(100, 7, 2));
  CHECK(origins == std::vector<std::int64_t>(expected.begin() + 8, expected.end()));
}
