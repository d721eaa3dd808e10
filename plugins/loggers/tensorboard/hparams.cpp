#include "hparams.h"

namespace pipeline::loggers::tensorboard {

namespace {

void flatten_into(std::vector<std::pair<std::string, Value>>& out, const std::string& name, const Value& value) {
  if (value.is_map()) {
    for (const auto& [key, item] : value.as_map()) flatten_into(out, name.empty() ? key : name + "/" + key, item);
  } else if (value.is_list()) {
    out.emplace_back(name, to_json(value));
  } else {
    out.emplace_back(name, value.is_null() ? Value("None") : value);
  }
}

/// An event with an empty value; its metadata holds one part of HParamsPluginData.
std::string plugin_event(Moment moment, const std::string& tag, unsigned part, const Message& content) {
  constexpr unsigned metadata = 9, plugin_data = 1, plugin_name = 1, plugin_content = 2;
  Message plugin;
  plugin.text(plugin_name, "hparams").message(plugin_content, Message().message(part, content));
  return value_event(moment, tag, std::move(Message().message(metadata, Message().message(plugin_data, plugin))));
}

constexpr unsigned experiment_part = 2, session_start_part = 3, session_end_part = 4;

/// google.protobuf.Value.
Message protobuf_value(const Value& value) {
  constexpr unsigned number_value = 2, string_value = 3, bool_value = 4;
  Message out;
  if (value.is_bool()) {
    out.integer(bool_value, value.as_bool() ? 1 : 0);
  } else if (value.is_number()) {
    out.number(number_value, value.as_double());
  } else {
    out.text(string_value, value.as_string());
  }
  return out;
}

unsigned data_type(const Value& value) {
  constexpr unsigned string_type = 1, bool_type = 2, float64_type = 3;
  return value.is_bool() ? bool_type : value.is_number() ? float64_type : string_type;
}

}  // namespace

std::vector<std::pair<std::string, Value>> flatten(const Value& hyper_parameters) {
  std::vector<std::pair<std::string, Value>> out;
  flatten_into(out, "", hyper_parameters);
  return out;
}

std::string experiment_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters,
                             const std::vector<std::string>& metrics) {
  constexpr unsigned time_created = 3, hparam_infos = 4, metric_infos = 5;
  constexpr unsigned info_name = 1, info_type = 4, metric_tag = 2;
  Message experiment;
  experiment.number(time_created, moment.wall_time);
  for (const auto& [name, value] : hyper_parameters) {
    experiment.message(hparam_infos, Message().text(info_name, name).integer(info_type, data_type(value)));
  }
  for (const std::string& metric : metrics) {
    experiment.message(metric_infos, Message().message(info_name, Message().text(metric_tag, metric)));
  }
  return plugin_event(moment, "_hparams_/experiment", experiment_part, experiment);
}

std::string session_start_event(Moment moment, const std::vector<std::pair<std::string, Value>>& hyper_parameters) {
  constexpr unsigned hparams = 1, start_time = 5, entry_key = 1, entry_value = 2;
  Message session;
  for (const auto& [name, value] : hyper_parameters) {
    session.message(hparams, Message().text(entry_key, name).message(entry_value, protobuf_value(value)));
  }
  session.number(start_time, moment.wall_time);
  return plugin_event(moment, "_hparams_/session_start_info", session_start_part, session);
}

std::string session_end_event(Moment moment, bool success) {
  constexpr unsigned status = 1, end_time = 2, succeeded = 1, failed = 2;
  Message session;
  session.integer(status, success ? succeeded : failed).number(end_time, moment.wall_time);
  return plugin_event(moment, "_hparams_/session_end_info", session_end_part, session);
}

}  // namespace pipeline::loggers::tensorboard
