#include "model_checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline::callbacks::model_checkpoint {

namespace fs = std::filesystem;

namespace {

constexpr const char* component = "ModelCheckpoint";

/// The user's folder as an absolute path, with ~ replaced.
fs::path user_folder(const std::string& given) {
  if (given == "~" || given.starts_with("~/")) {
    if (const char* home = std::getenv("HOME")) return fs::path(home + given.substr(1)).lexically_normal();
  }
  return fs::absolute(given).lexically_normal();
}

std::string python_text(const std::string& text) { return text.empty() ? "None" : "'" + text + "'"; }

State optional_score(std::optional<double> score) { return score ? score_state(*score) : State(); }

std::optional<double> score_if_any(const State* state) {
  if (!state || state->is_null()) return std::nullopt;
  return score_of(*state);
}

}  // namespace

ModelCheckpoint::ModelCheckpoint(Options options)
    : options_(std::move(options)),
      pattern_(options_.filename, options_.auto_insert_metric_name),
      every_n_epochs_(options_.every_n_epochs == 0 && options_.every_n_train_steps == 0 ? 1 : options_.every_n_epochs),
      best_{.smaller_is_better = options_.mode != "max", .most = options_.save_top_k, .entries = {}} {
  if (options_.save_last == Value("link")) {
    save_last_ = SaveLast::link;
  } else if (optional_flag(options_.save_last).value_or(false)) {
    save_last_ = SaveLast::copy;
  }
}

void ModelCheckpoint::resolve(Trainer& trainer) {
  resolve_mode(options_.mode, options_.monitor, trainer);
  best_.smaller_is_better = options_.mode != "max";
}

void ModelCheckpoint::setup(Trainer& trainer) {
  if (!options_.dirpath.empty()) {
    folder_ = user_folder(options_.dirpath);
  } else if (!trainer.version_dir().empty()) {
    folder_ = trainer.version_dir() / "checkpoints";
  }
  std::error_code unreadable;
  const bool occupied =
      options_.save_top_k != 0 && !trainer.resumed_from() && fs::is_directory(folder_, unreadable) && !fs::is_empty(folder_, unreadable);
  if (occupied && !unreadable) trainer.log().warning("ModelCheckpoint: " + folder_.string() + " holds files already");
}

/// The killed run may have trained past the resume point, and the continued run saves those checkpoints again. In the version folder, which
/// belongs to this run alone, the old files are removed. In a user's folder, where others save too, a new file may replace the old one.
void ModelCheckpoint::on_train_start(Trainer& trainer) {
  if (!trainer.resumed_from() || folder_.empty() || !fs::is_directory(folder_)) return;
  std::vector<fs::path> later;
  const auto depth = std::ranges::count(options_.filename, '/');
  std::error_code unreadable;
  fs::recursive_directory_iterator entry(folder_, fs::directory_options::skip_permission_denied, unreadable);
  for (const fs::recursive_directory_iterator end; !unreadable && entry != end; entry.increment(unreadable)) {
    if (entry.depth() >= depth) entry.disable_recursion_pending();
    const fs::path& path = entry->path();
    const bool has_name = entry.depth() == depth && pattern_.matches(path.lexically_relative(folder_).replace_extension().string());
    const bool named_here = path.extension() == ".ckpt" && (has_name || path == folder_ / "last.ckpt");
    if (named_here && !knows(path.string()) && saved_later(trainer, path)) later.push_back(path);
  }
  for (const fs::path& path : later) options_.dirpath.empty() ? remove(trainer, path.string()) : replaceable_.push_back(path.string());
}

/// Whether the killed run saved this file, which the state does not know, after the resume point. Copied files have new times, so that the
/// step in the file decides. A link is what it leads to.
bool ModelCheckpoint::saved_later(const Trainer& trainer, const fs::path& path) {
  if (!fs::exists(path)) return true;  // a link whose file is gone
  if (!fs::is_regular_file(path) || fs::last_write_time(path) < *trainer.resumed_from()) return false;
  try {
    const State content = read_checkpoint(path);
    const State* step = content.find("global_step");
    return !step || step->as_int() >= trainer.global_step();
  } catch (const Error&) {
    return true;  // what nobody can read is no loss
  }
}

bool ModelCheckpoint::knows(const std::string& path) const {
  const auto same = [&](const BestModels::Entry& entry) { return entry.first == path; };
  return path == best_path_ || path == last_path_ || path == last_saved_ || std::ranges::any_of(best_.entries, same);
}

Action ModelCheckpoint::on_train_batch_end(Trainer& trainer, const BatchEnd& end) {
  if (options_.every_n_train_steps == 0 || trainer.global_step() % options_.every_n_train_steps != 0) return Action::proceed();
  if (skips(trainer)) return Action::proceed();
  const Metrics metrics = metrics_of(trainer);
  const std::int64_t every = trainer.check_val_every_n_epoch();
  const bool validates_next =
      (end.batch_index + 1) % trainer.val_check_batch() == 0 && trainer.num_val_batches() > 0 && (trainer.current_epoch() + 1) % every == 0;
  // The metric is missing before the first validation, and stale just before another one.
  const bool missing = !options_.monitor.empty() && !metrics.contains(options_.monitor);
  if (missing || (!options_.monitor.empty() && validates_next && !saves_on_train_epoch_end(trainer))) {
    deferred_ = true;
    return Action::proceed();
  }
  save_top_k(trainer, metrics);
  save_last(trainer);
  return Action::proceed();
}

Action ModelCheckpoint::on_train_epoch_end(Trainer& trainer) {
  if (!skips(trainer) && saves_on_train_epoch_end(trainer)) save_by_epoch(trainer);
  return Action::proceed();
}

Action ModelCheckpoint::on_validation_end(Trainer& trainer) {
  if (skips(trainer) || saves_on_train_epoch_end(trainer)) return Action::proceed();
  if (std::exchange(deferred_, false)) {
    save_top_k(trainer, metrics_of(trainer));
    save_last(trainer);
  } else {
    save_by_epoch(trainer);
  }
  return Action::proceed();
}

void ModelCheckpoint::on_train_end(Trainer& trainer) {
  if (last_saved_.empty() && !trainer.fast_dev_run() && !folder_.empty()) save_last(trainer);
}

/// A diverged or interrupted model takes no place of one that is kept, nor that of last.ckpt. The state does not know the file, so that a
/// training that goes on gives what one that nobody stopped gives.
void ModelCheckpoint::on_exception(Trainer& trainer, const std::string& what) {
  if (!options_.save_on_exception || skips(trainer)) return;
  const std::string name = pattern_.fill(metrics_of(trainer));
  std::string path = free_path(name, "");
  if (knows(path)) path = (folder_ / (name + "-exception.ckpt")).string();
  trainer.save_checkpoint(path);
  trainer.log().info("ModelCheckpoint: saved " + path + " when the training ended with: " + what);
}

bool ModelCheckpoint::skips(Trainer& trainer) const {
  return folder_.empty() || trainer.fast_dev_run() || trainer.sanity_checking() || last_step_saved_ == trainer.global_step();
}

bool ModelCheckpoint::saves_on_train_epoch_end(Trainer& trainer) const {
  const auto given = optional_flag(options_.save_on_train_epoch_end);
  return given.value_or(trainer.validates_at_epoch_ends() || trainer.num_val_batches() == 0);
}

ModelCheckpoint::Metrics ModelCheckpoint::metrics_of(Trainer& trainer) {
  Metrics metrics;
  for (const auto& [name, value] : trainer.callback_metrics()) metrics[name] = {value, false};
  metrics["epoch"] = {static_cast<double>(trainer.current_epoch()), true};
  metrics["step"] = {static_cast<double>(trainer.global_step()), true};
  return metrics;
}

/// The path for a name, with -v1, -v2, ... if the file exists and may not be replaced.
std::string ModelCheckpoint::free_path(const std::string& name, const std::string& allowed) {
  std::string path = (folder_ / (name + ".ckpt")).string();
  if (!options_.enable_version_counter) return path;
  for (int version = 1; path != allowed && fs::exists(fs::symlink_status(path)); ++version) {
    if (std::erase(replaceable_, path) > 0) break;  // each file may be replaced once
    path = (folder_ / (name + "-v" + std::to_string(version) + ".ckpt")).string();
  }
  return path;
}

void ModelCheckpoint::save_by_epoch(Trainer& trainer) {
  if (every_n_epochs_ >= 1 && (trainer.current_epoch() + 1) % every_n_epochs_ == 0) save_top_k(trainer, metrics_of(trainer));
  const bool saved_now = last_step_saved_ == trainer.global_step();
  if (saved_now || (save_last_ == SaveLast::link && !last_saved_.empty())) save_last(trainer);
}

void ModelCheckpoint::save_top_k(Trainer& trainer, const Metrics& metrics) {
  if (options_.save_top_k == 0) return;
  options_.monitor.empty() ? save_latest(trainer, metrics) : save_best(trainer, metrics);
}

void ModelCheckpoint::save_best(Trainer& trainer, const Metrics& metrics) {
  const auto found = metrics.find(options_.monitor);
  if (found == metrics.end()) throw missing_metric(component, options_.monitor, trainer.callback_metrics());
  const double score = found->second.value;
  const std::string where = "Epoch " + std::to_string(trainer.current_epoch()) + ", global step " + std::to_string(trainer.global_step()) +
                            ": " + options_.monitor;
  if (!best_.takes(score)) {
    if (options_.verbose) trainer.log().info(where + " was not in top " + std::to_string(options_.save_top_k));
    return;
  }
  const std::string dropped = best_.to_drop();
  best_.drop(dropped);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  current_score_ = !std::isnan(score) ? score : best_.smaller_is_better ? infinity : -infinity;
  const std::string path = free_path(pattern_.fill(metrics), dropped);
  best_.add(path, *current_score_);
  best_path_ = best_.best()->first;
  best_score_ = best_.best()->second;
  if (options_.verbose) {
    trainer.log().info(where + " reached " + format_short(*current_score_) + " (best " + format_short(*best_score_) +
                       "), saving model to " + path + " as top " +
                       std::to_string(options_.save_top_k < 0 ? std::ssize(best_.entries) : options_.save_top_k));
  }
  save(trainer, path);  // last: the checkpoint holds this callback's state too
  if (!dropped.empty() && dropped != path) remove(trainer, dropped);
}

void ModelCheckpoint::save_latest(Trainer& trainer, const Metrics& metrics) {
  const std::string path = free_path(pattern_.fill(metrics), best_path_);
  const std::string before = std::exchange(best_path_, path);
  save(trainer, path);
  if (options_.save_top_k == 1 && !before.empty() && before != path) remove(trainer, before);
}

void ModelCheckpoint::save_last(Trainer& trainer) {
  if (save_last_ == SaveLast::no) return;
  const std::string path = free_path("last", last_path_);
  const std::string before = std::exchange(last_path_, path);
  if (save_last_ == SaveLast::link && !last_saved_.empty() && last_saved_ != path) {
    fs::remove(path);
    fs::create_symlink(fs::path(last_saved_).lexically_relative(folder_), path);
  } else {
    save(trainer, path);
  }
  if (!before.empty() && before != path) remove(trainer, before);
}

void ModelCheckpoint::save(Trainer& trainer, const std::string& path) {
  trainer.save_checkpoint(path);
  last_step_saved_ = trainer.global_step();
  last_saved_ = path;
}

/// Removes files of this folder only, whatever paths a loaded state holds.
void ModelCheckpoint::remove(Trainer& trainer, const std::string& path) const {
  if (trainer.may_continue_epoch()) return;
  const fs::path inside = fs::absolute(path).lexically_normal().lexically_relative(fs::absolute(folder_).lexically_normal());
  if (inside.empty() || *inside.begin() == "..") return;
  std::error_code error;
  fs::remove(path, error);
  if (error) trainer.log().warning("ModelCheckpoint: cannot remove " + path + ": " + error.message());
}

std::string ModelCheckpoint::state_key() const {
  return "ModelCheckpoint{'monitor': " + python_text(options_.monitor) + ", 'mode': '" + options_.mode +
         "', 'every_n_train_steps': " + std::to_string(options_.every_n_train_steps) +
         ", 'every_n_epochs': " + std::to_string(every_n_epochs_) + ", 'train_time_interval': None}";
}

State ModelCheckpoint::state_dict() const {
  State::Map models;
  for (const auto& [path, score] : best_.entries) models.emplace_back(path, score_state(score));
  const BestModels::Entry* worst = best_.full() || best_.most < 0 ? best_.worst() : nullptr;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return State::Map{{"monitor", options_.monitor.empty() ? State() : State(options_.monitor)},
                    {"best_model_score", optional_score(best_score_)},
                    {"best_model_path", best_path_},
                    {"current_score", optional_score(current_score_)},
                    {"dirpath", folder_.string()},
                    {"best_k_models", std::move(models)},
                    {"kth_best_model_path", worst ? worst->first : std::string()},
                    {"kth_value", score_state(worst                     ? worst->second
                                              : best_.smaller_is_better ? infinity
                                                                        : -infinity)},
                    {"last_model_path", last_path_},
                    {"_last_global_step_saved", last_step_saved_},
                    {"_last_checkpoint_saved", last_saved_},
                    {"_defer_save_until_validation", deferred_}};
}

void ModelCheckpoint::load_state_dict(const State& state) {
  best_path_ = state.at("best_model_path").as_string();
  const State* dirpath = state.find("dirpath");
  const bool same_folder = dirpath && dirpath->is_string() && dirpath->as_string() == folder_.string();
  if (!same_folder) return;  // the files are in another folder: only the path of the best one is useful
  best_score_ = score_if_any(state.find("best_model_score"));
  current_score_ = score_if_any(state.find("current_score"));
  best_.entries.clear();
  for (const auto& [path, score] : state.at("best_k_models").as_map()) best_.entries.emplace_back(path, score_of(score));
  last_path_ = state.at("last_model_path").as_string();
  if (const State* step = state.find("_last_global_step_saved")) last_step_saved_ = step->as_int();
  if (const State* path = state.find("_last_checkpoint_saved")) last_saved_ = path->as_string();
  if (const State* deferred = state.find("_defer_save_until_validation")) deferred_ = deferred->as_bool();
}

std::optional<CheckpointRecord> ModelCheckpoint::checkpoints() const {
  return CheckpointRecord{
      .monitor = options_.monitor, .mode = options_.mode, .best_score = best_score_, .best = best_path_, .last = last_path_};
}

std::string ModelCheckpoint::monitor() const { return options_.save_top_k == 0 ? "" : options_.monitor; }

}  // namespace pipeline::callbacks::model_checkpoint
