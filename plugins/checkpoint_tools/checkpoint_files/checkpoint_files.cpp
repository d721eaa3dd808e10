#include "checkpoint_files.h"

#include <utility>

#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline::checkpoint_tool::files {

namespace {

std::int64_t length_of(const State* list) { return list && list->is_list() ? std::ssize(list->as_list()) : 0; }

State with_weights(const std::filesystem::path& file) {
  State content = read_checkpoint(file);
  if (content.find("state_dict")) return content;
  throw training_error("checkpoint " + file.string() + ": it holds no weights (no entry 'state_dict')");
}

}  // namespace

Value CheckpointFiles::describe(const std::filesystem::path& file) {
  const State content = with_weights(file);
  Value::List weights;
  std::int64_t values = 0;
  for (const auto& [name, weight] : content.at("state_dict").as_map()) {
    const torch::Tensor& tensor = weight.as_tensor();
    values += tensor.numel();
    weights.push_back(Value::Map{{"name", name},
                                 {"shape", Value::List(tensor.sizes().begin(), tensor.sizes().end())},
                                 {"type", std::string(c10::toString(tensor.scalar_type()))}});
  }
  Value out{Value::Map{{"weights", std::move(weights)},
                       {"values", values},
                       {"optimizers", length_of(content.find("optimizer_states"))},
                       {"schedulers", length_of(content.find("lr_schedulers"))},
                       {"resume_point", content.find("resume") != nullptr}}};
  for (const char* key : {"epoch", "global_step", "hyper_parameters", "pipeline"}) {
    if (const State* entry = content.find(key)) out[key] = entry->to_value();
  }
  if (const State* version = content.find("pytorch-lightning_version")) {
    out["written_by"] = (content.find("pipeline") ? "pipeline, in the format of Lightning " : "Lightning ") + version->as_string();
  }
  Value::List callbacks;
  if (const State* states = content.find("callbacks")) {
    for (const auto& [name, state] : states->as_map()) callbacks.emplace_back(name);
  }
  out["callbacks"] = std::move(callbacks);
  return out;
}

void CheckpointFiles::convert(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::string extension = to.extension().string();
  if (extension != ".safetensors" && extension != ".pt" && extension != ".pth" && extension != ".ckpt")
    throw usage_error(to.string() + ": the extension says which format is written: .safetensors, .pt (a plain state_dict) or .ckpt");
  const State content = with_weights(from);
  write_checkpoint(to, extension == ".pt" || extension == ".pth" ? content.at("state_dict") : content);
}

}  // namespace pipeline::checkpoint_tool::files
