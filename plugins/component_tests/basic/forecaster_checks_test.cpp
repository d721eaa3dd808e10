#include <doctest/doctest.h>

#include "basic/basic_tests.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/testing/temp_folder.h"

using namespace pipeline;
using namespace pipeline::component_tests;

namespace {

/// The last value, with the fault that the option names.
class Faulty final : public LocalForecaster {
 public:
  struct Options {
    std::string fault;
    static constexpr auto options() { return option_list<Options>(option("fault", &Options::fault, "")); }
  };
  explicit Faulty(Options options) : fault_(std::move(options.fault)) {}
  void fit(std::span<const double> y, std::int64_t) override {
    if (fault_ == "usage" && y.size() == 1) throw usage_error("too short");
    if (fault_ != "keeps" || last_ == 0) last_ = y.back();
  }
  void update(std::span<const double> y) override {
    if (!y.empty()) last_ = y.back();
    if (y.empty() && fault_ == "moves") last_ += 1;
  }
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override {
    const double value = fault_ == "horizon" ? static_cast<double>(horizon) : last_;
    LocalForecast out{.values = std::vector(static_cast<std::size_t>(horizon) + (fault_ == "more" ? 1 : 0), value), .quantiles = {}};
    for (std::size_t h = 0; h < out.values.size(); ++h)
      for (const double level : levels) out.quantiles.push_back(fault_ == "descends" ? -level : level);
    return out;
  }

 private:
  std::string fault_;
  double last_ = 0;
};

/// The first failure of a forecaster with this fault.
std::string failure_of(const std::string& fault) {
  Registrar registrar;
  registrar.add<LocalForecaster, Faulty>("Faulty", "");
  Registry registry;
  registry.commit(std::move(registrar.entries()));
  const testing::TempFolder folder;
  const ComponentTestContext context{.registry = registry,
                                     .component = *registry.find("local_forecaster", "Faulty"),
                                     .options = Value::Map{{"fault", fault}},
                                     .folder = folder.path()};
  for (const Check& check : ForecasterTest({}).run(context))
    if (!check.failure.empty()) return check.failure;
  return "";
}

}  // namespace

TEST_CASE("the checks of a local_forecaster find what breaks its promises, and nothing in a good one") {
  CHECK(failure_of("").empty());
  CHECK(failure_of("more") == "it gives 26 values for 25 steps");
  CHECK(failure_of("descends") == "the quantiles of step 1 do not ascend");
  CHECK(failure_of("horizon") == "the first steps depend on the horizon");
  CHECK(failure_of("keeps") == "fit() keeps something of the series before");
  CHECK(failure_of("moves") == "an update without values changes the forecast");
  CHECK(failure_of("usage") == "an Error about a short series has another status than data");
}
