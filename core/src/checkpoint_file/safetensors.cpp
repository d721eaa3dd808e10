#include "checkpoint_file/safetensors.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"
#include "pipeline/value.h"

namespace pipeline {

namespace {

constexpr std::uint64_t largest_header = 100'000'000;  // as the reference implementation
constexpr std::size_t length_size = 8, alignment = 8;
constexpr const char* metadata_key = "__metadata__";

Error broken_safetensors(const std::string& what) { return training_error("the safetensors file is damaged or cut short: " + what); }

/// One tensor as the header describes it.
struct Entry {
  std::string name;
  ElementType type;
  std::vector<std::int64_t> shape, strides;
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

/// The strides of a tensor in row-major order, in numbers.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& shape, const std::string& name) {
  std::vector<std::int64_t> out(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) {
    if (__builtin_mul_overflow(out[d], std::max<std::int64_t>(shape[d], 1), &out[d - 1]))
      throw broken_safetensors("'" + name + "' is too large");  // also an empty tensor of such sizes
  }
  return out;
}

Entry entry_of(const std::string& name, const Value& described) {
  const Value& dtype = part(described, "dtype", name);
  const auto type = std::ranges::find(element_types, dtype.is_string() ? dtype.as_string() : "", &ElementNames::safetensors);
  if (type == element_types.end()) throw training_error("tensor '" + name + "' is of a type that is not read: " + to_json(dtype));
  Entry out{.name = name, .type = type->type, .shape = {}, .strides = {}, .begin = 0, .end = 0};
  std::uint64_t bytes = type->size;
  for (const Value& size : list_of(part(described, "shape", name), name)) {
    out.shape.push_back(count_of(size));
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(out.shape.back()), &bytes))
      throw broken_safetensors("'" + name + "' is too large");
  }
  out.strides = strides_of(out.shape, name);
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

/// The entries of `__metadata__` that write_safetensors() wrote; those of other programs are ignored.
Value::Map plain_entries(const Value& header) {
  Value::Map out;
  const Value* metadata = header.find(metadata_key);
  if (!metadata) return out;
  for (const char* key : safetensors_entries) {
    const Value* text = metadata->find(key);
    if (!text || !text->is_string()) continue;
    try {
      out.insert_or_assign(key, from_json(text->as_string(), key));
    } catch (const Error& error) {
      throw broken_safetensors(error.what());
    }
  }
  return out;
}

/// Reads the tensor's numbers, which come next in the file.
StoredTensor read_tensor(std::ifstream& in, Entry entry) {
  const std::uint64_t size = entry.end - entry.begin;
  const auto bytes = std::make_shared_for_overwrite<unsigned char[]>(size);
  read_exactly(in, bytes.get(), size);
  const auto count = static_cast<std::int64_t>(size / names_of(entry.type).size);
  auto storage = std::make_shared<const Storage>(Storage{.type = entry.type, .count = count, .bytes = {bytes.get(), size}, .owner = bytes});
  return {.storage = std::move(storage), .offset = 0, .shape = std::move(entry.shape), .strides = std::move(entry.strides)};
}

Value described(const StoredTensor& tensor, std::uint64_t begin) {
  return Value::Map{
      {"dtype", std::string(names_of(tensor.storage->type).safetensors)},
      {"shape", Value::List(tensor.shape.begin(), tensor.shape.end())},
      {"data_offsets", Value::List{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(begin + tensor.storage->bytes.size())}}};
}

std::string header_text(const Safetensors& content) {
  Value header{Value::Map{}};
  std::uint64_t at = 0;
  for (const auto& [name, weight] : content.weights) {
    header[name] = described(weight, at);
    at += weight.storage->bytes.size();
  }
  Value metadata(Value::Map{{"format", "pt"}});
  for (const auto& [key, entry] : content.entries) metadata[key] = to_json(entry);
  header[metadata_key] = metadata;
  std::string text = to_json(header);
  text.resize((text.size() + alignment - 1) / alignment * alignment, ' ');
  return text;
}

}  // namespace

Safetensors read_safetensors(const std::filesystem::path& file) {
  std::error_code unreadable;
  const std::uint64_t file_size = std::filesystem::file_size(file, unreadable);
  if (unreadable) throw training_error("it cannot be opened: " + unreadable.message());  // also a named pipe, which would wait for a writer
  std::ifstream in(file, std::ios::binary);
  if (!in) throw training_error("it cannot be opened: no permission");
  std::array<unsigned char, length_size> length{};
  read_exactly(in, length.data(), length.size());
  std::uint64_t header_size = 0;
  for (std::size_t i = length.size(); i-- > 0;) header_size = header_size << 8 | length[i];
  if (header_size > largest_header || header_size > file_size - length_size)
    throw broken_safetensors("its header is larger than the file, or 100 MB");
  std::string text(header_size, '\0');
  read_exactly(in, text.data(), header_size);

  const Value header = header_of(text);
  Safetensors out{.entries = plain_entries(header), .weights = {}};
  for (Entry& entry : entries_of(header, file_size - length_size - header_size)) {
    std::string name = entry.name;
    out.weights.emplace_back(std::move(name), read_tensor(in, std::move(entry)));
  }
  return out;
}

void write_safetensors(const std::filesystem::path& file, const Safetensors& content) {
  const std::string header = header_text(content);
  NewFile out(file);
  std::array<unsigned char, length_size> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<unsigned char>(header.size() >> (8 * i));
  out.write(length.data(), length.size());
  out.write(header.data(), header.size());
  for (const auto& [name, weight] : content.weights) out.write(weight.storage->bytes.data(), weight.storage->bytes.size());
  out.commit();
}

}  // namespace pipeline
