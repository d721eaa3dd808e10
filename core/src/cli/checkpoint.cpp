#include <iostream>

#include "cli/host.h"
#include "cli/table.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/host/checkpoint_tool.h"
#include "pipeline/host/component_call.h"

namespace pipeline {

namespace {

constexpr const char* usage = "pipeline checkpoint show FILE, or pipeline checkpoint convert FROM TO";

void add_options(po::options_description&) {}

Component<CheckpointTool> make_tool(Host& host, const Invocation& invocation, Log& log) {
  load_host(host, invocation, {}, log);
  const std::vector<std::string> tools = host.registry.names("checkpoint_tool");
  if (tools.empty()) throw plugin_error("no plugin brings a checkpoint_tool: see `pipeline plugins`");
  return host.registry.make<CheckpointTool>(tools.front(), Value(Value::Map{}));
}

void print_fact(const std::string& name, const std::string& text) {
  std::cout << name << std::string(18 - name.size(), ' ') << text << "\n";
}

void print_map(const std::string& heading, const Value* map) {
  if (!map || !map->is_map() || map->as_map().empty()) return;
  std::cout << "\n" << heading << "\n";
  for (const auto& [name, value] : map->as_map()) std::cout << "  " << name << " = " << to_toml(value) << "\n";
}

std::string list_text(const Value& list) {
  return join(list.as_list(), [](const Value& item) { return item.is_string() ? item.as_string() : to_json(item); });
}

/// The main facts of the task; --json has the others.
void print_task(const Value* task) {
  if (!task || !task->is_map()) return;
  for (const char* key : {"model", "window", "horizon", "horizons", "padding", "min_observed", "window_norm"}) {
    if (const Value* value = task->find(key)) print_fact(key, value->is_string() ? value->as_string() : to_json(*value));
  }
  for (const char* key : {"features", "targets"}) {
    if (const Value* value = task->find(key); value && value->is_list()) print_fact(key, list_text(*value));
  }
}

void print_text(const Value& content) {
  for (const auto& [key, name] : {std::pair{"written_by", "written by"}, {"epoch", "epoch"}, {"global_step", "global step"}}) {
    if (const Value* value = content.find(key)) print_fact(name, value->is_string() ? value->as_string() : to_json(*value));
  }
  print_task(content.find("pipeline"));
  print_fact("continues", content.at("resume_point").as_bool()                 ? "yes, bit for bit (a resume point)"
                          : content.at("optimizers") == Value(std::int64_t{0}) ? "no: it has no optimizer's state"
                                                                               : "yes (ckpt_path)");
  if (!content.at("callbacks").as_list().empty()) print_fact("callbacks", list_text(content.at("callbacks")));
  print_map("hyper-parameters", content.find("hyper_parameters"));
  std::cout << "\n" << format_count(content.at("values").as_int()) << " values\n";
  TextTable table({"weight", "shape", "type"});
  for (const Value& weight : content.at("weights").as_list())
    table.add({weight.at("name").as_string(), to_json(weight.at("shape")), weight.at("type").as_string()});
  table.print("  ");
}

int show(const Invocation& invocation, const std::string& file, Log& log) {
  require_file(file, file);
  Host host;
  const Value content = call(make_tool(host, invocation, log), "describe", &CheckpointTool::describe, file);
  invocation.json ? void(std::cout << to_json(content, 2) << "\n") : print_text(content);
  return 0;
}

int convert(const Invocation& invocation, const std::string& from, const std::string& to, Log& log) {
  require_file(from, from);
  Host host;
  call(make_tool(host, invocation, log), "convert", &CheckpointTool::convert, from, to);
  log.info("written to " + std::filesystem::absolute(to).string());
  return 0;
}

int checkpoint(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  const std::string action = invocation.text("input-argument");
  const std::string file = invocation.text("second-argument"), to = invocation.text("third-argument");
  if (action == "show" && to.empty()) return show(invocation, file, log);
  if (action == "convert" && !to.empty()) return convert(invocation, file, to, log);
  throw usage_error(std::string("usage: ") + usage);
}

}  // namespace

Verb checkpoint_verb() {
  return {"checkpoint", "show|convert FILE [TO]", "what a checkpoint holds; from and to .safetensors and .pt", &add_options, &checkpoint};
}

}  // namespace pipeline
