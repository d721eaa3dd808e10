#include "attention.h"

#include <doctest/doctest.h>

#include "figures.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

namespace {

/// Five windows of three rows.
class AttentionCsv {
 public:
  AttentionCsv() {
    write_text(file(),
               "origin,-2,-1,0\n2021-01-01,0,0,1\n2021-01-02,0.5,0.5,0\n2021-01-03,0,1,0\n2021-01-04,0.25,0.25,0.5\n2021-01-05,1,0,0\n");
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "attention.csv"; }

 private:
  TempFolder folder_;
};

std::vector<std::string> origins(const Attention& attention) {
  std::vector<std::string> out;
  for (const auto& sample : attention.samples) out.push_back(sample.origin);
  return out;
}

}  // namespace

TEST_CASE("the mean is over every window, samples are spread evenly from the first to the last") {
  const AttentionCsv csv;
  const Attention attention = read_attention(csv.file(), {.samples = 3, .windows = {}});
  CHECK(attention.windows == 5);
  CHECK(attention.steps == std::vector<double>{-2, -1, 0});
  for (const auto& [given, expected] : {std::pair{attention.mean[0], 0.35}, {attention.mean[1], 0.35}, {attention.mean[2], 0.3}}) {
    CHECK(given == doctest::Approx(expected));
  }
  CHECK(origins(attention) == std::vector<std::string>{"2021-01-01", "2021-01-03", "2021-01-05"});
  CHECK(attention.samples[2].weights == std::vector<double>{1, 0, 0});
}

TEST_CASE("more samples than windows give all windows; no samples give none") {
  const AttentionCsv csv;
  CHECK(read_attention(csv.file(), {.samples = 40, .windows = {}}).samples.size() == 5);
  CHECK(read_attention(csv.file(), {.samples = 0, .windows = {}}).samples.empty());
}

TEST_CASE("chosen windows take the place of the samples, each once") {
  const AttentionCsv csv;
  CHECK(origins(read_attention(csv.file(), {.samples = 3, .windows = {3, 1, 3}})) == std::vector<std::string>{"2021-01-02", "2021-01-04"});
  CHECK_THROWS_WITH_AS(static_cast<void>(read_attention(csv.file(), {.samples = 0, .windows = {5}})),
                       "attention_windows = 5: the split has 5 windows, the first of them 0", Error);
}

TEST_CASE("the figure shows the mean above the windows, the first at the top") {
  const AttentionCsv csv;
  const Figure figure =
      attention_figure({.label = "LSTM", .stage = "train", .attention = read_attention(csv.file(), {5, {}})}, "attention", 0);
  REQUIRE(figure.plots.size() == 2);
  CHECK(figure.plots[0].curves[0].y[2] == doctest::Approx(0.3));
  const Plot& map = figure.plots[1];
  REQUIRE(map.heat);
  CHECK(map.heat->labels[0] == "2021-01-01");
  CHECK(map.title == "single windows by origin; darkest: " + format_short(1));
  CHECK(map.y.fraction(0) > map.y.fraction(4));
  CHECK(map.x.fraction(-2) == doctest::Approx(1.0 / 6));
}
