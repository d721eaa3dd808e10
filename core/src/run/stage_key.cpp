#include "run/stage_key.h"

#include <algorithm>
#include <array>

#include "base/cpu_capability.h"
#include "base/durable.h"
#include "base/file_stamp.h"
#include "base/metric_names.h"
#include "data/time_zone.h"
#include "pipeline/data/files.h"
#include "pipeline/data/local_forecaster.h"
#include "run/machine.h"

namespace pipeline {

namespace {

constexpr std::string_view time_zone_option = "time_zone";  ///< of any stage: the clocks of the zone may change by law
constexpr const char* host_field = "build.pipeline";
constexpr std::string_view build_prefix = "build.";  ///< of the builds of the components that a stage uses

/// Path, stamp and hash of a file. The hash of `before` holds while path and stamp are the same; "read" is when it was made.
Value file_record(const std::filesystem::path& path, const Value* before) {
  std::error_code error;
  static_cast<void>(std::filesystem::file_size(path, error));
  if (error) throw usage_error("cannot read the file " + path.string() + ": " + error.message());
  const FileStamp stamp = stamp_of(path);
  Value record(Value::Map{{"path", path.string()}, {"size", stamp.size}, {"modified", stamp.modified}, {"changed", stamp.changed}});
  const auto same = [&](const auto& field) { return before->find(field.first) && before->at(field.first) == field.second; };
  const Value* read = before ? before->find("read") : nullptr;
  const bool known = read && read->is_int() && settled(stamp, read->as_int()) && std::ranges::all_of(record.as_map(), same);
  record["read"] = known ? *read : Value(nanoseconds_now());
  const Value* hash = before ? before->find("sha256") : nullptr;
  record["sha256"] = known && hash ? *hash : Value(sha256_file(path));
  return record;
}

/// Whether the value is a word in place of a file, as "best" is for a checkpoint.
bool is_word(const OptionInfo& option, const Value& value) {
  return value.is_string() && std::ranges::find(option.choices, value.as_string()) != option.choices.end();
}

/// Adds options to a key: those that may alter the result, and the content of files that they name.
class OptionKeys {
 public:
  /// `previous`: the files of the last run, or nullptr.
  OptionKeys(StageKey& key, const Registry& registry, const Value* previous) : key_(key), registry_(registry), previous_(previous) {}

  /// `prefix` of the fields, `file_prefix` of the files: "options." and "", or both "model.".
  void add(const std::string& prefix, const std::string& file_prefix, const Value& options, const Schema& schema) {
    for (const auto& [name, value] : options.as_map()) {
      const OptionInfo* info = schema.find(name);
      if (info && info->role == OptionRole::input_path && !is_word(*info, value)) {
        add_files(file_prefix + name, value);
      } else if (!info || (info->affects_result && !info->secret)) {
        key_.fields[prefix + name] = to_json(value);
      }
      if (name == time_zone_option && value.is_string() && !value.as_string().empty())
        key_.fields["zone." + value.as_string()] = TimeZone::load(value.as_string()).hash();
      if (info && info->role == OptionRole::metric && value.is_string()) follow(value.as_string());
      if (info && info->role == OptionRole::forecasters) add_builds(value.is_list() ? value.as_list() : Value::List{value});
    }
  }
  /// Whether an option names a metric that a component measures; the name does not tell which component.
  [[nodiscard]] bool follows_metrics() const { return follows_metrics_; }

 private:
  void follow(const std::string& metric) {
    const auto is = [&](const auto& names) { return std::ranges::find(names, metric) != names.end(); };
    follows_metrics_ = follows_metrics_ || (!metric.empty() && !is(loss_names) && !is(counter_names));
  }

  void add_builds(const Value::List& forecasters) {
    for (const Value& name : forecasters) {
      const ComponentInfo* info = name.is_string() ? registry_.find(Kind<LocalForecaster>::name, name.as_string()) : nullptr;
      if (info) key_.fields["build." + info->name] = info->build;
    }
  }

  void add_files(const std::string& name, const Value& value) {
    if (value.is_list()) {
      std::size_t place = 0;
      for (const Value& item : value.as_list()) add_files(name + "." + std::to_string(place++), item);
    } else if (value.is_string() && !value.as_string().empty()) {
      const Value record = file_record(value.as_string(), previous_ ? previous_->find(name) : nullptr);
      key_.fields["file." + name] = record.at("sha256").as_string();
      key_.files[name] = record;
    }
  }

  StageKey& key_;
  const Registry& registry_;
  const Value* previous_;
  bool follows_metrics_ = false;
};

void add_tables(StageKey& key, OptionKeys& keys, const StagePlan& stage, const Registry& registry) {
  for (const TableRule& rule : training_table_rules()) {
    if (!rule.in_key) continue;
    std::size_t place = 0;  // counts only components that may change the result: a progress bar shifts no field
    for (const ComponentSpec& spec : stage.tables.many(rule.name)) {
      const ComponentInfo* info = registry.find(rule.kind, spec.type);
      if (!info || info->only_watches) continue;
      const std::string name = rule.many ? rule.name + "." + std::to_string(place++) + "." + spec.type : rule.name;
      keys.add(name + ".", name + ".", spec.options, info->schema);
      if (!rule.has_type()) continue;
      key.fields[name + ".type"] = spec.type;
      key.fields["build." + spec.type] = info->build;
    }
  }
}

std::string field_change(const std::string& field, const std::string& before, const std::string& now) {
  const auto rest = [&](std::size_t prefix) { return field.substr(prefix); };
  if (field.starts_with("input.")) return rest(6) + " gives something else";
  if (field == host_field) return "pipeline itself changed (another build)";
  if (field.starts_with("build.")) return "the library of " + rest(6) + " changed";
  if (field.starts_with("metric.")) {
    if (before.empty()) return "the metric " + rest(7) + " is new";
    return now.empty() ? "the metric " + rest(7) + " is gone" : "the library of the metric " + rest(7) + " changed";
  }
  if (field.starts_with("zone.")) return "the clocks of the time zone " + rest(5) + " changed";
  if (field.starts_with("file.")) return "the file of " + rest(5) + " changed";
  const std::string name = field.starts_with("options.") ? rest(8) : field;
  constexpr std::size_t longest = 120;  // longer values do not help
  if (before.empty()) return name + " is new" + (now.size() > longest ? "" : " (" + now + ")");
  if (now.empty()) return name + " is gone" + (before.size() > longest ? "" : " (was " + before + ")");
  if (before.size() + now.size() > longest) return name + " changed";
  return name + " changed from " + before + " to " + now;
}

}  // namespace

std::string StageKey::hash() const { return sha256(to_json(Value::Map(fields.begin(), fields.end()))); }

StageKey make_stage_key(const StagePlan& stage, const RunSettings& settings, const Registry& registry,
                        const std::map<std::string, std::string>& input_hashes, const Value& previous) {
  StageKey key;
  const ComponentInfo& info = *registry.find("stage", stage.type);
  key.fields["type"] = stage.type;
  key.fields["build." + stage.type] = info.build;
  key.fields[host_field] = host_build();
  OptionKeys keys(key, registry, previous.find("files"));
  keys.add("options.", "", stage.options, info.schema);
  add_tables(key, keys, stage, registry);
  if (info.uses_metrics || keys.follows_metrics()) {
    for (const ComponentInfo* metric : registry.list("metric")) key.fields["metric." + metric->name] = metric->build;
  }
  if (info.on_every_rank && settings.ranks > 1) key.fields["ranks"] = std::to_string(settings.ranks);
  key.fields["split"] = to_json(settings.split);
  if (info.uses_season_length) key.fields["season_length"] = to_json(settings.season_length);
  if (info.uses_randomness) {
    key.fields["seed"] = std::to_string(settings.seed);
    key.fields["device"] = settings.device;
    key.fields["matmul_precision"] = settings.matmul_precision;
    key.fields["threads"] = std::to_string(settings.threads);
    key.fields["kernels"] = std::to_string(kernels_version) + ", " + cpu_capability();
    key.fields["LibTorch"] = PIPELINE_HOST_TORCH_VERSION;
  }
  for (const auto& [name, hash] : input_hashes) key.fields["input." + name] = hash;
  return key;
}

std::vector<std::string> key_changes(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& now) {
  std::vector<std::string> changes;
  for (const auto& [field, value] : now) {
    const auto old = before.find(field);
    if (old == before.end() && field.starts_with(build_prefix)) continue;  // its type is told
    if (old == before.end() || old->second != value) changes.push_back(field_change(field, old == before.end() ? "" : old->second, value));
  }
  for (const auto& [field, value] : before) {
    if (!now.contains(field) && !field.starts_with(build_prefix)) changes.push_back(field_change(field, value, ""));
  }
  return changes;
}

bool is_asked_for(std::string_view field) {
  constexpr auto of_the_machine = std::to_array<std::string_view>({"device", "threads", "kernels", "LibTorch", "ranks"});
  return !field.starts_with(build_prefix) && !field.starts_with("metric.") &&
         std::ranges::find(of_the_machine, field) == of_the_machine.end();
}

Value without_secrets(const Value& options, const Schema& schema) {
  Value shown = options;
  for (const OptionInfo& option : schema.options) {
    const Value* value = shown.find(option.name);
    if (option.secret && value && *value != option.default_value) shown[option.name] = "***";
  }
  return shown;
}

}  // namespace pipeline
