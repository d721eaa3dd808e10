#include "checkpoint_file/torch_file.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "support/temp_folder.h"
#include "unit/checkpoint_file/made_files.h"

using namespace pipeline;

namespace {

const StoredValue& at(const StoredValue& value, const std::string& key) {
  for (const auto& [name, entry] : std::get<StoredValue::Map>(value.content)) {
    if (name == key) return entry;
  }
  throw std::out_of_range(key);
}

StoredValue table(StoredValue::Map entries) { return {std::move(entries)}; }

TensorRef numbers() { return stored_tensor(ElementType::float32, {2, 2}, std::vector{1.0F, 2.0F, 3.0F, 4.0F}); }

std::string failure(const std::string& bytes) {
  const TempFolder folder;
  put_bytes(folder.path() / "a.ckpt", bytes);
  try {
    static_cast<void>(read_torch_file(folder.path() / "a.ckpt"));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    return error.what();
  }
  return "";
}

/// The error of a file whose tensor says that it has `count` numbers of a record of 16 bytes.
std::string failure_of_count(std::int64_t count) {
  Storage storage = *numbers()->storage;
  storage.count = count;
  const TensorRef liar = std::make_shared<const StoredTensor>(
      StoredTensor{.storage = std::make_shared<const Storage>(storage), .offset = 0, .shape = {count}, .strides = {1}});
  return failure(torch_file_bytes(table({{"w", StoredValue{liar}}})));
}

}  // namespace

TEST_CASE("a file of torch.save gives plain values, and tensors as type, shape, strides and bytes") {
  const TempFolder folder;
  const auto file = folder.path() / "a.ckpt";
  put_bytes(file, torch_file_bytes(table({{"epoch", StoredValue{std::int64_t{3}}}, {"w", StoredValue{numbers()}}})));
  const StoredValue back = read_torch_file(file);
  CHECK(std::get<std::int64_t>(at(back, "epoch").content) == 3);
  const StoredTensor& tensor = *std::get<TensorRef>(at(back, "w").content);
  CHECK(text_of(tensor) == text_of(*numbers()));
}

TEST_CASE("a file of torch.save that is cut short anywhere is refused") {
  const std::string whole = torch_file_bytes(table({{"w", StoredValue{numbers()}}}));
  REQUIRE(failure(whole) == "");
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK(failure(whole.substr(0, length)) != "");
}

TEST_CASE("a tensor of more numbers than its record holds is refused before memory is taken for it") {
  CHECK(failure_of_count(4) == "");
  for (const std::int64_t count : {std::int64_t{5}, std::int64_t{1} << 40, std::numeric_limits<std::int64_t>::max()})
    CHECK(failure_of_count(count) == "the file is damaged or cut short: its record 'data/0' is too small for its tensor");
  CHECK(failure_of_count(3) == "the file is damaged or cut short: its record 'data/0' has another size than the tensors say");
}

TEST_CASE("a zip that torch.save does not write is refused") {
  const std::string none = write_pickle({}).bytes;
  CHECK(failure(zip_of({{.name = pickle_record, .content = none}})) == "");
  CHECK(failure(zip_of({})) == "the file is damaged or cut short: its record 'data.pkl' is missing");
  CHECK(failure(zip_of({{.name = pickle_record, .content = none, .method = 8}})) ==
        "its record 'archive/data.pkl' is compressed, which torch.save never does");
  CHECK(failure(zip_of({{.name = pickle_record, .content = none, .flags = 1}})) ==
        "its record 'archive/data.pkl' is compressed, which torch.save never does");
  CHECK(failure(zip_of({{.name = pickle_record, .content = none, .size = 0x7fffffff}})) ==
        "the file is damaged or cut short: its records are larger than the file");
  CHECK(failure(zip_of({{.name = pickle_record, .content = none}, {.name = "byteorder", .content = "big"}})) ==
        "it was written with byte order 'big', only little is read");
}

TEST_CASE("a changed byte of a record is noticed by its checksum") {
  std::string bytes = zip_of({{.name = pickle_record, .content = write_pickle({}).bytes}});
  const auto place = bytes.find("\x80\x02");
  REQUIRE(place != std::string::npos);
  bytes[place + 2] = 'X';
  CHECK(failure(bytes) == "the file is damaged or cut short: the checksum of its record 'data.pkl' is wrong");
}
