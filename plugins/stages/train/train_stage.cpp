#include "train_stage.h"

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/closed_form.h"
#include "pipeline/train/training_setup.h"
#include "report.h"
#include "resume_points.h"
#include "version_folder.h"

namespace pipeline::stage::train {

namespace {

/// A smaller excess of load may come from this program's own earlier work and from short helper processes.
constexpr double least_load_of_others = 1.5;

std::int64_t trainable_values(const Model& model) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model.parameters()) count += parameter.requires_grad() ? parameter.numel() : 0;
  return count;
}

/// fast_dev_run keeps no version folder. This one checkpoint lets the later stages be tried too.
class KeepDevRun final : public Callback {
 public:
  explicit KeepDevRun(std::filesystem::path file) : file_(std::move(file)) {}
  void on_train_end(Trainer& trainer) override { trainer.save_checkpoint(file_); }
  [[nodiscard]] std::string state_key() const override { return "KeepDevRun"; }

 private:
  std::filesystem::path file_;
};

/// Threads wait for each other after every operation, so two that share a processor with other work may be slower than one.
void warn_of_busy_processors(int threads, Log& log) {
  std::ifstream file("/proc/loadavg");
  double load = 0, ignored = 0;  // processes that ran or could run, averaged over the last minute
  int running = 0;               // now, with this one: a run that has just ended still counts in `load`
  if (threads < 2 || !(file >> load >> ignored >> ignored >> running)) return;
  const double processors = std::thread::hardware_concurrency();
  if (running < 2 || load + threads < processors + least_load_of_others) return;
  log.warning("the processors are busy (load " + format_short(load) + " on " + format_short(processors) + "): " + std::to_string(threads) +
              " threads may train slower than one, which threads = 1 asks for");
}

/// The state keys of the callbacks that end a training after a time.
std::vector<std::string> time_limiters(const FitSpec& spec) {
  std::vector<std::string> keys;
  for (const Component<Callback>& callback : spec.callbacks) {
    const auto limits = [](const OptionInfo& option) { return option.role == OptionRole::time_limit; };
    if (callback.info() && std::ranges::any_of(callback.info()->schema.options, limits)) keys.push_back(callback->state_key());
  }
  return keys;
}

void require_processes(Strategy strategy, const RunContext& run) {
  if (strategy == Strategy::automatic || run.world() > 1) return;
  throw usage_error(
      "[trainer] strategy = \"ddp\" trains on several processes, and this one is alone: start it with torchrun, Slurm's srun or a "
      "PyTorchJob "
      "(docs/scale.md), or write strategy = \"auto\"");
}

Error interrupted(const FitResult& result, const std::string& continuing_command) {
  return {ExitStatus::interrupted, "training was interrupted in epoch " + std::to_string(result.epochs + 1) + " after step " +
                                       std::to_string(result.steps) +
                                       (continuing_command.empty() ? "" : "; go on with: " + continuing_command)};
}

void summarise(StageContext& context, const FitResult& result, const TrainingRecord& report) {
  context.summary = Value::Map{{"epochs", result.epochs}, {"steps", result.steps}};
  if (!report.version_dir.empty()) context.summary["version_dir"] = report.version_dir.string();
  for (const auto& [name, number] : headline_metrics(result)) context.summary[name] = number;
  for (const std::shared_ptr<const Metric>& metric : make_metrics(context.registry)) {
    if (metric->info().percent) context.summary.as_map().erase(metric_key(metric->info(), "val"));  // shares of scaled values say nothing
  }
  for (const std::filesystem::path& file : {report.best, report.last}) {
    const bool elsewhere = file.is_absolute();
    if (elsewhere && (context.kept_elsewhere.empty() || context.kept_elsewhere.back() != file)) context.kept_elsewhere.push_back(file);
  }
}

/// Weights learned a vector for each code: the words must have the codes that they had.
void require_same_words(const State& content, const Windows& windows, const std::filesystem::path& file) {
  const State* info = content.find("pipeline");
  if (!info || !windows.series()) return;
  const Value plain = info->to_value();
  const Value* series = plain.find("series");
  const Value* words = series ? series->find("words") : nullptr;
  for (const auto& [name, known] : windows.series()->info().words) {
    const Value* before = words ? words->find(name) : nullptr;
    if (!before || *before == Value(Value::List(known.begin(), known.end()))) continue;
    throw training_error(
        "checkpoint " + file.string() + ": the words of column \"" + name +
        "\" were others, or stood in another order, in the rows that it was trained on: its weights do not fit those of the "
        "data; train from the start");
  }
}

}  // namespace

std::optional<ResumePoint> TrainStage::resume_point(const StageContext& context) const {
  if (!context.resume) return std::nullopt;
  std::optional<ResumePoint> point = ResumePoints(context.lasting).newest_of(context.key);
  if (!point) {
    context.log.info("there is no training to go on with: it begins from the start");
    return std::nullopt;
  }
  follow_move(*point, context.settings.log_dir);
  if (const std::string warning = kernels_warning(*point, context.key); !warning.empty()) context.log.warning(warning);
  context.log.info("going on with " + point->version_dir.string() + ", epoch " + std::to_string(point->content.at("epoch").as_int()) +
                   ", step " + std::to_string(point->content.at("global_step").as_int()));
  return point;
}

void TrainStage::load_weights(const StageContext& context, const Windows& windows, Model& model) const {
  const std::filesystem::path file = context.settings.workflow_file.parent_path() / options_.from_checkpoint;
  const State content = read_checkpoint(file);
  require_same_words(content, windows, file);
  load_model_state(model, content.at("state_dict"), file.string());
  context.log.info("weights from " + file.string());
}

State TrainStage::continued_checkpoint(const StageContext& context, const Windows& windows) const {
  const std::filesystem::path file = context.settings.workflow_file.parent_path() / options_.ckpt_path;
  State content = read_checkpoint(file);
  require_same_words(content, windows, file);
  context.log.info("going on from " + file.string());
  return content;
}

void TrainStage::warn_of_unused_weights(Log& log) const {
  for (const auto& [option, file] : {std::pair("from_checkpoint", options_.from_checkpoint), std::pair("ckpt_path", options_.ckpt_path)}) {
    if (!file.empty()) log.warning(std::string(option) + " has no effect: the model computes its weights from the windows");
  }
}

std::filesystem::path TrainStage::version_folder(const StageContext& context, const std::optional<ResumePoint>& before,
                                                 const std::string& model_name) {
  std::filesystem::path folder;
  if (!context.collective || context.collective->rank() == 0) {
    const std::filesystem::path versions = context.settings.log_dir / model_name;
    make_folder(versions);
    remove_unfinished(versions);
    folder = before ? before->version_dir : take_version_folder(versions);
    make_folder(folder);  // it may have been removed since
  }
  return context.collective ? std::filesystem::path(context.collective->share(folder.string()).as_string()) : folder;
}

void TrainStage::keep_in_version_folder(const StageContext& context, const std::optional<ResumePoint>& before, FitSpec& spec) const {
  State::List types;
  for (const ComponentSpec& logger : context.tables.many("loggers")) {
    const Value position = before ? logger_position(*before, logger.type) : Value();
    // A logger without a position appends to its output instead of overwriting it.
    const LoggerContext where{.version_dir = spec.version_dir,
                              .append = before && position.is_null(),
                              .position = position,
                              .log = context.log,
                              .workflow = context.settings.name,
                              .stage = context.stage};
    spec.loggers.push_back(context.registry.make<Logger>(logger.type, logger.options, where));
    types.emplace_back(logger.type);
  }
  spec.resume = {.file = ResumePoints(context.lasting).file_of(spec.version_dir),
                 .every_n_seconds = options_.resume_every_n_seconds,
                 .notes = resume_notes(spec.version_dir, context.lasting, context.key, std::move(types))};
}

void TrainStage::run(StageContext& context) {
  std::optional<ResumePoint> before = resume_point(context);
  const Artifact& input = context.input("windows");
  const std::shared_ptr<const Windows> windows = Windows::open(input.folder);
  FitSpec spec = make_fit_spec(context.registry, context.tables, *windows, context.settings.seed);
  if (before) require_room(*before, spec.trainer.max_epochs, spec.trainer.max_steps);
  const bool solves = closed_form_of(*spec.model) != nullptr, learns = spec.optimizer || solves;
  if (!solves && !options_.from_checkpoint.empty()) load_weights(context, *windows, *spec.model);
  if (solves) warn_of_unused_weights(context.log);
  const RunContext run = make_run_context(context, context.log);
  require_processes(spec.trainer.strategy, run);
  context.log.info(spec.model_name + ": " + format_count(trainable_values(*spec.model)) + " parameters, on " + run.device.str() + ", " +
                   std::to_string(run.threads) + (run.threads == 1 ? " thread" : " threads") +
                   (run.world() == 1 ? "" : " in each of " + std::to_string(run.world()) + " processes"));
  const std::string kernels = kernels_of(context.key);
  if (!kernels.empty()) context.log.debug("kernels of LSTM and GRU on a CPU: " + kernels);
  warn_of_ignored_inputs(spec, *windows, context.log);
  if (run.device.is_cpu()) warn_of_busy_processors(run.threads, context.log);

  if (!before && !options_.ckpt_path.empty()) spec.start = continued_checkpoint(context, *windows);
  check_fit(spec, *windows, run);  // before a version number is taken

  const bool dev_run = !(spec.trainer.fast_dev_run == Value(false) || spec.trainer.fast_dev_run == Value(0));
  const std::filesystem::path dev_run_checkpoint = context.folder / "fast_dev_run.ckpt";
  if (dev_run) {
    spec.callbacks.push_back(std::make_unique<KeepDevRun>(dev_run_checkpoint));
  } else {
    spec.version_dir = version_folder(context, before, spec.model_name);
    if (run.rank() == 0) keep_in_version_folder(context, before, spec);
  }
  if (before) {
    spec.start_written = std::filesystem::last_write_time(before->file);
    forget_other_time_limit(*before, context.key, time_limiters(spec));
    spec.start = std::move(before->content);
  }
  const std::filesystem::path own_resume_point = spec.resume.file;
  TrainingRecord report{.model_type = spec.model_name,
                        .version_dir = spec.version_dir,
                        .windows = input.folder,
                        .loss = context.tables.one("loss"),
                        .pipeline = spec.pipeline_info,
                        .hyper_parameters = spec.hyper_parameters,
                        .kernels = kernels};

  const FitResult result = fit(std::move(spec), *windows, run);
  report.last = dev_run ? dev_run_checkpoint.filename() : result.last_checkpoint;
  if (result.checkpoints) report.best = result.checkpoints->best;
  if (!learns) report.best = report.last;
  if (result.interrupted) throw interrupted(result, dev_run ? "" : continuing_command(context.settings.command_line));
  if (run.rank() != 0) return;
  if (!result.stopped_by.empty()) context.log.info("stopped after epoch " + std::to_string(result.epochs) + ": " + result.stopped_by);
  add_result(report, result);
  write_training(context.folder, report);
  summarise(context, result, report);
  if (!dev_run) ResumePoints(context.lasting).keep_only(own_resume_point);
}

}  // namespace pipeline::stage::train
