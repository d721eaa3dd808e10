#include <doctest/doctest.h>

#include "pipeline/train/training_setup.h"
#include "unit/train/fit_fixture.h"
#include "unit/train/known_fixture.h"

using namespace pipeline;

namespace {

class Reads final : public Model {
 public:
  explicit Reads(Inputs parts) : parts_(parts) {}
  Forecast forward(const Batch& batch) override { return {.values = batch.y}; }
  [[nodiscard]] Inputs inputs() const override { return parts_; }

 private:
  Inputs parts_;
};

std::vector<std::string> warnings_of(const Windows& windows, Inputs parts) {
  FitSpec spec;
  spec.model_name = "LinearModel";
  spec.model = std::make_shared<Reads>(parts);
  test::RecordingLog log;
  warn_of_ignored_inputs(spec, windows, log);
  return log.warnings();
}

}  // namespace

TEST_CASE("a model that ignores columns of the windows is told in one line") {
  const test::KnownFixture data;
  const auto said = [&](Inputs parts) {
    const auto warnings = warnings_of(data.windows(), parts);
    REQUIRE(warnings.size() == 1);
    return warnings.front();
  };
  CHECK(said({Input::past}) ==
        "LinearModel ignores the columns of words (sky), the columns known ahead (price, promo, event) and the static columns (size, "
        "region)");
  CHECK(said({Input::past_codes, Input::static_values, Input::static_codes, Input::future}) ==
        "LinearModel ignores the columns known ahead (event)");
  CHECK(said({Input::past_codes, Input::future_codes, Input::future, Input::static_values}) ==
        "LinearModel ignores the static columns (region)");
}

TEST_CASE("a model that reads all columns is not warned of, nor one whose windows have only a past") {
  const test::KnownFixture data;
  CHECK(warnings_of(data.windows(), known_inputs | Inputs{Input::past_codes}).empty());
  const test::WindowsFixture plain;
  CHECK(warnings_of(plain.windows(), {Input::past}).empty());
  const test::KnownFixture padded(WindowNorm::none, 1);  // zeros are a sane input of a model that does not read the mask
  CHECK(warnings_of(padded.windows(), known_inputs | Inputs{Input::past_codes}).empty());
}
