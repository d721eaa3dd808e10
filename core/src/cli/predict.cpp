#include <iostream>
#include <sstream>

#include "cli/host.h"
#include "pipeline/files.h"
#include "pipeline/predictor.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()                                                                                         //
      ("checkpoint", po::value<std::string>()->value_name("CKPT"), "the trained model (.ckpt)")                 //
      ("input", po::value<std::string>()->value_name("DATA"), "a CSV file with the columns it was trained on")  //
      ("output", po::value<std::string>()->value_name("FILE"), "where the forecast goes; stdout without it");
}

std::string existing_file(const Invocation& invocation, const std::string& flag) {
  std::string file = invocation.text(flag);
  if (file.empty())
    throw usage_error("pipeline predict needs --" + flag + "; usage: pipeline predict --checkpoint CKPT --input DATA [--output FILE]");
  if (!std::filesystem::is_regular_file(file)) throw usage_error("--" + flag + " " + file + ": no such file");
  return file;
}

int predict(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  const std::string checkpoint = existing_file(invocation, "checkpoint"), input = existing_file(invocation, "input");
  Host host;
  load_host(host, invocation, {}, log);
  const std::vector<std::string> predictors = host.registry.names("predictor");
  if (predictors.empty()) throw plugin_error("no plugin brings a predictor: see `pipeline plugins`");
  std::ostringstream forecast;
  host.registry.make<Predictor>(predictors.front(), Value(Value::Map{}))->predict({checkpoint, input, host.registry, log}, forecast);
  if (const std::string output = invocation.text("output"); !output.empty()) {
    write_text(output, forecast.str());
    log.info("forecast written to " + std::filesystem::absolute(output).string());
  } else {
    std::cout << forecast.str();
  }
  return 0;
}

}  // namespace

Verb predict_verb() { return {"predict", "", "forecasts from a checkpoint, in original units", &add_options, &predict}; }

}  // namespace pipeline
