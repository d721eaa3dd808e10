// Files and tensors that tests make without torch.
#pragma once

#include <algorithm>
#include <boost/crc.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint_file/pickle_writer.h"
#include "checkpoint_file/stored_value.h"
#include "checkpoint_file/torch_file.h"

namespace pipeline {

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_bytes(const std::filesystem::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

inline StorageRef storage_of(ElementType type, std::vector<unsigned char> bytes) {
  const auto owner = std::make_shared<const std::vector<unsigned char>>(std::move(bytes));
  const auto count = static_cast<std::int64_t>(owner->size() / names_of(type).size);
  return std::make_shared<const Storage>(Storage{.type = type, .count = count, .bytes = *owner, .owner = owner});
}
inline StorageRef zeros(ElementType type, std::int64_t count) {
  return storage_of(type, std::vector<unsigned char>(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)) * names_of(type).size));
}

/// A tensor in row-major order.
template <class T>
TensorRef stored_tensor(ElementType type, std::vector<std::int64_t> shape, const std::vector<T>& numbers) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * std::max<std::int64_t>(shape[d], 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(numbers.data());
  return std::make_shared<const StoredTensor>(StoredTensor{.storage = storage_of(type, {bytes, bytes + numbers.size() * sizeof(T)}),
                                                           .offset = 0,
                                                           .shape = std::move(shape),
                                                           .strides = std::move(strides)});
}

/// Everything that a tensor is, as one text to compare.
inline std::string text_of(const StoredTensor& tensor) {
  std::string out(names_of(tensor.storage->type).dtype);
  out += " of " + std::to_string(tensor.storage->count) + " at " + std::to_string(tensor.offset) + " [";
  for (const std::int64_t size : tensor.shape) out += std::to_string(size) + ",";
  out += "][";
  for (const std::int64_t stride : tensor.strides) out += std::to_string(stride) + ",";
  return out + "] " + std::string(tensor.storage->bytes.begin(), tensor.storage->bytes.end());
}

/// A record of a zip, and what its entry in the table of contents says where that is a lie.
struct ZipRecord {
  std::string name, content;
  std::uint32_t size = static_cast<std::uint32_t>(content.size());
  std::uint16_t flags = 0, method = 0;
};

/// A zip that stores its records as they are, below the folder `archive`, as torch.save does.
inline std::string zip_of(const std::vector<ZipRecord>& records) {
  std::string out, directory;
  const auto put = [](std::string& to, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> (8 * i) & 0xff);
  };
  for (const ZipRecord& record : records) {
    const std::string name = "archive/" + record.name;
    boost::crc_32_type crc;
    crc.process_bytes(record.content.data(), record.content.size());
    std::string shared;  // version, flags, method, time and date, checksum, two sizes, lengths of name and extra field
    put(shared, 20, 2);
    put(shared, record.flags, 2);
    put(shared, record.method, 2);
    put(shared, 0, 4);
    put(shared, crc.checksum(), 4);
    put(shared, record.size, 4);
    put(shared, record.size, 4);
    put(shared, name.size(), 2);
    put(shared, 0, 2);
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);
    directory += shared;
    directory.append(10, '\0');  // length of comment, disk, attributes
    put(directory, out.size(), 4);
    directory += name;
    put(out, 0x04034b50, 4);
    out += shared + name + record.content;
  }
  const std::size_t at = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, records.size(), 2);
  put(out, records.size(), 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

/// The value as a file of torch.save.
inline std::string torch_file_bytes(const StoredValue& value) {
  const Pickle pickle = write_pickle(value);
  std::vector<ZipRecord> records{{.name = pickle_record, .content = pickle.bytes}, {.name = "byteorder", .content = "little"}};
  for (const StorageRef& storage : pickle.storages)
    records.push_back({.name = "data/" + std::to_string(records.size() - 2), .content = {storage->bytes.begin(), storage->bytes.end()}});
  return zip_of(records);
}

}  // namespace pipeline
