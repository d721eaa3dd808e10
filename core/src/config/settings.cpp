#include "config/settings.h"

#include <algorithm>
#include <string_view>

#include "base/cuda_devices.h"
#include "config/hints.h"
#include "data/split.h"
#include "pipeline/data/format.h"
#include "pipeline/data/slicing.h"

namespace pipeline {

namespace {

constexpr const char* split_shapes =
    "split takes three fractions ([0.7, 0.15, 0.15]), three counts of rows ([8640, 2880, 2880]), the times at which val and test begin "
    "([\"2017-01-01\", \"2017-06-01\"]), or rows at the end of each series ({ val = 48, test = 48 }, also calibration = 48)";

/// Removes a beginning of the form `shape` ('0' is any digit) from a text; false, and nothing removed, if there is none.
bool take(std::string_view& text, std::string_view shape) {
  const auto fits = [](char wanted, char c) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; };
  if (text.size() < shape.size() || !std::ranges::equal(shape, text.substr(0, shape.size()), fits)) return false;
  text.remove_prefix(shape.size());
  return true;
}

/// An ISO 8601 time: "2017-01-01", "2017-01-01 06:00", "2017-01-01T06:00:00.5+02:00".
bool is_iso_time(std::string_view text) {
  if (!take(text, "0000-00-00")) return false;
  if (text.empty()) return true;
  if (!take(text, "T00:00") && !take(text, " 00:00")) return false;
  if (take(text, ":00") && take(text, ".0")) {
    while (take(text, "0")) continue;
  }
  return text.empty() || text == "Z" ||
         ((take(text, "+00:00") || take(text, "-00:00") || take(text, "+0000") || take(text, "-0000")) && text.empty());
}

/// What is wrong with `split`; empty: nothing.
std::string split_mistake(const Value& split) {
  if (split.is_map()) return split_table_mistake(split);
  if (!split.is_list()) return split_shapes;
  const Value::List& parts = split.as_list();
  if (parts.size() == 2 && std::ranges::all_of(parts, &Value::is_string)) {
    for (const Value& part : parts) {
      if (!is_iso_time(part.as_string()))
        return "split: \"" + part.as_string() + "\" is no time; write it as in \"2017-01-01\" or \"2017-01-01 06:00\"";
    }
    const bool in_order = parts[0].as_string().substr(0, 10) <= parts[1].as_string().substr(0, 10) && !(parts[0] == parts[1]);
    return in_order ? "" : "split: val must begin before test";
  }
  if (parts.size() != 3 || !std::ranges::all_of(parts, &Value::is_number)) return split_shapes;
  if (std::ranges::all_of(parts, &Value::is_int)) {
    const bool positive = std::ranges::all_of(parts, [](const Value& v) { return v.as_int() > 0; });
    return positive ? "" : "split: three integers are counts of rows, each at least 1";
  }
  double sum = 0;
  for (const Value& part : parts) {
    if (!(part.as_double() >= 0 && part.as_double() <= 1)) return "split: a fraction is between 0 and 1";
    sum += part.as_double();
  }
  return sum <= 1 + 1e-9 ? "" : "split: the fractions sum to " + format_short(sum) + ", more than 1";
}

/// What is wrong with `season_length`; empty: nothing.
std::string season_length_mistake(const Value& length) {
  const auto is_length = [](const Value& rows) { return rows.is_int() && rows.as_int() >= 1 && rows.as_int() <= most_rows; };
  if (length == Value("infer") || is_length(length)) return {};
  const bool is_table = length.is_map() && !length.as_map().empty();
  if (is_table && std::ranges::all_of(length.as_map(), [&](const auto& entry) { return is_length(entry.second); })) return {};
  return "season_length takes \"infer\", a number of rows of at least 1, or a table of such numbers by the words of frequency_column "
         "({ yearly = 1, monthly = 12 }), got " +
         to_toml(length);
}

/// Another machine may have computed what is only read here.
std::string device_mistake(const std::string& device, WorkflowUse use) {
  std::string_view rest = device;
  const bool numbered = take(rest, "cuda:0") && (take(rest, "00") || take(rest, "0") || rest.empty()) && rest.empty();
  if (device == "auto" || device == "cpu") return {};
  if (numbered || device == "cuda") {
    if (use == WorkflowUse::read) return {};
    const int wanted = numbered ? std::stoi(device.substr(device.find(':') + 1)) : 0, there = cuda_devices();
    if (wanted < there) return {};
    return "device = \"" + device + "\": CUDA devices on this machine: " + std::to_string(there) + "; write auto or cpu";
  }
  const std::string near = device == "gpu" || device == "cuda:" ? "; did you mean \"cuda\"?" : "";
  return "device is \"auto\", \"cpu\", \"cuda\" or \"cuda:N\", got \"" + device + "\"" + near;
}

bool is_thread_count(const Value& threads) {
  if (threads.is_string()) return threads.as_string() == "auto";
  return threads.is_int() && threads.as_int() >= 1 && threads.as_int() <= 4096;
}

void check_unknown_keys(CheckContext& context) {
  for (const auto& [name, member] : context.document.root.table()) {
    if (std::ranges::find(top_level_keys(), name) != top_level_keys().end()) continue;
    if (context.registry.find("stage", name)) {
      context.mistake(member.key, name + " is a stage: write [stages." + name + "]");
      continue;
    }
    const std::string hint = hint_for("top", name);
    context.mistake(member.key, hint.empty() ? "unknown key \"" + name + "\"" + suggest(name, top_level_keys()) : hint);
  }
}

/// [plugins] takes `path` alone.
void check_plugins(CheckContext& context) {
  const Node* plugins = context.document.root.find("plugins");
  if (!plugins) return;
  if (!plugins->is_table()) return context.mistake(plugins->place, "plugins is a table: write [plugins] and below it path = \"...\"");
  for (const auto& [name, member] : plugins->table()) {
    if (name != "path") {
      context.mistake(member.key, "unknown option \"" + name + "\" of [plugins]; there is only path");
    } else if (!std::ranges::all_of(member.items(), &Node::is_string)) {
      context.mistake(member.place, "[plugins] path takes a folder or a list of folders, got " + type_name(member.to_value()));
    }
  }
}

/// Checks what a schema cannot express.
void check_forms(CheckContext& context, const Value& options) {
  const Node& root = context.document.root;
  const auto report = [&](const char* name, const std::string& message) {
    const Node* at = root.find(name);
    if (!message.empty()) context.mistake(at ? at->place : root.place, message);
  };
  if (const Value& name = options.at("name"); name.is_string() && !is_folder_name(name.as_string())) {
    report("name", "\"" + name.as_string() + "\" cannot be the workflow's name: letters, digits, '.', '_' and '-' name a folder" +
                       (root.find("name") ? "" : "; add name = \"...\""));
  }
  if (const Value& device = options.at("device"); device.is_string()) report("device", device_mistake(device.as_string(), context.use));
  report("split", split_mistake(options.at("split")));
  report("season_length", season_length_mistake(options.at("season_length")));
  const Value& threads = options.at("threads");
  report("threads", is_thread_count(threads) ? "" : "threads takes \"auto\" or a number of at least 1, got " + to_toml(threads));
  for (const char* folder : {"run_dir", "log_dir"}) {
    if (options.at(folder) == Value("")) report(folder, std::string(folder) + " is empty: name a folder");
  }
}

}  // namespace

bool is_folder_name(std::string_view name) {
  const auto fits = [](unsigned char c) { return c < 128 && (std::isalnum(c) || c == '.' || c == '_' || c == '-'); };
  return std::ranges::all_of(name, fits) && name.find_first_not_of('.') != std::string_view::npos;
}

RunSettings check_settings(CheckContext& context) {
  check_unknown_keys(context);
  check_plugins(context);
  const Node& root = context.document.root;
  const Schema schema = make_schema<WorkflowOptions>();
  OptionsOwner owner{.name = "workflow", .kind = "top", .reserved = {}, .place = root.place};
  for (const auto& [name, member] : root.table()) {
    if (!schema.find(name)) owner.reserved.insert(name);
  }
  Value checked = check_table(context, schema, &root, owner).options;
  if (!root.find("name")) checked["name"] = context.document.file.stem().string();
  check_forms(context, checked);
  // A value of the wrong type has been reported: its default replaces it.
  for (const OptionMistake& mistake : check_options(schema, checked)) checked[mistake.option] = schema.find(mistake.option)->default_value;
  const auto options = bind_options<WorkflowOptions>(checked);
  const auto absolute = [&](const std::string& folder) { return (context.document.current / folder).lexically_normal(); };
  return {.name = options.name,
          .seed = options.seed,
          .matmul_precision = options.matmul_precision,
          .device = options.device,
          .threads = is_thread_count(options.threads) && options.threads.is_int() ? static_cast<int>(options.threads.as_int()) : 0,
          .run_dir = absolute(options.run_dir),
          .log_dir = absolute(options.log_dir),
          .workflow_file = context.document.file,
          .workflow_text = {},
          .command_line = {},
          .split = options.split,
          .season_length = options.season_length};
}

}  // namespace pipeline
