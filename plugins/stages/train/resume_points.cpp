#include "resume_points.h"

#include <algorithm>
#include <array>
#include <functional>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/stage.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline::stage::train {

namespace fs = std::filesystem;

namespace {

/// Fields of the key that a continued training may change: when it ends, and which processor's kernels compute, which a warning names.
constexpr const char* kernels = "kernels";
constexpr std::array<const char*, 4> may_change{"trainer.max_epochs", "trainer.max_steps", "trainer.max_time", kernels};

std::map<std::string, std::string> what_must_stay(std::map<std::string, std::string> key) {
  for (const char* field : may_change) key.erase(field);
  return key;
}

std::map<std::string, std::string> key_of(const State& state) {
  std::map<std::string, std::string> key;
  for (const auto& [field, value] : state.as_map()) key[field] = value.as_string();
  return key;
}

std::vector<std::string> changes_since(const ResumePoint& point, const std::map<std::string, std::string>& key) {
  return key_changes(what_must_stay(point.key), what_must_stay(key));
}

ResumePoint read_resume_point(const fs::path& file) {
  ResumePoint point{.file = file, .version_dir = {}, .written_in = {}, .key = {}, .content = read_checkpoint(file)};
  try {
    const State& notes = point.content.at("resume").at("notes");
    point.version_dir = notes.at("version_dir").as_string();
    point.written_in = notes.at("folder").as_string();
    point.key = key_of(notes.at("key"));
  } catch (const Error& error) {
    throw training_error("resume point " + file.string() + ": " + error.what() + "; train again without --resume");
  }
  return point;
}

/// `text` with the folder `now` for `old`, if it is a path in that folder.
std::string moved(const std::string& text, const std::string& old, const std::string& now) {
  return text == old || text.starts_with(old + "/") ? now + text.substr(old.size()) : text;
}

/// Does that to every text below, and to the keys of maps: ModelCheckpoint keeps scores by path.
void move_paths(State& state, const std::string& old, const std::string& now) {
  if (state.is_string()) {
    state = moved(state.as_string(), old, now);
  } else if (state.is_list()) {
    for (State& item : state.as_list()) move_paths(item, old, now);
  } else if (state.is_map()) {
    for (auto& [key, value] : state.as_map()) {
      key = moved(key, old, now);
      move_paths(value, old, now);
    }
  }
}

}  // namespace

State resume_notes(const fs::path& version_dir, const fs::path& lasting, const std::map<std::string, std::string>& key,
                   State::List loggers) {
  State::Map fields;
  for (const auto& [field, value] : key) fields.emplace_back(field, value);
  return State::Map{{"version_dir", version_dir.string()},
                    {"folder", fs::absolute(lasting).string()},
                    {"key", std::move(fields)},
                    {"loggers", std::move(loggers)}};
}

fs::path ResumePoints::file_of(const fs::path& version_dir) const {
  return folder_ / (version_dir.parent_path().filename().string() + "." + version_dir.filename().string() + ".ckpt");
}

std::vector<fs::path> ResumePoints::files() const {
  std::vector<fs::path> out;
  std::error_code none;
  for (fs::directory_iterator entry(folder_, none), end; !none && entry != end; entry.increment(none)) {
    if (entry->path().extension() == ".ckpt") out.push_back(entry->path());
  }
  std::ranges::sort(out, std::greater{}, [](const fs::path& file) { return fs::last_write_time(file); });
  return out;
}

std::optional<ResumePoint> ResumePoints::newest_of(const std::map<std::string, std::string>& key) const {
  std::optional<ResumePoint> latest;
  for (const fs::path& file : files()) {
    ResumePoint point = read_resume_point(file);
    if (changes_since(point, key).empty()) return point;
    if (!latest) latest = std::move(point);
  }
  if (latest) require_same_training(*latest, key);
  return latest;
}

void follow_move(ResumePoint& point, const fs::path& log_dir) {
  const fs::path old = point.version_dir;
  const fs::path now = log_dir / old.parent_path().filename() / old.filename();
  if (now == old || point.written_in == fs::absolute(point.file.parent_path())) return;  // another log_dir: the logs stay where they are
  point.version_dir = now;
  move_paths(point.content, old.string(), now.string());
}

void ResumePoints::keep_only(const fs::path& file) const {
  for (const fs::path& each : files()) {
    if (each != file) fs::remove(each);
  }
}

Value logger_position(const ResumePoint& point, const std::string& type) {
  const State& resume = point.content.at("resume");
  const State::List& types = resume.at("notes").at("loggers").as_list();
  const State::List& positions = resume.at("loggers").as_list();
  for (std::size_t i = 0; i < std::min(types.size(), positions.size()); ++i) {
    if (types[i].as_string() == type) return positions[i].to_value();
  }
  return {};
}

void forget_other_time_limit(ResumePoint& point, const std::map<std::string, std::string>& key, std::span<const std::string> limiters) {
  const auto limit = [](const std::map<std::string, std::string>& fields) {
    const auto found = fields.find("trainer.max_time");
    return found == fields.end() ? std::string() : found->second;
  };
  if (limit(point.key) == limit(key)) return;
  State& position = point.content.at("resume").at("position");
  const bool by_time = std::ranges::find(limiters, position.at("stopped_by").as_string()) != limiters.end();
  if (!by_time || position.at("pruned").as_bool()) return;
  position.at("stop_requested") = false;
  position.at("stop_reason") = position.at("stopped_by") = std::string();
}

std::string continuing_command(std::string command_line) {
  // --force trains from the start.
  if (const auto force = command_line.find(" --force"); force != std::string::npos)
    command_line.erase(force, std::string_view(" --force").size());
  const bool continues = command_line.find(" --resume") != std::string::npos;
  return command_line + (continues ? "" : " --resume");
}

void require_room(const ResumePoint& point, std::int64_t max_epochs, std::int64_t max_steps) {
  const auto require = [&](const char* option, std::int64_t limit, const char* what, std::int64_t done) {
    if (limit < 0 || done <= limit) return;
    throw usage_error("the training in " + point.version_dir.string() + " has done " + std::to_string(done) + " " + what +
                      " already, more than trainer." + option + " = " + std::to_string(limit) +
                      ": raise it, or train from the start without --resume");
  };
  require("max_epochs", max_epochs, "epochs", point.content.at("epoch").as_int());
  require("max_steps", max_steps, "steps", point.content.at("global_step").as_int());
}

void require_same_training(const ResumePoint& point, const std::map<std::string, std::string>& key) {
  const std::vector<std::string> changes = changes_since(point, key);
  if (changes.empty()) return;
  throw usage_error("the training in " + point.version_dir.string() + " cannot be continued: " + join(changes, "; ") +
                    ". Undo that, or train from the start without --resume");
}

std::string kernels_of(const std::map<std::string, std::string>& key) {
  const auto found = key.find(kernels);
  return found == key.end() ? "" : found->second;
}

std::string kernels_warning(const ResumePoint& point, const std::map<std::string, std::string>& key) {
  const std::string before = kernels_of(point.key), now = kernels_of(key);
  if (before.empty() || now.empty() || before == now) return "";
  return "the training in " + point.version_dir.string() + " was begun with the kernels " + before + " and goes on with " + now +
         ": its result will differ in the last digits from that of one without a stop";
}

}  // namespace pipeline::stage::train
