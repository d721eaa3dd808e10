#include <doctest/doctest.h>

#include <algorithm>

#include "checkpoint_file/pickle_reader.h"
#include "pipeline/errors.h"
#include "unit/checkpoint_file/made_files.h"

using namespace pipeline;

namespace {

/// The error of a pickle given as text, whose storages do not exist.
std::string pickle_failure(const std::string& pickle) {
  const LoadStorage load = [](const std::string&, ElementType type, std::int64_t count) {
    return zeros(type, std::min<std::int64_t>(count, 8));
  };
  try {
    static_cast<void>(read_pickle({reinterpret_cast<const unsigned char*>(pickle.data()), pickle.size()}, load));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A tensor of `shape` and `strides` (each as pickled tuple) over eight floats.
std::string pickled_tensor(const std::string& offset, const std::string& shape, const std::string& strides) {
  return std::string("ctorch._utils\n_rebuild_tensor_v2\n((X\x07") + std::string(3, '\0') + "storagectorch\nFloatStorage\nX\x01" +
         std::string(3, '\0') + "0X\x03" + std::string(3, '\0') + "cpuK\x08tQ" + offset + shape + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtR.";
}

}  // namespace

TEST_CASE("code in a checkpoint is refused by name") {
  const std::string message = pickle_failure(
      "\x80\x02"
      "cposix\nsystem\n(X\x02" +
      std::string(3, '\0') + "lstR.");
  CHECK(message.find("it asks for 'posix.system'") != std::string::npos);
  CHECK(message.find("nothing of it was run") != std::string::npos);
  CHECK(pickle_failure("\x80\x02"
                       "cbuiltins\neval\n.")
            .find("'builtins.eval'") != std::string::npos);
}

TEST_CASE("malformed pickles are refused") {
  CHECK(pickle_failure("").find("ends too early") != std::string::npos);
  CHECK(pickle_failure("0.").find("an operation that no checkpoint needs") != std::string::npos);
  CHECK(pickle_failure(".").find("empty stack") != std::string::npos);
  CHECK(pickle_failure("t.").find("misses a mark") != std::string::npos);
  CHECK(pickle_failure("h\x05.").find("recalls what was not kept") != std::string::npos);
  CHECK(pickle_failure("K\x01K\x02K\x03"
                       "s.")
            .find("no dict") != std::string::npos);
  CHECK(pickle_failure("K\x01(K\x02"
                       "e.")
            .find("no list") != std::string::npos);
  CHECK(pickle_failure("\x8a\x09"
                       "123456789.")
            .find("64 bits") != std::string::npos);
  CHECK(pickle_failure("}q\x01(NNu.").find("a key that is no string") != std::string::npos);
}

TEST_CASE("a list that holds itself, and one that doubles at every level, are bounded") {
  CHECK(pickle_failure("]q\x01h\x01"
                       "a.")
            .find("nested deeper") != std::string::npos);
  std::string doubling = "]q" + std::string(1, '\0');
  for (int level = 1; level < 60; ++level)
    doubling += "](h" + std::string(1, static_cast<char>(level - 1)) + "h" + std::string(1, static_cast<char>(level - 1)) + "eq" +
                std::string(1, static_cast<char>(level));
  const std::string message = pickle_failure(doubling + ".");  // of some 600 bytes, so of at most some 12,000 entries
  CHECK(message.find("it holds more than 1") != std::string::npos);
  CHECK(message.find(" entries, too many for its size") != std::string::npos);
}

TEST_CASE("tensors that use the same numbers without end are refused") {
  const std::string zero(1, '\0'), tensor = pickled_tensor("K" + zero, "K\x08\x85", "K\x01\x85");
  const std::size_t begin = tensor.find('(');  // of its arguments; "R." follows them
  std::string views = tensor.substr(0, begin) + "q" + zero + tensor.substr(begin, tensor.size() - 2 - begin) + "q\x02";
  for (int i = 0; i < 130'000; ++i) views += "h" + zero + "h\x02R";
  CHECK(pickle_failure(views + ".").find("its tensors use the same numbers again and again") != std::string::npos);
}

TEST_CASE("a tensor stays within its storage") {
  CHECK(pickle_failure(pickled_tensor(std::string("K\0", 2), "K\x02K\x04\x86", "K\x04K\x01\x86")) == "");
  for (const std::string& lie :
       {pickled_tensor("K\x01", "K\x02K\x04\x86", "K\x04K\x01\x86"), pickled_tensor(std::string("K\0", 2), "K\x09\x85", "K\x01\x85"),
        pickled_tensor("J\xff\xff\xff\xff", "K\x02\x85", "K\x01\x85"),
        pickled_tensor(std::string("K\0", 2), "J\xff\xff\xff\x7f\x85", std::string("K\0\x85", 3)),
        pickled_tensor(std::string("K\0", 2), "K\x02\x85", "J\xff\xff\xff\x7f\x85"),
        pickled_tensor(std::string("K\0", 2), "K\x02K\x04\x86", "K\x01\x85")})
    CHECK(pickle_failure(lie).find("a tensor reaches beyond its numbers") != std::string::npos);
}

TEST_CASE("a tensor and a storage that are named often are one tensor each") {
  const std::string storage = "(X\x07" + std::string(3, '\0') + "storagectorch\nFloatStorage\nX\x01" + std::string(3, '\0') + "0X\x03" +
                              std::string(3, '\0') + "cpuK\x08tQ";
  const std::string bytes = "](" + storage + "q\x01h\x01" + storage + "e.";
  const LoadStorage load = [](const std::string&, ElementType type, std::int64_t count) { return zeros(type, count); };
  const StoredValue value = read_pickle({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, load);
  const auto& items = std::get<StoredValue::List>(value.content);
  REQUIRE(items.size() == 3);
  for (const StoredValue& item : items) CHECK(std::get<TensorRef>(item.content) == std::get<TensorRef>(items[0].content));
}
