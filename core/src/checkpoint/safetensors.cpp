#include "checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "checkpoint/new_file.h"
#include "pipeline/errors.h"
#include "pipeline/value.h"

namespace pipeline {

namespace {

constexpr std::uint64_t largest_header = 100'000'000;  // as the reference implementation
constexpr std::size_t length_size = 8, alignment = 8;
constexpr const char* metadata_key = "__metadata__";
constexpr std::array<const char*, 5> plain_entries{"epoch", "global_step", "pytorch-lightning_version", "hyper_parameters", "pipeline"};

constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 10> types{{{"F64", torch::kDouble},
                                                                                {"F32", torch::kFloat},
                                                                                {"F16", torch::kHalf},
                                                                                {"BF16", torch::kBFloat16},
                                                                                {"I64", torch::kLong},
                                                                                {"I32", torch::kInt},
                                                                                {"I16", torch::kShort},
                                                                                {"I8", torch::kChar},
                                                                                {"U8", torch::kByte},
                                                                                {"BOOL", torch::kBool}}};

Error broken_safetensors(const std::string& what) { return training_error("the safetensors file is damaged or cut short: " + what); }

/// One tensor as the header describes it.
struct Entry {
  std::string name;
  torch::ScalarType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;  ///< bytes from the end of the header
};

std::int64_t count_of(const Value& value) {
  if (!value.is_int() || value.as_int() < 0) throw broken_safetensors("a shape or offset is no count");
  return value.as_int();
}

const Value& part(const Value& entry, const char* key, const std::string& name) {
  if (const Value* found = entry.find(key)) return *found;
  throw broken_safetensors("tensor '" + name + "' has no " + key);
}

const Value::List& list_of(const Value& value, const std::string& name) {
  if (value.is_list()) return value.as_list();
  throw broken_safetensors("tensor '" + name + "' is not described fully");
}

Entry entry_of(const std::string& name, const Value& described) {
  const Value& dtype = part(described, "dtype", name);
  const auto type = std::ranges::find(types, dtype.is_string() ? dtype.as_string() : "", &decltype(types)::value_type::first);
  if (type == types.end()) throw training_error("tensor '" + name + "' is of a type that is not read: " + to_json(dtype));
  Entry out{.name = name, .type = type->second, .shape = {}, .begin = 0, .end = 0};
  std::uint64_t bytes = c10::elementSize(out.type);
  for (const Value& size : list_of(part(described, "shape", name), name)) {
    out.shape.push_back(count_of(size));
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(out.shape.back()), &bytes))
      throw broken_safetensors("'" + name + "' is too large");
  }
  const Value::List& offsets = list_of(part(described, "data_offsets", name), name);
  if (offsets.size() != 2) throw broken_safetensors("tensor '" + name + "' is not described fully");
  out.begin = static_cast<std::uint64_t>(count_of(offsets[0]));
  out.end = static_cast<std::uint64_t>(count_of(offsets[1]));
  if (out.end < out.begin || out.end - out.begin != bytes)
    throw broken_safetensors("tensor '" + name + "' has another size than its shape says");
  return out;
}

/// The entries in the order of their data; Error unless they cover `size` bytes without holes or overlaps.
std::vector<Entry> entries_of(const Value& header, std::uint64_t size) {
  std::vector<Entry> out;
  for (const auto& [name, described] : header.as_map()) {
    if (name != metadata_key) out.push_back(entry_of(name, described));
  }
  std::ranges::sort(out, {}, [](const Entry& entry) { return std::pair(entry.begin, entry.end); });
  std::uint64_t at = 0;
  for (const Entry& entry : out) {
    if (entry.begin != at) throw broken_safetensors("its tensors overlap or leave holes");
    at = entry.end;
  }
  if (at != size) throw broken_safetensors("its tensors take " + std::to_string(at) + " bytes, the file has " + std::to_string(size));
  return out;
}

Value header_of(const std::string& text) {
  try {
    Value header = from_json(text, "its header");
    if (header.is_map()) return header;
  } catch (const Error& error) {
    throw broken_safetensors(error.what());
  }
  throw broken_safetensors("its header is no table");
}

void read_exactly(std::ifstream& in, void* out, std::uint64_t size) {
  if (!in.read(static_cast<char*>(out), static_cast<std::streamsize>(size))) throw broken_safetensors("it ends too early");
}

/// Adds the entries of `__metadata__` that write_safetensors() wrote; entries of other programs are ignored.
void add_plain_entries(const Value& header, State::Map& content) {
  const Value* metadata = header.find(metadata_key);
  if (!metadata) return;
  for (const char* key : plain_entries) {
    const Value* text = metadata->find(key);
    if (!text || !text->is_string()) continue;
    try {
      content.emplace_back(key, State(from_json(text->as_string(), key)));
    } catch (const Error& error) {
      throw broken_safetensors(error.what());
    }
  }
}

Value described(const torch::Tensor& tensor, std::int64_t begin) {
  const auto type = std::ranges::find(types, tensor.scalar_type(), &decltype(types)::value_type::second);
  if (type == types.end()) throw training_error(std::string("safetensors has no type for ") + c10::toString(tensor.scalar_type()));
  return Value::Map{{"dtype", std::string(type->first)},
                    {"shape", Value::List(tensor.sizes().begin(), tensor.sizes().end())},
                    {"data_offsets", Value::List{begin, begin + static_cast<std::int64_t>(tensor.nbytes())}}};
}

}  // namespace

State read_safetensors(const std::filesystem::path& file) {
  std::error_code unreadable;
  const std::uint64_t file_size = std::filesystem::file_size(file, unreadable);
  std::ifstream in(file, std::ios::binary);
  if (unreadable || !in) throw training_error("it cannot be opened: " + (unreadable ? unreadable.message() : "no permission"));
  std::array<unsigned char, length_size> length{};
  read_exactly(in, length.data(), length.size());
  std::uint64_t header_size = 0;
  for (std::size_t i = length.size(); i-- > 0;) header_size = header_size << 8 | length[i];
  if (header_size > largest_header || header_size > file_size - length_size)
    throw broken_safetensors("its header is larger than the file, or 100 MB");
  std::string text(header_size, '\0');
  read_exactly(in, text.data(), header_size);

  const Value header = header_of(text);
  State::Map weights, content;
  for (const Entry& entry : entries_of(header, file_size - length_size - header_size)) {
    torch::Tensor tensor = torch::empty(entry.shape, entry.type);
    read_exactly(in, tensor.mutable_data_ptr(), tensor.nbytes());
    weights.emplace_back(entry.name, std::move(tensor));
  }
  add_plain_entries(header, content);
  content.emplace_back("state_dict", std::move(weights));
  return content;
}

void write_safetensors(const std::filesystem::path& file, const State& content) {
  std::vector<torch::Tensor> tensors;
  Value header{Value::Map{}};
  std::int64_t at = 0;
  for (const auto& [name, weight] : content.at("state_dict").as_map()) {
    tensors.push_back(weight.as_tensor().detach().cpu().contiguous());
    header[name] = described(tensors.back(), at);
    at += static_cast<std::int64_t>(tensors.back().nbytes());
  }
  Value metadata(Value::Map{{"format", "pt"}});
  for (const char* key : plain_entries) {
    if (const State* entry = content.find(key)) metadata[key] = to_json(entry->to_value());
  }
  header[metadata_key] = metadata;
  std::string text = to_json(header);
  text.resize((text.size() + alignment - 1) / alignment * alignment, ' ');

  NewFile out(file);
  std::array<unsigned char, length_size> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<unsigned char>(text.size() >> (8 * i));
  out.write(length.data(), length.size());
  out.write(text.data(), text.size());
  for (const torch::Tensor& tensor : tensors) out.write(tensor.const_data_ptr(), tensor.nbytes());
  out.commit();
}

}  // namespace pipeline
