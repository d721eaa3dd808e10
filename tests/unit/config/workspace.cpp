#include "workspace.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "pipeline/options.h"
#include "pipeline/train/training.h"

namespace pipeline::test {

namespace {

struct PreprocessOptions {
  std::string source;
  std::vector<std::string> time_column;
  std::vector<std::string> features, target;
  Value transform = Value::Map{};
  std::string delimiter;
  static constexpr auto options() {
    return option_list<PreprocessOptions>(option("source", &PreprocessOptions::source, "CSV file.").role(OptionRole::input_path).required(),
                                          option("time_column", &PreprocessOptions::time_column, "Time.").role(OptionRole::time_column),
                                          option("features", &PreprocessOptions::features, "Inputs.").role(OptionRole::column),
                                          option("target", &PreprocessOptions::target, "Targets.").role(OptionRole::column),
                                          option("transform", &PreprocessOptions::transform, "By column.").role(OptionRole::column),
                                          option("delimiter", &PreprocessOptions::delimiter, "Between cells."));
  }
};

struct WindowOptions {
  std::int64_t window = 60, horizon = 1, stride = 1;
  std::string window_norm = "none", feature_path;
  static constexpr auto options() {
    return option_list<WindowOptions>(option("window", &WindowOptions::window, "Rows.").at_least(1).search(16, 128, 16),
                                      option("horizon", &WindowOptions::horizon, "Steps.").at_least(1),
                                      option("stride", &WindowOptions::stride, "Rows between.").at_least(1).searchable(),
                                      option("window_norm", &WindowOptions::window_norm, "Freed of.").searchable(),
                                      option("feature_path", &WindowOptions::feature_path, "X.npy.").role(OptionRole::input_path));
  }
};

struct CutOptions {
  std::int64_t rows = 8, ahead = 1;
  static constexpr auto options() {
    return option_list<CutOptions>(option("rows", &CutOptions::rows, "Rows.").at_least(1).search(8, 32, 8),
                                   option("ahead", &CutOptions::ahead, "Steps.").at_least(1));
  }
};

struct EvaluateOptions {
  std::string checkpoint = "best";
  static constexpr auto options() { return option_list<EvaluateOptions>(option("checkpoint", &EvaluateOptions::checkpoint, "Which.")); }
};

struct LstmOptions {
  std::int64_t hidden_size = 128, num_layers = 5;
  double dropout = 0;
  static constexpr auto options() {
    return option_list<LstmOptions>(option("hidden_size", &LstmOptions::hidden_size, "Size.").at_least(1),
                                    option("num_layers", &LstmOptions::num_layers, "Layers.").at_least(1),
                                    option("dropout", &LstmOptions::dropout, "Share.").between(0, 1));
  }
};

struct LinearOptions {
  bool bias = true;
  static constexpr auto options() { return option_list<LinearOptions>(option("bias", &LinearOptions::bias, "Bias.")); }
};

struct StepOptions {
  double lr = 1e-3;
  double weight_decay = 0;
  static constexpr auto options() {
    return option_list<StepOptions>(option("lr", &StepOptions::lr, "Step.").above(0).search_log(1e-5, 0.1),
                                    option("weight_decay", &StepOptions::weight_decay, "Decay.").at_least(0));
  }
};

struct StoppingOptions {
  std::string monitor = "val_loss", mode = "min";
  std::int64_t patience = 3;
  static constexpr auto options() {
    return option_list<StoppingOptions>(option("monitor", &StoppingOptions::monitor, "Metric."),
                                        option("mode", &StoppingOptions::mode, "Direction.").choices({"min", "max"}),
                                        option("patience", &StoppingOptions::patience, "Validations.").at_least(0));
  }
};

struct TrainOptions {
  bool best = true;
  static constexpr auto options() { return option_list<TrainOptions>(option("best", &TrainOptions::best, "Of the search.")); }
};

struct SearchOptions {
  Value search = Value::Map{};
  std::vector<std::string> search_order;
  Value enqueue = Value::List{};
  std::string for_stage;
  static constexpr auto options() {
    return option_list<SearchOptions>(option("search", &SearchOptions::search, "Ranges.").role(OptionRole::search_space).required(),
                                      option("search_order", &SearchOptions::search_order, "Order."),
                                      option("enqueue", &SearchOptions::enqueue, "First."),
                                      option("for", &SearchOptions::for_stage, "Who trains."));
  }
};

struct RemoteOptions {
  std::string url, token;
  Value retries;
  static constexpr auto options() {
    return option_list<RemoteOptions>(option("url", &RemoteOptions::url, "Where."),
                                      option("token", &RemoteOptions::token, "Access.").secret(),
                                      option("retries", &RemoteOptions::retries, "Times.").number());
  }
};

template <class Options>
ComponentBuilder add(Registrar& registrar, const std::string& kind, const std::string& name) {
  ComponentBuilder builder = registrar.add_table<Options>(name, "For tests.");
  registrar.entries().back().info.kind = kind;
  return builder;
}

}  // namespace

const std::string sound = R"([stages.preprocess]
source = "data/a.csv"
time_column = "date"
features = ["HUFL", "OT"]
target = ["OT"]
[stages.slice_windows]
window = 10
[model]
type = "LSTMModel"
hidden_size = 32
[stages.train]
[stages.evaluate]
)";

Workspace::Workspace() : before_(std::filesystem::current_path()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "pipeline-config-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()));
  folder_ = std::filesystem::canonical(pattern);
  std::filesystem::current_path(folder_);
  std::string rows = "date,HUFL,OT\n";
  for (int row = 0; row < 100; ++row) rows += "2016-07-01,1,2\n";
  write("data/a.csv", rows);
}

Workspace::~Workspace() {
  std::filesystem::current_path(before_);
  std::filesystem::remove_all(folder_);
}

void Workspace::write(const std::string& file, const std::string& text) const {
  const auto path = folder_ / file;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void add_components(Registry& registry) {
  Registrar r;
  add<PreprocessOptions>(r, "stage", "preprocess").gives("series");
  add<NoOptions>(r, "stage", "smooth").needs("series").gives("series");
  add<WindowOptions>(r, "stage", "slice_windows").needs("series", "feature_path").gives("windows");
  add<CutOptions>(r, "stage", "rows_cut").needs("series").gives("windows");
  add<TrainOptions>(r, "stage", "train")
      .needs("windows")
      .takes("study", "best")
      .gives("checkpoint")
      .uses({"model", "loss", "optimizer", "scheduler", "loader", "trainer", "callbacks", "loggers"});
  add<SearchOptions>(r, "stage", "optimize")
      .needs("windows")
      .gives("study")
      .for_stage_in("for")
      .uses({"model", "loss", "optimizer", "scheduler", "loader", "trainer", "callbacks", "sampler", "pruner"});
  add<EvaluateOptions>(r, "stage", "evaluate").needs("windows").needs_all("checkpoint").gives("metrics").uses({"loader"});
  add<LstmOptions>(r, "model", "LSTMModel");
  add<LinearOptions>(r, "model", "LinearModel");
  add<NoOptions>(r, "loss", "MSELoss");
  add<NoOptions>(r, "loss", "L1Loss");
  add<StepOptions>(r, "optimizer", "Adam");
  add<StepOptions>(r, "optimizer", "SGD");
  add<NoOptions>(r, "scheduler", "StepLR");
  add<NoOptions>(r, "sampler", "TPESampler");
  add<NoOptions>(r, "pruner", "NopPruner");
  add<StoppingOptions>(r, "callback", "EarlyStopping");
  add<NoOptions>(r, "callback", "ProgressBar");
  add<RemoteOptions>(r, "logger", "RemoteLogger");
  add<NoOptions>(r, "logger", "CSVLogger");
  r.add_table<LoaderOptions>("loader", "Batches.");
  r.add_table<TrainerOptions>("trainer", "Loop.");
  registry.commit(std::move(r.entries()));
}

CheckedWorkflow check(const std::string& file, const std::vector<std::string>& sets) {
  Registry registry;
  add_components(registry);
  return check_workflow(read_workflow({file, sets}), registry);
}

CheckedWorkflow check_text(const std::string& text, const std::vector<std::string>& sets) {
  std::ofstream("w.toml", std::ios::binary) << text;
  return check("w.toml", sets);
}

std::string mistakes_of(const CheckedWorkflow& checked) {
  std::string text;
  for (const Mistake& mistake : checked.mistakes) text += (text.empty() ? "" : "\n") + to_string(mistake);
  return text;
}

std::string mistakes_in(const std::string& text, const std::vector<std::string>& sets) {
  try {
    return mistakes_of(check_text(text, sets));
  } catch (const Error& error) {
    REQUIRE(error.status() == ExitStatus::usage);
    return error.what();
  }
}

const StagePlan& stage_of(const CheckedWorkflow& checked, const std::string& name) {
  for (const StagePlan& stage : checked.workflow.stages) {
    if (stage.name == name) return stage;
  }
  throw usage_error("no stage " + name);
}

}  // namespace pipeline::test
