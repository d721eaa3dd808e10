#include "pipeline/train/checkpoint.h"

#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "checkpoint/new_file.h"
#include "checkpoint/pickle_reader.h"
#include "checkpoint/pickle_writer.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/zip_reader.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr const char* pickle_record = "data.pkl";
constexpr const char* safetensors_extension = ".safetensors";
constexpr std::uint64_t largest_pickle =
    64 << 20;  // without the numbers, which are separate records: a model of 100,000 tensors needs 20 MiB

torch::Tensor load_storage(const ZipReader& zip, const std::string& key, torch::ScalarType type, std::int64_t count) {
  const std::string record = "data/" + key;
  if (zip.size(record) / c10::elementSize(type) < static_cast<std::uint64_t>(count))
    throw training_error("the file is damaged or cut short: its record '" + record + "' is too small for its tensor");
  torch::Tensor values = torch::empty({count}, type);
  zip.read(record, {static_cast<unsigned char*>(values.mutable_data_ptr()), values.nbytes()});
  return values;
}

State read_zip(const std::filesystem::path& file) {
  const ZipReader zip(file);
  if (const char* order = "byteorder"; zip.has(order)) {
    std::string text(zip.size(order), ' ');
    zip.read(order, {reinterpret_cast<unsigned char*>(text.data()), text.size()});
    if (text != "little") throw training_error("it was written with byte order '" + text + "', only little is read");
  }
  const std::uint64_t size = zip.size(pickle_record);
  if (size > largest_pickle) throw training_error("its structure alone is larger than 64 MiB");
  std::vector<unsigned char> pickle(size);
  zip.read(pickle_record, pickle);
  return read_pickle(
      pickle, [&zip](const std::string& key, torch::ScalarType type, std::int64_t count) { return load_storage(zip, key, type, count); });
}

/// Wraps a plain state_dict (torch.save of a model's weights alone) into a checkpoint without other entries.
State with_state_dict(State content) {
  const auto is_tensor = [](const auto& entry) { return entry.second.is_tensor(); };
  const bool plain = content.is_map() && !content.as_map().empty() && std::ranges::all_of(content.as_map(), is_tensor);
  return plain ? State(State::Map{{"state_dict", std::move(content)}}) : std::move(content);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const State& content) {
  if (file.has_parent_path()) make_folder(file.parent_path());
  if (file.extension() == safetensors_extension) return write_safetensors(file, content);
  const Pickle pickle = write_pickle(content);
  NewFile out(file);
  caffe2::serialize::PyTorchStreamWriter zip([&out](const void* data, std::size_t size) { return out.write(data, size), size; });
  zip.writeRecord(pickle_record, pickle.bytes.data(), pickle.bytes.size());
  zip.writeRecord("byteorder", "little", 6);
  std::size_t key = 0;
  for (const torch::Tensor& tensor : pickle.storages)
    zip.writeRecord("data/" + std::to_string(key++), tensor.const_data_ptr(), tensor.nbytes());
  zip.writeEndOfFile();
  out.commit();
}

State read_checkpoint(const std::filesystem::path& file) {
  try {
    return file.extension() == safetensors_extension ? read_safetensors(file) : with_state_dict(read_zip(file));
  } catch (const Error& error) {
    if (error.status() != ExitStatus::training) throw;
    throw training_error("checkpoint " + file.string() + ": " + error.what());
  }
}

}  // namespace pipeline
