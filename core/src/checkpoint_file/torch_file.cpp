#include "checkpoint_file/torch_file.h"

#include <memory>
#include <string>
#include <vector>

#include "checkpoint_file/pickle_reader.h"
#include "checkpoint_file/zip_reader.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::uint64_t largest_pickle =
    64 << 20;  // without the numbers, which are separate records: a model of 100,000 tensors needs 20 MiB

StorageRef load_storage(const ZipReader& zip, const std::string& key, ElementType type, std::int64_t count) {
  const std::string record = "data/" + key;
  const std::uint64_t number = names_of(type).size;
  if (zip.size(record) / number < static_cast<std::uint64_t>(count))
    throw training_error("the file is damaged or cut short: its record '" + record + "' is too small for its tensor");
  const std::uint64_t size = static_cast<std::uint64_t>(count) * number;
  const auto bytes = std::make_shared_for_overwrite<unsigned char[]>(size);
  zip.read(record, {bytes.get(), size});
  return std::make_shared<const Storage>(Storage{.type = type, .count = count, .bytes = {bytes.get(), size}, .owner = bytes});
}

void check_byte_order(const ZipReader& zip) {
  const char* order = "byteorder";
  if (!zip.has(order)) return;
  std::string text(zip.size(order), ' ');
  zip.read(order, {reinterpret_cast<unsigned char*>(text.data()), text.size()});
  if (text != "little") throw training_error("it was written with byte order '" + text + "', only little is read");
}

}  // namespace

StoredValue read_torch_file(const std::filesystem::path& file) {
  const ZipReader zip(file);
  check_byte_order(zip);
  const std::uint64_t size = zip.size(pickle_record);
  if (size > largest_pickle) throw training_error("its structure alone is larger than 64 MiB");
  std::vector<unsigned char> pickle(size);
  zip.read(pickle_record, pickle);
  return read_pickle(pickle,
                     [&zip](const std::string& key, ElementType type, std::int64_t count) { return load_storage(zip, key, type, count); });
}

}  // namespace pipeline
