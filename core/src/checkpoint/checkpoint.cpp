#include "pipeline/train/checkpoint.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "checkpoint/panel_scales.h"
#include "checkpoint/tensors.h"
#include "checkpoint_file/pickle_writer.h"
#include "checkpoint_file/safetensors.h"
#include "checkpoint_file/torch_file.h"
#include "pipeline/data/files.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr const char* safetensors_extension = ".safetensors";

/// Wraps a plain state_dict (torch.save of a model's weights alone) into a checkpoint without other entries.
State with_state_dict(State content) {
  const auto is_tensor = [](const auto& entry) { return entry.second.is_tensor(); };
  const bool plain = content.is_map() && !content.as_map().empty() && std::ranges::all_of(content.as_map(), is_tensor);
  return plain ? State(State::Map{{"state_dict", std::move(content)}}) : std::move(content);
}

/// The scales of a panel's series, as the names of their tensors begin among the weights of a safetensors file, whose other entries are
/// JSON.
constexpr std::string_view scales_prefix = "pipeline/panel_scales/";

State safetensors_state(const std::filesystem::path& file) {
  const Safetensors content = read_safetensors(file);
  State::Map out, weights, scales;
  for (const auto& [name, weight] : content.weights) {
    const bool is_scale = name.starts_with(scales_prefix);
    (is_scale ? scales : weights).emplace_back(is_scale ? name.substr(scales_prefix.size()) : name, to_tensor(weight));
  }
  for (const auto& [key, entry] : content.entries) {
    State value(entry);
    if (key == "pipeline" && !scales.empty() && value.is_map()) value.as_map().emplace_back(panel_scales_key, std::move(scales));
    out.emplace_back(key, std::move(value));
  }
  out.emplace_back("state_dict", std::move(weights));
  return out;
}

void write_as_safetensors(const std::filesystem::path& file, const State& content) {
  Safetensors out;
  for (const char* key : safetensors_entries) {
    if (const State* entry = content.find(key)) out.entries.insert_or_assign(key, entry->to_value());
  }
  for (const auto& [name, weight] : content.at("state_dict").as_map()) out.weights.emplace_back(name, to_stored(weight.as_tensor()));
  const State* info = content.find("pipeline");
  const State* scales = info ? info->find(panel_scales_key) : nullptr;
  if (scales) {
    out.entries.at("pipeline").as_map().erase(panel_scales_key);
    for (const auto& [name, tensor] : scales->as_map())
      out.weights.emplace_back(std::string(scales_prefix) + name, to_stored(tensor.as_tensor()));
  }
  write_safetensors(file, out);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const State& content) {
  if (file.has_parent_path()) make_folder(file.parent_path());
  if (file.extension() == safetensors_extension) return write_as_safetensors(file, content);
  const Pickle pickle = write_pickle(to_stored(content));
  NewFile out(file);
  caffe2::serialize::PyTorchStreamWriter zip([&out](const void* data, std::size_t size) { return out.write(data, size), size; });
  zip.writeRecord(pickle_record, pickle.bytes.data(), pickle.bytes.size());
  zip.writeRecord("byteorder", "little", 6);
  std::size_t key = 0;
  for (const StorageRef& storage : pickle.storages)
    zip.writeRecord("data/" + std::to_string(key++), storage->bytes.data(), storage->bytes.size());
  zip.writeEndOfFile();
  out.commit();
}

State read_checkpoint(const std::filesystem::path& file) {
  try {
    return file.extension() == safetensors_extension ? safetensors_state(file) : with_state_dict(to_state(read_torch_file(file)));
  } catch (const Error& error) {
    if (error.status() != ExitStatus::training) throw;
    throw training_error("checkpoint " + file.string() + ": " + error.what());
  }
}

}  // namespace pipeline
