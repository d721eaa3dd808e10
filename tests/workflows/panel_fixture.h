#pragma once

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "workflows/workflow_fixture.h"

/// A row of some series: day `day` of 2024, with a wave around `level`.
inline std::string row_of(const std::string& id, int day, double level) {
  char line[96];
  std::snprintf(line, sizeof(line), "%s,%s-%02d,%.4f\n", id.c_str(),
                day < 31   ? "2024-01"
                : day < 60 ? "2024-02"
                           : "2024-03",
                1 + (day < 31   ? day
                     : day < 60 ? day - 31
                                : day - 60),
                level * (1 + 0.1 * std::sin(day * 0.9)) + day % 5 * level / 50);
  return line;
}

inline std::string rows_of(const std::string& id, int days, double level) {
  std::string text;
  for (int day = 0; day < days; ++day) text += row_of(id, day, level);
  return text;
}

inline const std::string heading = "unique_id,ds,y\n";

/// Workflows over panel.csv, a long file of many series.
class PanelFixture : public WorkflowFixture {
 public:
  PanelFixture() { write("panel.csv", heading + rows_of("a", 80, 10) + rows_of("b", 70, 500) + rows_of("c", 60, 3)); }

  /// `preprocess`: lines of [stages.preprocess] after its source; `head`: of the top of the file.
  void panel(const std::string& preprocess = R"(time_column = "ds"
series_column = "unique_id"
)",
             const std::string& tables = "", const std::string& head = "split = { val = 12, test = 12 }",
             const std::string& source = "panel.csv") const {
    write("workflow.toml", "name = \"panel\"\nthreads = 1\n" + head + "\n[stages.preprocess]\nsource = \"" + source + "\"\n" + preprocess +
                               (preprocess.find("target") == std::string::npos ? "features = [\"y\"]\ntarget = [\"y\"]\n" : "") +
                               "[stages.slice_windows]\nwindow = 8\nhorizon = 2\n" + (tables.empty() ? training : tables));
  }
  /// The error of a run that is to end with this status.
  [[nodiscard]] std::string error_of_run(int status) const {
    const Finished done = run();
    CHECK_MESSAGE(done.status == status, done.err);
    return done.err;
  }
  [[nodiscard]] std::string best() const {
    const std::filesystem::path best = json("runs/panel/train/train.json").at("best").as_string();
    return (path() / "runs/panel/train" / best).string();
  }
  [[nodiscard]] Finished predict(const std::string& csv, std::vector<std::string> more = {}) const {
    write("new.csv", csv);
    more.insert(more.begin(), {"predict", "--checkpoint", best(), "--input", "new.csv"});
    return pipeline(more);
  }

  static constexpr const char* training = R"([model]
type = "LinearModel"
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[stages.train]
[stages.evaluate]
)";
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The CSV text without its first column.
inline std::string without_ids(const std::string& csv) {
  std::string out;
  for (const std::string& line : lines_of(csv)) out += line.substr(line.find(',') + 1) + "\n";
  return out;
}
