// The columns that `resample` may name: `validate` and `run` agree on them.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "workflows/workflow_fixture.h"

namespace {

struct ResampledColumns : WorkflowFixture {
  /// Hours of 20 weeks (each month has 28 days) with the columns y, x, price and promo; the columns of wide series are y and x.
  ResampledColumns() {
    std::string text = "when,y,x,price,promo\n";
    for (int row = 0; row < 20 * 7 * 24; ++row) {
      const int day = row / 24;
      char line[96];
      std::snprintf(line, sizeof(line), "2024-%02d-%02d %02d:00,%.3f,%d,%d,%s\n", 1 + day / 28, 1 + day % 28, row % 24,
                    10 + std::sin(row * 0.26), row % 11, day % 7, day % 5 == 2 ? "yes" : "no");
      text += line;
    }
    write("d.csv", text);
  }
  /// Checks and runs `preprocess` with these lines; the checks' messages, then the run's.
  [[nodiscard]] std::string said(const std::string& lines, const std::string& tables = "") const {
    write("w.toml",
          "name = \"w\"\nsplit = [0.7, 0.15, 0.15]\n[stages.preprocess]\nsource = \"d.csv\"\ntime_column = \"when\"\ngaps = "
          "\"allow\"\n" +
              lines + tables);
    const std::vector<std::string> plugin{"--plugin-path", BUILD_DIR "/tests/plugins/own_features"};
    const Finished checked = pipeline({"validate", "w.toml", plugin[0], plugin[1]});
    const Finished run = pipeline({"run", "w.toml", "--until", "preprocess", plugin[0], plugin[1]});
    CHECK(checked.status == run.status);
    return std::to_string(run.status) + ": " + checked.err + run.err;
  }
};

const std::string known = R"(features = ["y"]
target = ["y"]
known_future = ["price", "promo"]
categories = ["promo"]
)";

}  // namespace

TEST_CASE_FIXTURE(ResampledColumns, "resample names columns known ahead, as its own advice says") {
  CHECK(said(known + "resample = { every = \"6h\", how = { y = \"sum\", price = \"max\", promo = \"last\" } }\n").starts_with("0: "));
  const std::string typo = said(known + "resample = { every = \"6h\", how = { y = \"sum\", prise = \"max\" } }\n");
  CHECK_MESSAGE(typo.find("how names \"prise\", which is neither a feature nor a target; did you mean \"price\"?") != std::string::npos,
                typo);
}

TEST_CASE_FIXTURE(ResampledColumns, "resample names a column that a plugin's feature alone reads") {
  const std::string lines = "features = [\"y\"]\ntarget = [\"y\"]\nresample = { every = \"6h\", how = { y = \"sum\", x = \"max\" } }\n";
  const std::string derived = said(lines, "[[derived_features]]\ntype = \"MeanSoFar\"\ncolumn = \"x\"\n");
  CHECK_MESSAGE(derived.starts_with("0: "), derived);
  CHECK(said(lines).starts_with("2: "));
}

TEST_CASE_FIXTURE(ResampledColumns, "resample of series in columns names their values once, as y") {
  const std::string wide = "layout = \"wide\"\nfeatures = [\"y\", \"x\"]\ntarget = [\"y\", \"x\"]\n";
  const std::string made = said(wide + "resample = { every = \"6h\", how = { y = \"sum\" } }\n");
  CHECK_MESSAGE(made.starts_with("0: "), made);
}
