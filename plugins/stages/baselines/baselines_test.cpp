#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "baselines/baselines_stage.h"
#include "baselines/on_threads.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/slicing.h"
#include "pipeline/testing/stage_fixture.h"

using namespace pipeline;
using namespace pipeline::stage::baselines;

namespace {

/// Forecasts, in every step, 1000 x the number of values it was fitted to + the number of values it has seen.
class Counting : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit Counting(Options) {}
  void fit(std::span<const double> y, std::int64_t season) override {
    fitted_ = seen_ = y.size();
    season_ = season;
  }
  void update(std::span<const double> y) override { seen_ += y.size(); }
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override {
    LocalForecast out{.values = std::vector(static_cast<std::size_t>(horizon), static_cast<double>(1000 * fitted_ + seen_)),
                      .quantiles = {}};
    for (const double value : out.values)
      for (const double level : levels) out.quantiles.push_back(value + level);
    return out;
  }

 protected:
  std::size_t fitted_ = 0, seen_ = 0;
  std::int64_t season_ = 0;
};

class SeasonTeller final : public Counting {
 public:
  using Counting::Counting;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double>) const override {
    return {.values = std::vector(static_cast<std::size_t>(horizon), static_cast<double>(season_)), .quantiles = {}};
  }
};

/// Fits no series of less than 15 values.
class Choosy final : public Counting {
 public:
  using Counting::Counting;
  void fit(std::span<const double> y, std::int64_t season) override {
    if (y.size() < 15) throw data_error("Choosy needs at least 15 values, and this series has " + std::to_string(y.size()));
    Counting::fit(y, season);
  }
};

/// Forecasts no numbers once it has seen 17 values.
class Exploding final : public Counting {
 public:
  using Counting::Counting;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override {
    LocalForecast out = Counting::forecast(horizon, levels);
    if (seen_ == 17) out.values.back() = std::numeric_limits<double>::infinity();
    return out;
  }
};

class TooMany final : public Counting {
 public:
  using Counting::Counting;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double>) const override {
    return {.values = std::vector<double>(static_cast<std::size_t>(horizon) + 1), .quantiles = {}};
  }
};

/// Stands for the component of that name.
class LastValue final : public LocalForecaster {
 public:
  using Options = NoOptions;
  explicit LastValue(Options) {}
  void fit(std::span<const double> y, std::int64_t) override { last_ = y.back(); }
  void update(std::span<const double> y) override { last_ = y.back(); }
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override {
    return {.values = std::vector(static_cast<std::size_t>(horizon), last_),
            .quantiles = std::vector(static_cast<std::size_t>(horizon) * levels.size(), last_)};
  }

 private:
  double last_ = 0;
};

/// Twenty hours of a target whose value is the row; the last eight are four of validation and four of test. Windows of two rows, two ahead.
struct BaselinesRun {
  explicit BaselinesRun(std::vector<Segment> segments = {{0, 20}}) {
    SeriesInfo info;
    info.features = info.targets = {"y"};
    info.columns = {{.name = "y"}};
    info.target_columns = {0};
    info.frequency = "1h";
    info.has_time = true;
    info.segments = std::move(segments);
    info.split_end = {12, 16, 20};
    info.source = Value::Map{};
    std::vector<std::int64_t> time;
    std::vector<double> targets;
    for (std::int64_t row = 0; row < 20; ++row) {
      time.push_back(row * 3600);
      targets.push_back(static_cast<double>(row));
    }
    const std::filesystem::path series = fixture.root.path() / "series", windows = fixture.root.path() / "windows";
    std::filesystem::create_directory(series);
    std::filesystem::create_directory(windows);
    const std::vector<float> values(targets.begin(), targets.end());
    write_series(series, {.info = info, .values = values, .time = time, .targets = targets, .observed = {}});
    static_cast<void>(slice_series({.window = 2, .horizon = 2}, series, "../series", windows, fixture.log));
    fixture.inputs = {{.kind = "series", .stage = "series", .folder = series}, {.kind = "windows", .stage = "windows", .folder = windows}};
    fixture.settings.threads = 2;
    Registrar registrar;
    registrar.add<LocalForecaster, Counting>("Counting", "");
    registrar.add<LocalForecaster, SeasonTeller>("SeasonTeller", "");
    registrar.add<LocalForecaster, Choosy>("Choosy", "");
    registrar.add<LocalForecaster, Exploding>("Exploding", "");
    registrar.add<LocalForecaster, TooMany>("TooMany", "");
    registrar.add<LocalForecaster, LastValue>("Naive", "");
    fixture.registry.commit(std::move(registrar.entries()));
  }

  /// The point forecasts of the first step of the only model, by origin.
  std::vector<double> first_steps(const BaselinesOptions& options) {
    fixture.run(BaselinesStage(options));
    const auto forecasts = Forecasts::open(fixture.folder());
    const std::size_t width = 1 + forecasts->models().front().levels.size();
    std::vector<double> out;
    for (std::size_t i = 0; i < forecasts->origins().size(); ++i) out.push_back(forecasts->values(0)[i * 2 * width]);
    return out;
  }

  testing::StageFixture fixture{"baselines"};
};

}  // namespace

TEST_CASE("a model is fitted once before each split, and its state moves from origin to origin") {
  BaselinesRun run;
  CHECK(run.first_steps({.models = {"Counting"}}) == std::vector<double>{12012, 12013, 12014, 16016, 16017, 16018});
  const auto forecasts = Forecasts::open(run.fixture.folder());
  CHECK(forecasts->origins().front().row == 11);
  CHECK(forecasts->origins().front().split == 1);
  CHECK(forecasts->origins().back().row == 17);
  CHECK(forecasts->origins().back().time == 17 * 3600);
  CHECK(forecasts->models().front().levels.size() == 9);
  CHECK(forecasts->values(0)[9] == doctest::Approx(12012.9));
  CHECK(forecasts->values(0)[10] == 12012);  // the second step
}

TEST_CASE("with refit the parameters are fitted at every origin") {
  BaselinesRun run;
  CHECK(run.first_steps({.models = {"Counting"}, .refit = true}) == std::vector<double>{12012, 13013, 14014, 16016, 17017, 18018});
}

TEST_CASE("a gap ends the past of a model") {
  BaselinesRun run({{0, 8}, {8, 12}});
  CHECK(run.first_steps({.models = {"Counting"}}) == std::vector<double>{4004, 4005, 4006, 8008, 8009, 8010});
}

TEST_CASE("the season follows from the frequency, or is stated") {
  BaselinesRun run;
  CHECK(run.first_steps({.models = {"SeasonTeller"}}).front() == 24);
  CHECK(Forecasts::open(run.fixture.folder())->models().front().levels.empty());  // it has no quantiles
  BaselinesRun stated;
  stated.fixture.settings.season_length = 4;
  CHECK(stated.first_steps({.models = {"SeasonTeller"}}).front() == 4);
}

TEST_CASE("where a model cannot fit, the last value stands and is told") {
  BaselinesRun run;
  CHECK(run.first_steps({.models = {"Choosy"}}) == std::vector<double>{11, 12, 13, 16016, 16017, 16018});
  CHECK(Forecasts::open(run.fixture.folder())->models().front().replaced == 1);
  CHECK(run.fixture.log.warnings() ==
        std::vector<std::string>{
            "Choosy cannot forecast 1 of 2 histories, where the last value stands instead; the first is target y: Choosy "
            "needs at least 15 values, and this series has 12"});
}

TEST_CASE("forecasts that are no numbers are replaced from there on, and told") {
  BaselinesRun run;
  CHECK(run.first_steps({.models = {"Exploding"}}) == std::vector<double>{12012, 12013, 12014, 16016, 16, 17});
  CHECK(run.fixture.log.warnings() ==
        std::vector<std::string>{"Exploding cannot forecast 1 of 2 histories, where the last value stands instead; the first is target y: "
                                 "Exploding forecasts values that are no numbers"});
}

TEST_CASE("a model that gives another number of values is an error of its plugin") {
  BaselinesRun run;
  CHECK_THROWS_WITH_AS(run.fixture.run(BaselinesStage({.models = {"TooMany"}})),
                       "local_forecaster \"TooMany\" (the program itself) gave 3 values and 0 quantiles for 2 steps and 0 levels", Error);
}

TEST_CASE("the first exception of a thread ends the work") {
  std::atomic<int> calls = 0;
  const auto work = [&] {
    return [&](std::size_t i) {
      ++calls;
      if (i == 3) throw usage_error("three");
    };
  };
  CHECK_THROWS_WITH_AS(on_threads(2, 100000, work), "three", Error);
  CHECK(calls < 100000);
}
